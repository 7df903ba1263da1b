"""Rows as a workbook, however many: openpyxl makes the workbook and its styles, the rows are written into it as XML.

An object for every cell, as openpyxl makes, takes ten times as long as the rows themselves.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, NamedTuple

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.forms.text_workbook import fit_for_cells, save_timeless
from cemaudit.exchange.tables.sheets import MOST_COLUMNS, missing_spreadsheet_extra
from cemaudit.files import replaced
from cemaudit.language import message
from cemaudit.ledger.export.columns import ExportColumn, Kind

__all__ = ["MOST_ROWS", "write_spreadsheet"]

MOST_ROWS = 1_048_575
"""Rows of a sheet below its header."""

_SHEET = "visits"
_PART = "xl/worksheets/sheet1.xml"
_ROWS_END = b"</sheetData>"
_FORMATS: dict[Kind, str] = {"score": "0.00", "number": "General", "whole": "0", "date": "yyyy-mm-dd", "flag": "0"}
_WIDTHS: dict[Kind, int] = {"text": 18, "date": 12}
_USUAL_WIDTH = 11
_WORST, _MIDDLE, _BEST = "F8B4A6", "FFF3C4", "A8D8B9"
_BEGINNINGS = tuple("=+-@'\t\r\n")
_DAY_ZERO = dt.date(1899, 12, 30).toordinal()
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_ESCAPED = re.compile("[&<>]")
_ROWS_AT_ONCE = 500
_LONGEST_PART = 1 << 33


def write_spreadsheet(
    path: Path, columns: Sequence[ExportColumn], rows: Iterable[Sequence[Any]], count: int, *, falling: bool = False
) -> int:
    """Write ``count`` rows to a workbook, and return how many. ``falling``: the lower a score, the better.

    ``BadEnvironment`` without the extra ``xlsx``; ``BadInput`` where a sheet has not so many rows or columns.
    """
    hint = message("choose fewer with --where, or write CSV or Parquet")
    if count > MOST_ROWS:
        raise BadInput(Problem(message("{count} rows are more than a sheet has", count=f"{count:,}"), str(path), hint))
    if len(columns) > MOST_COLUMNS:
        text = message("{count} columns are more than a sheet has", count=len(columns))
        raise BadInput(Problem(text, str(path), hint))
    empty_book, styles = _empty_workbook(columns, count, falling=falling)
    with replaced(path) as file:
        _fill_workbook(empty_book, _xml_rows(rows, columns, styles), file)
    return count


class _Styles(NamedTuple):
    """The numbers of the workbook's styles: of texts that look like formulas, and of values by the kind of column."""

    like_formula: int
    by_kind: dict[Kind, int]


def _empty_workbook(columns: Sequence[ExportColumn], count: int, *, falling: bool) -> tuple[bytes, _Styles]:
    """A workbook whose sheet has its header and is ready for ``count`` rows; and its styles."""
    try:
        from openpyxl import Workbook  # noqa: PLC0415 an extra, and slow to load
        from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415
        from openpyxl.styles import Font  # noqa: PLC0415
    except ImportError as error:
        raise missing_spreadsheet_extra("XLSX", "xlsx") from error
    book = Workbook(write_only=True)
    page: Any = book.create_sheet(_SHEET)
    _format_sheet(page, columns, count, falling=falling)
    by_kind: dict[Kind, int] = {}
    for kind, number_format in _FORMATS.items():
        cell = WriteOnlyCell(page, 0)
        cell.number_format = number_format
        by_kind[kind] = cell.style_id
    like_formula = WriteOnlyCell(page, "=")
    like_formula.quotePrefix = True
    styles = _Styles(like_formula.style_id, by_kind)
    header = [WriteOnlyCell(page, fit_for_cells(column.name)) for column in columns]
    for cell, column in zip(header, columns, strict=True):
        cell.data_type = "s"
        cell.quotePrefix = column.name.startswith(_BEGINNINGS)
        cell.font = Font(bold=True)
    written = io.BytesIO()
    try:
        page.append(header)
        save_timeless(book, written)
    except BaseException:
        # The sheet's own temporary file would otherwise be closed by nobody, and complain on a full disk.
        with suppress(Exception):
            page.close()
        raise
    return written.getvalue(), styles


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


def _fill_workbook(empty_book: bytes, xml_rows: Iterable[bytes], file: IO[bytes]) -> None:
    """Write the workbook to ``file`` with ``xml_rows`` below the header of its sheet."""
    with (
        zipfile.ZipFile(io.BytesIO(empty_book)) as empty,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as filled,
    ):
        for member in empty.infolist():
            content = empty.read(member)
            if member.filename != _PART:
                filled.writestr(member, content)
                continue
            before, _, after = content.partition(_ROWS_END)
            member.file_size = _LONGEST_PART  # known only at the end, and more than 2 GB is to be possible
            with filled.open(member, "w") as target:
                target.write(before)
                for xml_row in xml_rows:
                    target.write(xml_row)
                target.write(_ROWS_END + after)


def _xml_rows(rows: Iterable[Sequence[Any]], columns: Sequence[ExportColumn], styles: _Styles) -> Iterator[bytes]:
    """The rows below the header as XML, some hundred at once."""
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    letters = [get_column_letter(number) for number in range(1, len(columns) + 1)]
    value_styles = [styles.by_kind.get(column.kind, 0) for column in columns]
    waiting: list[str] = []
    for number, row in enumerate(rows, 2):
        waiting.append(f'<row r="{number}">')
        for letter, style, value in zip(letters, value_styles, row, strict=True):
            if value is not None and value != "":
                waiting.append(_xml_cell(f"{letter}{number}", value, style, styles.like_formula))
        waiting.append("</row>")
        if not number % _ROWS_AT_ONCE:
            yield "".join(waiting).encode("utf-8", "replace")
            waiting.clear()
    yield "".join(waiting).encode("utf-8", "replace")


def _xml_cell(place: str, value: Any, style: int, like_formula: int) -> str:
    """One cell: a text that no spreadsheet takes for anything else, a number, or a day as its serial number."""
    match value:
        case str():
            return _text_cell(place, value, like_formula)
        case dt.date():
            return f'<c r="{place}" s="{style}" t="n"><v>{value.toordinal() - _DAY_ZERO}</v></c>'
        case float():
            # sixteen digits, as spreadsheets keep them
            return f'<c r="{place}" s="{style}" t="n"><v>{value:.16g}</v></c>'
        case _:
            return f'<c r="{place}" t="n"><v>{int(value)}</v></c>'


def _text_cell(place: str, text: str, like_formula: int) -> str:
    shown = _ESCAPED.sub(lambda match: _ESCAPES[match[0]], fit_for_cells(text))
    if not shown:
        return ""
    space = ' xml:space="preserve"' if shown != shown.strip() or "\n" in shown else ""
    style = f' s="{like_formula}"' if text.startswith(_BEGINNINGS) else ""
    return f'<c r="{place}"{style} t="inlineStr"><is><t{space}>{shown}</t></is></c>'
