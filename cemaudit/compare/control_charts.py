"""Control charts: EWMA charts with a bound on false alarms, and the stores whose visits leave their baseline."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtr

from cemaudit.compare.fitting import FittedModel
from cemaudit.compare.mixed_model.crossproducts import Matrix, Vector
from cemaudit.compare.visit_table import Codes, Factor, VisitTable, sorted_rows
from cemaudit.compare.waves import Wave

__all__ = [
    "DatedVisits",
    "EwmaChart",
    "EwmaPath",
    "StoreAlarm",
    "StoreMonitoring",
    "VisitResiduals",
    "alarm_probability",
    "average_run_length",
    "chart_with_false_alarms",
    "dated_visits",
    "ewma",
    "expected_false_alarms",
    "monitor_stores",
    "visit_residuals",
]

STATES = 201
"""Steps in which the range between the limits is cut; odd, so that one has its middle at 0."""

_NARROWEST, _WIDEST = 0.1, 8.0


class EwmaChart(NamedTuple):
    """An exponentially weighted moving average.

    ``weight`` (λ, above 0 to 1) of the newest visit; alarm beyond ``limit`` (L) of its standard deviations.
    """

    weight: float = 0.2
    limit: float = 2.962


class EwmaPath(NamedTuple):
    """S stores through V visits, (S, V) each, in points: the average deviation, how far it may go to either side, and
    whether it went farther. Where there was no visit the average stays, and there is no alarm.
    """

    average: NDArray[np.float64]
    limit: NDArray[np.float64]
    alarm: NDArray[np.bool_]


DEFAULT_CHART = EwmaChart()


def ewma(
    deviations: NDArray[np.float64],
    sd: float,
    baseline_variance: NDArray[np.float64],
    chart: EwmaChart = DEFAULT_CHART,
) -> EwmaPath:
    """Return how later visits deviate from the level known before them, smoothed, and where that is an alarm.

    ``deviations``: (S, V) visit minus the store's shrunken baseline (all but the store taken into account), in the
    order of time, NaN where there is none; ``sd``: of one visit, pooled over stores, above 0; ``baseline_variance``:
    (S,) the prediction error variance of each baseline. After t visits, with r = (1 - λ)^t, the limits are
    L √(σ² λ / (2 - λ) (1 - r²) + v (1 - r)²): what is not known of the baseline widens them. Lucas & Saccucci 1990,
    Technometrics 32:1-12.
    """
    average, limit = np.zeros(deviations.shape), np.zeros(deviations.shape)
    state, rest = np.zeros(len(deviations)), np.ones(len(deviations))
    settled = (sd * _stationary_sd(chart)) ** 2
    # Visit by visit, for the average of one depends on the one before; all stores at once, as there are many of them.
    for visit, values in enumerate(deviations.T):
        is_finite = np.isfinite(values)
        state = np.where(is_finite, (1 - chart.weight) * state + chart.weight * np.nan_to_num(values), state)
        rest = np.where(is_finite, (1 - chart.weight) * rest, rest)
        variance = settled * (1 - rest**2) + baseline_variance * (1 - rest) ** 2
        average[:, visit], limit[:, visit] = state, chart.limit * np.sqrt(variance)
    return EwmaPath(average, limit, (np.abs(average) > limit) & np.isfinite(deviations))


def average_run_length(chart: EwmaChart, shift: float = 0.0, states: int = STATES) -> float:
    """Return the visits until an alarm on average, after the level moved by ``shift`` standard deviations of a visit.

    Two-sided, with the limits of a chart that has run long, as the published tables have it; ``inf`` beyond what
    floating-point numbers can show.
    Markov chain on the average, in ``states`` steps: Brook & Evans 1972, Biometrika 59:539-549; Lucas & Saccucci 1990.
    """
    reach = chart.limit * _stationary_sd(chart)
    steps = _transition_matrix(chart.weight, shift, reach, reach, states)
    lengths = np.linalg.solve(np.eye(states) - steps, np.ones(states))
    # Where alarms are rarer than rounding errors, the solution is of either sign.
    return float(lengths[states // 2]) if lengths[states // 2] > 0 else math.inf


def alarm_probability(chart: EwmaChart, visits: int, shift: float = 0.0, states: int = STATES) -> float:
    """Return the probability (0 to 1) of an alarm within so many visits of ``ewma``; without shift, of a false one.

    The baseline is taken to be known exactly.
    """
    rest = (1 - chart.weight) ** np.arange(visits + 1)
    reach = chart.limit * _stationary_sd(chart) * np.sqrt(1 - rest**2)
    # Limits widen from visit to visit until the chart has run long, so each step has a matrix of its own.
    quiet = np.zeros(states)
    quiet[states // 2] = 1
    for before, after in pairwise(reach):
        quiet = quiet @ _transition_matrix(chart.weight, shift, before, after, states)
    return float(min(1.0, max(0.0, 1 - quiet.sum())))


def expected_false_alarms(chart: EwmaChart, stores: int, visits: int) -> float:
    """Return how many of ``stores`` that did not change are expected to give an alarm within so many visits each.

    An upper bound where the baselines are uncertain: wider limits, slower averages.
    """
    return stores * alarm_probability(chart, visits)


def chart_with_false_alarms(false_alarms: float, stores: int, visits: int, weight: float = 0.2) -> EwmaChart:
    """Return the chart with the narrowest limits that keeps a budget of ``false_alarms``.

    The budget is for ``stores`` of so many ``visits`` each.

    Limits lie between 0.1 and 8 standard deviations, whatever the budget.
    """
    false_alarm_rate = false_alarms / stores if stores else 1.0

    def excess(limit: float) -> float:
        return alarm_probability(EwmaChart(weight, limit), visits) - false_alarm_rate

    # brentq needs a change of sign between its ends.
    if excess(_NARROWEST) <= 0:
        return EwmaChart(weight, _NARROWEST)
    if excess(_WIDEST) >= 0:
        return EwmaChart(weight, _WIDEST)
    return EwmaChart(weight, float(brentq(excess, _NARROWEST, _WIDEST, xtol=1e-6)))


def _stationary_sd(chart: EwmaChart) -> float:
    """Return the standard deviation of the average once it has run long, in standard deviations of a visit."""
    return math.sqrt(chart.weight / (2 - chart.weight))


def _transition_matrix(weight: float, shift: float, before: float, after: float, states: int) -> NDArray[np.float64]:
    """Return how likely the average goes from one step to another, staying within the limits: (states, states).

    The limits are ± ``before``, then ± ``after``, and the steps cut the range between them.
    """
    middles = before * (2 * np.arange(states) + 1 - states) / states
    edges = np.linspace(-after, after, states + 1)
    needed = (edges[None, :] - (1 - weight) * middles[:, None]) / weight
    steps: NDArray[np.float64] = np.diff(ndtr(needed - shift), axis=1)
    return steps


@dataclass(frozen=True, eq=False)
class VisitResiduals:
    """Of n visits: the codes of their ``store`` and ``wave``, their ``day``, and the residual (``value``): the store's
    own and chance.

    ``sd``: of the chance in one visit, how little is known of shoppers included; ``store_sd``: of the stores' own.
    ``mean_of_stores`` (I) and ``wave_effects`` (W): what a store like it scores on usual occasions, and what waves add.
    """

    stores: tuple[str, ...]
    store: Codes
    wave: Codes
    day: Codes
    value: Vector
    sd: float
    store_sd: float
    mean_of_stores: Vector
    wave_effects: Vector

    def score(self, store: int, wave: int) -> tuple[float, float] | None:
        """Return the mean of a store's visits in a wave, adjusted, and its standard error; ``None`` without any."""
        number, total = self._by_wave[0][store, wave], self._by_wave[1][store, wave]
        if not number:
            return None
        mean = self.mean_of_stores[store] + self.wave_effects[wave] + total / number
        return float(mean), float(self.sd / np.sqrt(number))

    @cached_property
    def _by_wave(self) -> tuple[Matrix, Matrix]:
        """The numbers of visits, and the sums of residuals (I x W)."""
        shape = len(self.stores), len(self.wave_effects)
        cell = self.store.astype(np.int64) * shape[1] + self.wave
        size = shape[0] * shape[1]
        counts, totals = np.bincount(cell, minlength=size), np.bincount(cell, self.value, size)
        return counts.astype(np.float64).reshape(shape), totals.astype(np.float64).reshape(shape)


