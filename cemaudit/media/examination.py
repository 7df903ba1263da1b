"""Examines a file of evidence: its type, whether it is whole, and a copy without private details."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from cemaudit.media.audio import clean_m4a, clean_mp3, clean_wav
from cemaudit.media.binary import truncated
from cemaudit.media.exif import ExifDetails, read_exif
from cemaudit.media.file_types import HEAD, MediaType, media_type_of
from cemaudit.media.heic import read_heic
from cemaudit.media.images import read_jpeg, read_png
from cemaudit.media.picture_quality import PictureQuality, picture_quality
from cemaudit.media.webp import read_webp

__all__ = ["ExaminedFile", "check_pdf", "examine"]

_TAIL = 2048


def check_pdf(data: bytes) -> bytes:
    """Return the same bytes: what a PDF says of its author cannot be cut without writing it anew, so it stays.

    ``BadInput`` where the file ends too early.
    """
    if b"%%EOF" not in data[-_TAIL:]:
        raise truncated()
    return data


class _PictureFile(Protocol):
    """A picture's file taken apart."""

    @property
    def exif(self) -> bytes: ...

    def cleaned(self) -> bytes: ...


_PICTURES: dict[MediaType, Callable[[bytes], _PictureFile]] = {
    MediaType.JPEG: read_jpeg,
    MediaType.PNG: read_png,
    MediaType.HEIC: read_heic,
    MediaType.WEBP: read_webp,
}

_OTHERS: dict[MediaType, Callable[[bytes], bytes]] = {
    MediaType.M4A: clean_m4a,
    MediaType.MP3: clean_mp3,
    MediaType.WAV: clean_wav,
    MediaType.PDF: check_pdf,
}


@dataclass(frozen=True)
class ExaminedFile:
    """A file's kind, the bytes to keep, what was in the file beside them, and how a picture looks."""

    kind: MediaType
    data: bytes
    details: ExifDetails
    look: PictureQuality | None


def examine(data: bytes) -> ExaminedFile:
    """Return what ``data`` is, and its copy without place, device and other tags; pictures are not encoded anew.

    The look is that of the copy, so a picture that comes back can be decoded (HEIC only with the extra ``heic``).
    ``BadInput`` where the file is none that can be evidence, is damaged or ends too early.
    """
    kind = media_type_of(data[:HEAD])
    if kind not in _PICTURES:
        return ExaminedFile(kind, _OTHERS[kind](data), ExifDetails(), None)
    picture = _PICTURES[kind](data)
    cleaned = picture.cleaned()
    return ExaminedFile(kind, cleaned, read_exif(picture.exif), picture_quality(cleaned, kind))
