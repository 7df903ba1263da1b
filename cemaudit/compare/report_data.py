"""Gathers everything a league report shows from the snapshot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TypeVar

from cemaudit.compare.drivers.candidates import DriverQuery
from cemaudit.compare.errors import NotEstimable
from cemaudit.compare.from_snapshot import (
    action_effect,
    channel_comparison,
    estimate_trend,
    facet_leagues,
    fit_selection,
    kept_promises,
    league_of_fit,
    store_relations,
    study_drivers,
)
from cemaudit.compare.funnel import league_funnel
from cemaudit.compare.league_table import League
from cemaudit.compare.promises import PromiseSummary
from cemaudit.compare.queries.findings import count_findings
from cemaudit.compare.report_records import LeagueReportData, TimeScores, TouchpointScores
from cemaudit.compare.results import DEFAULT_RULES, ComparisonRules
from cemaudit.compare.selection import Selection, over_all_waves
from cemaudit.compare.wording import effect_conclusions, trend_conclusions
from cemaudit.errors import BadInput
from cemaudit.language import Message, message
from cemaudit.ledger.actions import Action
from cemaudit.ledger.query.question import LedgerQuery
from cemaudit.ledger.query.reading import Local
from cemaudit.ledger.query.views import show
from cemaudit.ledger.snapshot.circumstances import WEEKDAYS
from cemaudit.model import Checklist
from cemaudit.model.platform import Platform

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
    platform: Platform | None = None,
    noted: Mapping[str, dt.date] | None = None,
) -> LeagueReportData:
    """Return everything a league report shows; what the visits do not tell is left out.

    ``actions``: those whose effect is told, too; ``noted``: the day each was noted, by id. ``platform``: how far its
    promises are kept is told, too. ``BadInput``
    and ``NotEstimable`` where there is no league.
    """
    league = league_of_fit(reading, fit_selection(reading, selection, rules, scale), target, rules)
    checklist, of_stores = reading.checklist(league.facts.checklists[-1]), league.unit == "store"
    waves = [wave or str(message("not known")) for wave in _column(reading, selection, "wave")]
    by_channel = replace(selection, facet="channel", measure=None, unit="store")
    # Wave by wave, whichever waves the league is of.
    trend = (
        _if_estimable(lambda: estimate_trend(reading, over_all_waves(selection), rules=rules)) if of_stores else None
    )
    drivers = DriverQuery(visit_filter=selection.visit_filter, scheme=selection.scheme)
    return LeagueReportData(
        league=league,
        subject=str(checklist.title),
        period=", ".join(waves) if len(waves) < 4 else f"{waves[0]} - {waves[-1]}",
        measure=league.facts.title or league.facts.measure,
        funnel=league_funnel(league) if of_stores else None,
        touchpoints=_touchpoint_scores(reading, selection, league, checklist) if of_stores else None,
        times=_time_scores(reading, selection, league),
        channels=_if_estimable(
            lambda: channel_comparison(reading, by_channel, facet_leagues(reading, by_channel, rules=rules), rules)
        ),
        course=trend.course(trend_conclusions(trend).supported) if trend else None,
        study=_if_estimable(lambda: study_drivers(reading, drivers, rules)),
        findings=count_findings(reading, selection),
        promises=_promises(reading, selection, platform, rules) if platform else None,
        actions=tuple(_effects(reading, selection, actions, noted or {}, rules)),
        simulated=SIMULATED in _column(reading, selection, "origin"),
        relation=_if_estimable(lambda: store_relations(reading, selection, rules)) if of_stores else None,
    )


def _promises(
    reading: Local, selection: Selection, platform: Platform, rules: ComparisonRules
) -> PromiseSummary | None:
    return _if_estimable(lambda: kept_promises(reading, platform, selection.visit_filter, rules.level))


def _if_estimable(make: Callable[[], Result]) -> Result | None:
    """Return what is made; ``None`` where the visits do not say it."""
    try:
        return make()
    except (BadInput, NotEstimable):
        return None


def _effects(
    reading: Local,
    selection: Selection,
    actions: Iterable[Action],
    noted: Mapping[str, dt.date],
    rules: ComparisonRules,
) -> Iterator[Message]:
    """Yield what came of each action, in one sentence."""
    for action in actions:
        day = noted.get(action.id)
        result = _if_estimable(partial(action_effect, reading, over_all_waves(selection), action, rules, day))
        if result:
            yield effect_conclusions(result)[0]


def _touchpoint_scores(
    reading: Local, selection: Selection, league: League, checklist: Checklist
) -> TouchpointScores | None:
    """Return the mean of each store at each touchpoint, by the measure kept for touchpoints."""
    view_result = _if_estimable(
        lambda: show(
            reading,
            "heatmap",
            LedgerQuery(("store", "touchpoint"), selection.visit_filter, selection.scheme, lenses=selection.lenses),
        )
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
    # From the worst to the best: where less is better the scale is turned round.
    low, high = ends if league.facts.better == "higher" else ends[::-1]
    titles = tuple(checklist.touchpoint[name].title for name in names)
    return TouchpointScores(measure.title or measure.id, titles, scores, low, high)


MOST_HOURS = 16
"""Of more hours than this, bands of them are shown."""


def _time_scores(reading: Local, selection: Selection, league: League) -> TimeScores | None:
    """Return the means by weekday and hour, or band of hours; ``None`` where times are not known, or do not differ."""
    by_hour = _means_by_time(reading, selection, league, "hour")
    if by_hour is None or len(by_hour.hours) <= MOST_HOURS:
        return by_hour
    return _means_by_time(reading, selection, league, "hour-band")


def _means_by_time(reading: Local, selection: Selection, league: League, hours: str) -> TimeScores | None:
    facts = league.facts
    query = LedgerQuery((hours, "weekday"), selection.visit_filter, selection.scheme, facts.measure, selection.lenses)
    view_result = _if_estimable(lambda: show(reading, "heatmap", query))
    rows = [row for row in view_result.rows if row[hours] and row["weekday"] and row["scored"]] if view_result else []
    rising = sorted({row[hours] for row in rows})
    weekdays = [day for day in WEEKDAYS if any(row["weekday"] == day for row in rows)]
    if len(rising) < 2 or len(weekdays) < 2:
        return None
    means = {(row[hours], row["weekday"]): row["mean"] for row in rows}
    visits = {(row[hours], row["weekday"]): row["scored"] for row in rows}
    ends = (0.0, 100.0) if facts.unit == "percent" else (min(means.values()), max(means.values()))
    low, high = ends if facts.better == "higher" else ends[::-1]
    return TimeScores(
        measure=facts.title or facts.measure,
        hours=tuple(rising),
        weekdays=tuple(weekdays),
        scores=tuple(tuple(means.get((hour, day)) for day in weekdays) for hour in rising),
        visits=tuple(tuple(visits.get((hour, day), 0) for day in weekdays) for hour in rising),
        low=low,
        high=high,
    )


def _column(reading: Local, selection: Selection, key: str) -> list[str | None]:
    """Return the different values of a key of the visits."""
    query = LedgerQuery((key,), selection.visit_filter, selection.scheme, lenses=selection.lenses)
    return [row[key] for row in show(reading, "visits", query).rows]