@dataclass(frozen=True, slots=True, eq=False)
class DatedVisits:
    """Of n visits: the codes of their ``store``, ``shopper`` (-1: not known) and ``wave``, their ``day``, what else
    the model takes into account of them (``factors``), and their ``score``.
    """

    store: Codes
    shopper: Codes
    wave: Codes
    day: Codes
    factors: tuple[Factor, ...]
    score: Vector


def dated_visits(table: VisitTable) -> DatedVisits:
    """Return the visits of a table, in an order of their own (see ``sorted_rows``)."""
    rows = sorted_rows(table)
    versions = tuple(factor._replace(codes=factor.codes[rows["version"]]) for factor in table.version_factors)
    score = rows["score"] / table.facts.scale.unit
    return DatedVisits(rows["store"], rows["shopper"], rows["wave"], rows["day"], versions, score)


class _ShopperEffects(NamedTuple):
    """Of the shopper of each visit: the ``severity``, and the ``variance`` of its error."""

    severity: Vector
    variance: Vector


def visit_residuals(visits: DatedVisits, fitted: FittedModel) -> VisitResiduals:
    """Return the residuals of visits: their scores less all that the model explains but the store's own."""
    model, crossed = fitted.model, fitted.crossed
    shoppers = _shopper_effects(fitted, visits.shopper)
    others = sum((_factor_effects(fitted, factor) for factor in visits.factors), np.zeros(len(visits.score)))
    intercept = model.dense_effects[len(crossed.shoppers)]
    mean_of_stores = intercept + sum(
        (_factor_effects(fitted, factor) for factor in crossed.store_factors), np.zeros(len(crossed.stores))
    )
    wave_effects = model.dense_effects[crossed.columns_of("wave")]
    expected = mean_of_stores[visits.store] + wave_effects[visits.wave] + others + shoppers.severity
    return VisitResiduals(
        stores=crossed.stores,
        store=visits.store,
        wave=visits.wave,
        day=visits.day,
        value=visits.score - expected,
        sd=float(np.sqrt(model.sigma**2 + shoppers.variance.mean())),
        store_sd=model.unit_sd,
        mean_of_stores=mean_of_stores + others.mean(),
        wave_effects=wave_effects,
    )


