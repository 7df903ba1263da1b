"""Change between waves: adjusted means, their differences, and charts of individual values."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from scipy import sparse

from cemaudit.compare.crosstabs import crossed, parted
from cemaudit.compare.errors import CannotTell
from cemaudit.compare.fitting import Fitted, fitted
from cemaudit.compare.intervals import Interval
from cemaudit.compare.mixed_model.crossproducts import Matrix, Vector
from cemaudit.compare.mixed_model.model import Model
from cemaudit.compare.mixed_model.posterior import model_of
from cemaudit.compare.results import Rules
from cemaudit.compare.selection import Asked, FacetValue, facets_asked
from cemaudit.compare.visit_table import Coded, Factor, coded
from cemaudit.errors import BadInput, Sayable
from cemaudit.language import Message, message
from cemaudit.ledger.query.reading import Local

__all__ = [
    "LEAST",
    "NOT_KNOWN",
    "Point",
    "Series",
    "Wave",
    "individual_limits",
    "mixed_with_waves",
    "series_of",
    "series_of_facets",
    "series_of_stores",
    "waves_of",
]


NOT_KNOWN = "?"


MOST = 1_500
"""Waves of regions, together, that one model takes."""


class Wave(NamedTuple):
    """A wave: its ``name``, its ``place`` among the levels of the table, and its ``code`` in there."""

    name: str
    place: int
    code: int


class Point(NamedTuple):
    """A wave's score with its ``interval``, ``None`` where nobody visited; ``change``: from the wave before, with where
    that lies (``changed``).
    """

    wave: str
    visits: int
    score: float | None = None
    interval: Interval | None = None
    change: float | None = None
    changed: Interval | None = None

    @property
    def told(self) -> bool:
        """Whether the change can be told from chance."""
        return self.changed is not None and (self.changed.low > 0 or self.changed.high < 0)


class Series(NamedTuple):
    """The waves of the network or of a part of it: its ``key`` (nothing for the network), and its ``name``."""

    key: str
    name: Sayable | str
    points: tuple[Point, ...]


class _Rows(NamedTuple):
    """What each wave's score is made of: effects of stores (W x I), and of dense columns (W x K)."""

    units: Matrix
    dense: Matrix


def waves_of(table: Coded) -> list[Wave]:
    """The waves known, the oldest first: by the day in the midst of their visits."""
    rows = table.columns("select wave, quantile_disc(day, 0.5) as day from compared group by wave")
    key = table.keys["wave"]
    code_of = {int(level_index): number - 1 for number, level_index in enumerate(key.places) if level_index >= 0}
    waves = []
    for level_index, day in zip(rows["wave"].tolist(), rows["day"].tolist(), strict=True):
        name = key.levels[level_index]
        if name is not None:
            waves.append((day, name, Wave(name, level_index, code_of[level_index])))
    return [wave for _, _, wave in sorted(waves)]


def mixed_with_waves(fitted: Fitted) -> bool:
    """Whether waves cannot be told from pools, versions of the checklist, or schemes."""
    sums = fitted.model.sums
    fixed = sums.dense[sums.first_fixed :, sums.first_fixed :].toarray()
    wave = fitted.crossed.columns_of("wave")
    own = np.zeros(len(fixed), dtype=np.bool_)
    own[wave.start - sums.first_fixed : wave.stop - sums.first_fixed] = True
    rank = [int(np.linalg.matrix_rank(block, hermitian=True)) for block in (fixed, fixed[~own][:, ~own])]
    return rank[0] < rank[1] + int((fixed.diagonal()[own] > 0).sum()) - 1


def series_of(fitted: Fitted, waves: Sequence[Wave], level: float, key: str = "", name: Sayable | str = "") -> Series:
    """The network's, each store weighing the same: contrasts of the model's columns of waves, in points."""
    count = len(fitted.crossed.stores)
    visits = np.bincount(
        fitted.crossed.of_occasions[0].codes, fitted.crossed.by_store.sum(axis=0), max(wave.place for wave in waves) + 1
    )
    rows = _rows(fitted, np.full(count, 1 / count), waves)
    return Series(key, name, _points(fitted.model, rows, waves, [int(visits[wave.place]) for wave in waves], level))


