"""Gathers everything a league report shows from the snapshot."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import TypeVar

from cemaudit.compare.drivers.candidates import DriverQuery as Drivers
from cemaudit.compare.drivers.results import DriverStudy
from cemaudit.compare.errors import NotEstimable
from cemaudit.compare.from_snapshot import (
    action_effect,
    channel_comparison,
    estimate_trend,
    facet_leagues,
    fit_selection,
    study_drivers,
)
from cemaudit.compare.funnel import league_funnel
from cemaudit.compare.league_table import League, make_league
from cemaudit.compare.queries.findings import count_findings
from cemaudit.compare.report_records import ChannelComparison, LeagueReportData, ScoreHistory, TouchpointScores
from cemaudit.compare.results import DEFAULT_RULES, ComparisonRules
from cemaudit.compare.selection import Selection, over_all_waves
from cemaudit.compare.wording import effect_conclusions, trend_conclusions
from cemaudit.errors import BadInput
from cemaudit.language import Message, message
from cemaudit.ledger.actions import Action
from cemaudit.ledger.query.question import LedgerQuery
from cemaudit.ledger.query.reading import Local
from cemaudit.ledger.query.views import show
from cemaudit.model import Checklist

__all__ = ["league_report_data"]

SIMULATED = "simulated"
"""Where visits say they come from (``origin``) when nobody made them."""

Result = TypeVar("Result")


def league_report_data(  # noqa: PLR0913, PLR0917
    reading: Local,
    selection: Selection,
    target: float | None = None,
    rules: ComparisonRules = DEFAULT_RULES,
    scale: str = "auto",
    actions: Iterable[Action] = (),
) -> LeagueReportData:
    """The account of what is asked; what the visits do not tell is left out. ``actions``: whose effect is told, too.

    ``BadInput`` and ``NotEstimable`` where there is no league.
    """
    league = make_league(fit_selection(reading, selection, rules, scale), reading.store_names(), target, rules)
    checklist = reading.checklist(league.facts.checklists[-1])
    return LeagueReportData(
        league=league,
        subject=str(checklist.title),
        period=_period(reading, selection),
        measure=league.facts.title or league.facts.measure,
        funnel=league_funnel(league) if league.unit == "store" else None,
        parts=_touchpoint_scores(reading, selection, league, checklist) if league.unit == "store" else None,
        channels=_if_estimable(lambda: _channels(reading, selection, rules)),
        course=_if_estimable(lambda: _score_history(reading, selection, rules)) if league.unit == "store" else None,
        study=_if_estimable(lambda: _study(reading, selection, rules)),
        found=count_findings(reading, selection),
        actions=tuple(_effects(reading, selection, actions, rules)),
        simulated=_is_simulated(reading, selection),
    )


def _if_estimable(make: Callable[[], Result]) -> Result | None:
    """What is made; ``None`` where the visits do not say it."""
    try:
        return make()
    except (BadInput, NotEstimable):
        return None


def _channels(reading: Local, selection: Selection, rules: ComparisonRules) -> ChannelComparison:
    channel_selection = replace(selection, facet="channel", measure=None, unit="store")
    leagues = facet_leagues(reading, channel_selection, rules=rules)
    return channel_comparison(reading, channel_selection, leagues, rules)


def _score_history(reading: Local, selection: Selection, rules: ComparisonRules) -> ScoreHistory:
    """Wave by wave, whichever waves the league is of."""
    trend = estimate_trend(reading, over_all_waves(selection), rules=rules)
    return trend.course(trend_conclusions(trend).known)


def _effects(
    reading: Local, selection: Selection, actions: Iterable[Action], rules: ComparisonRules
) -> Iterator[Message]:
    """What came of each action, in one sentence."""
    for action in actions:
        result = _if_estimable(partial(action_effect, reading, over_all_waves(selection), action, rules))
        if result:
            yield effect_conclusions(result)[0]


def _study(reading: Local, selection: Selection, rules: ComparisonRules) -> DriverStudy:
    return study_drivers(reading, Drivers(which=selection.visit_filter, scheme=selection.scheme), rules)


def _touchpoint_scores(
    reading: Local, selection: Selection, league: League, checklist: Checklist
) -> TouchpointScores | None:
    """The mean of each store at each touchpoint, by the measure kept for touchpoints."""
    view_result = _if_estimable(
        lambda: show(reading, "heatmap", LedgerQuery(("store", "touchpoint"), selection.visit_filter, selection.scheme))
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
    return TouchpointScores(measure.title or measure.id, titles, scores, low, high)


def _period(reading: Local, selection: Selection) -> str:
    """The waves, else the days, that are compared."""
    waves = [
        row["wave"] or str(message("not known"))
        for row in show(reading, "visits", _visits_query(selection, "wave")).rows
    ]
    if any(waves):
        return ", ".join(waves) if len(waves) < 4 else f"{waves[0]} - {waves[-1]}"
    return ""


def _is_simulated(reading: Local, selection: Selection) -> bool:
    return any(row["origin"] == SIMULATED for row in show(reading, "visits", _visits_query(selection, "origin")).rows)


def _visits_query(selection: Selection, key: str) -> LedgerQuery:
    return LedgerQuery((key,), selection.visit_filter, selection.scheme)
