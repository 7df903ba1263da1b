"""Pictures and recordings as bytes: what they are, what they say of place and person, and how to take that out.

``examine`` takes the bytes of a file, refuses what is no evidence or damaged, and returns a copy without private
details, beside what was in it. Nothing here opens a path, knows a visit, or encodes a picture anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cemaudit.packages import front_door

if TYPE_CHECKING:
    from cemaudit.media.examination import ExaminedFile, examine
    from cemaudit.media.exif import ExifDetails
    from cemaudit.media.file_types import MediaType, media_type_of
    from cemaudit.media.picture_quality import PictureQuality

__all__ = [
    "ExaminedFile",
    "ExifDetails",
    "MediaType",
    "PictureQuality",
    "examine",
    "media_type_of",
]

_HOMES = {
    "ExaminedFile": "examination",
    "ExifDetails": "exif",
    "MediaType": "file_types",
    "PictureQuality": "picture_quality",
    "examine": "examination",
    "media_type_of": "file_types",
}

__getattr__, __dir__ = front_door(__name__, _HOMES)
