"""A file the shopper gives: its path as a terminal hands it over, and its bytes, nothing waited for or followed."""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from urllib.parse import unquote

from cemaudit.errors import BadInput, Problem
from cemaudit.language import message
from cemaudit.media.file_types import HEAD, MediaType, media_type_of

__all__ = ["opened", "path_typed", "read_given"]

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
        found = shlex.split(words)
    except ValueError:
        return words
    return found[0] if len(found) == 1 else words


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
        what, hint = message("the file changed while it was read"), message("wait until it is complete, then try again")
        raise BadInput(Problem(what, str(path), hint))
    return data


def _refuse_large(size: int, most: int, path: Path) -> None:
    if size > most:
        what = message("larger than {most} MB", most=most // _MEGABYTE)
        raise BadInput(Problem(what, str(path), message("save a smaller copy")))


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


def _refuse_irregular(seen: os.stat_result, path: Path) -> None:
    if stat.S_ISLNK(seen.st_mode):
        what, hint = message("a link to another file"), message("name the file itself")
        raise BadInput(Problem(what, str(path), hint))
    if stat.S_ISDIR(seen.st_mode):
        raise BadInput(Problem(message("expected a file, found a folder"), str(path)))
    if not stat.S_ISREG(seen.st_mode):
        raise BadInput(Problem(message("not a regular file"), str(path)))
