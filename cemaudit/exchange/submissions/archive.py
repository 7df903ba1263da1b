"""The files of an export: in a zip archive, in a folder, or alone; each told by what it holds.

Bounds: ``LARGEST_DIRECTORY`` bytes of table of contents, ``MOST_ENTRIES`` files, ``LARGEST`` bytes unpacked in all, and
not more than ``MOST_PACKED`` times the size of the zip file (``SMALL`` bytes are always allowed).
"""

from __future__ import annotations

import codecs
import hashlib
import os
import re
import stat
import struct
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial
from pathlib import Path
from typing import IO, Self

from cemaudit.errors import BadInput, CemauditError, Problem
from cemaudit.files import refuse_unreadable
from cemaudit.language import message

__all__ = ["MOST_ENTRIES", "ContainerKind", "Contents", "SubmittedFile", "kind_of", "open_archive", "open_folder"]

MOST_ENTRIES = 100_000
_MEGABYTE = 1_000_000
_CHUNK = 1 << 20
_JUNK = ("__MACOSX", ".")
LARGEST = 50_000_000_000
LARGEST_DIRECTORY = 20_000_000
MOST_PACKED = 100
SMALL = 200_000_000
_DRIVE = re.compile(r"[A-Za-z]:")
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_END, _END_SIZE, _LONGEST_COMMENT = b"PK\x05\x06", 22, 65_535
_ZIP64_LOCATOR, _ZIP64_END = 20, b"PK\x06\x06"
_ENCRYPTED, _UTF_8 = 0x1, 0x800
DEEPEST = 20
_WORKBOOKS = {"xl/workbook.xml", "xl/workbook.bin"}
_OPEN_DOCUMENT = {"mimetype", "content.xml"}
_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


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


def open_archive(path: Path) -> Contents:
    """The files of a zip file. ``BadInput`` where it is broken, encrypted, a bomb, or names a file it must not."""
    _refuse_endless(path)
    try:
        archive = zipfile.ZipFile(path)
    except OSError as error:
        raise BadInput(Problem(message("cannot be read: {why}", why=error.strerror or error))) from error
    except Exception as error:  # damaged headers raise many kinds
        hint = message("it may be cut off: pack or copy it again")
        raise BadInput(Problem(message("a broken zip file"), hint=hint)) from error
    try:
        members = [member for member in archive.infolist() if not member.is_dir()]
        _refuse_bomb(members, path.stat().st_size)
        entries = sorted(_entries(archive, members), key=lambda entry: entry.name)
    except CemauditError:
        archive.close()
        raise
    return Contents(tuple(entries), archive.close)


def _entries(archive: zipfile.ZipFile, members: list[zipfile.ZipInfo]) -> Iterator[SubmittedFile]:
    for member in members:
        name = _name(member)
        _refuse_odd(member, name)
        yield SubmittedFile(name, member.file_size, partial(archive.open, member))


def _name(member: zipfile.ZipInfo) -> str:
    """The name as it was meant: what programs write without saying its encoding is UTF-8, or Korean Windows' CP949."""
    name = member.orig_filename.partition("\0")[0]
    if not member.flag_bits & _UTF_8 and not name.isascii():
        raw = name.encode("cp437")
        for encoding in ("utf-8", "cp949"):
            try:
                name = raw.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def _refuse_odd(member: zipfile.ZipInfo, name: str) -> None:
    parts = name.split("/")
    kind = stat.S_IFMT(member.external_attr >> 16)
    if name.startswith("/") or ".." in parts or _DRIVE.match(name):
        raise BadInput(Problem(message("a name that leads out of the zip file"), name))
    if kind and kind != stat.S_IFREG:
        raise BadInput(Problem(message("a link or device in the zip file, not a file"), name))
    if member.flag_bits & _ENCRYPTED:
        raise BadInput(Problem(message("locked with a password"), name, message("zip the files without a password")))
    if member.compress_type not in _METHODS:
        raise BadInput(Problem(message("packed in a way that is not read"), name, message("zip the files as usual")))


