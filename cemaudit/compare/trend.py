"""Trend: what changed from wave to wave in the network, in parts of it, and in single stores."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from statistics import NormalDist

from cemaudit.compare.control_charts import Residuals, Watching, dated, residuals, watching
from cemaudit.compare.crosstabs import crossed
from cemaudit.compare.errors import CannotTell
from cemaudit.compare.fitting import Fitted, fitted
from cemaudit.compare.intervals import Interval
from cemaudit.compare.report_records import Course, CourseLine
from cemaudit.compare.results import DEFAULT, Facts, Rules
from cemaudit.compare.selection import Asked, sources_asked
from cemaudit.compare.visit_table import Factor, coded
from cemaudit.compare.waves import (
    Series,
    Wave,
    mixed_with_waves,
    series_of,
    series_of_facets,
    series_of_stores,
    waves_of,
)
from cemaudit.errors import BadInput, Problem, nearest
from cemaudit.language import Message, message
from cemaudit.ledger.query.reading import Local

__all__ = ["OF_FACETS", "OF_STORES", "Trend", "trend_of"]

OF_STORES = ("region", "format", "brand", "owner", "pool")
OF_FACETS = ("channel", "element", "stage", "touchpoint")


@dataclass(frozen=True, eq=False)
class Trend:
    """``network``: all stores by wave; ``parts``: by what was asked, if anything (``by``). ``watching``: single stores.

    ``level``: how often an interval is meant to hold the truth. ``notes``: what a reader must know.
    """

    facts: Facts
    level: float
    by: str | None
    network: Series
    parts: tuple[Series, ...]
    watching: Watching | None
    notes: tuple[Message, ...]
    waves: tuple[Wave, ...]
    rows: Residuals
    part_of: Factor | None

    def course(self, notes: Sequence[Message] = ()) -> Course:
        """The lines of the network and of its parts."""
        return Course(self._names, (_line(self.network), *map(_line, self.parts)), tuple(notes))

    def store_course(self, store: str, name: str, notes: Sequence[Message] = ()) -> Course:
        """The lines of a store (of each wave the mean of its visits, adjusted for shoppers and what was asked, but not
        shrunken), of its part where stores are parted, and of the network; with what is to be said of the store.
        """
        at = self._places[store]
        own = [self.parts[self.part_of.codes[at]]] if self.part_of else []
        lines = CourseLine(name, *self._store(at)), *map(_line, own), _line(self.network)
        return Course(self._names, lines, (*self._said(at), *notes))

    def _said(self, at: int) -> Iterator[Message]:
        yield message("Each point of the store is the mean of its visits in that wave, adjusted for strict and mild "
                      "shoppers.")  # fmt: skip
        visited_waves = {wave.name for wave in self.waves if self.rows.score(at, wave.place)}
        watched = self.watching
        if watched is None or not visited_waves & {*watched.baseline} or not visited_waves & {*watched.later}:
            return
        waves = ", ".join(watched.baseline)
        direction = self._alarms.get(self.rows.stores[at])
        if direction is None:
            yield message("It differs from its level in {waves} by no more than chance.", waves=waves)
        elif direction == "down":
            yield message("It is lower than in {waves}, all stores' change taken off.", waves=waves)
        else:
            yield message("It is higher than in {waves}, all stores' change taken off.", waves=waves)

    @cached_property
    def _places(self) -> dict[str, int]:
        return {store: index for index, store in enumerate(self.rows.stores)}

    @cached_property
    def _alarms(self) -> dict[str, str]:
        return {alarm.store: alarm.direction for alarm in self.watching.alarms} if self.watching else {}

    @property
    def _names(self) -> tuple[str, ...]:
        return tuple(wave.name for wave in self.waves)

    def _store(self, at: int) -> tuple[tuple[float | None, ...], tuple[Interval | None, ...]]:
        factor = NormalDist().inv_cdf((1 + self.level) / 2)
        scores = [self.rows.score(at, wave.place) for wave in self.waves]
        intervals = [score and Interval(score[0] - factor * score[1], score[0] + factor * score[1]) for score in scores]
        return tuple(score and score[0] for score in scores), tuple(intervals)


def _line(series: Series) -> CourseLine:
    points = series.points
    return CourseLine(series.name, tuple(point.score for point in points), tuple(point.interval for point in points))


def trend_of(  # noqa: PLR0913
    reading: Local,
    selection: Asked,
    by: str | None = None,
    *,
    rules: Rules = DEFAULT,
    baseline: Sequence[str] = (),
    false_alarms: float = 1.0,
) -> Trend:
    """What changed in what is asked about, in points.

    ``by``: one of ``OF_STORES`` or ``OF_FACETS``. ``baseline``: the waves stores are watched from, all but the last
    where none are given; ``false_alarms``: how many are put up with. ``BadInput`` where the question is wrong,
    ``CannotTell`` where the visits do not answer it.
    """
    network_selection = _whole(reading, selection, by)
    with coded(reading, network_selection) as table:
        if table.unit_of and table.unit_of.levels == (None,):
            text = message("of none of these stores anything is known as {key}: nothing to compare", key=str(by))
            raise CannotTell(text, "unknown")
        waves = waves_of(table)
        first, later = _parted(waves, baseline)
        found = fitted(crossed(table))
        network = series_of(found, waves, rules.level, name=message("all stores"))
        part_series = series_of_stores(table, found, waves, table.unit_of, rules.level) if table.unit_of else ()
        rows = residuals(dated(table), found)
    watched = watching(rows, first, later, reading.store_names(), false_alarms)
    notes = [*found.crossed.facts.notes, *found.notes, *_notes(found, waves)]
    if by in OF_FACETS:
        part_series, facet_series = series_of_facets(
            reading, replace(selection, facet=by), waves, rules, found.crossed.facts.measure
        )
        notes += facet_series
    return Trend(
        facts=found.crossed.facts,
        level=rules.level,
        by=by,
        network=network,
        parts=part_series,
        watching=watched,
        notes=tuple(notes),
        waves=tuple(waves),
        rows=rows,
        part_of=found.crossed.unit_of,
    )


def _whole(reading: Local, selection: Asked, by: str | None) -> Asked:
    """What is asked of the network: by the leading measure where the one asked for is kept for parts only."""
    if by in OF_STORES:
        return replace(selection, unit=str(by))
    try:
        sources_asked(reading, selection)
    except BadInput:
        if by is None or selection.measure is None:
            raise
        return replace(selection, measure=None)
    return selection


def _parted(waves: Sequence[Wave], baseline: Sequence[str]) -> tuple[list[Wave], list[Wave]]:
    """The waves of the baseline, and those after it."""
    if len(waves) < 2:
        raise CannotTell(message("the visits are of fewer than two waves: no change can be told"), "one-wave")
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


def _notes(fitted: Fitted, waves: Sequence[Wave]) -> Iterator[Message]:
    unknown = fitted.crossed.facts.visits - _known(fitted, waves)
    if unknown:
        yield message("Visits of no known wave, which stand in no series: {n}.", n=unknown)
    if mixed_with_waves(fitted):
        yield message(
            "Some waves differ in their pools, in the checklist's version or in the scheme, too: a change between such "
            "waves may be a change of these."
        )


def _known(fitted: Fitted, waves: Sequence[Wave]) -> int:
    codes, visits = fitted.crossed.of_occasions[0].codes, fitted.crossed.by_store.sum(axis=0)
    places = {wave.place for wave in waves}
    return int(sum(count for code, count in zip(codes.tolist(), visits.tolist(), strict=True) if code in places))
