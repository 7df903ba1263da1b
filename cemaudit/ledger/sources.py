"""The inbox folder, and the sources visits are read from."""

from __future__ import annotations

import filecmp
import itertools
import os
import stat
import sys
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.canonical_json import STREAM
from cemaudit.exchange.visits import bounded_lines
from cemaudit.files import refuse_unreadable, replaced, unwritable
from cemaudit.language import message, printable

__all__ = [
    "DONE",
    "ENDINGS",
    "REJECTED",
    "FileStamp",
    "Inbox",
    "RejectedLines",
    "SourcePiece",
    "VisitSource",
    "find_sources",
    "inbox_sources",
]

DONE, REJECTED = "done", "rejected"
ENDINGS = {".cemaudit", ".json", ".jsonl", ".ndjson"}


class FileStamp(NamedTuple):
    """Which file it is, and how it was left last."""

    number: int
    size: int
    changed: int

    @classmethod
    def of(cls, path: Path) -> FileStamp | None:
        """Return the stamp of a plain file; ``None`` where there is none (links and devices are not followed)."""
        try:
            status = path.lstat()
        except OSError:
            return None
        return cls(status.st_ino, status.st_size, status.st_mtime_ns) if stat.S_ISREG(status.st_mode) else None


class Inbox:
    """The inbox ``folder``; ``BadInput`` where it is none, ``BadEnvironment`` where nothing can be moved in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seen: dict[Path, FileStamp] = {}

    def files(self, *, settled: bool = False) -> list[Path]:
        """Return the files to collect, by name; with ``settled`` those that are as they were when last asked for."""
        try:
            paths = sorted(
                path for path in self.folder.iterdir() if path.suffix.lower() in ENDINGS and path.name[0] != "."
            )
        except OSError as error:
            raise BadInput(Problem(message("cannot be read: {why}", why=error.strerror), str(self.folder))) from error
        # A file that rests between two looks is one that nobody is writing any more.
        now = {path: mark for path in paths if (mark := FileStamp.of(path))}
        before, self._seen = self._seen, now
        return [path for path, mark in now.items() if not settled or before.get(path) == mark]

    def done(self, path: Path, as_read: FileStamp) -> None:
        """Put a file that is collected away, unless it was changed since it was read: then it is read again."""
        if FileStamp.of(path) == as_read:
            _move(path, _unused_name(self._folder(DONE), path.name, path))

    def reject(self, path: Path, as_read: FileStamp, reasons: Iterable[str]) -> None:
        """Put a file that is not collected away, with the reasons beside it."""
        if FileStamp.of(path) == as_read:
            target = _unused_name(self._folder(REJECTED), path.name, path)
            # The reasons first: no rejected file is ever without them.
            with replaced(_reasons_of(target)) as file:
                file.writelines(f"{reason}\n".encode() for reason in reasons)
            _move(path, target)

    def rejects(self, name: str) -> RejectedLines:
        """Return what takes up the lines of the file ``name`` that are not collected."""
        return RejectedLines(self._folder, name)

    def _folder(self, where: str) -> Path:
        folder = self.folder / where
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise unwritable(folder, error) from error
        return folder


class RejectedLines:
    """Two files in the making: the lines as they came, and the reason for each."""

    def __init__(self, to: Callable[[str], Path], name: str) -> None:
        self._folder, self._name = to, name
        self._files: list[IO[bytes]] = []

    def add(self, line: bytes | None, reasons: Iterable[str]) -> None:
        """Take up a line (``None``: it was too long to be kept) with what is wrong with it."""
        try:
            if not self._files:
                self._files = [_temporary(self._folder(REJECTED)), _temporary(self._folder(REJECTED))]
            lines, words = self._files
            lines.write(b"" if line is None else line + b"\n")
            words.writelines(f"{reason}\n".encode() for reason in reasons)
        except OSError as error:
            raise unwritable(self._folder(REJECTED), error) from error

    def keep(self) -> None:
        """Give both files their names; those of another file that was rejected stay."""
        if not self._files:
            return
        lines, words = (Path(file.name) for file in self._files)
        # On the disk before they have names: the source is put away next, and its lines are nowhere else.
        try:
            for file in self._files:
                file.flush()
                os.fsync(file.fileno())
                file.close()
        except OSError as error:
            raise unwritable(lines, error) from error
        target = _unused_name(self._folder(REJECTED), self._name, lines)
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


def _unused_name(folder: Path, name: str, path: Path) -> Path:
    """Where in ``folder`` the file ``path`` can go by ``name``, or the like, without taking another one's place."""
    first = Path(name)
    numbered = (f"{first.stem}.{number}{first.suffix}" for number in itertools.count(2))
    # The same bytes under the same name are the same file, collected a second time; it needs no further name.
    names = (folder / candidate for candidate in itertools.chain([name], numbered))
    try:
        return next(
            candidate for candidate in names if not candidate.exists() or filecmp.cmp(candidate, path, shallow=False)
        )
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