def series_of_stores(
    table: Coded, fitted: Fitted, waves: Sequence[Wave], of: Factor, level: float
) -> tuple[Series, ...]:
    """Those of the stores of each level of a factor (regions, say): one more column for each of them in each wave.

    ``CannotTell`` where these are too many.
    """
    size = len(table.keys["wave"].places)
    part_columns = len(of.levels) * size
    visits = parted(table, fitted.crossed, of.codes, f"place * {size} + wave + 1", part_columns).among(fitted.crossed)
    occupied = np.flatnonzero(visits.visits)
    if len(occupied) > MOST:
        text = message("there are too many of {key} to follow each: choose some with --where", key=of.name)
        raise CannotTell(text, "too-many")
    indicator = sparse.csr_array(
        (np.ones(len(occupied)), (occupied, np.arange(len(occupied)))), shape=(part_columns, len(occupied))
    ).toarray()
    model = model_of(visits.sums(indicator))
    series = []
    for number, name in enumerate(of.levels):
        own = of.codes == number
        rows = _rows(fitted, own / own.sum(), waves)
        columns = [number * size + wave.code + 1 for wave in waves]
        rows = rows._replace(dense=np.hstack([rows.dense, indicator[columns]]))
        visit_counts = visits.visits[columns].astype(int).tolist()
        series.append(Series(name or NOT_KNOWN, name or NOT_KNOWN, _points(model, rows, waves, visit_counts, level)))
    return tuple(series)


def _rows(fitted: Fitted, weights: Vector, waves: Sequence[Wave]) -> _Rows:
    """Of stores with these weights (I)."""
    crossed = fitted.crossed
    usual = np.asarray(weights @ crossed.rows())
    span = crossed.columns_of("wave")
    usual[span] = 0.0
    dense = np.tile(usual, (len(waves), 1))
    dense[np.arange(len(waves)), [span.start + wave.place for wave in waves]] = 1.0
    return _Rows(np.tile(weights, (len(waves), 1)), dense)


def _points(model: Model, rows: _Rows, waves: Sequence[Wave], visits: Sequence[int], level: float) -> tuple[Point, ...]:
    levels = model.contrast(sparse.csr_array(rows.units), sparse.csr_array(rows.dense))
    steps = model.contrast(None, sparse.csr_array(np.diff(rows.dense, axis=0, prepend=rows.dense[:1])))
    factor = NormalDist().inv_cdf((1 + level) / 2)
    wave_scores = []
    for index, wave in enumerate(waves):
        score, half = float(levels.value[index]), factor * float(levels.se[index])
        change, reach = float(steps.value[index]), factor * float(steps.se[index])
        point = Point(wave.name, visits[index])
        if visits[index]:
            point = point._replace(score=score, interval=Interval(score - half, score + half))
        if index and visits[index] and visits[index - 1]:
            point = point._replace(change=change, changed=Interval(change - reach, change + reach))
        wave_scores.append(point)
    return tuple(wave_scores)


def series_of_facets(
    reading: Local, selection: Asked, waves: Sequence[Wave], rules: Rules, measure: str
) -> tuple[tuple[Series, ...], list[Message]]:
    """The series of each value of the facet asked for; and notes: where there can be none, or where they are not of the
    network's ``measure``.
    """
    values = facets_asked(reading, selection)
    series: list[Series] = []
    notes: list[Message] = []
    if values and values[0].asked.measure != measure:
        notes.append(message("The parts are compared by the measure {measure}.", measure=values[0].asked.measure))
    for value in values:
        try:
            series.append(_series(reading, value, waves, rules))
        except (BadInput, CannotTell) as error:
            notes.append(message("{name}: {why}", name=value.title, why="; ".join(map(str, error.problems))))
    return tuple(series), notes


def _series(reading: Local, facet_value: FacetValue, waves: Sequence[Wave], rules: Rules) -> Series:
    with coded(reading, facet_value.asked) as table:
        found = fitted(crossed(table))
        waves_by_name = {wave.name: wave for wave in waves_of(table)}
    own = [waves_by_name[wave.name] for wave in waves if wave.name in waves_by_name]
    if len(own) < len(waves):
        raise CannotTell(message("no scores in some waves"), "waves")
    return series_of(found, own, rules.level, facet_value.value, facet_value.title)


LEAST = 6
"""So many values make limits worth looking at."""


_WIDE = 2.66


def individual_limits(values: Sequence[float]) -> Interval | None:
    """The limits of natural process: the mean ± 2.66 times the mean difference of neighbours, regardless of sign.

    2.66 is 3 / 1.128, the constant for ranges of two. ``None`` for fewer than ``LEAST`` values. Shewhart's chart of
    individuals; for the series of a network, never for a single store of few visits.
    """
    if len(values) < LEAST:
        return None
    mean = sum(values) / len(values)
    reach = _WIDE * sum(abs(later - earlier) for earlier, later in pairwise(values)) / (len(values) - 1)
    return Interval(mean - reach, mean + reach)
