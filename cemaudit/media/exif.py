"""EXIF: what a picture says of place, time and device."""

from __future__ import annotations

import contextlib
import datetime as dt
import io
import re
import struct
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["ExifDetails", "orientation_of", "orientation_only", "read_exif"]

MOST_BYTES = 65_536
"""Of a block no more is read: a JPEG file cannot hold more, and what other files hold beyond it is no tag of ours."""

ORIENTATION, MAKE, MODEL, SOFTWARE = 0x112, 0x10F, 0x110, 0x131
EXIF, TAKEN, ZONE = 0x8769, 0x9003, 0x9011
GPS, NORTH_OR_SOUTH, LATITUDE, EAST_OR_WEST, LONGITUDE = 0x8825, 1, 2, 3, 4
_MARK = b"Exif\0\0"
_LONGEST = 200
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
    """Return the details in an EXIF block, with or without its ``Exif`` mark; none where it is empty or unsound."""
    block = _open_block(exif)
    gps = _directory(block, GPS)
    make, model = _text(block, MAKE), _text(block, MODEL)
    return ExifDetails(
        taken=_taken_at(_directory(block, EXIF)),
        latitude=_degrees(gps, LATITUDE, NORTH_OR_SOUTH, 90),
        longitude=_degrees(gps, LONGITUDE, EAST_OR_WEST, 180),
        device=model if model.lower().startswith(make.lower()) else f"{make} {model}".strip(),
        software=_text(block, SOFTWARE),
    )


def orientation_of(exif: bytes) -> int:
    """1..8, as EXIF numbers them: how the picture must be turned to stand upright; 1 where nothing sound is said."""
    value = _value(_open_block(exif), ORIENTATION)
    if isinstance(value, bytes) and value:
        value = value[0]
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def orientation_only(orientation: int) -> bytes:
    """Return an EXIF block (without its mark) that says how the picture must be turned, and nothing else."""
    return b"II*\0" + struct.pack("<IHHHIHHI", 8, 1, ORIENTATION, 3, 1, orientation, 0, 0)


class _BoundedBytes(io.BytesIO):
    """Bytes of which no more can be read, in all, than twice as many as there are."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._left = 2 * len(data)

    def read(self, size: int | None = -1) -> bytes:
        # Thousands of entries may point to the same bytes; before its version 13, Pillow keeps a copy for each.
        data = super().read(size)
        self._left -= len(data)
        return data if self._left >= 0 else b""


def _open_block(exif: bytes) -> Image.Exif:
    """The first directory of a block; an empty one where it is unsound, and what stands before the damage."""
    from PIL import Image  # noqa: PLC0415 (heavy, and most commands see no picture)

    block, data = Image.Exif(), exif.removeprefix(_MARK)[:MOST_BYTES]
    if len(data) >= 8 and data[:4] in {b"II*\0", b"MM\0*"}:
        with _damage_ignored():
            block.load_from_fp(_BoundedBytes(data))
    return block


@contextlib.contextmanager
def _damage_ignored() -> Iterator[None]:
    # A stranger's block makes Pillow warn or raise nearly anything; what it says is lost then, and the picture is not.
    with warnings.catch_warnings(action="ignore"), contextlib.suppress(Exception):
        yield


def _directory(block: Image.Exif, tag: int) -> Mapping[int, Any]:
    """The directory an entry points to; an empty one where it points nowhere."""
    with _damage_ignored():
        return block.get_ifd(tag)
    return {}


def _value(directory: Mapping[int, Any], tag: int) -> Any:
    """What an entry holds; ``None`` where there is none, or it is unsound."""
    with _damage_ignored():
        return directory.get(tag)
    return None


def _text(directory: Mapping[int, Any], tag: int) -> str:
    """Words on one line, at most 200 bytes of them; empty where there are none."""
    value = _value(directory, tag)
    held = value.encode("latin-1", "replace") if isinstance(value, str) else b""  # as Pillow has decoded them
    words = held[:_LONGEST].split(b"\0")[0].decode("utf-8", "replace")
    return " ".join("".join(char if char.isprintable() else " " for char in words).split())


def _taken_at(exif: Mapping[int, Any]) -> dt.datetime | None:
    try:
        moment = dt.datetime.strptime(_text(exif, TAKEN), _TIME)  # noqa: DTZ007 (its zone, where there is one, follows)
    except ValueError:
        return None
    zone = _text(exif, ZONE)
    return dt.datetime.fromisoformat(f"{moment.isoformat()}{zone}") if _OFFSET.fullmatch(zone) else moment


def _degrees(gps: Mapping[int, Any], tag: int, side: int, most: int) -> float | None:
    from PIL.TiffImagePlugin import IFDRational  # noqa: PLC0415 (heavy)

    value = _value(gps, tag)
    parts = value[:3] if isinstance(value, tuple) else ()
    if len(parts) != 3 or not all(isinstance(part, IFDRational) and part.denominator for part in parts):
        return None
    degrees: float = sum(part.numerator / part.denominator / 60.0**power for power, part in enumerate(parts))
    if not 0 <= degrees <= most:
        return None
    return round(-degrees if _text(gps, side) in {"S", "W"} else degrees, 6)
