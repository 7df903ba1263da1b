"""Stores that no longer are what they were: visits since the baseline, watched one by one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cemaudit.compare.change import Wave
from cemaudit.compare.mixed.sums import Matrix, Vector
from cemaudit.compare.residuals import Residuals
from cemaudit.compare.watch import Chart, chart_for, expected_false_alarms, run_length, watch

__all__ = ["Alarm", "Watching", "watching"]

DAYS = 400
"""So many visits of one store are enough to choose a chart by."""
NEVER = 1e6
"""Visits nobody makes."""


class Alarm(NamedTuple):
    """A store that went ``up`` or ``down``: by how many points its latest visits differ (``change``) from its level of
    the baseline, all stores' change taken off, in ``visits`` since; ``limit``: what chance may do; ``at``: the visit
    the alarm came with.
    """

    store: str
    name: str
    direction: Literal["up", "down"]
    visits: int
    change: float
    limit: float
    at: int


class Watching(NamedTuple):
    """``baseline`` and ``later``: waves. ``stores``: how many are watched, of ``visits`` later ones in all.

    ``expected``: false alarms among them if nothing changed; ``every``: after how many visits on average a store that
    does not change gives one (``None``: practically never). ``alarms``: the farthest beyond its limit first.
    """

    baseline: tuple[str, ...]
    later: tuple[str, ...]
    chart: Chart
    stores: int
    visits: int
    expected: float
    every: float | None
    alarms: tuple[Alarm, ...]


class _Known(NamedTuple):
    """What the baseline says of each store (S): its ``effect``, shrunken, and the ``variance`` of its error."""

    effect: Vector
    variance: Vector


def watching(
    rows: Residuals, baseline: Sequence[Wave], later: Sequence[Wave], names: Mapping[str | None, str], budget: float
) -> Watching | None:
    """Watch the stores visited in both; ``budget``: false alarms that are put up with. ``None`` without such stores.

    A visit deviates by what is left of it when all but the store is taken off, less the store's own shrunken mean of
    such rests in the baseline; the standard deviation of one visit is pooled over the stores.
    """
    first, then = (np.isin(rows.wave, [wave.place for wave in waves]) for waves in (baseline, later))
    counts = [np.bincount(rows.store[those], minlength=len(rows.stores)) for those in (first, then)]
    both = np.flatnonzero((counts[0] > 0) & (counts[1] > 0))
    if not len(both):
        return None
    known = _known(rows, first, counts[0])
    deviations = _in_order(rows, then, both) - known.effect[both][:, None]
    visits = counts[1][both]
    chart = chart_for(budget, len(both), min(math.ceil(visits.mean()), DAYS))
    found = watch(deviations, rows.sd, known.variance[both], chart)
    alarms = [
        _alarm(rows.stores[both[at]], names, found.average[at], found.limit[at], found.alarm[at], int(visits[at]))
        for at in np.flatnonzero(found.alarm.any(axis=1))
    ]
    return Watching(
        tuple(wave.name for wave in baseline),
        tuple(wave.name for wave in later),
        chart,
        len(both),
        int(visits.sum()),
        _expected(chart, visits),
        _every(chart),
        tuple(sorted(alarms, key=lambda alarm: (-abs(alarm.change) / alarm.limit, alarm.store))),
    )


def _known(rows: Residuals, first: NDArray[np.bool_], counts: NDArray[Any]) -> _Known:
    """Means shrunken as the model does: n σ_s² / (n σ_s² + σ²), with the error variance σ_s² σ² / (n σ_s² + σ²)."""
    own, noise = rows.store_sd**2, rows.sd**2
    total = np.bincount(rows.store[first], rows.value[first], len(rows.stores))
    below = counts * own + noise
    return _Known(own * total / below, own * noise / below)


def _in_order(rows: Residuals, then: NDArray[np.bool_], stores: NDArray[np.intp]) -> Matrix:
    """The rests of later visits, (S, V), in the order of their days; NaN where there are no more."""
    those = np.flatnonzero(then & np.isin(rows.store, stores))
    order = those[np.lexsort((rows.value[those], rows.wave[those], rows.day[those], rows.store[those]))]
    store, start, counts = np.unique(rows.store[order], return_index=True, return_counts=True)
    found = np.full((len(store), int(counts.max())), np.nan)
    found[np.repeat(np.arange(len(store)), counts), np.arange(len(order)) - np.repeat(start, counts)] = rows.value[
        order
    ]
    return found


def _alarm(  # noqa: PLR0913, PLR0917
    store: str, names: Mapping[str | None, str], average: Vector, limit: Vector, alarms: NDArray[np.bool_], visits: int
) -> Alarm:
    at = int(np.argmax(alarms))
    direction: Literal["up", "down"] = "up" if average[at] > 0 else "down"
    return Alarm(store, names.get(store, store), direction, visits, float(average[at]), float(limit[at]), at + 1)


def _every(chart: Chart) -> float | None:
    length = run_length(chart)
    return length if length < NEVER else None


def _expected(chart: Chart, visits: NDArray[Any]) -> float:
    """False alarms expected of stores of so many visits each."""
    numbers, counts = np.unique(np.minimum(visits, DAYS), return_counts=True)
    return sum(
        expected_false_alarms(chart, int(count), int(number)) for number, count in zip(numbers, counts, strict=True)
    )
