"""Tables of any kind (CSV, gz, spreadsheets), told by their first bytes, as rows of text by column name."""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from cemaudit.errors import BadInput, CemauditError, Problem
from cemaudit.exchange.tables.delimited import DELIMITERS, LARGEST, Encoding, TextRow, read_delimited
from cemaudit.exchange.tables.excel import open_binary_workbook, open_old_workbook, open_workbook
from cemaudit.exchange.tables.open_document import open_document
from cemaudit.exchange.tables.sheets import SheetBook, UnvaluedFormula, bounded_rows, choose_sheet, locked_workbook
from cemaudit.files import refuse_unreadable
from cemaudit.language import Message, message
from cemaudit.model.base import clean
from cemaudit.reading import CellText

__all__ = [
    "HeaderPlace",
    "InputRow",
    "InputTable",
    "SheetRows",
    "SpreadsheetFormat",
    "find_header",
    "find_spreadsheet_format",
    "open_sheet",
    "read_sheets",
    "read_table",
]

_ZIP = b"PK\x03\x04"
_COMPOUND = b"\xd0\xcf\x11\xe0"
_SCANNED = 64_000_000
_STREAMS = tuple(name.encode("utf-16-le") for name in ("Workbook", "Book"))
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
"""The name of the part that holds a workbook locked with a password."""

_NEW_EXCEL = {".xlsx", ".xlsm", ".xltx", ".xlsb"}
"""Endings of workbooks that are no old Excel files unless somebody renamed them."""

MOST_HEADER_ROW = 20
"""Rows looked at for one of column names."""

_MOST_NAMELESS = 20
"""Numbers of columns without a name that are listed."""


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


def read_sheets(path: Path, is_wanted: Callable[[str], bool], most: int) -> Iterator[tuple[str, Iterator[TextRow]]]:
    """Every sheet whose name ``is_wanted``, with its rows, which are to be read before the next sheet.

    Errors as of ``open_sheet``; ``BadInput`` too where the workbook unpacks to more than ``most`` bytes.
    """
    with _OPENERS[find_spreadsheet_format(path) or SpreadsheetFormat.XLSX](path, most) as book:
        for name in filter(is_wanted, book.names):
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


@dataclass(frozen=True)
class InputRow:
    """One row: its number as a spreadsheet shows it (the header is 1), text by column, or what is wrong with it."""

    number: int
    cells: Mapping[str, str]
    problem: Problem | None = None
    is_hidden: bool = False


@dataclass(frozen=True)
class InputTable:
    """The column names and, to be read once, the rows; rows without any text are left out.

    ``hidden_sheets``: the sheets that the workbook does not show.
    """

    columns: tuple[str, ...]
    rows: Iterator[InputRow]
    hidden_sheets: tuple[str, ...] = ()


class HeaderPlace(NamedTuple):
    """The row of column names: its number, its sheet in a workbook, its delimiter in a text."""

    row: int
    sheet: str | None = None
    delimiter: str = "auto"


def read_table(
    path: Path,
    encoding: Encoding = "auto",
    delimiter: str = "auto",
    sheet: str | None = None,
    header_row: int | None = None,
) -> InputTable:
    """The table in a file, told by its first bytes; all text NFC without control characters.

    ``header_row``: the number of the row with the column names; without it the first row that holds any text.
    ``BadInput`` where the file or its header cannot be used, now or while rows are read; ``BadEnvironment`` where a
    spreadsheet comes and the extra for its format is missing.
    """
    refuse_unreadable(path)
    try:
        format = find_spreadsheet_format(path)  # noqa: A001
        opened = open_sheet(path, format, sheet) if format else SheetRows(read_delimited(path, encoding, delimiter), ())
    except CemauditError as error:
        raise error.inside(path.name) from error
    records = _named(path, opened.rows)
    names = next((_names(record) for record in records if record.number >= (header_row or 1) and _names(record)), None)
    if names is None:
        raise BadInput(Problem(message("an empty table"), path.name))
    _refuse_header(names, path.name)
    return InputTable(tuple(names), _rows(tuple(names), records), opened.hidden_sheets)


