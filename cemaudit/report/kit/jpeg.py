"""JPEG files passed into a PDF as they are: nothing decoded, everything personal left out."""

from __future__ import annotations

from dataclasses import dataclass

from cemaudit.errors import BadInput
from cemaudit.media import images
from cemaudit.report.kit.picture import BadPicture

__all__ = ["JpegImage", "read_jpeg"]


@dataclass(frozen=True)
class JpegImage:
    """The file's bytes without comments, EXIF, colour profiles and the like; sizes before turning."""

    data: bytes
    width: int
    height: int
    components: int
    orientation: int
    """1..8, as EXIF numbers them: how the picture must be turned to stand upright."""
    is_complete: bool


def read_jpeg(data: bytes) -> JpegImage:
    """The JPEG in ``data``, also where its end is missing; ``BadPicture`` where it is none that a PDF can show."""
    try:
        found = images.read_jpeg(data)
    except BadInput as error:
        raise BadPicture(error.problems[0].what) from error
    kept = [segment for marker, segment in found.segments if marker != images.PROFILE_SEGMENT]
    whole = b"".join([b"\xff\xd8", *kept, b"\xff\xd9"])
    return JpegImage(whole, found.width, found.height, found.components, found.orientation, found.complete)
