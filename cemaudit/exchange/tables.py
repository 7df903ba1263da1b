"""Tables of any kind (CSV, gz, XLSX) as rows of text by column name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from cemaudit.errors import BadInput, CemauditError, Problem
from cemaudit.exchange.delimited import Encoding, TextRow, read_delimited
from cemaudit.exchange.workbook import read_workbook
from cemaudit.files import refuse_unreadable
from cemaudit.language import message
from cemaudit.model.base import clean
from cemaudit.reading import CellText

__all__ = ["InputRow", "InputTable", "read_table"]

_ZIP = b"PK\x03\x04"
_HEAD = 200
_OPEN_DOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
_NEW_EXCEL = {".xlsx", ".xlsm", ".xltx"}
"""Endings of workbooks that are no old Excel files unless somebody locked them."""
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
"""The name of the part that holds a workbook locked with a password."""


@dataclass(frozen=True)
class InputRow:
    """One row: its number as a spreadsheet shows it (the header is 1), text by column, or what is wrong with it."""

    number: int
    cells: Mapping[str, str]
    problem: Problem | None = None
    is_hidden: bool = False


@dataclass(frozen=True)
class InputTable:
    """The column names and, to be read once, the rows; rows without any text are left out."""

    columns: tuple[str, ...]
    rows: Iterator[InputRow]


def read_table(
    path: Path,
    encoding: Encoding = "auto",
    delimiter: str = "auto",
    sheet: str | None = None,
    header_row: int | None = None,
) -> InputTable:
    """The table in a file, told by its first bytes; all text NFC without control characters.

    ``header_row``: the number of the row with the column names; without it the first row that holds any text.
    ``BadInput`` where the file or its header cannot be used, now or while rows are read; ``BadEnvironment`` where an
    XLSX file comes and the extra ``xlsx`` is missing.
    """
    refuse_unreadable(path)
    records = _named(path, _records(path, encoding, delimiter, sheet))
    names = next((_names(record) for record in records if record.number >= (header_row or 1) and _names(record)), None)
    if names is None:
        raise BadInput(Problem(message("an empty table"), path.name))
    _refuse_header(names, path.name)
    return InputTable(tuple(names), _rows(tuple(names), records))


def _records(path: Path, encoding: Encoding, delimiter: str, sheet: str | None) -> Iterator[TextRow]:
    with path.open("rb") as file:
        head = file.read(_HEAD)
    start = head[:4]
    if start == _ZIP and _OPEN_DOCUMENT in head:
        raise BadInput(Problem(message("an OpenDocument table"), hint=message("save it as .xlsx or CSV UTF-8")))
    if start == _OLD_EXCEL:
        if path.suffix.lower() in _NEW_EXCEL or _ENCRYPTED in path.read_bytes():
            raise BadInput(Problem(message("locked with a password"), hint=message("save it without a password")))
        raise BadInput(Problem(message("an old Excel file"), hint=message("save it as .xlsx or CSV UTF-8")))
    yield from read_workbook(path, sheet) if start == _ZIP else read_delimited(path, encoding, delimiter)


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
    problems = [
        Problem(message("column {number} has no name", number=number), place)
        for number, name in enumerate(names, 1)
        if not name
    ]
    problems += [
        Problem(message("column name {name} comes {count} times", name=name, count=count), place)
        for name, count in Counter(filter(None, names)).items()
        if count > 1
    ]
    if problems:
        raise BadInput(problems)


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
