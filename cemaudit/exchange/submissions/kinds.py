"""What a file or folder is, told by its content."""

from __future__ import annotations

import codecs
import zipfile
from enum import Enum, auto
from pathlib import Path

from cemaudit.errors import BadInput, Problem
from cemaudit.files import refuse_unreadable
from cemaudit.language import message

__all__ = ["ContainerKind", "kind_of"]

_WORKBOOKS = {"xl/workbook.xml", "xl/workbook.bin"}
_OPEN_DOCUMENT = {"mimetype", "content.xml"}
_ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


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