def _factor_effects(fitted: FittedModel, factor: Factor) -> Vector:
    """Return the effect of the level that each row of a factor has."""
    return np.asarray(fitted.model.dense_effects[fitted.crossed.columns_of(factor.name)][factor.codes])


def _shopper_effects(fitted: FittedModel, shopper: Codes) -> _ShopperEffects:
    """Return the effects of shoppers, those not known taken for average ones."""
    model = fitted.model
    if not model.random_blups:
        return _ShopperEffects(np.zeros(len(shopper)), np.zeros(len(shopper)))
    # The code of a shopper not known is -1: the last entry.
    severity = np.append(model.random_blups[0], 0.0)
    variance = np.append(model.random_standard_errors[0] ** 2, model.random_sds[0] ** 2)
    return _ShopperEffects(severity[shopper], variance[shopper])


MOST_VISITS = 400
"""Later visits of one store that a chart is chosen by, at most: each costs a matrix product."""

NO_FALSE_ALARMS = 1e6
"""Visits nobody makes."""


@dataclass(frozen=True, slots=True)
class StoreAlarm:
    """A store that went ``up`` or ``down``: by how many points its latest visits differ (``change``) from its level of
    the baseline, all stores' change taken off, in ``visits`` since; ``limit``: what chance may do; ``alarm_visit``: the
    number (from 1) of the visit the alarm came with.
    """

    store: str
    name: str
    direction: Literal["up", "down"]
    visits: int
    change: float
    limit: float
    alarm_visit: int


@dataclass(frozen=True, slots=True)
class StoreMonitoring:
    """``baseline`` and ``later``: waves. ``stores``: how many are watched, of ``visits`` later ones in all.

    ``expected_false_alarms``: among them if nothing changed; ``visits_per_false_alarm``: after how many visits on
    average a store that does not change gives one (``None``: practically never). ``alarms``: the farthest beyond its
    limit first.
    """

    baseline: tuple[str, ...]
    later: tuple[str, ...]
    chart: EwmaChart
    stores: int
    visits: int
    expected_false_alarms: float
    visits_per_false_alarm: float | None
    alarms: tuple[StoreAlarm, ...]


