"""Exports as workbooks: a frozen header, number formats, colours on scores; no cell is ever a formula."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from cemaudit.errors import BadEnvironment, BadInput, Problem
from cemaudit.exchange.forms.sheets import MOST_COLUMNS, fit_for_cells, save_timeless
from cemaudit.files import replaced
from cemaudit.language import message
from cemaudit.ledger.export.columns import Kind, OutColumn

__all__ = ["MOST_ROWS", "write_spreadsheet"]

MOST_ROWS = 1_048_575
"""Rows of a sheet below its header."""

_SHEET = "visits"
_FORMATS: dict[Kind, str] = {"score": "0.00", "number": "General", "whole": "0", "date": "yyyy-mm-dd", "flag": "0"}
_WIDTHS: dict[Kind, int] = {"text": 18, "date": 12}
_USUAL_WIDTH = 11
_WORST, _MIDDLE, _BEST = "F8B4A6", "FFF3C4", "A8D8B9"
_BEGINNINGS = tuple("=+-@'\t\r\n")


def write_spreadsheet(
    path: Path, columns: Sequence[OutColumn], rows: Iterable[Sequence[Any]], count: int, *, falling: bool = False
) -> int:
    """Write ``count`` rows to a workbook; returns how many. ``falling``: the lower a score, the better.

    ``BadEnvironment`` without the extra ``xlsx``; ``BadInput`` where a sheet has not so many rows or columns.
    """
    try:
        from openpyxl import Workbook  # noqa: PLC0415 an extra, and slow to load
    except ImportError as error:
        hint = message("install it: {command}", command="pip install 'cemaudit[xlsx]'")
        raise BadEnvironment(Problem(message("XLSX tables need the extra {extra}", extra="xlsx"), hint=hint)) from error
    _refuse_too_many(count, len(columns), path)
    book = Workbook(write_only=True)
    page: Any = book.create_sheet(_SHEET)
    _dress(page, columns, count, falling=falling)
    cells = _Cells(page, columns)
    page.append(cells.header())
    for row in rows:
        page.append(cells.of(row))
    with replaced(path) as file:
        save_timeless(book, file)
    return count


def _refuse_too_many(rows: int, columns: int, path: Path) -> None:
    hint = message("choose fewer with --where, or write CSV or Parquet")
    if rows > MOST_ROWS:
        raise BadInput(Problem(message("{count} rows are more than a sheet has", count=f"{rows:,}"), str(path), hint))
    if columns > MOST_COLUMNS:
        raise BadInput(Problem(message("{count} columns are more than a sheet has", count=columns), str(path), hint))


def _dress(page: Any, columns: Sequence[OutColumn], count: int, *, falling: bool) -> None:
    """Freeze the header and the first column, let rows be filtered, colour the scores."""
    from openpyxl.formatting.rule import ColorScaleRule  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    least, most = (_BEST, _WORST) if falling else (_WORST, _BEST)
    page.freeze_panes = "B2"
    page.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{count + 1}"
    for number, column in enumerate(columns, 1):
        letter = get_column_letter(number)
        page.column_dimensions[letter].width = _WIDTHS.get(column.kind, _USUAL_WIDTH)
        if column.kind == "score" and count:
            rule = ColorScaleRule(  # type: ignore[no-untyped-call]
                start_type="min", start_color=least, mid_type="percentile", mid_value=50, mid_color=_MIDDLE,
                end_type="max", end_color=most,
            )  # fmt: skip
            page.conditional_formatting.add(f"{letter}2:{letter}{count + 1}", rule)


class _Cells:
    """The cells of a sheet's rows."""

    def __init__(self, page: Any, columns: Sequence[OutColumn]) -> None:
        self._page, self._columns = page, columns

    def header(self) -> list[Any]:
        """The names of the columns."""
        from openpyxl.styles import Font  # noqa: PLC0415

        cells = [self._text(column.name) for column in self._columns]
        for cell in cells:
            cell.font = Font(bold=True)
        return cells

    def of(self, row: Sequence[Any]) -> list[Any]:
        """The cells of a row."""
        return [self._cell(value, column.kind) for value, column in zip(row, self._columns, strict=True)]

    def _cell(self, value: Any, kind: Kind) -> Any:
        match value:
            case None | "":
                return None
            case str():
                return self._text(value)
            case dt.date() | float():
                return self._formatted(value, _FORMATS[kind])
            case _:
                return int(value)

    def _text(self, text: str) -> Any:
        """A text that no spreadsheet takes for anything else."""
        from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415

        cell = WriteOnlyCell(self._page, fit_for_cells(text))
        cell.data_type = "s"
        cell.quotePrefix = text.startswith(_BEGINNINGS)
        return cell

    def _formatted(self, value: Any, written: str) -> Any:
        from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415

        cell = WriteOnlyCell(self._page, value)
        cell.number_format = written
        return cell