_LINES = {".jsonl", ".ndjson"}
_AT_ONCE, _BYTES_AT_ONCE = 500, 1_000_000
_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class SourcePiece:
    """Some visits of a source: lines with their numbers, or a whole file. The last one of a source may be empty."""

    source: VisitSource
    content: Sequence[bytes | None] | Path
    numbers: Sequence[int] = ()
    is_last: bool = False

    def line(self, index: int) -> bytes | None:
        """Return the line at a place of the piece, as it came."""
        return None if isinstance(self.content, Path) else self.content[index]

    def name(self, index: int) -> str:
        """Return the visit at a place of the piece, for people; nothing for the only one of its file."""
        if not isinstance(self.content, Path):
            return str(message("line {number}", number=self.numbers[index]))
        return str(message("visit {number}", number=index + 1)) if self.source.visits > 1 else ""


class VisitSource(ABC):
    """A file, perhaps in an inbox. ``reject`` is called for each visit that is not taken, then ``end``.

    ``visits``: how many were found in it so far. ``trouble``: why it cannot be read, or not to its end.
    """

    def __init__(self, path: Path | None, inbox: Inbox | None = None) -> None:
        self.path, self.inbox = path, inbox
        self.place = printable(path.name) if path else str(message("standard input"))
        self.visits = 0
        self.trouble = ""
        self._stamp = FileStamp.of(path) if path else None
        self._reasons: list[str] = []

    @property
    def is_gone(self) -> bool:
        """Whether somebody else, who collects here too, has taken it away."""
        return self.inbox is not None and self.path is not None and not self.path.exists()

    @abstractmethod
    def pieces(self) -> Iterator[SourcePiece]:
        """Yield the pieces, the last one marked."""

    def reject(self, name: str, line: bytes | None, reasons: Sequence[str]) -> None:  # noqa: ARG002 (not all keep lines)
        """Take note of a visit that is not taken: its ``name`` in the file, its line, and why."""
        self._reasons += (f"{name}: {reason}" if name else reason for reason in reasons)

    def end(self) -> None:
        """All its visits are in, or known not to be: put the file away."""
        if self.inbox and self.path and self._stamp:
            if self._reasons:
                self.inbox.reject(self.path, self._stamp, self._reasons)
            else:
                self.inbox.done(self.path, self._stamp)

    def abandon(self) -> None:  # noqa: B027 (most have nothing to leave)
        """Leave everything as it was."""


class FileSource(VisitSource):
    """A sealed file, or a .json file: put away as a whole."""

    def pieces(self) -> Iterator[SourcePiece]:
        if self.path:
            yield SourcePiece(self, self.path, is_last=True)


class JsonLinesSource(VisitSource):
    """Lines of JSON: those that are not taken are put aside by themselves."""

    def __init__(self, path: Path | None, inbox: Inbox | None = None) -> None:
        super().__init__(path, inbox)
        self._rejects = inbox.rejects(path.name) if inbox and path else None

    def pieces(self) -> Iterator[SourcePiece]:
        try:
            with self._opened() as file:
                yield from self._read(file)
        except OSError as error:
            self.trouble = str(message("cannot be read: {why}", why=error.strerror or error))
        yield SourcePiece(self, [], is_last=True)

    def reject(self, name: str, line: bytes | None, reasons: Sequence[str]) -> None:
        if not name:
            super().reject(name, line, reasons)
        elif self._rejects:
            self._rejects.add(line, [f"{name}: {reason}" for reason in reasons])

    def end(self) -> None:
        # The lines before the file: stopped in between, it is collected again and its bad lines are put aside again.
        if self._rejects:
            self._rejects.keep()
        super().end()

    def abandon(self) -> None:
        if self._rejects:
            self._rejects.drop()

    def _opened(self) -> AbstractContextManager[IO[bytes]]:
        return self.path.open("rb") if self.path else nullcontext(sys.stdin.buffer)

    def _read(self, file: IO[bytes]) -> Iterator[SourcePiece]:
        lines: list[bytes | None] = []
        numbers: list[int] = []
        size = 0
        for number, line in enumerate(bounded_lines(file), 1):
            text = line and (line.removeprefix(_MARK) if number == 1 else line).strip()
            if text == b"":
                continue
            lines.append(text)
            numbers.append(number)
            size += len(text or b"")
            if len(lines) == _AT_ONCE or size > _BYTES_AT_ONCE:
                yield SourcePiece(self, lines, numbers)
                lines, numbers, size = [], [], 0
        if lines:
            yield SourcePiece(self, lines, numbers)


def find_sources(names: Sequence[str]) -> Iterator[VisitSource | Inbox]:
    """Yield the files, the inbox of each folder, and the standard input (``-``).

    ``BadInput`` where one cannot be used.
    """
    for name in names:
        path = Path(name)
        if name == STREAM:
            yield JsonLinesSource(None)
        elif path.is_dir():
            yield Inbox(path)
        else:
            refuse_unreadable(path)
            yield _source(path)


def inbox_sources(inbox: Inbox, *, settled: bool = False) -> Iterator[VisitSource]:
    """Return the files in an inbox; with ``settled`` those nobody is writing any more."""
    return (_source(path, inbox) for path in inbox.files(settled=settled))


def _source(path: Path, inbox: Inbox | None = None) -> VisitSource:
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        hint = message("import tables with 'cemaudit import'")
        raise BadInput(Problem(message("expected a .json, .jsonl or .cemaudit file"), str(path), hint))
    return JsonLinesSource(path, inbox) if ending in _LINES else FileSource(path, inbox)
