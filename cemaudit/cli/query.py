"""``cemaudit query``."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cemaudit.cli import words
from cemaudit.cli.cluster import cluster_options, on_cluster
from cemaudit.cli.options import FILE, json_option, tell_problems
from cemaudit.cli.shown import print_rows, print_view
from cemaudit.cli.snapshots import filter_of, filter_options, folder_of, place_options
from cemaudit.language import N_, message, translate

if TYPE_CHECKING:
    from cemaudit.ledger.query.question import Question
    from cemaudit.ledger.query.reading import Local
    from cemaudit.ledger.query.views import Shown

VIEWS = {
    "visits": N_("how many visits, by month"),
    "scores": N_("every score: how many, mean, deviation, least, most"),
    "items": N_("how each item was answered, and what share of its points was earned"),
    "feelings": N_("what was felt and expected at each touchpoint, claims and blames"),
    "league": N_("stores by their mean, the best first"),
    "heatmap": N_("the mean of each store at each touchpoint"),
    "trend": N_("the mean of each month"),
    "distribution": N_("percentiles"),
}
_MOST_SQL = 100_000


class _Command(words.Command):
    """The command with its views listed."""

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 (click's)
        with formatter.section(translate(N_("Views"))):
            formatter.write_dl([(name, translate(text)) for name, text in VIEWS.items()])


@words.command(
    "query",
    cls=_Command,
    help=N_(
        "Ask the snapshot. A view is grouped as it usually is, or by other keys: store, region, format, brand, owner, "
        "pool, wave, day, month, quarter, year, scenario, step, origin, checklist, scheme, band; and by what the "
        "checklist says: measure, key, item, tag, touchpoint, channel, medium, stage, element, mode, moment."
    ),
)
@click.argument("view", type=click.Choice(list(VIEWS)), metavar="VIEW", required=False)
@place_options
@words.option("--by", multiple=True, metavar="KEY", help=N_("Group by this key; several are taken together."))
@filter_options
@words.option("--measure", metavar="ID", help=N_("This measure, not the headline."))
@words.option("--scheme", metavar="ID@VERSION", help=N_("The scores under this scheme (see rescore)."))
@words.option("--limit", type=click.IntRange(1), metavar="N", help=N_("The first rows only."))
@words.option("--sql", type=FILE, metavar="FILE", help=N_("Ask in SQL: one select, which reads the snapshot alone."))
@json_option
@words.option("--csv", "as_csv", is_flag=True, help=N_("Write CSV."))
@cluster_options
@words.common_options
def command(
    view: str | None,
    url: str | None,
    given: Path | None,
    by: tuple[str, ...],
    where: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    with_excluded: bool,
    measure: str | None,
    scheme: str | None,
    limit: int | None,
    sql: Path | None,
    as_json: bool,
    as_csv: bool,
    on: str | None,
    data: str | None,
) -> None:
    """Ask, and print the rows."""
    from cemaudit.ledger.query.keys import known_key
    from cemaudit.ledger.query.partly import partly_scored
    from cemaudit.ledger.query.question import Question
    from cemaudit.ledger.query.reading import reading
    from cemaudit.ledger.query.views import show

    if (view is None) == (sql is None):
        raise click.UsageError(str(message("name a view, or give SQL with --sql")))
    which = filter_of(where, since, until, excluded=with_excluded)
    question = Question(tuple(dict.fromkeys(map(known_key, by))), which, scheme, measure)
    if sql:
        _refuse_beside_sql(question, on)
        with reading(folder_of(url, given)) as opened:
            problems = list(partly_scored(opened, which, scheme))
            shown = _asked(opened, sql, question)
    else:
        with on_cluster(on, data, given) if on else reading(folder_of(url, given)) as found:
            shown = show(found, str(view), question)
            problems = list(partly_scored(found, which, scheme))
    _print(shown, view, limit, as_json=as_json, as_csv=as_csv)
    tell_problems(problems)


def _print(shown: Shown, view: str | None, limit: int | None, *, as_json: bool, as_csv: bool) -> None:
    """As JSON, CSV, or a table; ``view`` is missing where somebody asked in SQL."""
    if as_json:
        for row in shown.rows[:limit]:
            click.echo(json.dumps(_named(shown) | row, ensure_ascii=False, default=str))
    elif as_csv:
        _print_csv([_named(shown) | row for row in shown.rows[:limit]])
    elif view:
        print_view(shown, limit, pivoted=view == "heatmap" and len(shown.keys) == 2)
    else:
        print_rows(shown.rows, limit)


def _refuse_beside_sql(question: Question, on: str | None) -> None:
    """``UsageError`` where something is asked for that SQL has to say itself."""
    which = question.which
    beside = {
        "--on": on,
        "--by": question.by,
        "--where": [one for one in which.conditions if one.key != "checklist"],
        "--since": which.since,
        "--until": which.until,
        "--with-excluded": which.excluded,
        "--measure": question.measure,
    }
    for name, value in beside.items():
        if value:
            raise click.UsageError(str(message("give either {one} or {other}", one="--sql", other=name)))


def _asked(opened: Local, sql: Path, question: Question) -> Shown:
    """What the SQL of a file returns."""
    from cemaudit.files import read_text
    from cemaudit.ledger.query.own_words import ask
    from cemaudit.ledger.query.question import checklists_asked
    from cemaudit.ledger.query.views import Shown

    text = read_text(sql, _MOST_SQL)
    refs = checklists_asked(opened, question, one=True)
    if len(refs) > 1:
        what = message("visits of several checklists are there: {names}", names=", ".join(refs))
        raise click.UsageError(f"{what} ({message('choose one with --where checklist=ID')})")
    found = ask(opened, text, refs[0], question.scheme)
    return Shown((), [dict(zip(found.columns, row, strict=True)) for row in found.rows])


def _named(shown: Shown) -> dict[str, Any]:
    """The measure, where it is the same for all rows."""
    return {"measure": ", ".join(shown.measures)} if shown.measures else {}


def _print_csv(rows: Sequence[dict[str, Any]]) -> None:
    from cemaudit.ledger.export.files import harmless

    writer = csv.writer(sys.stdout, lineterminator="\n")
    if rows:
        writer.writerow(map(harmless, rows[0]))
    for row in rows:
        writer.writerow([harmless(value) if isinstance(value, str) else value for value in row.values()])
