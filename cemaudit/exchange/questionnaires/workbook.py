"""The workbook of an XLSForm: its sheets, their rows and columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from cemaudit.errors import BadInput, CemauditError, Problem, nearest
from cemaudit.exchange.tables.delimited import TextRow
from cemaudit.exchange.tables.input_table import read_sheets
from cemaudit.files import refuse_unreadable
from cemaudit.language import message
from cemaudit.model.base import LONGEST_TEXT, clean

__all__ = ["XlsFormColumn", "XlsFormRow", "XlsFormSheet", "key_of", "read_book", "read_header"]

_JOINTS = re.compile(r"\s*::?\s*")
_WRAPPERS = {"bind", "body", "control", "media"}
_SAME = {
    "caption": "label",
    "command": "type",
    "tag": "name",
    "value": "name",
    "relevance": "relevant",
    "calculate": "calculation",
    "readonly": "read_only",
    "listname": "list_name",
    "list": "list_name",
    "score": "points",
    "title": "form_title",
    "set_form_title": "form_title",
    "id_string": "form_id",
    "set_form_id": "form_id",
}
MOST_LINES = 20_000
LARGEST = 15_000_000
"""The most bytes a form may unpack to; the largest seen has six million."""

_UNSAID = "NO_LABEL"
"""Stands in forms of the Community Health Toolkit where nothing shall stand."""

_USED = {
    "survey": {
        "type", "name", "label", "hint", "guidance_hint", "relevant", "constraint", "required", "calculation",
        "parameters", "read_only", "disabled", "appearance",
    },
    "choices": {"list_name", "name", "label", "points"},
    "settings": {"form_title", "form_id", "version", "default_language"},
}  # fmt: skip


class XlsFormColumn(NamedTuple):
    """What a column holds: its name in our spelling, and the language after it (empty where there is none)."""

    name: str
    language: str = ""


def key_of(words: str) -> str:
    """``words`` without the differences of case, spaces and hyphens: ``List Name`` is ``list_name``."""
    return re.sub(r"[\s_-]+", "_", words.strip().lower())


def read_header(cells: Sequence[str]) -> dict[int, XlsFormColumn]:
    """The columns by position; of two that mean the same the first, and our own spelling before its other names."""
    columns = {position: _column(cell) for position, cell in enumerate(cells) if cell.strip()}
    spelt = {column.name for column in columns.values()}
    positions: dict[XlsFormColumn, int] = {}
    for position, column in _renamed(columns, spelt):
        positions.setdefault(column, position)
    return {position: column for column, position in positions.items()}


def _renamed(columns: dict[int, XlsFormColumn], spelt: set[str]) -> Iterator[tuple[int, XlsFormColumn]]:
    for position, column in columns.items():
        name = _SAME.get(column.name, column.name)
        yield position, column if name in spelt else column._replace(name=name)


def _column(header: str) -> XlsFormColumn:
    """``media::image::English (en)`` is the image for English; ``bind:relevant`` is the condition."""
    first, *rest = _JOINTS.split(" ".join(header.split()))
    if key_of(first) in _WRAPPERS and rest:
        first, *rest = rest
    return XlsFormColumn(key_of(first), " ".join(rest))


@dataclass(frozen=True)
class XlsFormRow:
    """One row of a sheet: its number as a spreadsheet shows it, and its texts."""

    sheet: str
    number: int
    cells: Mapping[XlsFormColumn, str]

    @property
    def place(self) -> str:
        """``sheet survey, row 12: friends``."""
        where = place_of(self.sheet, self.number)
        return f"{where}: {self['name']}" if self["name"] else where

    def __getitem__(self, name: str) -> str:
        """The text of a column, whatever its language; empty where there is none."""
        return next(iter(self.texts(name).values()), "")

    def texts(self, name: str) -> dict[str, str]:
        """The texts of a column by language, those that say something; that without a language under ``""``."""
        texts = {column.language: text for column, text in self.cells.items() if column.name == name}
        return {language: text for language, text in texts.items() if text not in {"", _UNSAID}}


@dataclass
class XlsFormSheet:
    """A sheet: its columns (in row ``number``), its lines, and where there was something in columns we do not read."""

    name: str
    number: int = 0
    columns: tuple[XlsFormColumn, ...] = ()
    lines: list[XlsFormRow] = field(default_factory=list)
    unused: dict[str, list[int]] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """``sheet survey, row 1``: where its columns are named."""
        return place_of(self.name, self.number)


def place_of(sheet: str, row: int) -> str:
    """``sheet survey, row 12``; the sheet alone where no row is meant."""
    return str(
        message("sheet {sheet}, row {row}", sheet=sheet, row=row) if row else message("sheet {sheet}", sheet=sheet)
    )


def read_book(path: Path) -> dict[str, XlsFormSheet]:
    """The sheets survey, choices and settings of a workbook; all but the first may be missing.

    ``BadInput`` with file, sheet and row where the workbook cannot be used; ``BadEnvironment`` without the extra
    for its format.
    """
    refuse_unreadable(path)
    try:
        return _sheets(path)
    except CemauditError as error:
        raise error.inside(path.name) from error


def _sheets(path: Path) -> dict[str, XlsFormSheet]:
    others: list[str] = []
    sheets: dict[str, XlsFormSheet] = {}

    def is_ours(name: str) -> bool:
        others.append(name)
        return key_of(name) in _USED.keys() - sheets.keys()

    for name, records in read_sheets(path, is_ours, LARGEST):
        sheets[key_of(name)] = _sheet(name, records)
    if "survey" not in sheets:
        cause = message("no such sheet: {sheet}", sheet="survey")
        raise BadInput(Problem(cause, hint=nearest("survey", others)))
    return sheets


def _sheet(name: str, records: Iterator[TextRow]) -> XlsFormSheet:
    sheet = XlsFormSheet(name)
    header = next((row for row in records if any(cell.strip() for cell in row.cells)), None)
    if header is None:
        return sheet
    sheet.number = header.number
    columns = read_header([clean(cell) for cell in header.cells])
    used = {position: column for position, column in columns.items() if column.name in _USED[key_of(name)]}
    sheet.columns = tuple(used.values())
    spare = {position: clean(cell) for position, cell in enumerate(header.cells) if position not in used}
    for record in records:
        _take(sheet, record, used, spare)
    return sheet


def _take(sheet: XlsFormSheet, record: TextRow, used: Mapping[int, XlsFormColumn], spare: Mapping[int, str]) -> None:
    place = place_of(sheet.name, record.number)
    if record.problem:
        raise BadInput(record.problem.inside(place))
    cells: dict[XlsFormColumn, str] = {}
    for position, cell in enumerate(record.cells):
        if not cell or cell.isspace():
            continue
        if position in used:
            cells[used[position]] = _text(cell, place)
        elif spare.get(position):
            sheet.unused.setdefault(spare[position], []).append(record.number)
    if len(sheet.lines) >= MOST_LINES:
        raise BadInput(Problem(message("more than {most} rows", most=MOST_LINES), place, message("split the form")))
    if cells:
        sheet.lines.append(XlsFormRow(sheet.name, record.number, cells))


def _text(cell: str, place: str) -> str:
    if len(cell) > LONGEST_TEXT:
        raise BadInput(Problem(message("a cell of more than {most} characters", most=LONGEST_TEXT), place))
    return clean(cell)
