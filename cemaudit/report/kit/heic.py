"""Pictures no PDF can hold, made into JPEG; HEIC where the extra ``heic`` is installed."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from cemaudit.language import message
from cemaudit.report.kit.picture import BadPicture, check_size

__all__ = ["encode_jpeg", "jpeg_of_heic"]

QUALITY = 85


def jpeg_of_heic(data: bytes, longest: int) -> bytes:
    """The picture as JPEG, upright, its longer side at most ``longest``; ``BadPicture`` where it cannot be decoded."""
    return encode_jpeg(_decoded(data), longest)


def encode_jpeg(picture: Image.Image, longest: int) -> bytes:
    """The picture, of three colours and without transparency, as JPEG, its longer side at most ``longest``."""
    picture.thumbnail((longest, longest))
    jpeg = BytesIO()
    picture.save(jpeg, "JPEG", quality=QUALITY)
    return jpeg.getvalue()


def _decoded(data: bytes) -> Image.Image:
    try:
        import pillow_heif  # noqa: PLC0415 an extra
    except ImportError as error:
        raise BadPicture(message("this needs the extra {extra}", extra="heic")) from error
    try:
        opened = pillow_heif.open_heif(BytesIO(data))
        check_size(*opened.size)
        return opened.to_pillow().convert("RGB")
    except BadPicture:
        raise
    except Exception as error:
        raise BadPicture(message("the picture cannot be decoded: {why}", why=error)) from error
