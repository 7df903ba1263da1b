"""``cemaudit import``."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cemaudit.cli import words
from cemaudit.cli.options import FILE, engine_options, progress, tell_plugin_problems, tell_problems
from cemaudit.errors import LONGEST_PLACE
from cemaudit.language import N_, message, printable

if TYPE_CHECKING:
    from cemaudit.exchange.importer import Counts
    from cemaudit.exchange.xccdf import Xccdf


@words.command(
    "import",
    help=N_(
        "Turn a table (CSV, XLSX) or XCCDF results into visits. What is bad is named and left out; exit code 3 where "
        "there is any."
    ),
)
@click.argument("table", type=FILE)
@words.option("--mapping", type=FILE, metavar="MAP.toml", help=N_("What each column of a table means."))
@words.option(
    "--format", "kind", type=click.Choice(["table", "xccdf"]), help=N_("What the file is; xccdf where it ends in .xml.")
)
@words.option(
    "--out",
    type=click.Path(allow_dash=True),
    metavar="FILE",
    help=N_("The visits, JSON lines; else a file named after the table, in this folder."),
)
@engine_options
@words.common_options
def command(
    table: Path,
    mapping: Path | None,
    kind: str | None,
    out: str | None,
    blocked: tuple[str, ...],
    files: tuple[Path, ...],
) -> int:
    """Import a table or XCCDF results; every file is written whole or not at all."""
    out = out or f"{table.stem}.jsonl"
    if (kind or ("xccdf" if table.suffix.lower() == ".xml" else "table")) == "xccdf":
        if mapping:
            raise click.UsageError(str(message("--mapping is for tables")))
        return _import_xccdf(table, out)
    if mapping is None:
        raise click.UsageError(str(message("a table needs --mapping MAP.toml")))
    return _import_table(table, mapping, out, blocked, files)


def _import_table(table: Path, mapping: Path, out: str, blocked: tuple[str, ...], files: tuple[Path, ...]) -> int:
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


def _import_xccdf(path: Path, out: str) -> int:
    """Write the visits, and beside them the checklist they answer and its scheme."""
    from cemaudit.exchange.visits import STREAM, write_visits
    from cemaudit.exchange.xccdf import import_xccdf

    if out == STREAM:
        raise click.UsageError(str(message("--out must be a file: a checklist and a scheme are written beside it")))
    found = import_xccdf(path)
    beside = _write_beside(Path(out), found)
    write_visits(out, found.visits)
    tell_problems(found.problems)
    bad = found.results - len(found.visits)
    total = message(
        "{results} results = {good} good + {bad} bad; {rules} rules",
        results=found.results, good=len(found.visits), bad=bad, rules=len(found.checklist.items),
    )  # fmt: skip
    click.echo(total, err=True)
    command = ["cemaudit", "score", out, *(word for file in beside for word in ("--checklist", str(file)))]
    click.echo(f"  {message('score them:')} {printable(shlex.join(command), LONGEST_PLACE)}", err=True)
    return 3 if bad else 0


def _write_beside(visits: Path, found: Xccdf) -> tuple[Path, Path]:
    from cemaudit.exchange.toml import toml_of
    from cemaudit.files import replaced

    paths = visits.with_suffix(".checklist.toml"), visits.with_suffix(".scheme.toml")
    for path, record in zip(paths, (found.checklist, found.scheme), strict=True):
        with replaced(path) as file:
            file.write(toml_of(record).encode())
    return paths
