"""Old Excel files (XLS, BIFF), as records of text: values, number formats, hidden rows and sheets."""

from __future__ import annotations

import io
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from cemaudit.exchange.delimited import TextRow
from cemaudit.exchange.number_formats import cell_text
from cemaudit.exchange.sheets import (
    ERROR_CODES,
    guarded_step,
    locked_workbook,
    missing_spreadsheet_extra,
    refuse_larger,
)
from cemaudit.reading import CellKind, CellText

__all__ = ["OldExcelBook", "open_old_workbook"]

_FORMAT = "XLS"
_LARGEST = 100_000_000
"""The most bytes of a file that is read whole; a sheet has at most 65,536 rows and 256 columns."""

_NUMBERS = (2, 3)
_BOOLEAN, _ERROR = 4, 5
"""The types of cells as xlrd counts them; numbers and days are both numbers, told apart by their format."""


@contextmanager
def open_old_workbook(path: Path, most: int) -> Iterator[OldExcelBook]:
    """The workbook in an XLS file.

    ``BadEnvironment`` without the extra ``spreadsheets``; ``BadInput`` where the file is no XLS workbook, is larger
    than ``most`` bytes, or locked.
    """
    refuse_larger(path.stat().st_size, min(most, _LARGEST))
    try:
        import openpyxl  # noqa: F401, PLC0415 an extra, and slow to load
        import xlrd  # noqa: PLC0415
    except ImportError as error:
        raise missing_spreadsheet_extra(_FORMAT, "spreadsheets") from error
    content = path.read_bytes()

    def load() -> Any:
        try:
            return xlrd.open_workbook(
                file_contents=content, formatting_info=True, ragged_rows=True, on_demand=True, logfile=io.StringIO()
            )
        except xlrd.XLRDError as error:
            if "encrypted" in str(error):
                raise locked_workbook() from error
            raise

    book = guarded_step(load, _FORMAT)
    try:
        yield OldExcelBook(book)
    finally:
        book.release_resources()


@dataclass(frozen=True)
class OldExcelBook:
    """A workbook as xlrd opens it."""

    book: Any

    @property
    def names(self) -> list[str]:
        return list(self.book.sheet_names())

    @cached_property
    def hidden(self) -> frozenset[str]:
        shown = self.book._sheet_visibility  # noqa: SLF001 a sheet says so itself only once it is read
        return frozenset(name for name, is_hidden in zip(self.names, shown, strict=True) if is_hidden)

    def rows(self, name: str) -> Generator[TextRow]:
        page = guarded_step(lambda: self.book.sheet_by_name(name), _FORMAT)
        for index in range(page.nrows):
            texts = guarded_step(partial(self._texts, page, index), _FORMAT)
            info = page.rowinfo_map.get(index)
            yield TextRow(index + 1, texts, None, bool(info and info.hidden))

    def _texts(self, page: Any, index: int) -> list[CellText]:
        return [self._text(cell) for cell in page.row(index)]

    def _text(self, cell: Any) -> CellText:
        if cell.ctype in _NUMBERS:
            number_format = self.book.format_map[self.book.xf_list[cell.xf_index].format_key].format_str
            return _number_text(cell.value, number_format, is_1904=self.book.datemode == 1)
        if cell.ctype == _BOOLEAN:
            return cell_text(bool(cell.value), "General")
        if cell.ctype == _ERROR:
            return CellText(ERROR_CODES.get(cell.value, "#N/A"), CellKind.ERROR)
        return CellText(cell.value)


def _number_text(value: float, number_format: str, *, is_1904: bool) -> CellText:
    """The text of a number, which is a day or time where its format shows one, as in XLSX workbooks."""
    from openpyxl.styles.numbers import is_date_format, is_timedelta_format  # noqa: PLC0415 an extra
    from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel  # noqa: PLC0415

    if not is_date_format(number_format):
        return cell_text(value, number_format, is_1904=is_1904)
    epoch = CALENDAR_MAC_1904 if is_1904 else CALENDAR_WINDOWS_1900
    try:
        moment = from_excel(value, epoch, timedelta=is_timedelta_format(number_format))
    except (ValueError, OverflowError):
        return CellText("#VALUE!", CellKind.ERROR)
    return cell_text(moment, number_format)
