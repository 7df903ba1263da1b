"""Gathers everything a league report shows from the snapshot."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import TypeVar

from cemaudit.compare.channels import channels_of, sides_of
from cemaudit.compare.drivers.results import Asked as Drivers
from cemaudit.compare.drivers.results import Study
from cemaudit.compare.drivers.study import study
from cemaudit.compare.effect import effect_of
from cemaudit.compare.errors import CannotTell
from cemaudit.compare.finding_counts import found_in
from cemaudit.compare.funnel import funnel_around
from cemaudit.compare.league import League
from cemaudit.compare.league_table import fitted_of, league_of
from cemaudit.compare.report_records import Account, Channels, Course, Parts
from cemaudit.compare.results import DEFAULT, Rules
from cemaudit.compare.selection import Asked, in_all_waves
from cemaudit.compare.trend import trend_of
from cemaudit.compare.wording import news, verdict
from cemaudit.errors import BadInput
from cemaudit.language import Message, message
from cemaudit.ledger.actions import Action
from cemaudit.ledger.query.question import Question
from cemaudit.ledger.query.reading import Local
from cemaudit.ledger.query.views import show
from cemaudit.model import Checklist

__all__ = ["account_of"]


SIMULATED = "simulated"
"""Where visits say they come from (``origin``) when nobody made them."""


Result = TypeVar("Result")


def account_of(  # noqa: PLR0913, PLR0917
    reading: Local,
    selection: Asked,
    target: float | None = None,
    rules: Rules = DEFAULT,
    scale: str = "auto",
    actions: Iterable[Action] = (),
) -> Account:
    """The account of what is asked; what the visits do not tell is left out. ``actions``: whose effect is told, too.

    ``BadInput`` and ``CannotTell`` where there is no league.
    """
    league = league_of(fitted_of(reading, selection, rules, scale), reading.store_names(), target, rules)
    checklist = reading.checklist(league.facts.checklists[-1])
    return Account(
        league=league,
        subject=str(checklist.title),
        period=_period(reading, selection),
        measure=league.facts.title or league.facts.measure,
        funnel=funnel_around(league) if league.unit == "store" else None,
        parts=_parts(reading, selection, league, checklist) if league.unit == "store" else None,
        channels=_or_none(lambda: _channels(reading, selection, rules)),
        course=_or_none(lambda: _course(reading, selection, rules)) if league.unit == "store" else None,
        study=_or_none(lambda: _study(reading, selection, rules)),
        found=found_in(reading, selection),
        actions=tuple(_effects(reading, selection, actions, rules)),
        simulated=_is_simulated(reading, selection),
    )


def _or_none(make: Callable[[], Result]) -> Result | None:
    """What is made; ``None`` where the visits do not say it."""
    try:
        return make()
    except (BadInput, CannotTell):
        return None


def _channels(reading: Local, selection: Asked, rules: Rules) -> Channels:
    channel_selection = replace(selection, facet="channel", measure=None, unit="store")
    return channels_of(reading, sides_of(reading, channel_selection, rules=rules), rules)


def _course(reading: Local, selection: Asked, rules: Rules) -> Course:
    """Wave by wave, whichever waves the league is of."""
    trend = trend_of(reading, in_all_waves(selection), rules=rules)
    return trend.course(news(trend).known)


def _effects(reading: Local, selection: Asked, actions: Iterable[Action], rules: Rules) -> Iterator[Message]:
    """What came of each action, in one sentence."""
    for action in actions:
        result = _or_none(partial(effect_of, reading, in_all_waves(selection), action, rules))
        if result:
            yield verdict(result)[0]


def _study(reading: Local, selection: Asked, rules: Rules) -> Study:
    return study(reading, Drivers(which=selection.which, scheme=selection.scheme), rules)


def _parts(reading: Local, selection: Asked, league: League, checklist: Checklist) -> Parts | None:
    """The mean of each store at each touchpoint, by the measure kept for touchpoints."""
    view_result = _or_none(
        lambda: show(reading, "heatmap", Question(("store", "touchpoint"), selection.which, selection.scheme))
    )
    if view_result is None or not view_result.rows:
        return None
    names = [name for name in checklist.touchpoint if any(row["touchpoint"] == name for row in view_result.rows)]
    means = {(row["store"], row["touchpoint"]): row["mean"] for row in view_result.rows}
    scores = {
        standing.store: tuple(means.get((standing.store, name)) for name in names) for standing in league.standings
    }
    measure = reading.scheme(league.facts.schemes[-1]).measure[view_result.measures[-1]]
    values = [value for row in scores.values() for value in row if value is not None]
    ends = (0.0, 100.0) if measure.unit == "percent" else (min(values), max(values))
    low, high = ends if league.facts.better == "higher" else ends[::-1]
    titles = tuple(checklist.touchpoint[name].title for name in names)
    return Parts(measure.title or measure.id, titles, scores, low, high)


def _period(reading: Local, selection: Asked) -> str:
    """The waves, else the days, that are compared."""
    waves = [
        row["wave"] or str(message("not known")) for row in show(reading, "visits", _visits(selection, "wave")).rows
    ]
    if any(waves):
        return ", ".join(waves) if len(waves) < 4 else f"{waves[0]} - {waves[-1]}"
    return ""


def _is_simulated(reading: Local, selection: Asked) -> bool:
    return any(row["origin"] == SIMULATED for row in show(reading, "visits", _visits(selection, "origin")).rows)


def _visits(selection: Asked, key: str) -> Question:
    return Question((key,), selection.which, selection.scheme)
