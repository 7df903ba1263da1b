"""``cemaudit compare stores``."""

from __future__ import annotations

import json

import click

from cemaudit.cli import words
from cemaudit.cli.asking import Question, asking, asking_options
from cemaudit.cli.options import json_option
from cemaudit.cli.results import print_notes
from cemaudit.cli.standings import span
from cemaudit.cli.table import print_table
from cemaudit.language import N_, message, translate

__all__ = ["stores"]

_HEADINGS = (N_("Store"), N_("Visits"), N_("Mean"), N_("Score"), N_("Interval"))


@words.command("stores", help=N_("Say whether two stores differ, and how many visits it would take to know."))
@click.argument("one")
@click.argument("other")
@asking_options
@json_option
@words.common_options
def stores(question: Question, one: str, other: str, as_json: bool) -> None:
    """Compare two."""
    if one == other:
        raise click.UsageError(str(message("name two stores, not one twice")))
    from cemaudit.compare.league_table import fitted_of, league_of
    from cemaudit.compare.peer_comparison import pair_of

    with asking(question) as opened:
        fitted = fitted_of(opened, question.asked(), scale="points")
        found = pair_of(fitted, league_of(fitted, opened.store_names()), one, other)
    if as_json:
        known = found._asdict() | {"one": found.one._asdict(), "other": found.other._asdict()}
        click.echo(json.dumps(known, ensure_ascii=False))
        return
    rows = [
        [each.name, str(each.visits), f"{each.raw:.1f}", f"{each.score:.1f}", span(each.interval, 1)]
        for each in (found.one, found.other)
    ]
    print_table([translate(heading) for heading in _HEADINGS], rows, "lrrrr")
    difference, interval = f"{found.difference:+.1f}", span(found.interval, 1)
    notes = [found.said(), message("Difference: {difference} ({interval}).", difference=difference, interval=interval)]
    if not found.differ and found.needed:
        notes.append(message("To see a difference of that size takes about {count} visits each.", count=found.needed))
    click.echo()
    print_notes(notes)
