"""Zip files of strangers: never unpacked by their names, bounded in every way, refused where they are odd.

Bounds: ``LARGEST_DIRECTORY`` bytes of table of contents, ``MOST_ENTRIES`` files, ``LARGEST`` bytes unpacked in all, and
not more than ``MOST_PACKED`` times the size of the zip file (``SMALL`` bytes are always allowed).
"""

from __future__ import annotations

import re
import stat
import struct
import unicodedata
import zipfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import IO

from cemaudit.errors import BadInput, CemauditError, Problem
from cemaudit.exchange.submissions.entries import MOST_ENTRIES, Contents, SubmittedFile
from cemaudit.language import message

__all__ = ["open_archive"]

LARGEST = 50_000_000_000
LARGEST_DIRECTORY = 20_000_000
MOST_PACKED = 100
SMALL = 200_000_000

_DRIVE = re.compile(r"[A-Za-z]:")
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_END, _END_SIZE, _LONGEST_COMMENT = b"PK\x05\x06", 22, 65_535
_ZIP64_LOCATOR, _ZIP64_END = 20, b"PK\x06\x06"
_ENCRYPTED, _UTF_8 = 0x1, 0x800


def open_archive(path: Path) -> Contents:
    """The files of a zip file. ``BadInput`` where it is broken, encrypted, a bomb, or names a file it must not."""
    _refuse_endless(path)
    try:
        archive = zipfile.ZipFile(path)
    except OSError as error:
        raise BadInput(Problem(message("cannot be read: {why}", why=error.strerror or error))) from error
    except Exception as error:  # damaged headers raise many kinds
        raise BadInput(Problem(message("a broken zip file: {why}", why=error))) from error
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
        yield SubmittedFile(name, member.file_size, partial(_open, archive, member))


def _open(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> IO[bytes]:
    return archive.open(member)


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
        what = message("unpacks to {size} MB, far more than it should hold", size=unpacked // 1_000_000)
        raise BadInput(Problem(what, hint=message("is this the right file?")))


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
