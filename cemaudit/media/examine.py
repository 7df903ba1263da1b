"""Examines a file of evidence: its type, whether it is whole, and a copy without private details."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from cemaudit.media.audio import clean_m4a, clean_mp3, clean_wav
from cemaudit.media.binary import cut_off
from cemaudit.media.exif import Details, details_of
from cemaudit.media.file_types import HEAD, Kind, kind_of
from cemaudit.media.heic import read_heic
from cemaudit.media.images import read_jpeg, read_png
from cemaudit.media.picture_quality import Look, look_at

__all__ = ["Examined", "examine", "keep_pdf"]


_TAIL = 2048


def keep_pdf(data: bytes) -> bytes:
    """The same bytes: what a PDF says of its author and program cannot be cut without writing it anew, so it stays.

    ``BadInput`` where the file ends too early.
    """
    if b"%%EOF" not in data[-_TAIL:]:
        raise cut_off()
    return data


class _Picture(Protocol):
    """A picture's file taken apart."""

    @property
    def exif(self) -> bytes: ...

    def cleaned(self) -> bytes: ...


_PICTURES: dict[Kind, Callable[[bytes], _Picture]] = {
    Kind.JPEG: read_jpeg,
    Kind.PNG: read_png,
    Kind.HEIC: read_heic,
}


_OTHERS: dict[Kind, Callable[[bytes], bytes]] = {
    Kind.M4A: clean_m4a,
    Kind.MP3: clean_mp3,
    Kind.WAV: clean_wav,
    Kind.PDF: keep_pdf,
}


@dataclass(frozen=True)
class Examined:
    """A file's kind, the bytes to keep, what was in the file beside them, and how a picture looks."""

    kind: Kind
    data: bytes
    details: Details
    look: Look | None


def examine(data: bytes) -> Examined:
    """What ``data`` is, and its copy without place, device and other tags; pictures are not encoded anew.

    The look is that of the copy, so a picture that comes back can be decoded (HEIC only with the extra ``heic``).
    ``BadInput`` where the file is none that can be evidence, is damaged or ends too early.
    """
    kind = kind_of(data[:HEAD])
    if kind not in _PICTURES:
        return Examined(kind, _OTHERS[kind](data), Details(), None)
    picture = _PICTURES[kind](data)
    cleaned = picture.cleaned()
    return Examined(kind, cleaned, details_of(picture.exif), look_at(cleaned, kind))
