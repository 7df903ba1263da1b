"""EXIF: what a picture says of place, time and device."""

from __future__ import annotations

import datetime as dt
import re
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["ExifDetails", "ExifDirectory", "first_directory", "orientation_of", "orientation_only", "read_exif"]

_LONGEST = 200
_TEXT = {2: "c"}
_WHOLE = {1: "B", 3: "H", 4: "I"}
_FRACTION = {5: "II", 10: "ii"}
_MARK = b"Exif\0\0"


class ExifDirectory:
    """Entries by tag; an entry that is unsound, or of another type than asked for, counts as absent."""

    def __init__(self, data: bytes, order: str, start: int) -> None:
        self._data, self._order = data, order
        self._entries: dict[int, tuple[int, int, int, int]] = {}
        for number in range(sum(self._read("H", start)) if start else 0):
            place = start + 2 + 12 * number
            entry = self._read("HHII", place)
            if not entry:
                break
            tag, kind, count, offset = entry
            self._entries.setdefault(tag, (kind, count, place + 8, offset))

    def text(self, tag: int) -> str:
        """Words on one line, at most 200 bytes of them; empty where there are none."""
        words = b"".join(self._members(tag, _TEXT, _LONGEST)).split(b"\0")[0].decode("utf-8", "replace")
        return " ".join("".join(char if char.isprintable() else " " for char in words).split())

    def whole(self, tag: int) -> int:
        """A whole number; 0 where there is none."""
        return sum(self._members(tag, _WHOLE, 1))

    def fractions(self, tag: int) -> list[float]:
        """At most three numbers; none where there are none, or where one is divided by nothing."""
        members = self._members(tag, _FRACTION, 3)
        pairs = list(zip(members[::2], members[1::2], strict=True))
        return [above / below for above, below in pairs] if all(below for _, below in pairs) else []

    def inner(self, tag: int) -> ExifDirectory:
        """The directory an entry points to; an empty one where it points nowhere."""
        return ExifDirectory(self._data, self._order, self.whole(tag))

    def _members(self, tag: int, forms: Mapping[int, str], most: int) -> tuple[Any, ...]:
        kind, count, entry, offset = self._entries.get(tag, (0, 0, 0, 0))
        form = forms.get(kind, "")
        fits = count * struct.calcsize(f"={form}") <= 4
        return self._read(form * min(count, most), entry if fits else offset)

    def _read(self, form: str, offset: int) -> tuple[Any, ...]:
        """The values at ``offset``; none at all where the block is too short."""
        try:
            return struct.unpack_from(f"{self._order}{form}", self._data, offset)
        except struct.error:
            return ()


def first_directory(block: bytes) -> ExifDirectory:
    """The first directory of an EXIF block, with or without its ``Exif`` mark; an empty one where it is unsound."""
    data = block.removeprefix(_MARK)
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(data[:4], "")
    if not order or len(data) < 8:
        return ExifDirectory(b"", "<", 0)
    return ExifDirectory(data, order, struct.unpack_from(f"{order}I", data, 4)[0])


ORIENTATION, MAKE, MODEL, SOFTWARE = 0x112, 0x10F, 0x110, 0x131
EXIF, TAKEN, ZONE = 0x8769, 0x9003, 0x9011
GPS, NORTH_OR_SOUTH, LATITUDE, EAST_OR_WEST, LONGITUDE = 0x8825, 1, 2, 3, 4
_TIME = "%Y:%m:%d %H:%M:%S"
_OFFSET = re.compile(r"[+-](0\d|1[0-4]):[0-5]\d")


@dataclass(frozen=True)
class ExifDetails:
    """What a picture's file says beside the picture; what it does not say is ``None`` or empty.

    ``taken`` is the camera's own clock, with a zone only where the file names one. Degrees: north and east positive.
    """

    taken: dt.datetime | None = None
    latitude: float | None = None
    longitude: float | None = None
    device: str = ""
    software: str = ""


def read_exif(exif: bytes) -> ExifDetails:
    """The details in an EXIF block; none where it is empty or unsound."""
    first = first_directory(exif)
    gps = first.inner(GPS)
    return ExifDetails(
        taken=_taken_at(first.inner(EXIF)),
        latitude=_degrees(gps, LATITUDE, NORTH_OR_SOUTH, 90),
        longitude=_degrees(gps, LONGITUDE, EAST_OR_WEST, 180),
        device=_device(first.text(MAKE), first.text(MODEL)),
        software=first.text(SOFTWARE),
    )


def orientation_of(exif: bytes) -> int:
    """1..8, as EXIF numbers them: how the picture must be turned to stand upright; 1 where nothing sound is said."""
    value = first_directory(exif).whole(ORIENTATION)
    return value if 1 <= value <= 8 else 1


def orientation_only(orientation: int) -> bytes:
    """An EXIF block (without its mark) that says how the picture must be turned, and nothing else."""
    return b"II*\0" + struct.pack("<IHHHIHHI", 8, 1, ORIENTATION, 3, 1, orientation, 0, 0)


def _taken_at(exif: ExifDirectory) -> dt.datetime | None:
    try:
        moment = dt.datetime.strptime(exif.text(TAKEN), _TIME)  # noqa: DTZ007 (its zone, where there is one, follows)
    except ValueError:
        return None
    zone = exif.text(ZONE)
    return dt.datetime.fromisoformat(f"{moment.isoformat()}{zone}") if _OFFSET.fullmatch(zone) else moment


def _degrees(gps: ExifDirectory, tag: int, side: int, most: int) -> float | None:
    fractions = gps.fractions(tag)
    degrees: float = sum(fraction / 60.0**power for power, fraction in enumerate(fractions))
    if len(fractions) != 3 or not 0 <= degrees <= most:
        return None
    return round(-degrees if gps.text(side) in {"S", "W"} else degrees, 6)


def _device(make: str, model: str) -> str:
    return model if model.lower().startswith(make.lower()) else f"{make} {model}".strip()
