"""XLSX sheets, as records of text: formulas count as the values stored beside them and are never run."""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cemaudit.errors import BadEnvironment, BadInput, CemauditError, Problem, nearest
from cemaudit.exchange.delimited import LARGEST, TextRow
from cemaudit.exchange.number_formats import cell_text
from cemaudit.language import message
from cemaudit.reading import CellText

if TYPE_CHECKING:
    from openpyxl import Workbook

__all__ = ["read_sheets", "read_workbook"]

_SCANNED = 1 << 20
_AT_ONCE = 100
_OTHER_EPOCH = 1904
_LONGEST_TAG = 1000
_ROW = re.compile(rb"<row\s[^>]{0,900}>")
_HIDDEN = re.compile(rb'\shidden="(?:1|true)"')
_NUMBER = re.compile(rb'\sr="([0-9]{1,7})"')


def read_workbook(path: Path, sheet: str | None = None) -> Iterator[TextRow]:
    """The rows of the first sheet not hidden, or of the one named; of merged cells the first holds the value.

    ``BadEnvironment`` without the extra ``xlsx``; ``BadInput`` where the file is no XLSX workbook or has no such sheet.
    """
    with _opened(path, LARGEST) as book:
        yield from book.sheet(sheet)


def read_sheets(path: Path, wanted: Callable[[str], bool], most: int) -> Iterator[tuple[str, Iterator[TextRow]]]:
    """Every sheet whose name is ``wanted``, with its rows, which are to be read before the next sheet.

    Errors as of ``read_workbook``; ``BadInput`` too where the workbook unpacks to more than ``most`` bytes.
    """
    with _opened(path, most) as book:
        for name in filter(wanted, book.names):
            yield name, book.sheet(name)


@dataclass(frozen=True)
class _Book:
    """A workbook by its values and, where it has any, by its formulas."""

    path: Path
    values: Workbook
    formulas: Workbook | None

    @property
    def names(self) -> list[str]:
        return [page.title for page in self.values.worksheets]

    def sheet(self, name: str | None) -> Iterator[TextRow]:
        hidden = _hidden_rows(self.path, _page(self.values, name))
        rows = _rows(self.values, name)
        if self.formulas is None:
            return _records(((cells, cells) for cells in rows), hidden, is_1904=self.is_1904)
        return _records(zip(rows, _rows(self.formulas, name), strict=True), hidden, is_1904=self.is_1904)

    @property
    def is_1904(self) -> bool:
        """Whether the workbook counts its days from 1904."""
        return self.values.epoch.year == _OTHER_EPOCH


@contextmanager
def _opened(path: Path, most: int) -> Iterator[_Book]:
    _refuse_bombs(path, most)
    values = _load(path, data_only=True)
    formulas = _load(path, data_only=False) if _has_formulas(path) else None
    try:
        yield _Book(path, values, formulas)
    finally:
        values.close()
        if formulas:
            formulas.close()


def _records(
    rows: Iterable[tuple[Sequence[Any], Sequence[Any]]], hidden: Container[int], *, is_1904: bool
) -> Iterator[TextRow]:
    """Rows that hold anything, none narrower than the first; ``rows`` pairs values with the formulas behind them."""
    width = 0
    for number, (cells, sources) in enumerate(rows, 1):
        if any(source.value is not None for source in sources):
            width = width or len(cells)
            texts = [cell_text(cell.value, cell.number_format, cell.data_type, is_1904=is_1904) for cell in cells]
            texts += [CellText("")] * (width - len(cells))
            yield TextRow(number, texts, _unreckoned(cells, sources), number in hidden)


def _unreckoned(cells: Sequence[Any], sources: Sequence[Any]) -> Problem | None:
    """The problem of a row with a formula whose value the workbook does not hold."""
    for column, (cell, source) in enumerate(zip(cells, sources, strict=True), 1):
        if cell.value is None and source.value is not None:
            what = message("column {number} holds a formula without its value", number=column)
            return Problem(what, hint=message("open and save the workbook in a spreadsheet program"))
    return None


def _page(book: Workbook, sheet: str | None) -> Any:
    """The sheet of that name; without one the first that is not hidden."""
    names = [page.title for page in book.worksheets]
    if sheet is not None and sheet not in names:
        raise BadInput(Problem(message("no such sheet: {sheet}", sheet=sheet), hint=nearest(sheet, names)))
    visible = [index for index, page in enumerate(book.worksheets) if page.sheet_state == "visible"]
    return book.worksheets[names.index(sheet) if sheet is not None else next(iter(visible), 0)]


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


def _rows(book: Workbook, sheet: str | None) -> Iterator[Sequence[Any]]:
    page = _page(book, sheet)
    page.reset_dimensions()  # the sheet's own word on its size may be wrong by a million rows
    rows = page.iter_rows()
    while some := _guarded(lambda: list(islice(rows, _AT_ONCE))):
        yield from some


def _load(path: Path, *, data_only: bool) -> Workbook:
    try:
        import defusedxml.ElementTree  # noqa: F401, PLC0415 openpyxl reads XML through it once it is there
        import openpyxl  # noqa: PLC0415 an extra, and slow to load
    except ImportError as error:
        hint = message("install it: {command}", command="pip install 'cemaudit[xlsx]'")
        raise BadEnvironment(Problem(message("XLSX tables need the extra {extra}", extra="xlsx"), hint=hint)) from error
    book: Workbook = _guarded(lambda: openpyxl.load_workbook(path, read_only=True, data_only=data_only))
    if not book.worksheets:
        book.close()
        raise BadInput(Problem(message("a workbook without sheets")))
    return book


def _guarded(step: Any) -> Any:
    """What ``step()`` gives, without the library's warnings, its many kinds of errors made one."""
    try:
        with warnings.catch_warnings(action="ignore"):
            return step()
    except CemauditError:
        raise
    except Exception as error:
        raise BadInput(Problem(message("cannot be read as an XLSX workbook: {why}", why=error))) from error


def _refuse_bombs(path: Path, largest: int) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, OSError) as error:
        raise BadInput(Problem(message("cannot be read as an XLSX workbook: {why}", why=error))) from error
    if size > largest:
        most = message("larger than {most} MB", most=largest // 1_000_000)
        raise BadInput(Problem(most, hint=message("split the table")))


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
