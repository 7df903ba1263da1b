"""Change between waves: adjusted means, their differences, and charts of individual values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from scipy import sparse

from cemaudit.compare.crosstabs import partition
from cemaudit.compare.errors import NotEstimable
from cemaudit.compare.fitting import FittedModel
from cemaudit.compare.intervals import Interval
from cemaudit.compare.mixed_model.crossproducts import Matrix, Vector
from cemaudit.compare.mixed_model.model import MixedModel
from cemaudit.compare.mixed_model.posterior import fit_best
from cemaudit.compare.visit_table import Factor, TablePart, VisitTable
from cemaudit.errors import Sayable
from cemaudit.language import message

__all__ = [
    "LEAST_WAVES",
    "NOT_KNOWN",
    "Wave",
    "WaveScore",
    "WaveSeries",
    "confounded_with_waves",
    "individuals_chart_limits",
    "network_series",
    "series_by_factor",
    "waves_by_date",
]

NOT_KNOWN = "?"

MOST_COLUMNS = 1_500
"""Waves of regions, together, that one model takes."""


class Wave(NamedTuple):
    """A wave: its ``name``, and its ``level_index`` among the levels of the table."""

    name: str
    level_index: int


@dataclass(frozen=True, slots=True)
class WaveScore:
    """A wave's score with its ``interval``, ``None`` where nobody visited; ``change``: from the wave before, with where
    that lies (``change_interval``).
    """

    wave: str
    visits: int
    score: float | None = None
    interval: Interval | None = None
    change: float | None = None
    change_interval: Interval | None = None

    @property
    def is_significant(self) -> bool:
        """Whether the change can be told from chance."""
        return self.change_interval is not None and (self.change_interval.low > 0 or self.change_interval.high < 0)


class WaveSeries(NamedTuple):
    """The waves of the network or of a part of it: its ``key`` (nothing for the network), and its ``name``."""

    key: str
    name: Sayable | str
    points: tuple[WaveScore, ...]


class _WaveContrasts(NamedTuple):
    """What each wave's score is made of: effects of stores (W x I), and of dense columns (W x K)."""

    units: Matrix
    dense: Matrix


def waves_by_date(table: VisitTable) -> list[Wave]:
    """Return the waves known, the oldest first: by the median day of their visits."""
    rows = table.median_days()
    levels = table.keys["wave"].levels
    waves = []
    for level_index, day in zip(rows["wave"].tolist(), rows["day"].tolist(), strict=True):
        name = levels[level_index]
        if name is not None:
            waves.append((day, name, Wave(name, level_index)))
    return [wave for _, _, wave in sorted(waves)]


def confounded_with_waves(fitted: FittedModel) -> bool:
    """Return whether waves cannot be told from pools, versions of the checklist, or schemes.

    They can where the columns of waves add their full number, less one for the intercept, to the rank of the others.
    """
    sums = fitted.model.cross_products
    fixed = sums.column_by_column[sums.first_fixed :, sums.first_fixed :].toarray()
    wave = fitted.crossed.columns_of("wave")
    own = np.zeros(len(fixed), dtype=np.bool_)
    own[wave.start - sums.first_fixed : wave.stop - sums.first_fixed] = True
    rank = [int(np.linalg.matrix_rank(block, hermitian=True)) for block in (fixed, fixed[~own][:, ~own])]
    return rank[0] < rank[1] + int((fixed.diagonal()[own] > 0).sum()) - 1


def network_series(
    fitted: FittedModel, waves: Sequence[Wave], level: float, key: str = "", name: Sayable | str = ""
) -> WaveSeries:
    """Return the network's series, each store weighing the same: contrasts of the columns of waves, in points."""
    count = len(fitted.crossed.stores)
    visits = np.bincount(
        fitted.crossed.occasion_factors[0].codes,
        fitted.crossed.by_store.sum(axis=0),
        max(wave.level_index for wave in waves) + 1,
    )
    rows = _wave_contrasts(fitted, np.full(count, 1 / count), waves)
    return WaveSeries(
        key, name, _wave_scores(fitted.model, rows, waves, [int(visits[wave.level_index]) for wave in waves], level)
    )


