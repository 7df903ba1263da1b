"""How a picture looks: its size, how sharp and how bright it is."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from PIL import Image, ImageFilter, ImageOps, ImageStat

from cemaudit.errors import BadInput
from cemaudit.language import message
from cemaudit.media.binary import COPY_AGAIN, check_pixels, refuse_file
from cemaudit.media.exif import ORIENTATION
from cemaudit.media.file_types import MediaType

__all__ = ["PictureQuality", "grey_picture", "picture_quality"]

LONG_SIDE = 400
"""Pictures are looked at in this size (pixels of the longer side): numbers of all cameras compare, and the noise of a
sensor, which would pass for sharp edges, is averaged away."""

Look = TypeVar("Look")
GRID = 4
DARKEST = 0.05
_LAPLACIAN = ImageFilter.Kernel((3, 3), (0, 1, 0, 1, -4, 1, 0, 1, 0), scale=1, offset=128)
_FORMATS = {MediaType.JPEG: "JPEG", MediaType.PNG: "PNG", MediaType.WEBP: "WEBP"}


@dataclass(frozen=True)
class PictureQuality:
    """Width and height in pixels, standing upright; brightness from 0 to 1.

    ``sharpness`` is the variance of the Laplacian in the sharpest sixteenth of the picture, as if its brightness were
    one half: neither a plain wall around a small sign nor a dim light makes a picture blurred.
    """

    width: int
    height: int
    sharpness: float
    brightness: float


def picture_quality(data: bytes, kind: MediaType) -> PictureQuality | None:
    """Return the look of a picture; ``None`` for HEIC without the extra ``heic``.

    ``BadInput`` where it cannot be decoded.
    """
    return _decoded(data, kind, _quality_of)


def grey_picture(data: bytes, kind: MediaType) -> Image.Image | None:
    """Return a picture standing upright, small, in 256 greys; ``None`` for what is no picture, and as above.

    ``BadInput`` where it cannot be decoded.
    """
    if kind is not MediaType.HEIC and kind not in _FORMATS:
        return None
    return _decoded(data, kind, _upright)


def _upright(image: Image.Image) -> Image.Image:
    check_pixels(*image.size)
    image.draft("L", (LONG_SIDE, LONG_SIDE))
    # Turned while the tag is still there: a messenger turns the picture and takes the tag away.
    return _grey(ImageOps.exif_transpose(image))


def _decoded(data: bytes, kind: MediaType, looked_at: Callable[[Image.Image], Look]) -> Look | None:
    try:
        with warnings.catch_warnings(action="ignore"):
            image = _heic(data) if kind is MediaType.HEIC else Image.open(io.BytesIO(data), formats=[_FORMATS[kind]])
            return looked_at(image) if image else None
    # A stranger's file makes a decoder raise nearly anything; all of it means the same.
    except BadInput:
        raise
    except Exception as error:
        raise refuse_file(message("the picture cannot be decoded: {why}", why=error), message(COPY_AGAIN)) from error


def _heic(data: bytes) -> Image.Image | None:
    try:
        from pillow_heif import open_heif  # noqa: PLC0415 (an extra)
    except ImportError:
        return None
    file = open_heif(data)
    check_pixels(*file.size)
    return file.to_pillow()


def _quality_of(image: Image.Image) -> PictureQuality:
    width, height = image.size
    check_pixels(width, height)
    if image.getexif().get(ORIENTATION, 1) > 4:
        width, height = height, width
    # Decoded at this size at once, where the format can.
    image.draft("L", (LONG_SIDE, LONG_SIDE))
    grey = _grey(image)
    brightness = ImageStat.Stat(grey).mean[0] / 255
    sharpness = _sharpness(grey) * (0.5 / max(brightness, DARKEST)) ** 2
    return PictureQuality(width, height, round(sharpness, 1), round(brightness, 3))


def _grey(image: Image.Image) -> Image.Image:
    """The picture, small, in 256 greys, on white where it is transparent."""
    if image.mode.startswith("I"):  # 16 bits a pixel, which a plain conversion would cut to white
        small = image.convert("I").point(lambda value: value / 256).convert("L")
    elif image.has_transparency_data:
        small = image if image.mode == "RGBA" else image.convert("RGBA")
    else:
        small = image.convert("L")
    small.thumbnail((LONG_SIDE, LONG_SIDE))
    if small.mode == "RGBA":
        small = Image.alpha_composite(Image.new("RGBA", small.size, "white"), small)
    return small.convert("L")


def _sharpness(grey: Image.Image) -> float:
    """The largest variance of the Laplacian among the parts of a picture; 0 where it is too small to have any."""
    edges = grey.filter(_LAPLACIAN)
    wide, high = (side // GRID for side in edges.size)
    if min(wide, high) < 3:
        return 0.0
    places = ((column * wide, row * high) for column in range(GRID) for row in range(GRID))
    tiles = (edges.crop((left + 1, top + 1, left + wide - 1, top + high - 1)) for left, top in places)
    return max(ImageStat.Stat(tile).var[0] for tile in tiles)
