"""Rows for other programs: CSV, or a workbook."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from cemaudit.cli.options import FILE
from cemaudit.cli.words import option
from cemaudit.language import N_, message

if TYPE_CHECKING:
    from cemaudit.ledger.export.columns import Kind

__all__ = ["Form", "give_rows", "print_csv", "rows_options"]


class Form(NamedTuple):
    """How rows are wanted: as JSON, as CSV, or in a workbook (``None``: not); else a table for people."""

    as_json: bool
    as_csv: bool
    xlsx: Path | None


def rows_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--json`` or ``--csv``, and ``--xlsx``."""
    for each in (
        option("--xlsx", type=FILE, metavar="FILE", help=N_("Write a workbook.")),
        option("--csv", "as_csv", is_flag=True, callback=_one_of_them, help=N_("Write CSV.")),
        option("--json", "as_json", is_flag=True, callback=_one_of_them, help=N_("Write JSON for programs.")),
    ):
        function = each(function)
    return function


def _one_of_them(ctx: click.Context, _: click.Parameter, value: bool) -> bool:
    """``--json`` and ``--csv`` both write where programs read."""
    if value and (ctx.params.get("as_json") or ctx.params.get("as_csv")):
        raise click.UsageError(str(message("--json and --csv cannot be had at once")), ctx)
    return value


def give_rows(
    form: Form,
    columns: Mapping[str, Kind],
    rows: Sequence[Mapping[str, Any]],
    document: Callable[[], object] | None = None,
) -> bool:
    """Write the document as JSON, the rows as CSV or a workbook; ``False`` where a person reads."""
    if form.as_json and document:
        click.echo(json.dumps(document(), ensure_ascii=False))
    if form.as_csv:
        print_csv(list(columns), rows)
    if form.xlsx:
        _write_workbook(form.xlsx, columns, rows)
        click.echo(str(message("written: {path}", path=form.xlsx)), err=form.as_csv or form.as_json)
    return form.as_json or form.as_csv or form.xlsx is not None


def print_csv(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    """Rows as CSV; no cell is a formula."""
    from cemaudit.ledger.export.files import harmless

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(map(harmless, columns))
    for row in rows:
        values = (row.get(name) for name in columns)
        writer.writerow([harmless(value) if isinstance(value, str) else value for value in values])


def _write_workbook(path: Path, columns: Mapping[str, Kind], rows: Sequence[Mapping[str, Any]]) -> None:
    from cemaudit.ledger.export.columns import OutColumn
    from cemaudit.ledger.export.files import write_spreadsheet

    outs = [OutColumn(name, "", kind) for name, kind in columns.items()]
    write_spreadsheet(path, outs, ([row.get(name) for name in columns] for row in rows), len(rows))
