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
    asked: Asked,
    target: float | None = None,
    rules: Rules = DEFAULT,
    scale: str = "auto",
    actions: Iterable[Action] = (),
) -> Account:
    """The account of what is asked; what the visits do not tell is left out. ``actions``: whose effect is told, too.

    ``BadInput`` and ``CannotTell`` where there is no league.
    """
    league = league_of(fitted_of(reading, asked, rules, scale), reading.store_names(), target, rules)
    checklist = reading.checklist(league.facts.checklists[-1])
    return Account(
        league=league,
        subject=str(checklist.title),
        period=_period(reading, asked),
        measure=league.facts.title or league.facts.measure,
        funnel=funnel_around(league) if league.unit == "store" else None,
        parts=_parts(reading, asked, league, checklist) if league.unit == "store" else None,
        channels=_or_none(lambda: _channels(reading, asked, rules)),
        course=_or_none(lambda: _course(reading, asked, rules)) if league.unit == "store" else None,
        study=_or_none(lambda: _study(reading, asked, rules)),
        found=found_in(reading, asked),
        actions=tuple(_effects(reading, asked, actions, rules)),
        simulated=_is_simulated(reading, asked),
    )


def _or_none(make: Callable[[], Result]) -> Result | None:
    """What is made; ``None`` where the visits do not say it."""
    try:
        return make()
    except (BadInput, CannotTell):
        return None


def _channels(reading: Local, asked: Asked, rules: Rules) -> Channels:
    wanted = replace(asked, facet="channel", measure=None, unit="store")
    return channels_of(reading, sides_of(reading, wanted, rules=rules), rules)


def _course(reading: Local, asked: Asked, rules: Rules) -> Course:
    """Wave by wave, whichever waves the league is of."""
    found = trend_of(reading, in_all_waves(asked), rules=rules)
    return found.course(news(found).known)


def _effects(reading: Local, asked: Asked, actions: Iterable[Action], rules: Rules) -> Iterator[Message]:
    """What came of each action, in one sentence."""
    for action in actions:
        found = _or_none(partial(effect_of, reading, in_all_waves(asked), action, rules))
        if found:
            yield verdict(found)[0]


def _study(reading: Local, asked: Asked, rules: Rules) -> Study:
    return study(reading, Drivers(which=asked.which, scheme=asked.scheme), rules)


def _parts(reading: Local, asked: Asked, league: League, checklist: Checklist) -> Parts | None:
    """The mean of each store at each touchpoint, by the measure kept for touchpoints."""
    shown = _or_none(lambda: show(reading, "heatmap", Question(("store", "touchpoint"), asked.which, asked.scheme)))
    if shown is None or not shown.rows:
        return None
    names = [name for name in checklist.touchpoint if any(row["touchpoint"] == name for row in shown.rows)]
    means = {(row["store"], row["touchpoint"]): row["mean"] for row in shown.rows}
    scores = {one.store: tuple(means.get((one.store, name)) for name in names) for one in league.standings}
    measure = reading.scheme(league.facts.schemes[-1]).measure[shown.measures[-1]]
    known = [value for row in scores.values() for value in row if value is not None]
    ends = (0.0, 100.0) if measure.unit == "percent" else (min(known), max(known))
    low, high = ends if league.facts.better == "higher" else ends[::-1]
    titles = tuple(checklist.touchpoint[name].title for name in names)
    return Parts(measure.title or measure.id, titles, scores, low, high)


def _period(reading: Local, asked: Asked) -> str:
    """The waves, else the days, that are compared."""
    waves = [row["wave"] or str(message("not known")) for row in show(reading, "visits", _visits(asked, "wave")).rows]
    if any(waves):
        return ", ".join(waves) if len(waves) < 4 else f"{waves[0]} - {waves[-1]}"
    return ""


def _is_simulated(reading: Local, asked: Asked) -> bool:
    return any(row["origin"] == SIMULATED for row in show(reading, "visits", _visits(asked, "origin")).rows)


def _visits(asked: Asked, key: str) -> Question:
    return Question((key,), asked.which, asked.scheme)
