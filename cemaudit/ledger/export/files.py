"""Writes an export: CSV, JSON lines, XLSX or Parquet; no cell is a formula."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.forms.text_workbook import fit_for_cells, save_timeless
from cemaudit.exchange.tables.delimited import escape_formula
from cemaudit.exchange.tables.sheets import MOST_COLUMNS, missing_spreadsheet_extra
from cemaudit.files import replaced, unwritable
from cemaudit.language import message
from cemaudit.ledger.export.columns import ExportColumn, Kind
from cemaudit.ledger.export.rows import ExportBatches
from cemaudit.ledger.query.scores import is_better_lower
from cemaudit.ledger.snapshot.parquet import parquet_sql, sql_text, translate_errors

__all__ = ["FORMATS", "MOST_ROWS", "Format", "escape_formula", "rows_of", "write_export", "write_spreadsheet"]

MOST_ROWS = 1_048_575
"""Rows of a sheet below its header."""

_SHEET = "visits"
_FORMATS: dict[Kind, str] = {"score": "0.00", "number": "General", "whole": "0", "date": "yyyy-mm-dd", "flag": "0"}
_WIDTHS: dict[Kind, int] = {"text": 18, "date": 12}
_USUAL_WIDTH = 11
_WORST, _MIDDLE, _BEST = "F8B4A6", "FFF3C4", "A8D8B9"
_BEGINNINGS = tuple("=+-@'\t\r\n")


def write_spreadsheet(
    path: Path, columns: Sequence[ExportColumn], rows: Iterable[Sequence[Any]], count: int, *, falling: bool = False
) -> int:
    """Write ``count`` rows to a workbook, and return how many. ``falling``: the lower a score, the better.

    ``BadEnvironment`` without the extra ``xlsx``; ``BadInput`` where a sheet has not so many rows or columns.
    """
    try:
        from openpyxl import Workbook  # noqa: PLC0415 an extra, and slow to load
    except ImportError as error:
        raise missing_spreadsheet_extra("XLSX", "xlsx") from error
    hint = message("choose fewer with --where, or write CSV or Parquet")
    if count > MOST_ROWS:
        raise BadInput(Problem(message("{count} rows are more than a sheet has", count=f"{count:,}"), str(path), hint))
    if len(columns) > MOST_COLUMNS:
        text = message("{count} columns are more than a sheet has", count=len(columns))
        raise BadInput(Problem(text, str(path), hint))
    # Row by row to the disk: a whole sheet would not fit in memory.
    book = Workbook(write_only=True)
    page: Any = book.create_sheet(_SHEET)
    _format_sheet(page, columns, count, falling=falling)
    cells = _SpreadsheetCells(page, columns)
    try:
        page.append(cells.header())
        for row in rows:
            page.append(cells.of(row))
        with replaced(path) as file:
            save_timeless(book, file)
    except BaseException:
        # The sheet's own temporary file would otherwise be closed by nobody, and complain on a full disk.
        with suppress(Exception):
            page.close()
        raise
    return count


def _format_sheet(page: Any, columns: Sequence[ExportColumn], count: int, *, falling: bool) -> None:
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


class _SpreadsheetCells:
    """The cells of a sheet's rows."""

    def __init__(self, page: Any, columns: Sequence[ExportColumn]) -> None:
        self._page, self._columns = page, columns

    def header(self) -> list[Any]:
        """Return the names of the columns."""
        from openpyxl.styles import Font  # noqa: PLC0415

        cells = [self._text(column.name) for column in self._columns]
        for cell in cells:
            cell.font = Font(bold=True)
        return cells

    def of(self, row: Sequence[Any]) -> list[Any]:
        """Return the cells of a row."""
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


Format = Literal["csv", "xlsx", "parquet", "json"]
FORMATS: tuple[Format, ...] = ("csv", "xlsx", "parquet", "json")
Row = tuple[Any, ...]
_AT_ONCE = 2_000


def write_export(stretches: ExportBatches, path: Path, to: Format, *, raw: bool = False) -> int:
    """Write the rows to ``path``, and return how many there are.

    In CSV, texts that begin like formulas get an apostrophe before them, unless ``raw``. ``BadInput`` where a
    spreadsheet cannot hold them; ``BadEnvironment`` where the file cannot be written.
    """
    if path.is_dir():
        raise BadInput(Problem(message("expected a file, found a folder"), str(path)))
    if to == "parquet":
        return _write_parquet(stretches, path)
    if to == "xlsx":
        # Counted first: a sheet that is too long is refused before it is written.
        ask, falling = stretches.reading.ask, is_better_lower(stretches.tables)
        count = sum(ask(f"select count(*) from ({batch.text})", batch.values)[0][0] for batch in stretches)
        return write_spreadsheet(path, stretches.columns, rows_of(stretches), count, falling=falling)
    with replaced(path) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        count = _write_csv(stretches, text, raw=raw) if to == "csv" else _write_json(stretches, text)
        text.flush()
        text.detach()
        return count


def rows_of(stretches: ExportBatches) -> Iterator[Row]:
    """Yield all rows, in order."""
    link = stretches.reading.link
    for statement in stretches:
        with translate_errors(stretches.reading.folder):
            link.execute(statement.text, statement.values)
            while chunk := link.fetchmany(_AT_ONCE):
                yield from chunk


def _write_csv(stretches: ExportBatches, text: io.TextIOWrapper, *, raw: bool) -> int:
    """UTF-8 with a mark at the beginning, without which spreadsheets do not read it as such."""
    text.write("\N{ZERO WIDTH NO-BREAK SPACE}")
    writer = csv.writer(text)
    writer.writerow([column.name for column in stretches.columns])
    count = 0
    for row in rows_of(stretches):
        writer.writerow([_cell(value, raw=raw) for value in row])
        count += 1
    return count


def _cell(value: Any, *, raw: bool) -> Any:
    match value:
        case str():
            return value if raw else escape_formula(value)
        case bool():
            return int(value)
        case float() if value.is_integer():
            return int(value)
        case _:
            return value


def _write_json(stretches: ExportBatches, text: io.TextIOWrapper) -> int:
    """A list of objects, one a line."""
    names = [column.name for column in stretches.columns]
    count = 0
    for count, row in enumerate(rows_of(stretches), 1):
        line = json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, default=dt.date.isoformat)
        text.write(f"{',' if count > 1 else '['}\n{line}")
    text.write("\n]\n" if count else "[]\n")
    return count


def _write_parquet(stretches: ExportBatches, path: Path) -> int:
    """Stretch by stretch, then all in one file."""
    link = stretches.reading.link
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".", dir=path.parent) as folder, translate_errors(path):
            link.execute("set threads = 1")
            pieces = []
            for number, statement in enumerate(stretches):
                pieces.append(Path(folder) / f"{number}.parquet")
                link.sql(statement.text, params=list(statement.values)).write_parquet(str(pieces[-1]))
            merged_file = Path(folder) / "whole.parquet"
            link.execute(
                f"copy (from {parquet_sql(pieces)}) to {sql_text(str(merged_file))} (format parquet, compression zstd)"
            )
            ((count,),) = link.execute(f"select count(*) from {parquet_sql([merged_file])}").fetchall()
            # On the disk before it has its name: what is there under that name is whole.
            with merged_file.open("rb+") as file:
                os.fsync(file.fileno())
            merged_file.replace(path)
    except OSError as error:
        raise unwritable(path, error) from error
    return int(count)
