"""Watching stores visit by visit, with a stated number of false alarms."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.special import ndtr

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "Chart", "Watched", "alarm_within", "chart_for", "cusum_run_length", "expected_false_alarms", "run_length", "watch",
]  # fmt: skip

STATES = 201
"""Steps in which the range between the limits is cut; odd, so that one has its middle at 0."""
_NARROWEST, _WIDEST = 0.1, 8.0


class Chart(NamedTuple):
    """An exponentially weighted moving average.

    ``weight`` (λ, above 0 to 1) of the newest visit; alarm beyond ``limit`` (L) of its standard deviations.
    """

    weight: float = 0.2
    limit: float = 2.962


class Watched(NamedTuple):
    """S stores through V visits, (S, V) each, in points: the average deviation, how far it may go to either side, and
    whether it went farther. Where there was no visit the average stays, and there is no alarm.
    """

    average: NDArray[np.float64]
    limit: NDArray[np.float64]
    alarm: NDArray[np.bool_]


DEFAULT_CHART = Chart()


def watch(
    deviations: NDArray[np.float64],
    sd: float,
    baseline_variance: NDArray[np.float64],
    chart: Chart = DEFAULT_CHART,
) -> Watched:
    """Follow how later visits deviate from the level known before them.

    ``deviations``: (S, V) visit minus the store's shrunken baseline (all but the store taken into account), in the
    order of time, NaN where there is none; ``sd``: of one visit, pooled over stores, above 0; ``baseline_variance``:
    (S,) the prediction error variance of each baseline. After t visits, with r = (1 - λ)^t, the limits are
    L √(σ² λ / (2 - λ) (1 - r²) + v (1 - r)²): what is not known of the baseline widens them. Lucas & Saccucci 1990,
    Technometrics 32:1-12.
    """
    average, limit = np.zeros(deviations.shape), np.zeros(deviations.shape)
    state, rest = np.zeros(len(deviations)), np.ones(len(deviations))
    settled = (sd * _spread(chart)) ** 2
    for visit, values in enumerate(deviations.T):
        there = np.isfinite(values)
        state = np.where(there, (1 - chart.weight) * state + chart.weight * np.nan_to_num(values), state)
        rest = np.where(there, (1 - chart.weight) * rest, rest)
        variance = settled * (1 - rest**2) + baseline_variance * (1 - rest) ** 2
        average[:, visit], limit[:, visit] = state, chart.limit * np.sqrt(variance)
    return Watched(average, limit, (np.abs(average) > limit) & np.isfinite(deviations))


def run_length(chart: Chart, shift: float = 0.0, states: int = STATES) -> float:
    """Visits until an alarm on average, two-sided, after the level moved by ``shift`` standard deviations of a visit.

    With the limits of a chart that has run long, as the published tables have it; ``inf`` beyond what can be told.
    Markov chain on the average, in ``states`` steps: Brook & Evans 1972, Biometrika 59:539-549; Lucas & Saccucci 1990.
    """
    reach = chart.limit * _spread(chart)
    return _mean_run(_steps(chart.weight, shift, reach, reach, states), states // 2)


def alarm_within(chart: Chart, visits: int, shift: float = 0.0, states: int = STATES) -> float:
    """The probability (0 to 1) of an alarm within so many visits of ``watch``; without shift, of a false one.

    Of a baseline that is known well.
    """
    rest = (1 - chart.weight) ** np.arange(visits + 1)
    reach = chart.limit * _spread(chart) * np.sqrt(1 - rest**2)
    quiet = np.zeros(states)
    quiet[states // 2] = 1
    for before, after in pairwise(reach):
        quiet = quiet @ _steps(chart.weight, shift, before, after, states)
    return float(min(1.0, max(0.0, 1 - quiet.sum())))


def expected_false_alarms(chart: Chart, stores: int, visits: int) -> float:
    """How many of ``stores`` that did not change are expected to give an alarm within so many visits each.

    An upper bound where the baselines are uncertain: wider limits, slower averages.
    """
    return stores * alarm_within(chart, visits)


def chart_for(false_alarms: float, stores: int, visits: int, weight: float = 0.2) -> Chart:
    """The chart with the narrowest limits that keeps a budget of ``false_alarms`` among ``stores`` of ``visits`` each.

    Limits lie between 0.1 and 8 standard deviations, whatever the budget.
    """
    wanted = false_alarms / stores if stores else 1.0

    def missed(limit: float) -> float:
        return alarm_within(Chart(weight, limit), visits) - wanted

    if missed(_NARROWEST) <= 0:
        return Chart(weight, _NARROWEST)
    if missed(_WIDEST) >= 0:
        return Chart(weight, _WIDEST)
    return Chart(weight, float(brentq(missed, _NARROWEST, _WIDEST, xtol=1e-6)))


def cusum_run_length(decision: float, slack: float = 0.5, shift: float = 0.0, states: int = STATES) -> float:
    """Visits until an alarm of a two-sided cumulative sum chart (h, k in standard deviations of a visit) on average.

    Both sides alone by Brook & Evans's chain, then 1 / ARL = 1 / ARL⁺ + 1 / ARL⁻.
    """
    sides = [_mean_run(_cusum_steps(decision, slack, side, states), 0) for side in (shift, -shift)]
    return 1 / sum(1 / side for side in sides)


def _mean_run(steps: NDArray[np.float64], start: int) -> float:
    lengths = np.linalg.solve(np.eye(len(steps)) - steps, np.ones(len(steps)))
    return float(lengths[start]) if lengths[start] > 0 else math.inf


def _spread(chart: Chart) -> float:
    """Of the average, in standard deviations of a visit, once it has run long."""
    return math.sqrt(chart.weight / (2 - chart.weight))


def _steps(weight: float, shift: float, before: float, after: float, states: int) -> NDArray[np.float64]:
    """(states, states) how likely the average goes from one step to another, staying within the limits.

    The limits are ± ``before``, then ± ``after``, and the steps cut the range between them.
    """
    middles = before * (2 * np.arange(states) + 1 - states) / states
    edges = np.linspace(-after, after, states + 1)
    needed = (edges[None, :] - (1 - weight) * middles[:, None]) / weight
    steps: NDArray[np.float64] = np.diff(ndtr(needed - shift), axis=1)
    return steps


def _cusum_steps(decision: float, slack: float, shift: float, states: int) -> NDArray[np.float64]:
    """The same for the sum max(0, S + x - k); its first step holds 0 and all below half a step."""
    width = 2 * decision / (2 * states - 1)
    middles = np.arange(states) * width
    upper = middles[None, :] + width / 2 - middles[:, None] + slack - shift
    below = ndtr(upper)
    return np.diff(np.concatenate([np.zeros((states, 1)), below], axis=1), axis=1)
