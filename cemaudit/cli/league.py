"""A league on the screen, and as a document for programs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import click

from cemaudit.cli.results import print_part
from cemaudit.cli.screen import screen_width
from cemaudit.cli.standings import row_of, span
from cemaudit.cli.table import table_lines
from cemaudit.compare.results import UNITS
from cemaudit.language import N_, message, translate
from cemaudit.model import Reason

if TYPE_CHECKING:
    from cemaudit.compare.intervals import Standing
    from cemaudit.compare.league import League

__all__ = ["league_document", "show_league"]

MOST_SHOWN = 60
_NUMBERS = (N_("Visits"), N_("Mean"), N_("Score"), N_("Interval"), N_("Reliab."))


def league_document(league: League) -> dict[str, Any]:
    """Everything about it, as plain values."""
    from cemaudit.compare.wording import terms, told

    facts, sentences = league.facts, told(league)
    return {
        "measure": facts.measure, "unit": league.unit, "target": league.target, "better": facts.better,
        "visits": facts.visits, "left_out": dict(facts.left_out), "shoppers": league.shoppers, "centre": league.centre,
        "checklists": facts.checklists, "schemes": facts.schemes, "scale": facts.scale.name,
        "adjusted": facts.adjusted, "rules": league.rules._asdict(), "spreads": league.spreads._asdict(),
        "order": league.order._asdict(), "wrong": league.wrong, "found": league.found,
        "can_be_told": [str(one) for one in sentences.known], "cannot_be_told": [str(one) for one in sentences.unknown],
        "terms": [str(one) for one in terms(league)], "standings": [row_of(one) for one in league.standings],
    }  # fmt: skip


def show_league(league: League) -> None:
    """In words what can and cannot be told, the table, and how to read it."""
    from cemaudit.compare.wording import terms, told

    facts, sentences = league.facts, told(league)
    click.echo(f"{facts.title or facts.measure} ({', '.join(facts.checklists)}; {', '.join(facts.schemes)})")
    click.echo(str(message("{count} compared by {visits} visits; left out: {left_out}", visits=f"{facts.visits:,}",
                           count=f"{len(league.standings):,}", left_out=_left_out(league))))  # fmt: skip
    print_part(N_("What can be told"), sentences.known)
    print_part(N_("What cannot be told"), sentences.unknown)
    click.echo()
    _print_table(league)
    print_part(N_("How to read it"), terms(league))


def _print_table(league: League) -> None:
    rows = list(map(_cells, league.standings))
    told = [place for place, column in enumerate(zip(*rows, strict=True)) if set(column) != {"-"}]
    best, worst = (rows[: MOST_SHOWN // 2], rows[-MOST_SHOWN // 2 :]) if len(rows) > MOST_SHOWN else (rows, [])
    gap = [["...", *[""] * (len(told) - 1)]] if worst else []
    headings, *cells = [[row[place] for place in told] for row in [_headings(league), *best, *worst]]
    cells[len(best) : len(best)] = gap
    for line in table_lines(headings, cells, "l" + "r" * (len(told) - 1), screen_width()):
        click.echo(line)


def _left_out(league: League) -> str:
    """Why visits are not counted, and how many."""
    said = (f"{_reason(reason)} {count:,}" for reason, count in league.facts.left_out.items())
    return ", ".join(said) or str(message("none"))


def _reason(name: str) -> str:
    from cemaudit.compare.results import EXCLUDED

    if name == EXCLUDED:
        return translate(N_("excluded"))
    return Reason(name).words if name in set(Reason) else name


def _headings(league: League) -> list[str]:
    names = [str(UNITS[league.unit]), *map(translate, _NUMBERS)]
    return [*names, _chance_of(league), translate(N_("Rank")), translate(N_("Group"))]


def _chance_of(league: League) -> str:
    """What the probabilities are of."""
    if league.target is None:
        return translate(N_("Low 10%"))
    target = f"{league.target:g}"
    if league.worse == "above":
        return str(message("> {target}", target=target))
    return str(message("< {target}", target=target))


def _cells(one: Standing) -> list[str]:
    return [
        ("! " if one.flagged else "") + one.name,
        f"{one.visits:,}",
        f"{one.raw:.1f}",
        f"{one.score:.1f}",
        span(one.interval, 1),
        "-" if one.reliability is None else f"{one.reliability:.2f}",
        _chance(one.lowest if one.below is None else one.below),
        span(one.rank, 0) if one.rank else "-",
        str(one.group or "-"),
    ]


def _chance(value: float | None) -> str:
    """A probability, never rounded up to where a flag begins, nor to certainty."""
    if value is None:
        return "-"
    if value < 0.01:
        return "<0.01"
    return ">0.99" if value > 0.99 else f"{math.floor(value * 100 + 1e-9) / 100:.2f}"
