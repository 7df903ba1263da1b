"""Workbooks of plain text: no cell is ever a formula, the same content makes the same bytes."""

from __future__ import annotations

import re
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.tables.sheets import MOST_COLUMNS, missing_spreadsheet_extra
from cemaudit.files import replaced
from cemaudit.language import message

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

__all__ = ["LONGEST_CELL", "XlsxSheet", "fit_for_cells", "save_timeless", "write_sheets"]

LONGEST_CELL = 32_767
_LONG_AGO = (2020, 1, 1, 0, 0, 0)
_AT_ONCE = 1 << 20
_CORE = "docProps/core.xml"
_STAMP = re.compile(rb"<dcterms:(created|modified)[^>]*>[^<]*</dcterms:\1>")
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]")


@dataclass(frozen=True)
class XlsxSheet:
    """A sheet's name, header and rows of text; ``dress`` adds what is not text: widths, drop-downs, formats."""

    name: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    dress: Callable[[Worksheet], None] = field(default=lambda _: None)


def write_sheets(path: Path, sheets: Sequence[XlsxSheet]) -> None:
    """Write a workbook to ``path``, whole or not at all.

    ``BadEnvironment`` without the extra ``xlsx`` or where the file cannot be written; ``BadInput`` where a sheet is
    wider than spreadsheets are.
    """
    try:
        from openpyxl import Workbook  # noqa: PLC0415 an extra, and slow to load
    except ImportError as error:
        raise missing_spreadsheet_extra("XLSX", "xlsx") from error
    for sheet in sheets:
        if len(sheet.header) > MOST_COLUMNS:
            text = message("{count} columns are more than a sheet has", count=len(sheet.header))
            raise BadInput(Problem(text, sheet.name))
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in sheets:
        _fill(book.create_sheet(sheet.name), sheet)
    with replaced(path) as file:
        save_timeless(book, file)


def _fill(page: Worksheet, sheet: XlsxSheet) -> None:
    for number, row in enumerate((sheet.header, *sheet.rows), 1):
        for column, text in enumerate(row, 1):
            if text:
                cell = page.cell(number, column, fit_for_cells(text))
                cell.data_type = "s"
                cell.quotePrefix = text[0] in "=+-@'"
    sheet.dress(page)


def fit_for_cells(text: str) -> str:
    """The text as far as a cell can hold it."""
    return _UNFIT.sub("", text)[:LONGEST_CELL]


def save_timeless(book: Workbook, file: IO[bytes]) -> None:
    """Write the workbook to a file, without the moment it was written; piece by piece, for sheets may be large."""
    with tempfile.TemporaryFile() as written:
        book.save(written)
        with zipfile.ZipFile(written) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
            for saved in old.infolist():
                member = zipfile.ZipInfo(saved.filename, _LONG_AGO)
                member.compress_type = zipfile.ZIP_DEFLATED
                member.external_attr = 0o600 << 16
                if member.filename == _CORE:
                    new.writestr(member, _STAMP.sub(b"", old.read(saved)))
                    continue
                member.file_size = saved.file_size
                with old.open(saved) as source, new.open(member, "w") as target:
                    shutil.copyfileobj(source, target, _AT_ONCE)