def _refuse_bomb(members: list[zipfile.ZipInfo], packed: int) -> None:
    if len(members) > MOST_ENTRIES:
        raise BadInput(Problem(message("more than {most} files", most=MOST_ENTRIES), hint=message("split the export")))
    unpacked = sum(member.file_size for member in members)
    if unpacked > min(LARGEST, max(SMALL, MOST_PACKED * packed)):
        cause = message("unpacks to {size} MB, far more than it should hold", size=unpacked // 1_000_000)
        raise BadInput(Problem(cause, hint=message("is this the right file?")))


def _refuse_endless(path: Path) -> None:
    """Refuse a table of contents too large to be read at all."""
    try:
        with path.open("rb") as file:
            size = _directory_size(file)
    except OSError as error:
        raise BadInput(Problem(message("cannot be read: {why}", why=error.strerror))) from error
    if size > LARGEST_DIRECTORY:
        raise BadInput(Problem(message("more than {most} files", most=MOST_ENTRIES), hint=message("split the export")))


def _directory_size(file: IO[bytes]) -> int:
    """The bytes of the table of contents, as the end of the zip file says; 0 where that is not found."""
    length = file.seek(0, 2)
    start = max(0, length - _END_SIZE - _LONGEST_COMMENT)
    file.seek(start)
    tail = file.read()
    place = tail.rfind(_END)
    if place < 0 or place + _END_SIZE > len(tail):
        return 0
    size: int = struct.unpack_from("<L", tail, place + 12)[0]
    return _directory_size_64(file, start + place) if size == 0xFFFFFFFF else size


def _directory_size_64(file: IO[bytes], end: int) -> int:
    """The same of a very large zip file, whose end points at another end."""
    file.seek(max(0, end - _ZIP64_LOCATOR))
    locator = file.read(_ZIP64_LOCATOR)
    file.seek(min(struct.unpack_from("<Q", locator, 8)[0], end) if len(locator) == _ZIP64_LOCATOR else end)
    record = file.read(56)
    return struct.unpack_from("<Q", record, 40)[0] if record.startswith(_ZIP64_END) and len(record) == 56 else 0


def open_folder(path: Path, *, deep: bool = True) -> Contents:
    """The regular files in ``path`` and, where ``deep``, below it. ``BadInput`` where it cannot be read."""
    entries = []
    try:
        for entry in _files_below(path, "", DEEPEST if deep else 1):
            entries.append(entry)
            if len(entries) > MOST_ENTRIES:
                cause = message("more than {most} files", most=MOST_ENTRIES)
                raise BadInput(Problem(cause, hint=message("is this the right folder?")))
    except OSError as error:
        raise BadInput(Problem(message("cannot be read: {why}", why=error.strerror))) from error
    return Contents(tuple(sorted(entries, key=lambda entry: entry.name)))


def _files_below(path: Path, above: str, deepest: int) -> Iterator[SubmittedFile]:
    with os.scandir(path) as entries:
        for entry in entries:
            name = above + unicodedata.normalize("NFC", entry.name)
            if entry.is_dir(follow_symlinks=False):
                if deepest > 1:
                    yield from _files_below(Path(entry.path), f"{name}/", deepest - 1)
            elif entry.is_file(follow_symlinks=False):
                yield SubmittedFile(
                    name, entry.stat(follow_symlinks=False).st_size, partial(_open_regular, Path(entry.path))
                )


def _open_regular(path: Path) -> IO[bytes]:
    """The file itself, never what a link or a device put in its place since points at."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    file = os.fdopen(os.open(path, flags), "rb")
    if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        file.close()
        raise BadInput(Problem(message("not a regular file"), path.name))
    return file


class ContainerKind(Enum):
    """What can hold submissions."""

    FOLDER = auto()
    ARCHIVE = auto()
    TABLE = auto()
    INSTANCE = auto()


def kind_of(path: Path) -> ContainerKind:
    """What ``path`` is; ``BadInput`` where it cannot be read, or is no such thing at first sight."""
    if path.is_dir():
        return ContainerKind.FOLDER
    refuse_unreadable(path)
    try:
        with path.open("rb") as file:
            start = file.read(200)
    except OSError as error:
        raise BadInput(Problem(message("cannot be read: {why}", why=error.strerror), str(path))) from error
    if path.suffix.lower() == ".enc":
        raise BadInput(Problem(message("an encrypted file"), path.name, message("export it decrypted")))
    if start.startswith(_ZIP_STARTS):
        return ContainerKind.TABLE if _is_workbook(path) else ContainerKind.ARCHIVE
    return ContainerKind.INSTANCE if _is_xml(start) else ContainerKind.TABLE


def _is_workbook(path: Path) -> bool:
    """Whether a zip file is a spreadsheet; what cannot be read as a zip file is said where it is opened."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            return bool(names & _WORKBOOKS) or names >= _OPEN_DOCUMENT
    except Exception:  # noqa: BLE001 (damaged zip files raise many kinds)
        return False


def _is_xml(start: bytes) -> bool:
    mark, encoding = next(((mark, name) for mark, name in _MARKS.items() if start.startswith(mark)), (b"", "utf-8"))
    return start.removeprefix(mark).decode(encoding, "replace").lstrip().startswith("<")