class _BaselineLevels(NamedTuple):
    """The level of each store (S) in the baseline: its ``effect``, shrunken, and the ``variance`` of its error."""

    effect: Vector
    variance: Vector


def monitor_stores(
    rows: VisitResiduals,
    baseline: Sequence[Wave],
    later: Sequence[Wave],
    names: Mapping[str | None, str],
    budget: float,
) -> StoreMonitoring | None:
    """Return the monitoring of the stores visited in both; ``budget``: false alarms that are put up with.

    ``None`` without such stores. A visit deviates by its residual less the store's own shrunken mean of residuals in
    the baseline; the standard deviation of one visit is pooled over the stores.
    """
    first, then = (np.isin(rows.wave, [wave.level_index for wave in waves]) for waves in (baseline, later))
    counts = [np.bincount(rows.store[periods], minlength=len(rows.stores)) for periods in (first, then)]
    both = np.flatnonzero((counts[0] > 0) & (counts[1] > 0))
    if not len(both):
        return None
    levels = _baseline_levels(rows, first, counts[0])
    deviations = _later_residuals(rows, then, both) - levels.effect[both][:, None]
    visits = counts[1][both]
    chart = chart_with_false_alarms(budget, len(both), min(math.ceil(visits.mean()), MOST_VISITS))
    path = ewma(deviations, rows.sd, levels.variance[both], chart)
    alarms = [
        _first_alarm(rows.stores[both[row]], names, path, row, int(visits[row]))
        for row in np.flatnonzero(path.alarm.any(axis=1)).tolist()
    ]
    run_length = average_run_length(chart)
    return StoreMonitoring(
        baseline=tuple(wave.name for wave in baseline),
        later=tuple(wave.name for wave in later),
        chart=chart,
        stores=len(both),
        visits=int(visits.sum()),
        expected_false_alarms=_expected_false_alarms(chart, visits),
        visits_per_false_alarm=run_length if run_length < NO_FALSE_ALARMS else None,
        alarms=tuple(sorted(alarms, key=lambda alarm: (-abs(alarm.change) / alarm.limit, alarm.store))),
    )


def _baseline_levels(rows: VisitResiduals, first: NDArray[np.bool_], counts: NDArray[Any]) -> _BaselineLevels:
    """Return means shrunken as the model does, by n σ_s² / (n σ_s² + σ²), with error variance σ_s² σ² / (n σ_s² + σ²).

    Not the model's own predictions, which the later visits have a part in.
    """
    own, noise = rows.store_sd**2, rows.sd**2
    total = np.bincount(rows.store[first], rows.value[first], len(rows.stores))
    below = counts * own + noise
    return _BaselineLevels(own * total / below, own * noise / below)


def _later_residuals(rows: VisitResiduals, then: NDArray[np.bool_], stores: NDArray[np.intp]) -> Matrix:
    """Return the residuals of later visits, (S, V), in the order of their days; NaN where there are no more."""
    later_rows = np.flatnonzero(then & np.isin(rows.store, stores))
    # Visits of one day in an order that does not depend on how they were read: by wave, then by residual.
    order = later_rows[
        np.lexsort((rows.value[later_rows], rows.wave[later_rows], rows.day[later_rows], rows.store[later_rows]))
    ]
    store, start, counts = np.unique(rows.store[order], return_index=True, return_counts=True)
    residual_table = np.full((len(store), int(counts.max())), np.nan)
    residual_table[np.repeat(np.arange(len(store)), counts), np.arange(len(order)) - np.repeat(start, counts)] = (
        rows.value[order]
    )
    return residual_table


def _first_alarm(store: str, names: Mapping[str | None, str], path: EwmaPath, row: int, visits: int) -> StoreAlarm:
    visit = int(np.argmax(path.alarm[row]))
    change, limit = float(path.average[row, visit]), float(path.limit[row, visit])
    return StoreAlarm(store, names.get(store, store), "up" if change > 0 else "down", visits, change, limit, visit + 1)


def _expected_false_alarms(chart: EwmaChart, visits: NDArray[Any]) -> float:
    """Return the false alarms expected of stores of so many visits each."""
    # Once for each number of visits, not for each store: a probability takes many matrix products.
    numbers, counts = np.unique(np.minimum(visits, MOST_VISITS), return_counts=True)
    return sum(
        expected_false_alarms(chart, int(count), int(number)) for number, count in zip(numbers, counts, strict=True)
    )
