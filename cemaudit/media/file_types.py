"""What kind of file some bytes are: told by their content, never by a name."""

from __future__ import annotations

from enum import StrEnum

from cemaudit.language import Message, message
from cemaudit.media.audio import frame_length
from cemaudit.media.binary import refuse_file
from cemaudit.media.webp import is_webp

__all__ = ["HEAD", "MediaType", "media_type_of"]

HEAD = 4096
"""So many bytes from the start are enough to tell the kind."""

_MEGABYTE = 1_000_000


class MediaType(StrEnum):
    """The kinds of files that can be evidence."""

    JPEG = "jpeg"
    PNG = "png"
    HEIC = "heic"
    WEBP = "webp"
    PDF = "pdf"
    M4A = "m4a"
    MP3 = "mp3"
    WAV = "wav"

    @property
    def suffix(self) -> str:
        """Return the usual end of the file's name, with its dot."""
        return ".jpg" if self is MediaType.JPEG else f".{self}"

    @property
    def is_picture(self) -> bool:
        """Return whether it is looked at."""
        return self in {MediaType.JPEG, MediaType.PNG, MediaType.HEIC, MediaType.WEBP}

    @property
    def evidence_kinds(self) -> frozenset[str]:
        """Return the kinds of evidence it can be: ``photo``, ``receipt``, ``audio``, ``document``."""
        if self.is_picture:
            return frozenset({"photo", "receipt", "document"})
        return frozenset({"receipt", "document"} if self is MediaType.PDF else {"audio"})

    @property
    def most_bytes(self) -> int:
        """Return the size in bytes of the largest file of this kind that is taken in."""
        return (200 if "audio" in self.evidence_kinds else 50) * _MEGABYTE


_STARTS = {
    b"\xff\xd8\xff": MediaType.JPEG,
    b"\x89PNG\r\n\x1a\n": MediaType.PNG,
    b"%PDF-": MediaType.PDF,
    b"ID3": MediaType.MP3,
}

_OTHERS = {
    b"OggS": "OGG",
    b"GIF8": "GIF",
    b"PK\x03\x04": "ZIP",
    b"<!doctype": "HTML",
    b"<html": "HTML",
    b"fLaC": "FLAC",
    b"#!AMR": "AMR",
    b"II*\0": "TIFF",
    b"MM\0*": "TIFF",
    b"BM": "BMP",
}

_HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"}
_IMAGES = {b"mif1", b"msf1", b"mif2"}
_SOUND = {b"M4A ", b"M4B ", b"mp41", b"mp42", b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"dash"}


def media_type_of(head: bytes) -> MediaType:
    """Return the kind of a file that starts with ``head`` (``HEAD`` bytes are enough); else ``BadInput``."""
    started = next((kind for start, kind in _STARTS.items() if head.startswith(start)), None)
    kind = started or _iso_media_type(head) or _riff_type(head) or _mp3_type(head)
    if kind is None:
        raise refuse_file(_refusal_text(head), message("take JPEG, PNG, HEIC, WebP, PDF, M4A, MP3 or WAV"))
    return kind


def _iso_media_type(head: bytes) -> MediaType | None:
    """The kind of a file made of boxes, by its brands: the major one, then those it says it fits."""
    if head[4:8] != b"ftyp":
        return None
    end = min(int.from_bytes(head[:4], "big"), len(head))
    major, others = head[8:12], {head[offset : offset + 4] for offset in range(16, end - 3, 4)}
    if major in _HEIC or (major in _IMAGES and others & _HEIC):
        return MediaType.HEIC
    return MediaType.M4A if major in _SOUND else None


def _riff_type(head: bytes) -> MediaType | None:
    """The kind of a file in a RIFF container."""
    if is_webp(head):
        return MediaType.WEBP
    return MediaType.WAV if head.startswith(b"RIFF") and head[8:12] == b"WAVE" else None


def _mp3_type(head: bytes) -> MediaType | None:
    # Two frames, one after the other: without tags nothing else tells an MP3 file.
    length = frame_length(head, 0)
    return MediaType.MP3 if length and frame_length(head, length) else None


def _refusal_text(head: bytes) -> Message:
    start = head.lstrip()[:16].lower()
    name = next((name for mark, name in _OTHERS.items() if start.startswith(mark.lower())), "")
    if head[4:8] == b"ftyp":
        name = "AVIF" if b"avif" in head[8:64] else "MP4, MOV"
    if not name:
        return message("neither a picture nor a recording nor a PDF, by its content")
    return message("a file of the kind {name}, by its content, which is not taken in", name=name)
