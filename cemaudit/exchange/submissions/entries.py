"""What lies in a folder or a zip file of strangers: files under names that are never used as paths."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO, Self

from cemaudit.errors import BadInput, CemauditError, Problem
from cemaudit.language import message

__all__ = ["MOST_ENTRIES", "Contents", "SubmittedFile"]

MOST_ENTRIES = 100_000

_MEGABYTE = 1_000_000
_CHUNK = 1 << 20
_JUNK = ("__MACOSX", ".")


@dataclass(frozen=True)
class SubmittedFile:
    """One file: its ``name`` (parts joined with ``/``, NFC), its ``size`` in bytes when unpacked, how to open it."""

    name: str
    size: int
    opener: Callable[[], IO[bytes]]

    @property
    def folder(self) -> str:
        """The name of the folder it lies in, nothing at the top."""
        return self.name.rpartition("/")[0]

    @property
    def base(self) -> str:
        """The last part of its name."""
        return self.name.rpartition("/")[2]

    @property
    def suffix(self) -> str:
        """What follows the last dot of its name, lower case, with the dot."""
        return f".{self.base.rpartition('.')[2].lower()}" if "." in self.base else ""

    @property
    def is_junk(self) -> bool:
        """Whether a system put it there for itself (``.DS_Store``, ``__MACOSX/``)."""
        return any(part.startswith(_JUNK) for part in self.name.split("/"))

    def chunks(self, most: int) -> Iterator[bytes]:
        """Its bytes in pieces; ``BadInput`` where it is broken, or larger than ``most`` bytes."""
        if self.size > most:
            raise BadInput(Problem(message("larger than {most} MB", most=most // _MEGABYTE), self.name))
        left = most
        try:
            with self.opener() as file:
                while chunk := file.read(_CHUNK):
                    left -= len(chunk)
                    if left < 0:
                        raise BadInput(Problem(message("larger than {most} MB", most=most // _MEGABYTE), self.name))
                    yield chunk
        except CemauditError:
            raise
        except Exception as error:  # zip files break in many ways
            raise BadInput(Problem(message("cannot be read: {why}", why=error), self.name)) from error

    def read(self, most: int) -> bytes:
        """Its bytes; ``BadInput`` as from ``chunks``."""
        return b"".join(self.chunks(most))

    def digest(self, most: int) -> str:
        """The SHA-256 of its bytes, in hexadecimal; ``BadInput`` as from ``chunks``."""
        digest = hashlib.sha256()
        for chunk in self.chunks(most):
            digest.update(chunk)
        return digest.hexdigest()


@dataclass(frozen=True)
class Contents:
    """The files of a folder or zip file, sorted by name; to be closed when they are no longer needed."""

    entries: tuple[SubmittedFile, ...]
    close: Callable[[], None] = lambda: None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
