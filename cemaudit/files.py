"""Reading and writing files without surprises: clear errors, nothing half-written."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import IO

from cemaudit.errors import BadEnvironment, BadInput, Problem
from cemaudit.language import message

__all__ = [
    "find_full_disk",
    "make_private_file",
    "make_private_folder",
    "read_text",
    "refuse_unreadable",
    "replaced",
    "unwritable",
]

_MEGABYTE = 1_000_000
_OWNER_READS, _OWNER_OPENS = 0o600, 0o700
_FULL = {getattr(errno, name) for name in ("ENOSPC", "EDQUOT", "EFBIG") if hasattr(errno, name)}
_FULL_BY_LIBRARY = {"lxml": ("IO_",), "duckdb": tuple(map(os.strerror, _FULL))}
"""By what words libraries tell of a full disk, whose errors are no ``OSError``."""


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
def replaced(path: Path, *, private: bool = False) -> Iterator[IO[bytes]]:
    """A binary file that takes the place of ``path`` when the block ends well, and leaves no trace when it does not.

    Only its owner reads it where it is ``private``, and the folders made for it; else the umask says who does.
    """
    try:
        if private:
            make_private_folder(path.parent)
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name[:40]}.", dir=path.parent)
    except OSError as error:
        raise unwritable(path, error) from error
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if not private:  # as which temporary files are made
            Path(temporary).chmod(0o666 & ~_umask())
        Path(temporary).replace(path)
    except OSError as error:
        raise unwritable(path, error) from error
    except Exception as error:
        if full_disk := find_full_disk(error):
            raise unwritable(path, full_disk) from error
        raise
    finally:
        Path(temporary).unlink(missing_ok=True)


def make_private_folder(path: Path) -> None:
    """Make a folder that only its owner opens, and its parents, whatever the umask; what is there stays as it is."""
    for folder in reversed([path, *path.parents]):
        if not folder.exists():
            folder.mkdir(_OWNER_OPENS, exist_ok=True)
            folder.chmod(_OWNER_OPENS)


def make_private_file(path: Path) -> None:
    """Make an empty file that only its owner reads, whatever the umask; one that is there stays as it is."""
    if not path.exists():
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, _OWNER_READS))
        path.chmod(_OWNER_READS)


def unwritable(path: Path, error: OSError) -> BadEnvironment:
    """The error that says why ``path`` cannot be written."""
    return BadEnvironment(Problem(message("cannot be written: {why}", why=error.strerror or error), str(path)))


def find_full_disk(error: BaseException) -> OSError | None:
    """The error of a full disk that ``error`` is or was raised from, whichever library met it; ``None`` otherwise."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno in _FULL:
            return cause
        library = type(cause).__module__.lstrip("_").partition(".")[0]
        if any(words in str(cause) for words in _FULL_BY_LIBRARY.get(library, ())):
            return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), tempfile.gettempdir())
        cause = cause.__cause__ or cause.__context__
    return None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
