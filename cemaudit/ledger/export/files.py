"""Writes an export: CSV, JSON lines, XLSX or Parquet; no cell is a formula."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.tables.delimited import escape_formula
from cemaudit.files import replaced, unwritable
from cemaudit.language import message
from cemaudit.ledger.export.rows import ExportBatches
from cemaudit.ledger.export.spreadsheet import write_spreadsheet
from cemaudit.ledger.query.scores import is_better_lower
from cemaudit.ledger.snapshot.parquet import parquet_sql, sql_text, translate_errors

__all__ = ["FORMATS", "Format", "escape_formula", "rows_of", "write_export"]


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
