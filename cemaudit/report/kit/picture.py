"""Pictures of strangers, looked at before anything decodes them."""

from __future__ import annotations

import struct

__all__ = ["MOST_PIXELS", "BadPicture", "check_size", "png_size"]

MOST_PIXELS = 60_000_000
PNG = b"\x89PNG\r\n\x1a\n"


class BadPicture(Exception):
    """Not a picture that can be shown."""


def check_size(width: int, height: int) -> None:
    """``BadPicture`` where there are no pixels, or more than memory should hold."""
    if not 0 < width * height <= MOST_PIXELS:
        raise BadPicture


def png_size(data: bytes) -> tuple[int, int]:
    """Width and height from a PNG's header, checked."""
    if not data.startswith(PNG) or data[12:16] != b"IHDR" or len(data) < 24:
        raise BadPicture
    width, height = struct.unpack(">II", data[16:24])
    check_size(width, height)
    return width, height
