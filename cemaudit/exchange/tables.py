"""Tables of any kind (CSV, gz, spreadsheets) as rows of text by column name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cemaudit.errors import BadInput, CemauditError, Problem
from cemaudit.exchange.delimited import Encoding, TextRow, read_delimited
from cemaudit.exchange.spreadsheets import SheetRows, find_spreadsheet_format, open_sheet
from cemaudit.files import refuse_unreadable
from cemaudit.language import Message, message
from cemaudit.model.base import clean
from cemaudit.reading import CellText

__all__ = ["InputRow", "InputTable", "read_table"]

_MOST_NAMELESS = 20
"""Numbers of columns without a name that are listed."""


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
            yield InputRow(number, dict(zip(names, texts, strict=False)), problem or _misfit(names, texts), is_hidden)


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
