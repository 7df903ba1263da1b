"""Visits written: the canonical line of each, in files or to the standard output."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import IO

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.jsontext import canonical
from cemaudit.files import replaced, unwritable
from cemaudit.language import message
from cemaudit.model import Visit

__all__ = ["STREAM", "line_of", "write_visits"]

STREAM = "-"
"""Stands for the standard input or output."""


def line_of(visit: Visit) -> bytes:
    """The canonical line of a visit: what is set, keys sorted, UTF-8, no line end."""
    return canonical(visit.model_dump(mode="json", exclude_defaults=True))


def write_visits(path: str | Path, visits: Iterable[Visit], stdout: IO[bytes] | None = None) -> int:
    """Write ``visits`` to ``path`` (.jsonl, or .json as a list) or ``-``, all or nothing; returns how many.

    The same visits make the same bytes. ``BadEnvironment`` where the file cannot be written.
    """
    if str(path) == STREAM:
        return _write_lines(stdout or sys.stdout.buffer, visits)
    path = Path(path)
    if path.is_dir():
        raise BadInput(Problem(message("expected a file, found a folder"), str(path)))
    try:
        with replaced(path) as file:
            return _write_list(file, visits) if path.suffix.lower() == ".json" else _write_lines(file, visits)
    except OSError as error:
        raise unwritable(path, error) from error


def _write_lines(file: IO[bytes], visits: Iterable[Visit]) -> int:
    count = 0
    for visit in visits:
        file.write(line_of(visit) + b"\n")
        count += 1
    file.flush()
    return count


def _write_list(file: IO[bytes], visits: Iterable[Visit]) -> int:
    count = 0
    for visit in visits:
        file.write((b",\n" if count else b"[\n") + line_of(visit))
        count += 1
    file.write(b"\n]\n" if count else b"[]\n")
    return count
