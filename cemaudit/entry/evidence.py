"""Evidence taken in: a cleaned copy beside the draft, named by its content, and read again before it counts as kept."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from typing import Annotated

from pydantic import Field

from cemaudit.entry.given import opened, path_typed, read_given
from cemaudit.errors import BadEnvironment, BadInput, Problem
from cemaudit.files import replaced, unwritable
from cemaudit.language import message
from cemaudit.media import ExifDetails, MediaType, PictureQuality, examine
from cemaudit.model.base import Line, Record, Whole, clean

__all__ = ["KeptEvidence", "path_typed", "take_in"]

FOLDER = "media"
_LONGEST_NAME = 120

Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class KeptEvidence(Record):
    """A file that was taken in. ``file`` is relative to the draft's folder; ``sha256`` and ``size`` are the copy's.

    ``original`` is the SHA-256 of the file as it was given, by which the same photo is known again; ``name`` what it
    was called, for people; ``details`` what it said beside the picture, which the copy no longer says.
    """

    file: Annotated[str, Field(pattern=r"^media/[0-9a-f]{64}\.[a-z0-9]{1,5}$")]
    sha256: Digest
    size: Whole
    kind: MediaType
    original: Digest
    name: Line = ""
    details: ExifDetails = ExifDetails()
    look: PictureQuality | None = None


def take_in(source: Path, folder: Path) -> KeptEvidence:
    """Copy a file into ``folder/media``, without what is personal; taken in twice, it is there once.

    Nothing is promised before the copy was written, made durable and read again. ``BadInput`` where the file is none
    that can be evidence; ``BadEnvironment`` where it cannot be kept: then nothing is left behind.
    """
    data = read_given(source)
    try:
        found = examine(data)
    except BadInput as error:
        raise error.inside(source) from error
    digest = hashlib.sha256(found.data).hexdigest()
    file = f"{FOLDER}/{digest}{found.kind.suffix}"
    _keep(folder / file, found.data, digest)
    return KeptEvidence(
        file=file,
        sha256=digest,
        size=len(found.data),
        kind=found.kind,
        original=hashlib.sha256(data).hexdigest(),
        name=" ".join(clean(source.name).split())[:_LONGEST_NAME],
        details=found.details,
        look=found.look,
    )


def _keep(path: Path, data: bytes, digest: str) -> None:
    """Write unless it is there, make durable, read again; where that fails, nothing new is left at ``path``."""
    there = _digest(path) == digest
    try:
        if not there:
            with replaced(path, private=True) as file:
                file.write(data)
        _settle(path.parent)
        _settle(path.parent.parent)
        _prove(path, digest)
    except (OSError, BadEnvironment) as error:
        if not there:
            with suppress(OSError):
                path.unlink()
        if isinstance(error, OSError):
            raise unwritable(path, error) from error
        raise


def _prove(path: Path, digest: str) -> None:
    if _digest(path) != digest:
        hint = message("the disk may be failing; use another")
        raise BadEnvironment(Problem(message("reads back as something else than was written"), str(path), hint))


def _settle(folder: Path) -> None:
    """Make the entries of a folder durable, where the system knows how."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _digest(path: Path) -> str:
    """The SHA-256 of a file as the disk holds it; empty where it cannot be read."""
    try:
        with opened(path) as file:
            if hasattr(os, "posix_fadvise"):
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            return hashlib.file_digest(file, "sha256").hexdigest()
    except BadInput:
        return ""
