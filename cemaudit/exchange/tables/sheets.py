"""Sheets of workbooks: how one is chosen and bounded, why a workbook is refused, and what text a cell of it gives.

Spreadsheets keep 15 digits of a number: what a formula leaves behind them (5.000000000000004) is shown nowhere and read
nowhere, and of an id of more digits some are lost. (ECMA-376, part 1, 18.8.31 "numFmts".)
"""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Callable, Container, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from functools import cache
from pathlib import Path
from typing import Protocol, TypeVar

from cemaudit.errors import BadEnvironment, BadInput, CemauditError, Problem, nearest
from cemaudit.exchange.tables.delimited import TextRow
from cemaudit.language import Message, message
from cemaudit.reading import CellKind, CellText

__all__ = [
    "ERROR_CODES",
    "MOST_COLUMNS",
    "MOST_ROWS",
    "SheetBook",
    "UnvaluedFormula",
    "bounded_rows",
    "cell_text",
    "choose_sheet",
    "guarded_step",
    "holds_time",
    "locked_workbook",
    "missing_spreadsheet_extra",
    "refuse_bombs",
    "refuse_larger",
    "refuse_row",
    "shown_zeros",
    "too_large",
    "too_many_columns",
    "unreadable_workbook",
    "unvalued_formula",
]

MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
MOST_CELLS = 50_000_000
"""The most rows and columns a sheet has in any spreadsheet program, and the most cells that are read of one."""

ERROR_CODES = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}  # fmt: skip
"""The errors of cells in binary formats by their codes ([MS-XLS] 2.5.10, [MS-XLSB] 2.5.97.2)."""

_Step = TypeVar("_Step")
MOST_DIGITS = 15
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_ZEROS = re.compile(r'(?:"[^"]*"|\\.|[-/(): ]|0)+')
_EMPTY = CellText("")


class SheetBook(Protocol):
    """A workbook of any format, open."""

    @property
    def names(self) -> Sequence[str]:
        """The names of its sheets."""

    @property
    def hidden(self) -> Container[str]:
        """The names of the sheets that are not shown."""

    def rows(self, name: str) -> Generator[TextRow]:
        """The rows of a sheet, to be read before those of another."""


def choose_sheet(book: SheetBook, sheet: str | None) -> str:
    """Return ``sheet`` where the workbook has it; without one the first that is not hidden."""
    if sheet is not None and sheet not in book.names:
        raise BadInput(Problem(message("no such sheet: {sheet}", sheet=sheet), hint=nearest(sheet, book.names)))
    if not book.names:
        raise BadInput(Problem(message("a workbook without sheets")))
    return sheet or next((name for name in book.names if name not in book.hidden), book.names[0])


def bounded_rows(rows: Iterable[TextRow]) -> Iterator[TextRow]:
    """The rows that hold anything, none narrower than the first; ``BadInput`` where a sheet holds too much."""
    width = cells = 0
    for row in rows:
        if row.problem is None and not any(row.cells):
            continue
        refuse_row(row.number)
        if len(row.cells) > MOST_COLUMNS:
            raise too_many_columns()
        cells += len(row.cells)
        if cells > MOST_CELLS:
            raise too_large(message("more than {most} cells", most=MOST_CELLS))
        width = width or len(row.cells)
        yield row._replace(cells=[*row.cells, *[_EMPTY] * (width - len(row.cells))])


def refuse_row(number: int) -> None:
    """``BadInput`` where ``number`` is that of no row of a sheet."""
    if number > MOST_ROWS:
        raise too_large(message("more than {most} rows", most=MOST_ROWS))


def refuse_bombs(path: Path, most: int, format_name: str) -> None:
    """``BadInput`` where the members of a ZIP file unpack to more than ``most`` bytes, or it is no ZIP file."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(member.file_size for member in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise unreadable_workbook(format_name) from error
    refuse_larger(size, most)


def refuse_larger(size: int, most: int) -> None:
    """``BadInput`` where ``size`` is more than ``most`` bytes."""
    if size > most:
        raise too_large(message("larger than {most} MB", most=most // 1_000_000))


def guarded_step(step: Callable[[], _Step], format_name: str) -> _Step:
    """What ``step()`` gives, without a library's warnings, its many kinds of errors made one of ``format_name``."""
    try:
        with warnings.catch_warnings(action="ignore"):
            return step()
    except CemauditError:
        raise
    except Exception as error:
        raise unreadable_workbook(format_name) from error


def missing_spreadsheet_extra(format_name: str, extra: str) -> BadEnvironment:
    """The refusal of a format whose ``extra`` is not installed."""
    hint = message("install it: {command}", command=f"pip install 'cemaudit[{extra}]'")
    problem = message("{format} tables need the extra {extra}", format=format_name, extra=extra)
    return BadEnvironment(Problem(problem, hint=hint))


