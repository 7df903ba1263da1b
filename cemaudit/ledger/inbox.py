"""A folder visits arrive in: what is taken goes to ``done``, what is not to ``rejected``, the reasons beside it."""

from __future__ import annotations

import filecmp
import itertools
import os
import stat
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO, NamedTuple

from cemaudit.errors import BadInput, Problem
from cemaudit.files import replaced, unwritable
from cemaudit.language import message

__all__ = ["DONE", "ENDINGS", "REJECTED", "Inbox", "Rejects", "Stamp"]

DONE, REJECTED = "done", "rejected"
ENDINGS = {".cemaudit", ".json", ".jsonl", ".ndjson"}


class Stamp(NamedTuple):
    """Which file it is, and how it was left last."""

    number: int
    size: int
    changed: int

    @classmethod
    def of(cls, path: Path) -> Stamp | None:
        """The stamp of a plain file; ``None`` where there is none (links and devices are not followed)."""
        try:
            found = path.lstat()
        except OSError:
            return None
        return cls(found.st_ino, found.st_size, found.st_mtime_ns) if stat.S_ISREG(found.st_mode) else None


class Inbox:
    """The inbox ``folder``; ``BadInput`` where it is none, ``BadEnvironment`` where nothing can be moved in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seen: dict[Path, Stamp] = {}

    def files(self, *, settled: bool = False) -> list[Path]:
        """The files to collect, by name; with ``settled`` those that are as they were when this was last asked."""
        try:
            paths = sorted(
                path for path in self.folder.iterdir() if path.suffix.lower() in ENDINGS and path.name[0] != "."
            )
        except OSError as error:
            raise BadInput(Problem(message("cannot be read: {why}", why=error.strerror), str(self.folder))) from error
        now = {path: mark for path in paths if (mark := Stamp.of(path))}
        before, self._seen = self._seen, now
        return [path for path, mark in now.items() if not settled or before.get(path) == mark]

    def done(self, path: Path, as_read: Stamp) -> None:
        """Put a file that is collected away, unless it was changed since it was read: then it is read again."""
        if Stamp.of(path) == as_read:
            _move(path, _free(self._to(DONE), path.name, path))

    def reject(self, path: Path, as_read: Stamp, reasons: Iterable[str]) -> None:
        """Put a file that is not collected away, with the reasons beside it."""
        if Stamp.of(path) == as_read:
            target = _free(self._to(REJECTED), path.name, path)
            with replaced(_reasons_of(target)) as file:
                file.writelines(f"{reason}\n".encode() for reason in reasons)
            _move(path, target)

    def rejects(self, name: str) -> Rejects:
        """What takes up the lines of the file ``name`` that are not collected."""
        return Rejects(self._to, name)

    def _to(self, where: str) -> Path:
        folder = self.folder / where
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise unwritable(folder, error) from error
        return folder


class Rejects:
    """Two files in the making: the lines as they came, and the reason for each."""

    def __init__(self, to: Callable[[str], Path], name: str) -> None:
        self._to, self._name = to, name
        self._files: list[IO[bytes]] = []

    def add(self, line: bytes | None, reasons: Iterable[str]) -> None:
        """Take up a line (``None``: it was too long to be kept) with what is wrong with it."""
        try:
            if not self._files:
                self._files = [_temporary(self._to(REJECTED)), _temporary(self._to(REJECTED))]
            lines, words = self._files
            lines.write(b"" if line is None else line + b"\n")
            words.writelines(f"{reason}\n".encode() for reason in reasons)
        except OSError as error:
            raise unwritable(self._to(REJECTED), error) from error

    def keep(self) -> None:
        """Give both files their names; those of another file that was rejected stay."""
        if not self._files:
            return
        lines, words = (Path(file.name) for file in self._files)
        try:
            for file in self._files:
                file.flush()
                os.fsync(file.fileno())
                file.close()
        except OSError as error:
            raise unwritable(lines, error) from error
        target = _free(self._to(REJECTED), self._name, lines)
        _move(words, _reasons_of(target))
        _move(lines, target)

    def drop(self) -> None:
        """Remove what was not kept."""
        for file in self._files:
            file.close()
            Path(file.name).unlink(missing_ok=True)


def _temporary(folder: Path) -> IO[bytes]:
    return tempfile.NamedTemporaryFile(dir=folder, prefix=".", delete=False)


def _reasons_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.txt")


def _free(folder: Path, name: str, path: Path) -> Path:
    """Where in ``folder`` the file ``path`` can go by ``name``, or the like, without taking another one's place."""
    first = Path(name)
    numbered = (f"{first.stem}.{number}{first.suffix}" for number in itertools.count(2))
    names = (folder / one for one in itertools.chain([name], numbered))
    try:
        return next(one for one in names if not one.exists() or filecmp.cmp(one, path, shallow=False))
    except FileNotFoundError:  # somebody else collects here too
        return folder / name
    except OSError as error:
        raise unwritable(folder, error) from error


def _move(path: Path, target: Path) -> None:
    try:
        path.replace(target)
    except FileNotFoundError:  # somebody else collects here too
        return
    except OSError as error:
        raise unwritable(target, error) from error
