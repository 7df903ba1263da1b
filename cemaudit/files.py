"""Reading and writing files without surprises: clear errors, nothing half-written."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import IO

from cemaudit.errors import BadEnvironment, BadInput, Problem
from cemaudit.language import message

__all__ = ["read_text", "refuse_unreadable", "replaced", "unwritable"]

_MEGABYTE = 1_000_000


def refuse_unreadable(path: Path) -> None:
    """Raise ``BadInput`` where ``path`` is missing, a folder, or not a regular file."""
    if path.is_dir():
        raise BadInput(Problem(message("expected a file, found a folder"), str(path)))
    if not path.exists():
        raise BadInput(Problem(message("no such file"), str(path)))
    if not path.is_file():
        raise BadInput(Problem(message("not a regular file"), str(path)))


def read_text(source: Path | Traversable, most: int = 5 * _MEGABYTE) -> str:
    """The text of a UTF-8 file of at most ``most`` bytes (a byte order mark is dropped); ``BadInput`` otherwise."""
    if isinstance(source, Path):
        refuse_unreadable(source)
        if source.stat().st_size > most:
            size = message("larger than {most} MB", most=most // _MEGABYTE)
            raise BadInput(Problem(size, str(source), message("is this the right file?")))
    try:
        return source.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        what = message("not UTF-8 text (byte {position})", position=error.start)
        raise BadInput(Problem(what, str(source), message("save the file as UTF-8"))) from error
    except OSError as error:
        raise BadInput(Problem(message("cannot be read: {why}", why=error.strerror), str(source))) from error


@contextmanager
def replaced(path: Path) -> Iterator[IO[bytes]]:
    """A binary file that takes the place of ``path`` when the block ends well, and leaves no trace when it does not."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name[:40]}.", dir=path.parent)
    except OSError as error:
        raise unwritable(path, error) from error
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o666 & ~_umask())
        Path(temporary).replace(path)
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        Path(temporary).unlink(missing_ok=True)


def unwritable(path: Path, error: OSError) -> BadEnvironment:
    """The error that says why ``path`` cannot be written."""
    return BadEnvironment(Problem(message("cannot be written: {why}", why=error.strerror or error), str(path)))


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