@dataclass(frozen=True)
class UnvaluedFormula(Problem):
    """A row with a formula in ``column`` (from 1) whose value the workbook does not hold."""

    column: int = 0

    def named(self, names: Sequence[str]) -> Problem:
        """The same problem, placed at the column that ``names`` have for it, if any."""
        name = names[self.column - 1] if self.column <= len(names) else ""
        return Problem(message("a formula without its value"), name, self.hint) if name else self


def unvalued_formula(column: int) -> Problem:
    """The problem of a row with a formula whose value the workbook does not hold."""
    cause = message("column {number} holds a formula without its value", number=column)
    hint = message("open and save the workbook in a spreadsheet program")
    return UnvaluedFormula(cause, hint=hint, column=column)


def too_large(cause: Message) -> BadInput:
    """The refusal of a table that holds more than is taken; ``cause`` says of what."""
    return BadInput(Problem(cause, hint=message("split the table")))


def too_many_columns() -> BadInput:
    """The refusal of a row wider than any spreadsheet program has it."""
    return too_large(message("more than {most} columns", most=MOST_COLUMNS))


def locked_workbook() -> BadInput:
    """The refusal of a workbook that a password locks."""
    return BadInput(Problem(message("locked with a password"), hint=message("save it without a password")))


def unreadable_workbook(format_name: str) -> BadInput:
    """The refusal of a file that a library cannot read in the format called ``format_name``."""
    cause = message("cannot be read as an {format} workbook", format=format_name)
    hint = message("it is damaged or of another kind: open it in a spreadsheet program and save it as .xlsx")
    return BadInput(Problem(cause, hint=hint))


def cell_text(value: object, number_format: str, data_type: str = "", *, is_1904: bool = False) -> CellText:
    """Return the text of a cell: numbers and dates as programs write them, with what the sheet shows beside it.

    ``is_1904``: the workbook counts its days from 1904.
    """
    match value:
        case None:
            return _EMPTY
        case bool():
            return CellText("true" if value else "false")
        case int() | float():
            text = _number_text(value, number_format)
            is_serial = is_1904 and text.kind is CellKind.NUMBER
            return CellText(text, CellKind.NUMBER_1904, text.shown) if is_serial else text
        case datetime():
            return _moment_text(value, number_format)
        case str():
            return CellText(value, CellKind.ERROR if data_type == "e" else CellKind.TEXT)
        case _:
            return CellText(str(value))


def _moment_text(value: datetime, number_format: str) -> CellText:
    moment = value.isoformat(timespec="seconds")
    if value.time() != time():
        return CellText(moment, CellKind.DATE)
    return CellText(moment[:10], CellKind.DATE, moment if holds_time(number_format) else None)


def _number_text(value: float, number_format: str) -> CellText:
    if isinstance(value, float) and not value.is_integer():
        text = f"{value:.{MOST_DIGITS}g}"
    elif abs(value) < 10**MOST_DIGITS:
        text = str(int(value))
    else:
        return CellText(repr(value), CellKind.LONG)
    if number_format == "General":
        return CellText(text, CellKind.NUMBER)
    if _is_percent(number_format):
        return CellText(text, CellKind.PERCENT, f"{value * 100:.{MOST_DIGITS}g}%")
    return CellText(text, CellKind.NUMBER, shown_zeros(text, number_format))


def shown_zeros(text: str, number_format: str) -> str | None:
    """Return what the sheet shows of a whole number in a format of zeros, ``007`` of ``000``; ``None`` of any other."""
    section = number_format.partition(";")[0]
    if not text.isdecimal() or "0" not in _LITERAL.sub("", section) or not _ZEROS.fullmatch(section):
        return None
    places = re.findall(r'"[^"]*"|\\.|[-/(): ]|0', section)
    digits = list(text.zfill(places.count("0")))
    extra = digits[: len(digits) - places.count("0")]
    rest = iter(digits[len(extra) :])
    pieces = []
    for place in places:
        if place == "0":
            pieces.append("".join([*extra, next(rest)]))
            extra = []
        else:
            pieces.append(place.strip('"').removeprefix("\\") or place[-1])
    return "".join(pieces)


@cache
def _is_percent(number_format: str) -> bool:
    return "%" in _LITERAL.sub("", number_format)


@cache
def holds_time(number_format: str) -> bool:
    """Return whether a format of dates shows hours."""
    return "h" in _LITERAL.sub("", number_format).lower() or re.search(r"\[h+\]", number_format.lower()) is not None
