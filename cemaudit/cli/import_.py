"""``cemaudit import``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cemaudit.cli import words
from cemaudit.cli.options import FILE, engine_options, progress, tell_plugin_problems, tell_problems
from cemaudit.language import N_, message

if TYPE_CHECKING:
    from cemaudit.exchange.importer import Counts


@words.command(
    "import",
    help=N_("Turn a table (CSV, XLSX) into visits. Bad rows are named and left out; exit code 3 where there are any."),
)
@click.argument("table", type=FILE)
@words.option("--mapping", required=True, type=FILE, metavar="MAP.toml", help=N_("What each column means."))
@words.option(
    "--out", required=True, type=click.Path(allow_dash=True), metavar="FILE", help=N_("The visits, JSON lines.")
)
@engine_options
@words.common_options
def command(table: Path, mapping: Path, out: str, blocked: tuple[str, ...], files: tuple[Path, ...]) -> int:
    """Import a table; the visits are written whole or not at all."""
    from cemaudit.exchange.importer import import_table
    from cemaudit.exchange.mapping import load_mapping
    from cemaudit.exchange.visits import write_visits
    from cemaudit.scoring import Engine

    known = load_mapping(mapping)
    own_file = known.checklist_file(mapping.parent)
    engine = Engine(blocked, files)
    checklist = engine.library.add_checklist(own_file) if own_file else engine.library.checklist(known.checklist)
    result = import_table(table, known, checklist)
    write_visits(out, progress(message("importing"), result))
    tell_problems(result.problems)
    _sum_up(result.counts)
    tell_plugin_problems(engine)
    return 3 if result.counts.bad else 0


def _sum_up(counts: Counts) -> None:
    total = message(
        "{rows} rows = {good} good + {bad} bad + {skipped} skipped; {visits} visits",
        rows=counts.rows, good=counts.good, bad=counts.bad, skipped=counts.skipped, visits=counts.visits,
    )  # fmt: skip
    click.echo(total, err=True)
    for reason, count in counts.skipped_because.items():
        click.echo(f"  {message('{count} skipped: {reason}', count=count, reason=reason)}", err=True)
    if counts.not_arising:
        what = message("{count} answers left out, because they do not arise in their visit", count=counts.not_arising)
        click.echo(f"  {what}", err=True)
    if counts.unknown_dates:
        click.echo(f"  {message('{count} visits without a known date', count=counts.unknown_dates)}", err=True)
