"""Pictures of strangers, looked at before anything decodes them."""

from __future__ import annotations

import struct

from cemaudit.errors import BadInput, Sayable
from cemaudit.language import message
from cemaudit.media.binary import check_pixels

__all__ = ["BadPicture", "check_size", "png_size"]

PNG = b"\x89PNG\r\n\x1a\n"


class BadPicture(Exception):
    """Not a picture that can be shown; ``why`` is for people."""

    def __init__(self, why: Sayable) -> None:
        super().__init__(str(why))
        self.why = why


def check_size(width: int, height: int) -> None:
    """``BadPicture`` where there are no pixels, or more than memory should hold."""
    try:
        check_pixels(width, height)
    except BadInput as error:
        raise BadPicture(error.problems[0].what) from error


def png_size(data: bytes) -> tuple[int, int]:
    """Width and height from a PNG's header, checked."""
    if not data.startswith(PNG) or data[12:16] != b"IHDR" or len(data) < 24:
        raise BadPicture(message("the file is damaged; its parts do not fit together"))
    width, height = struct.unpack(">II", data[16:24])
    check_size(width, height)
    return width, height
