"""Evidence taken in: a file as it is given, and a cleaned copy beside the draft, read again before it counts."""

from __future__ import annotations

import hashlib
import os
import shlex
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path
from typing import Annotated
from urllib.parse import unquote

from pydantic import Field

from cemaudit.errors import BadEnvironment, BadInput, Problem
from cemaudit.files import replaced, unwritable
from cemaudit.language import message
from cemaudit.media import ExifDetails, PictureQuality, examine
from cemaudit.media.file_types import HEAD, MediaType, media_type_of
from cemaudit.model.base import Line, Record, Whole, clean

__all__ = ["KeptEvidence", "opened", "path_typed", "read_given", "take_in"]

_MEGABYTE = 1_000_000
_LARGEST = max(kind.most_bytes for kind in MediaType)
_SAFELY = sum(getattr(os, flag, 0) for flag in ("O_RDONLY", "O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY"))


def path_typed(text: str) -> Path:
    """The path a person typed or a terminal pasted: quotes, escaped spaces, ``file://`` and ``~`` undone."""
    words = text.strip()
    if words.startswith("file://"):
        words = unquote(words.removeprefix("file://").removeprefix("localhost"), errors="surrogateescape")
        words = words.removeprefix("/") if os.name == "nt" else words
    else:
        words = _unquoted(words)
    try:
        return Path(words).expanduser()
    except RuntimeError:  # the home of nobody we know
        return Path(words)


def _unquoted(words: str) -> str:
    """One quoted or escaped word of a shell as it is meant; anything else, a path with spaces say, as it stands."""
    if os.name == "nt":
        return words.strip('"')
    if not words.startswith(("'", '"')) and "\\" not in words:
        return words
    try:
        parts = shlex.split(words)
    except ValueError:
        return words
    return parts[0] if len(parts) == 1 else words


def read_given(path: Path) -> bytes:
    """The bytes of a regular file; ``BadInput`` where it is of no kind or size that can be evidence."""
    with opened(path) as file:
        size = os.fstat(file.fileno()).st_size
        _refuse_large(size, _LARGEST, path)
        head = file.read(HEAD)
        if not head:
            raise BadInput(Problem(message("the file is empty"), str(path)))
        try:
            kind = media_type_of(head)
        except BadInput as error:
            raise error.inside(path) from error
        _refuse_large(size, kind.most_bytes, path)
        data = head + file.read(max(size - len(head), 0) + 1)
    if len(data) != size:
        cause = message("the file changed while it was read")
        hint = message("wait until it is complete, then try again")
        raise BadInput(Problem(cause, str(path), hint))
    return data


def _refuse_large(size: int, most: int, path: Path) -> None:
    if size > most:
        cause = message("larger than {most} MB", most=most // _MEGABYTE)
        raise BadInput(Problem(cause, str(path), message("save a smaller copy")))


@contextmanager
def opened(path: Path) -> Iterator[BufferedReader]:
    """A regular file, opened so that nothing else is waited for or followed; ``BadInput`` where it cannot be read."""
    try:
        _refuse_irregular(path.lstat(), path)
        with os.fdopen(os.open(path, _SAFELY), "rb") as file:
            _refuse_irregular(os.fstat(file.fileno()), path)
            yield file
    except FileNotFoundError as error:
        raise BadInput(Problem(message("no such file"), str(path))) from error
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        raise BadInput(Problem(message("cannot be read: {why}", why=why), str(path))) from error


def _refuse_irregular(status: os.stat_result, path: Path) -> None:
    if stat.S_ISLNK(status.st_mode):
        cause, hint = message("a link to another file"), message("name the file itself")
        raise BadInput(Problem(cause, str(path), hint))
    if stat.S_ISDIR(status.st_mode):
        raise BadInput(Problem(message("expected a file, found a folder"), str(path)))
    if not stat.S_ISREG(status.st_mode):
        raise BadInput(Problem(message("not a regular file"), str(path)))


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
        examined = examine(data)
    except BadInput as error:
        raise error.inside(source) from error
    digest = hashlib.sha256(examined.data).hexdigest()
    file = f"{FOLDER}/{digest}{examined.kind.suffix}"
    _keep(folder / file, examined.data, digest)
    return KeptEvidence(
        file=file,
        sha256=digest,
        size=len(examined.data),
        kind=examined.kind,
        original=hashlib.sha256(data).hexdigest(),
        name=" ".join(clean(source.name).split())[:_LONGEST_NAME],
        details=examined.details,
        look=examined.look,
    )


def _keep(path: Path, data: bytes, digest: str) -> None:
    """Write unless it is there, make durable, read again; where that fails, nothing new is left at ``path``."""
    is_kept = _digest(path) == digest
    try:
        if not is_kept:
            with replaced(path, private=True) as file:
                file.write(data)
        _settle(path.parent)
        _settle(path.parent.parent)
        _prove(path, digest)
    except (OSError, BadEnvironment) as error:
        if not is_kept:
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