def find_header(path: Path, is_header: Callable[[Sequence[str]], bool]) -> HeaderPlace | None:
    """Where the row of column names stands that ``read_table`` did not take for it: below a title, in another sheet.

    ``None`` where none of the first rows is one; ``BadInput`` where several sheets have one.
    """
    if find_spreadsheet_format(path) is None:
        for mark in DELIMITERS:
            for row in islice(_readable(read_delimited(path, delimiter=mark)), MOST_HEADER_ROW):
                if is_header(_names(row)):
                    return HeaderPlace(row.number, delimiter=mark)
        return None
    places = []
    for name, rows in read_sheets(path, lambda _: True, LARGEST):
        numbers = [row.number for row in islice(rows, MOST_HEADER_ROW) if is_header(_names(row))]
        places += [HeaderPlace(numbers[0], name)] if numbers else []
    if len(places) > 1:
        names = ", ".join(str(place.sheet) for place in places)
        hint = message("save each sheet in a file of its own")
        raise BadInput(Problem(message("several sheets hold filled forms: {names}", names=names), path.name, hint))
    return places[0] if places else None


def _readable(records: Iterator[TextRow]) -> Iterator[TextRow]:
    """The records up to the first that cannot be read."""
    try:
        yield from records
    except BadInput:
        return


def _named(path: Path, records: Iterator[TextRow]) -> Iterator[TextRow]:
    """The same records; their errors name the file."""
    try:
        yield from records
    except CemauditError as error:
        raise error.inside(path.name) from error


def _names(record: TextRow) -> list[str]:
    """The cells of a header as names on one line, without the empty ones at the end."""
    names = [" ".join(clean(name).split()) for name in record.cells]
    while names and not names[-1]:
        names.pop()
    return names


def _refuse_header(names: Sequence[str], place: str) -> None:
    nameless = [number for number, name in enumerate(names, 1) if not name]
    hint = message("give each column a name in the row above the values")
    problems = [Problem(_nameless(nameless), place, hint)] if nameless else []
    problems += [
        Problem(message("column name {name} comes {count} times", name=name, count=count), place)
        for name, count in Counter(filter(None, names)).items()
        if count > 1
    ]
    if problems:
        raise BadInput(problems)


def _nameless(numbers: Sequence[int]) -> Message:
    """``columns 2, 5 and 6 have no name``, as one text however many they are."""
    if len(numbers) == 1:
        return message("column {number} has no name", number=numbers[0])
    listed = ", ".join(map(str, numbers[:_MOST_NAMELESS])) + (", ..." if numbers[_MOST_NAMELESS:] else "")
    return message("{count} columns have no name: {numbers}", count=len(numbers), numbers=listed)


def _rows(names: tuple[str, ...], records: Iterator[TextRow]) -> Iterator[InputRow]:
    for number, cells, problem, is_hidden in records:
        texts = [_tidy(cell) for cell in cells]
        if any(texts) or problem:
            named = problem.named(names) if isinstance(problem, UnvaluedFormula) else problem
            yield InputRow(number, dict(zip(names, texts, strict=False)), named or _misfit(names, texts), is_hidden)


def _misfit(names: tuple[str, ...], texts: list[str]) -> Problem | None:
    """A row longer than the header (by more than empty cells) or cut short."""
    if len(texts) >= len(names) and not any(texts[len(names) :]):
        return None
    return Problem(message("{found} cells where the header has {known}", found=len(texts), known=len(names)))


def _tidy(cell: str) -> str:
    """The cell without blanks around it and control characters; a cell that has none stays what it is."""
    plain = cell.strip() if cell.isascii() and cell.isprintable() else clean(cell)
    if plain == cell:
        return cell
    return CellText(plain, cell.kind, clean(cell.shown)) if isinstance(cell, CellText) else plain
