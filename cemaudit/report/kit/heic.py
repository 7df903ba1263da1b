"""HEIC pictures, which no PDF can hold: made into JPEG where the extra ``heic`` is installed."""

from __future__ import annotations

from io import BytesIO

from PIL import Image

from cemaudit.report.kit.picture import BadPicture, check_size

__all__ = ["jpeg_of_heic"]

QUALITY = 85


def jpeg_of_heic(data: bytes, longest: int) -> bytes:
    """The picture as JPEG, upright, its longer side at most ``longest``; ``BadPicture`` where it cannot be decoded."""
    picture = _decoded(data)
    picture.thumbnail((longest, longest))
    jpeg = BytesIO()
    picture.save(jpeg, "JPEG", quality=QUALITY)
    return jpeg.getvalue()


def _decoded(data: bytes) -> Image.Image:
    try:
        import pillow_heif  # noqa: PLC0415 an extra

        opened = pillow_heif.open_heif(BytesIO(data))
        check_size(*opened.size)
        return opened.to_pillow().convert("RGB")
    except BadPicture:
        raise
    except Exception as error:
        raise BadPicture from error