def series_by_factor(
    table: VisitTable, fitted: FittedModel, waves: Sequence[Wave], of: Factor, level: float
) -> tuple[WaveSeries, ...]:
    """Return the series of each level of a factor of stores (regions, say): a column more for each in each wave.

    ``NotEstimable`` where these are too many.
    """
    wave_levels = table.keys["wave"].levels
    size = len(wave_levels)
    part_columns = len(of.levels) * size
    visits = partition(table, fitted.crossed, TablePart(of.codes, len(of.levels)), "wave").among(fitted.crossed)
    occupied = np.flatnonzero(visits.visits)
    if None in wave_levels:
        # Columns of waves not known come first: their order shows in the last digits of what is estimated.
        occupied = occupied[np.lexsort([(occupied + 1) % size, occupied // size])]
    if len(occupied) > MOST_COLUMNS:
        text = message("there are too many of {key} to follow each: choose some with --where", key=of.name)
        raise NotEstimable(text, "too-many")
    indicator = sparse.csr_array(
        (np.ones(len(occupied)), (occupied, np.arange(len(occupied)))), shape=(part_columns, len(occupied))
    ).toarray()
    model = fit_best(visits.sums(indicator))
    series = []
    for number, name in enumerate(of.levels):
        own = of.codes == number
        rows = _wave_contrasts(fitted, own / own.sum(), waves)
        columns = [number * size + wave.level_index for wave in waves]
        rows = rows._replace(dense=np.hstack([rows.dense, indicator[columns]]))
        visit_counts = visits.visits[columns].astype(int).tolist()
        series.append(
            WaveSeries(name or NOT_KNOWN, name or NOT_KNOWN, _wave_scores(model, rows, waves, visit_counts, level))
        )
    return tuple(series)


def _wave_contrasts(fitted: FittedModel, weights: Vector, waves: Sequence[Wave]) -> _WaveContrasts:
    """Return what the mean score of stores with these weights (I) is made of, wave by wave."""
    crossed = fitted.crossed
    usual = np.asarray(weights @ crossed.rows())
    span = crossed.columns_of("wave")
    usual[span] = 0.0
    dense = np.tile(usual, (len(waves), 1))
    dense[np.arange(len(waves)), [span.start + wave.level_index for wave in waves]] = 1.0
    return _WaveContrasts(np.tile(weights, (len(waves), 1)), dense)


def _wave_scores(
    model: MixedModel, rows: _WaveContrasts, waves: Sequence[Wave], visits: Sequence[int], level: float
) -> tuple[WaveScore, ...]:
    # Changes are contrasts of their own: what the scores of two waves owe to the same stores and shoppers cancels.
    levels = model.contrast(sparse.csr_array(rows.units), sparse.csr_array(rows.dense))
    steps = model.contrast(None, sparse.csr_array(np.diff(rows.dense, axis=0, prepend=rows.dense[:1])))
    factor = NormalDist().inv_cdf((1 + level) / 2)
    wave_scores = []
    for index, wave in enumerate(waves):
        score, half = float(levels.value[index]), factor * float(levels.standard_error[index])
        change, reach = float(steps.value[index]), factor * float(steps.standard_error[index])
        point = WaveScore(wave.name, visits[index])
        if visits[index]:
            point = replace(point, score=score, interval=Interval(score - half, score + half))
        if index and visits[index] and visits[index - 1]:
            point = replace(point, change=change, change_interval=Interval(change - reach, change + reach))
        wave_scores.append(point)
    return tuple(wave_scores)


LEAST_WAVES = 6
"""So many values make limits worth looking at."""

_MOVING_RANGE_FACTOR = 2.66


def individuals_chart_limits(values: Sequence[float]) -> Interval | None:
    """Return the natural process limits: the mean ± 2.66 times the mean difference of neighbours, regardless of sign.

    2.66 is 3 / 1.128, the constant for ranges of two. ``None`` for fewer than ``LEAST_WAVES`` values. Shewhart's chart
    of individuals; for the series of a network, never for a single store of few visits.
    """
    if len(values) < LEAST_WAVES:
        return None
    mean = sum(values) / len(values)
    reach = _MOVING_RANGE_FACTOR * sum(abs(later - earlier) for earlier, later in pairwise(values)) / (len(values) - 1)
    return Interval(mean - reach, mean + reach)
