"""``cemaudit compare --by channel`` and its like."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from cemaudit.cli.results import print_notes, print_part
from cemaudit.cli.rows import Form, give_rows
from cemaudit.cli.screen import screen_width
from cemaudit.cli.standings import COLUMNS, row_of, span
from cemaudit.cli.table import table_lines
from cemaudit.language import N_, message, translate
from cemaudit.model.vocabulary import Facet, label

if TYPE_CHECKING:
    from cemaudit.compare.channels import Side
    from cemaudit.compare.report_records import Agreement, Channels
    from cemaudit.compare.results import Rules
    from cemaudit.compare.selection import Asked
    from cemaudit.ledger.query.reading import Local

__all__ = ["show_sides"]

MOST_PAIRS = 15
_OF_PAIRS = (N_("First one"), N_("Second one"), N_("Stores"), N_("Correlation"), N_("Interval"))
MOST_COLUMNS = 5


def show_sides(reading: Local, asked: Asked, target: float | None, rules: Rules, form: Form) -> None:
    """Channels, or whatever the facet is, side by side; the rows of programs are stores in each of them."""
    from cemaudit.compare.channels import channels_of, sides_of
    from cemaudit.compare.wording import terms_of_sides

    sides = sides_of(reading, asked, target, rules)
    facet = str(asked.facet)
    rows = [{facet: side.of.value, **row_of(one)} for side in sides if side.league for one in side.league.standings]
    found = channels_of(reading, sides, rules)
    document = {**_document(found), "rules": rules._asdict(), "standings": rows}
    if not give_rows(form, {facet: "text", **COLUMNS}, rows, lambda: document):
        _print(found, sides, facet)
        print_part(N_("How to read it"), terms_of_sides(rules))


def _document(found: Channels) -> dict[str, Any]:
    means = [{**mean._asdict(), "channel": str(mean.channel)} for mean in found.means]
    agreements = [{**one._asdict(), "one": str(one.one), "other": str(one.other)} for one in found.agreements]
    uneven = [{"store": store, "scores": scores} for store, scores in found.uneven]
    return {"means": means, "agreements": agreements, "uneven": uneven, "notes": [str(note) for note in found.notes]}


def _print(found: Channels, sides: Sequence[Side], facet: str) -> None:
    means = [
        [str(one.channel), str(one.stores), str(one.visits), f"{one.score:.1f}", span(one.interval, 1)]
        for one in found.means
    ]
    _table((str(label(Facet(facet))), N_("Stores"), N_("Visits"), N_("Mean"), N_("Interval")), means)
    if found.agreements:
        _heading(N_("Are the same stores good in both? (1: the same, 0: unrelated)"))
        least = sorted(found.agreements, key=lambda one: (one.correlation is None, one.correlation))[:MOST_PAIRS]
        shown = found.agreements if len(found.agreements) <= MOST_PAIRS else least
        _table(_OF_PAIRS, list(map(_pair, shown)))
        if len(shown) < len(found.agreements):
            what = message("Those that agree least, of {count}; --json has all.", count=len(found.agreements))
            click.echo(str(what))
    if found.uneven:
        _heading(N_("Stores that differ between them by more than chance"))
        _print_uneven(found, sides)
    if found.notes:
        click.echo()
        print_notes(found.notes)


def _print_uneven(found: Channels, sides: Sequence[Side]) -> None:
    """Of each such store its scores; where there are many, the highest and the lowest."""
    names = {one.store: one.name for side in sides if side.league for one in side.league.standings}
    titles = [str(mean.channel) for mean in found.means]
    if len(titles) <= MOST_COLUMNS:
        rows = [[names.get(store, store), *map(_number, scores)] for store, scores in found.uneven]
        _table((N_("Store"), *titles), rows)
        return
    rows = []
    for store, scores in found.uneven:
        known = sorted((score, title) for score, title in zip(scores, titles, strict=True) if score is not None)
        (low, worst), (high, best) = known[0], known[-1]
        rows.append([names.get(store, store), best, _number(high), worst, _number(low)])
    _table((N_("Store"), N_("Highest"), N_("Score"), N_("Lowest"), N_("Score")), rows)


def _heading(text: str) -> None:
    click.echo(f"\n{translate(text)}")


def _pair(one: Agreement) -> list[str]:
    interval = span(one.interval, 2) if one.interval else str(message("too few stores, or all alike"))
    return [str(one.one), str(one.other), str(one.stores), _number(one.correlation, 2), interval]


def _number(value: float | None, digits: int = 1) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def _table(headings: Sequence[str], rows: Sequence[list[str]]) -> None:
    sides = "".join("l" if any(_is_word(cell) for cell in column) else "r" for column in zip(*rows, strict=True))
    for line in table_lines([translate(heading) for heading in headings], rows, sides, screen_width()):
        click.echo(line)


def _is_word(cell: str) -> bool:
    return any(char.isalpha() for char in cell)
