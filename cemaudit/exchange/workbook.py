"""XLSX sheets, as records of text: formulas count as the values stored beside them and are never run."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Container, Generator, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.delimited import TextRow
from cemaudit.exchange.number_formats import cell_text
from cemaudit.exchange.sheets import (
    guarded_step,
    missing_spreadsheet_extra,
    refuse_bombs,
    refuse_row,
    unvalued_formula,
)
from cemaudit.language import message

if TYPE_CHECKING:
    from openpyxl import Workbook

__all__ = ["ExcelBook", "open_workbook"]

_FORMAT = "XLSX"
_SCANNED = 1 << 20
_AT_ONCE = 100
_OTHER_EPOCH = 1904
_LONGEST_TAG = 1000
_ROW = re.compile(rb"<row\s[^>]{0,900}>")
_HIDDEN = re.compile(rb'\shidden="(?:1|true)"')
_NUMBER = re.compile(rb'\sr="([0-9]{1,7})"')


@contextmanager
def open_workbook(path: Path, most: int) -> Iterator[ExcelBook]:
    """The workbook in an XLSX file.

    ``BadEnvironment`` without the extra ``xlsx``; ``BadInput`` where the file is no XLSX workbook or unpacks to more
    than ``most`` bytes.
    """
    refuse_bombs(path, most, _FORMAT)
    values = _load(path, data_only=True)
    formulas = _load(path, data_only=False) if _has_formulas(path) else None
    try:
        yield ExcelBook(path, values, formulas)
    finally:
        values.close()
        if formulas:
            formulas.close()


@dataclass(frozen=True)
class ExcelBook:
    """A workbook by its values and, where it has any, by its formulas."""

    path: Path
    values: Workbook
    formulas: Workbook | None

    @property
    def names(self) -> list[str]:
        return [page.title for page in self.values.worksheets]

    @property
    def hidden(self) -> frozenset[str]:
        return frozenset(page.title for page in self.values.worksheets if page.sheet_state != "visible")

    def rows(self, name: str) -> Generator[TextRow]:
        hidden = _hidden_rows(self.path, _page(self.values, name))
        is_1904 = self.values.epoch.year == _OTHER_EPOCH
        # Closed by hand: what stopped it holds on to the sheet, and with it to the file.
        with ExitStack() as stack:
            rows = stack.enter_context(closing(_rows(self.values, name)))
            if self.formulas is None:
                yield from _records(((cells, cells) for cells in rows), hidden, is_1904=is_1904)
                return
            formulas = stack.enter_context(closing(_rows(self.formulas, name)))
            yield from _records(zip(rows, formulas, strict=True), hidden, is_1904=is_1904)


def _records(
    rows: Iterable[tuple[Sequence[Any], Sequence[Any]]], hidden: Container[int], *, is_1904: bool
) -> Generator[TextRow]:
    """Rows that hold anything; ``rows`` pairs values with the formulas behind them."""
    for number, (cells, sources) in enumerate(rows, 1):
        refuse_row(number)
        if any(source.value is not None for source in sources):
            texts = [cell_text(cell.value, cell.number_format, cell.data_type, is_1904=is_1904) for cell in cells]
            yield TextRow(number, texts, _unreckoned(cells, sources), number in hidden)


def _unreckoned(cells: Sequence[Any], sources: Sequence[Any]) -> Problem | None:
    """The problem of a row with a formula whose value the workbook does not hold."""
    pairs = zip(cells, sources, strict=True)
    columns = (column for column, (cell, source) in enumerate(pairs, 1) if cell.value is None is not source.value)
    column = next(columns, 0)
    return unvalued_formula(column) if column else None


def _page(book: Workbook, name: str) -> Any:
    return next(page for page in book.worksheets if page.title == name)


def _hidden_rows(path: Path, page: Any) -> frozenset[int]:
    """The numbers of the rows that a filter or a person has hidden; they are read as well, and told."""
    member = str(getattr(page, "_worksheet_path", ""))  # read-only sheets keep no properties of rows
    with zipfile.ZipFile(path) as archive:
        if member not in archive.namelist():
            return frozenset()
        hidden: set[int] = set()
        with archive.open(member) as sheet:
            tail = b""
            while chunk := sheet.read(_SCANNED):
                text = tail + chunk
                hidden.update(
                    int(match[1])
                    for tag in _ROW.findall(text)
                    if _HIDDEN.search(tag) and (match := _NUMBER.search(tag))
                )
                tail = text[-_LONGEST_TAG:]
    return frozenset(hidden)


def _rows(book: Workbook, name: str) -> Generator[Sequence[Any]]:
    page = _page(book, name)
    page.reset_dimensions()  # the sheet's own word on its size may be wrong by a million rows
    with closing(page.iter_rows()) as rows:
        while some := guarded_step(lambda: list(islice(rows, _AT_ONCE)), _FORMAT):
            yield from some


def _load(path: Path, *, data_only: bool) -> Workbook:
    try:
        import defusedxml.ElementTree  # noqa: F401, PLC0415 openpyxl reads XML through it once it is there
        import openpyxl  # noqa: PLC0415 an extra, and slow to load
    except ImportError as error:
        raise missing_spreadsheet_extra(_FORMAT, "xlsx") from error
    book: Workbook = guarded_step(lambda: openpyxl.load_workbook(path, read_only=True, data_only=data_only), _FORMAT)
    if not book.worksheets:
        book.close()
        raise BadInput(Problem(message("a workbook without sheets")))
    return book


def _has_formulas(path: Path) -> bool:
    """Whether any sheet holds a formula; a quick look that spares most workbooks a second reading."""
    with zipfile.ZipFile(path) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        return any(_holds(archive, name) for name in sheets)


def _holds(archive: zipfile.ZipFile, name: str) -> bool:
    with archive.open(name) as sheet:
        tail = b""
        while chunk := sheet.read(_SCANNED):
            if b"<f>" in tail + chunk or b"<f " in tail + chunk or b"<f/" in tail + chunk:
                return True
            tail = chunk[-2:]
    return False
