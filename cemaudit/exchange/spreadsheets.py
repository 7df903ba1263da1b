"""Spreadsheets of any format, told by their first bytes: XLSX, XLS, XLSB and OpenDocument, as records of text."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

from cemaudit.exchange.binary_workbook import open_binary_workbook
from cemaudit.exchange.delimited import LARGEST, TextRow
from cemaudit.exchange.old_workbook import open_old_workbook
from cemaudit.exchange.open_document import open_document
from cemaudit.exchange.sheets import SheetBook, bounded_rows, choose_sheet, locked_workbook
from cemaudit.exchange.workbook import open_workbook

__all__ = ["SheetRows", "SpreadsheetFormat", "find_spreadsheet_format", "open_sheet", "read_sheets"]

_ZIP = b"PK\x03\x04"
_COMPOUND = b"\xd0\xcf\x11\xe0"
_SCANNED = 64_000_000
_STREAMS = tuple(name.encode("utf-16-le") for name in ("Workbook", "Book"))
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
"""The name of the part that holds a workbook locked with a password."""
_NEW_EXCEL = {".xlsx", ".xlsm", ".xltx", ".xlsb"}
"""Endings of workbooks that are no old Excel files unless somebody renamed them."""


class SpreadsheetFormat(StrEnum):
    """The formats of spreadsheets, by their usual endings."""

    XLSX = "xlsx"
    XLS = "xls"
    XLSB = "xlsb"
    ODS = "ods"


class SheetRows(NamedTuple):
    """The rows of one sheet, and the names of the sheets that the workbook hides."""

    rows: Iterator[TextRow]
    hidden_sheets: tuple[str, ...]


def find_spreadsheet_format(path: Path) -> SpreadsheetFormat | None:
    """Return the format of a spreadsheet by what the file holds; ``None`` where it is none.

    ``BadInput`` where it is locked with a password.
    """
    with path.open("rb") as file:
        start = file.read(4)
        if start == _COMPOUND:
            _refuse_locked(path, start + file.read(_SCANNED))
            return SpreadsheetFormat.XLS
    if start != _ZIP:
        return None
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return SpreadsheetFormat.XLSX
    if "xl/workbook.bin" in names:
        return SpreadsheetFormat.XLSB
    return SpreadsheetFormat.ODS if "content.xml" in names else SpreadsheetFormat.XLSX


def open_sheet(path: Path, format: SpreadsheetFormat, sheet: str | None = None) -> SheetRows:  # noqa: A002
    """The rows of the first sheet not hidden, or of the one named; of merged cells the first holds the value.

    ``BadEnvironment`` where the format's extra is missing; ``BadInput`` where the file is no such workbook, holds too
    much, or has no such sheet.
    """
    stack = ExitStack()
    with stack:
        book = stack.enter_context(_OPENERS[format](path, LARGEST))
        name = choose_sheet(book, sheet)
        left = tuple(other for other in book.names if other in book.hidden)
        return SheetRows(_rows_until_closed(book, name, stack.pop_all()), left)


def read_sheets(path: Path, wanted: Callable[[str], bool], most: int) -> Iterator[tuple[str, Iterator[TextRow]]]:
    """Every sheet whose name is ``wanted``, with its rows, which are to be read before the next sheet.

    Errors as of ``open_sheet``; ``BadInput`` too where the workbook unpacks to more than ``most`` bytes.
    """
    with _OPENERS[find_spreadsheet_format(path) or SpreadsheetFormat.XLSX](path, most) as book:
        for name in filter(wanted, book.names):
            with closing(book.rows(name)) as rows:
                yield name, bounded_rows(rows)


def _rows_until_closed(book: SheetBook, name: str, stack: ExitStack) -> Iterator[TextRow]:
    with stack, closing(book.rows(name)) as rows:
        yield from bounded_rows(rows)


def _refuse_locked(path: Path, content: bytes) -> None:
    is_renamed = path.suffix.lower() in _NEW_EXCEL and not any(stream in content for stream in _STREAMS)
    if is_renamed or _ENCRYPTED in content:
        raise locked_workbook()


_OPENERS: dict[SpreadsheetFormat, Callable[[Path, int], AbstractContextManager[SheetBook]]] = {
    SpreadsheetFormat.XLSX: open_workbook,
    SpreadsheetFormat.XLS: open_old_workbook,
    SpreadsheetFormat.XLSB: open_binary_workbook,
    SpreadsheetFormat.ODS: open_document,
}
