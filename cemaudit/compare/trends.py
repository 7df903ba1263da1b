"""Trend: what changed from wave to wave in the network, in parts of it, and in single stores."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from statistics import NormalDist

import numpy as np

from cemaudit.compare.control_charts import (
    StoreMonitoring,
    VisitResiduals,
    dated_visits,
    monitor_stores,
    visit_residuals,
)
from cemaudit.compare.crosstabs import cross_tabulate
from cemaudit.compare.errors import NotEstimable
from cemaudit.compare.fitting import FittedModel, fit_mixed_model
from cemaudit.compare.intervals import Interval
from cemaudit.compare.report_records import HistoryLine, ScoreHistory
from cemaudit.compare.results import DEFAULT_RULES, ComparedData, ComparisonRules
from cemaudit.compare.score_scale import decimals_of
from cemaudit.compare.visit_table import Factor, VisitTable
from cemaudit.compare.waves import (
    Wave,
    WaveSeries,
    confounded_with_waves,
    network_series,
    series_by_factor,
    waves_by_date,
)
from cemaudit.errors import BadInput, Problem, nearest
from cemaudit.language import Message, message

__all__ = ["FACET_KEYS", "Trend", "trend_in_table"]

FACET_KEYS = ("channel", "element", "stage", "touchpoint")


@dataclass(frozen=True, eq=False)
class Trend:
    """Change from wave to wave.

    ``network``: the scores of all stores; ``part_series``: those of each part of the network or of what was asked,
    where they are followed ``by`` something. ``watching``: single stores. ``level``: how often an interval is meant to
    hold the truth. ``notes``: what a reader must know. ``names`` of stores by id.
    """

    facts: ComparedData
    level: float
    by: str | None
    network: WaveSeries
    part_series: tuple[WaveSeries, ...]
    watching: StoreMonitoring | None
    notes: tuple[Message, ...]
    waves: tuple[Wave, ...]
    rows: VisitResiduals
    part_by_store: Factor | None
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def decimals(self) -> int:
        """The decimals its scores are printed with."""
        return decimals_of(
            max((abs(point.score) for point in self.network.points if point.score is not None), default=0)
        )

    def watched_stores(self) -> frozenset[str]:
        """Return the stores (by id) visited both in the waves of the baseline and after them."""
        if self.watching is None:
            return frozenset()
        stores = [
            {self.rows.stores[index] for index in self.rows.store[np.isin(self.rows.wave, levels)].tolist()}
            for names in (self.watching.baseline, self.watching.later)
            for levels in ([wave.level_index for wave in self.waves if wave.name in names],)
        ]
        return frozenset.intersection(*map(frozenset, stores))

    def course(self, notes: Sequence[Message] = ()) -> ScoreHistory:
        """Return the lines of the network and of its parts."""
        return ScoreHistory(self._names, (_line(self.network), *map(_line, self.part_series)), tuple(notes))

    def store_history(self, store: str, name: str, notes: Sequence[Message] = ()) -> ScoreHistory:
        """Return the lines of a store, of its part where stores are parted, and of the network.

        The store's points are the means of its visits in each wave, adjusted for shoppers and what was asked, but not
        shrunken: a shrunken score would hide the change that is looked for. ``notes`` follow what is said of the store.
        """
        index = self._places[store]
        own = [self.part_series[self.part_by_store.codes[index]]] if self.part_by_store else []
        lines = HistoryLine(name, *self._store(index)), *map(_line, own), _line(self.network)
        return ScoreHistory(self._names, lines, (*self._store_notes(index), *notes))

    def _store_notes(self, index: int) -> Iterator[Message]:
        yield message("Each point of the store is the mean of its visits in that wave, adjusted for strict and mild "
                      "shoppers.")  # fmt: skip
        visited_waves = {wave.name for wave in self.waves if self.rows.score(index, wave.level_index)}
        watched = self.watching
        if watched is None or not visited_waves & {*watched.baseline} or not visited_waves & {*watched.later}:
            return
        waves = ", ".join(watched.baseline)
        direction = self._alarms.get(self.rows.stores[index])
        if direction is None:
            yield message("It differs from its level in {waves} by no more than chance.", waves=waves)
        elif direction == "down":
            yield message("It is lower than in {waves}, after removing the common change.", waves=waves)
        else:
            yield message("It is higher than in {waves}, after removing the common change.", waves=waves)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {store: index for index, store in enumerate(self.rows.stores)}

    @cached_property
    def _alarms(self) -> dict[str, str]:
        return {alarm.store: alarm.direction for alarm in self.watching.alarms} if self.watching else {}

    @property
    def _names(self) -> tuple[str, ...]:
        return tuple(wave.name for wave in self.waves)

    def _store(self, index: int) -> tuple[tuple[float | None, ...], tuple[Interval | None, ...]]:
        factor = NormalDist().inv_cdf((1 + self.level) / 2)
        scores = [self.rows.score(index, wave.level_index) for wave in self.waves]
        intervals = [score and Interval(score[0] - factor * score[1], score[0] + factor * score[1]) for score in scores]
        return tuple(score and score[0] for score in scores), tuple(intervals)


def _line(series: WaveSeries) -> HistoryLine:
    points = series.points
    return HistoryLine(series.name, tuple(point.score for point in points), tuple(point.interval for point in points))


def trend_in_table(  # noqa: PLR0913
    table: VisitTable,
    names: Mapping[str | None, str],
    *,
    by: str | None = None,
    rules: ComparisonRules = DEFAULT_RULES,
    baseline: Sequence[str] = (),
    false_alarms: float = 1.0,
) -> Trend:
    """Return what changed in the visits of a table, in points.

    ``by``: the table's unit, if its stores are to be followed by it. ``names`` of stores by id. ``baseline``: the waves
    stores are watched from, all but the last where none are given; ``false_alarms``: how many are put up with.
    ``BadInput`` where a wave of the baseline does not exist, ``NotEstimable`` where the visits do not answer it.
    """
    if table.unit_factor and table.unit_factor.levels == (None,):
        text = message("of none of these stores anything is known as {key}: nothing to compare", key=message(str(by)))
        raise NotEstimable(text, "unknown")
    waves = waves_by_date(table)
    first, later = _split_at_baseline(waves, baseline)
    fitted = fit_mixed_model(cross_tabulate(table))
    rows = visit_residuals(dated_visits(table), fitted)
    return Trend(
        facts=fitted.crossed.facts,
        level=rules.level,
        by=by,
        network=network_series(fitted, waves, rules.level, name=message("all stores")),
        part_series=series_by_factor(table, fitted, waves, table.unit_factor, rules.level) if table.unit_factor else (),
        watching=monitor_stores(rows, first, later, names, false_alarms),
        notes=(*fitted.crossed.facts.notes, *fitted.notes, *_notes(fitted, waves)),
        waves=tuple(waves),
        rows=rows,
        part_by_store=fitted.crossed.unit_factor,
        names={store: names.get(store, store) for store in rows.stores},
    )


def _split_at_baseline(waves: Sequence[Wave], baseline: Sequence[str]) -> tuple[list[Wave], list[Wave]]:
    """Return the waves of the baseline, and those after it."""
    if len(waves) < 2:
        raise NotEstimable(message("fewer than two waves: no change can be estimated"), "one-wave")
    names = [wave.name for wave in waves]
    for name in baseline:
        if name not in names:
            hint = nearest(name, names)
            raise BadInput(Problem(message("there are no visits of wave {wave}", wave=name), "--baseline", hint))
    chosen = [wave for wave in waves if wave.name in baseline] or list(waves[:-1])
    later = list(waves[waves.index(chosen[-1]) + 1 :])
    if not later:
        text = message("no wave comes after the baseline's last one, {wave}", wave=chosen[-1].name)
        raise BadInput(Problem(text, "--baseline"))
    return chosen, later


def _notes(fitted: FittedModel, waves: Sequence[Wave]) -> Iterator[Message]:
    codes, visits = fitted.crossed.occasion_factors[0].codes, fitted.crossed.by_store.sum(axis=0)
    dated = np.isin(codes, [wave.level_index for wave in waves])
    unknown = fitted.crossed.facts.visits - int(visits[dated].sum())
    if unknown:
        yield message("Visits without a wave, left out of the series: {n}.", n=unknown)
    if confounded_with_waves(fitted):
        yield message(
            "Waves are partly confounded with pools, versions of the checklist or schemes: a change between such "
            "waves may be a change of these."
        )
