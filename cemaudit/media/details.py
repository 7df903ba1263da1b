"""What a picture's file says of when, where and with what it was taken, and how it must be turned."""

from __future__ import annotations

import datetime as dt
import re
import struct
from dataclasses import dataclass

from cemaudit.media.tiff import Directory, first_directory

__all__ = ["Details", "details_of", "orientation_of", "orientation_only"]

ORIENTATION, MAKE, MODEL, SOFTWARE = 0x112, 0x10F, 0x110, 0x131
EXIF, TAKEN, ZONE = 0x8769, 0x9003, 0x9011
GPS, NORTH_OR_SOUTH, LATITUDE, EAST_OR_WEST, LONGITUDE = 0x8825, 1, 2, 3, 4
_TIME = "%Y:%m:%d %H:%M:%S"
_OFFSET = re.compile(r"[+-](0\d|1[0-4]):[0-5]\d")


@dataclass(frozen=True)
class Details:
    """What a picture's file says beside the picture; what it does not say is ``None`` or empty.

    ``taken`` is the camera's own clock, with a zone only where the file names one. Degrees: north and east positive.
    """

    taken: dt.datetime | None = None
    latitude: float | None = None
    longitude: float | None = None
    device: str = ""
    software: str = ""


def details_of(exif: bytes) -> Details:
    """The details in an EXIF block; none where it is empty or unsound."""
    first = first_directory(exif)
    place = first.inner(GPS)
    return Details(
        taken=_taken(first.inner(EXIF)),
        latitude=_degrees(place, LATITUDE, NORTH_OR_SOUTH, 90),
        longitude=_degrees(place, LONGITUDE, EAST_OR_WEST, 180),
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


def _taken(exif: Directory) -> dt.datetime | None:
    try:
        moment = dt.datetime.strptime(exif.text(TAKEN), _TIME)  # noqa: DTZ007 (its zone, where there is one, follows)
    except ValueError:
        return None
    zone = exif.text(ZONE)
    return dt.datetime.fromisoformat(f"{moment.isoformat()}{zone}") if _OFFSET.fullmatch(zone) else moment


def _degrees(place: Directory, tag: int, side: int, most: int) -> float | None:
    parts = place.fractions(tag)
    degrees: float = sum(part / 60.0**power for power, part in enumerate(parts))
    if len(parts) != 3 or not 0 <= degrees <= most:
        return None
    return round(-degrees if place.text(side) in {"S", "W"} else degrees, 6)


def _device(make: str, model: str) -> str:
    return model if model.lower().startswith(make.lower()) else f"{make} {model}".strip()
