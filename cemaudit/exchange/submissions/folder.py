"""Folders of strangers' files: links are not followed, nothing outside is opened, size and depth are bounded."""

from __future__ import annotations

import os
import stat
import unicodedata
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import IO

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.submissions.entries import MOST_ENTRIES, Contents, SubmittedFile
from cemaudit.language import message

__all__ = ["open_folder"]

DEEPEST = 20


def open_folder(path: Path, *, deep: bool = True) -> Contents:
    """The regular files in ``path`` and, where ``deep``, below it. ``BadInput`` where it cannot be read."""
    entries = []
    try:
        for entry in _entries(path, "", DEEPEST if deep else 1):
            entries.append(entry)
            if len(entries) > MOST_ENTRIES:
                what = message("more than {most} files", most=MOST_ENTRIES)
                raise BadInput(Problem(what, hint=message("is this the right folder?")))
    except OSError as error:
        raise BadInput(Problem(message("cannot be read: {why}", why=error.strerror))) from error
    return Contents(tuple(sorted(entries, key=lambda entry: entry.name)))


def _entries(path: Path, above: str, deepest: int) -> Iterator[SubmittedFile]:
    with os.scandir(path) as found:
        for one in found:
            name = above + unicodedata.normalize("NFC", one.name)
            if one.is_dir(follow_symlinks=False):
                if deepest > 1:
                    yield from _entries(Path(one.path), f"{name}/", deepest - 1)
            elif one.is_file(follow_symlinks=False):
                yield SubmittedFile(name, one.stat(follow_symlinks=False).st_size, partial(_open, Path(one.path)))


def _open(path: Path) -> IO[bytes]:
    """The file itself, never what a link or a device put in its place since points at."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    file = os.fdopen(os.open(path, flags), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise BadInput(Problem(message("not a regular file"), path.name))
    return file
