"""Rows for other programs: JSON, CSV, or a workbook."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from cemaudit.cli.localized import option
from cemaudit.cli.options import OUT_FILE
from cemaudit.cli.terminal import SCREEN, print_bold, print_table, print_wrapped
from cemaudit.language import N_, Message, message

if TYPE_CHECKING:
    from cemaudit.compare.intervals import Interval
    from cemaudit.compare.nps import NetPromoterScore, NpsDriver, NpsDrivers
    from cemaudit.compare.results import ComparedData
    from cemaudit.errors import Sayable
    from cemaudit.ledger.export.columns import Kind

__all__ = [
    "OutputFormat",
    "interval_text",
    "nps_sentence",
    "print_compared_measure",
    "print_csv",
    "print_nps",
    "rows_options",
    "write_rows",
]


class OutputFormat(NamedTuple):
    """How rows are wanted: as JSON, as CSV, or in a workbook (``None``: not); else a table for people."""

    as_json: bool
    as_csv: bool
    xlsx: Path | None


def rows_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--json`` or ``--csv``, and ``--xlsx``, which the command is given as ``form``."""

    @wraps(function)
    def with_form(**values: Any) -> Any:
        form = OutputFormat(values.pop("as_json"), values.pop("as_csv"), values.pop("xlsx"))
        return function(form=form, **values)

    command: Callable[..., Any] = with_form
    for add_option in (
        option("--xlsx", type=OUT_FILE, metavar="FILE", help=N_("Write a workbook.")),
        option("--csv", "as_csv", is_flag=True, callback=_exclusive, help=N_("Write CSV.")),
        option("--json", "as_json", is_flag=True, callback=_exclusive, help=N_("Write JSON for programs.")),
    ):
        command = add_option(command)
    return command


def _exclusive(ctx: click.Context, _: click.Parameter, value: bool) -> bool:
    """``--json`` and ``--csv`` both write where programs read."""
    if value and (ctx.params.get("as_json") or ctx.params.get("as_csv")):
        raise click.UsageError(str(message("--json and --csv cannot be had at once")), ctx)
    return value


def write_rows(
    form: OutputFormat,
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
    from cemaudit.ledger.export.files import escape_formula

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(map(escape_formula, columns))
    for row in rows:
        values = (row.get(name) for name in columns)
        writer.writerow([escape_formula(value) if isinstance(value, str) else value for value in values])


def _write_workbook(path: Path, columns: Mapping[str, Kind], rows: Sequence[Mapping[str, Any]]) -> None:
    from cemaudit.ledger.export.columns import ExportColumn
    from cemaudit.ledger.export.spreadsheet import write_spreadsheet

    # workbooks of commands and of exports come from one writer, so formulas are defused in both
    outs = [ExportColumn(name, "", kind) for name, kind in columns.items()]
    write_spreadsheet(path, outs, ([row.get(name) for name in columns] for row in rows), len(rows))


def print_compared_measure(facts: ComparedData) -> None:
    """Print which score is compared, of which checklists under which schemes."""
    print_bold(f"{facts.title or facts.measure} ({', '.join(facts.checklists)}; {', '.join(facts.schemes)})")


def interval_text(interval: Interval, digits: int) -> str:
    """An interval, as in ``1.5..2.5``."""
    return f"{interval.low:.{digits}f}..{interval.high:.{digits}f}"


_HEADINGS = (N_("Driver"), N_("Promoters"), N_("Detractors"), N_("Correlation"), N_("Interval"), N_("Visits"))


def nps_sentence(item: str, nps: NetPromoterScore) -> Message:
    """The score of an item in words."""
    return message(
        "{item}: net promoter score {score} ({low} to {high}): of {answers} answers {up} are 9 or 10, {down} are 6 or "
        "less.",
        item=item, score=f"{nps.score:+.1f}", low=f"{nps.interval.low:+.1f}", high=f"{nps.interval.high:+.1f}",
        answers=f"{nps.answers:,}", up=f"{nps.promoters:,}", down=f"{nps.detractors:,}",
    )  # fmt: skip


def print_nps(item: str, nps_drivers: NpsDrivers, titles: Mapping[str, Sayable]) -> None:
    """The score, and the table of what goes with it."""
    click.echo()
    text = message("The drivers' scores where it is 9 or 10, and where 6 or less; and how closely they go together:")
    for sentence in (nps_sentence(item, nps_drivers.score), text):
        print_wrapped(sentence, width=SCREEN)
    print_table(_HEADINGS, [_cells(link, titles) for link in nps_drivers.links], "lrrrrr")


def _cells(link: NpsDriver, titles: Mapping[str, Sayable]) -> list[str]:
    return [
        str(titles[link.name]),
        _shown(link.promoters, "{:.1f}"),
        _shown(link.detractors, "{:.1f}"),
        _shown(link.correlation, "{:+.2f}"),
        f"{link.interval.low:+.2f}..{link.interval.high:+.2f}" if link.correlation is not None else "-",
        f"{link.visits:,}",
    ]


def _shown(value: float | None, form: str) -> str:
    return "-" if value is None else form.format(value)
