"""Krippendorff's alpha: how far several agree who gave values to the same units, any of them missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cemaudit.compare.agreement import Coefficient

__all__ = ["Metric", "krippendorff"]

BLOCK = 2_000_000
"""Numbers drawn at a time."""

Metric = Literal["nominal", "ordinal", "interval", "ratio"]


def krippendorff(
    table: NDArray[np.float64], metric: Metric = "nominal", level: float = 0.95, draws: int = 1_000, seed: int = 1
) -> Coefficient:
    """Alpha of values (or codes) given to the same units, any of them missing.

    ``table``: (raters, units), NaN where nothing was given; values of ``ratio`` are 0 or more. 1 - observed / expected
    disagreement; NaN where no two values differ. The interval is of units drawn again, ``draws`` times (``ordinal``:
    values as far apart as in all units); NaN where alpha is. Memory: units times raters, and, but of ``interval``,
    times different values. Krippendorff 2011, Computing Krippendorff's
    Alpha-Reliability.
    """
    name = f"alpha ({metric})"
    pairable = table[:, np.isfinite(table).sum(0) > 1]
    units = pairable.shape[1]
    if not units:
        return Coefficient(name, np.nan, np.nan, np.nan, 0)
    seen: _Squares | _Counts = _squares(pairable) if metric == "interval" else _counts(pairable, metric)
    value = float(_alpha(np.ones((1, units)), seen)[0])
    random, step = np.random.Generator(np.random.PCG64(seed)), max(1, BLOCK // units)
    blocks = [
        _alpha(random.multinomial(units, np.full(units, 1 / units), size=min(step, draws - start)), seen)
        for start in range(0, draws, step)
    ]
    again = np.concatenate(blocks)
    low, high = (
        np.quantile(again[np.isfinite(again)], [(1 - level) / 2, (1 + level) / 2]) if value < 1 else (value, value)
    )
    return Coefficient(name, value, float(low), float(high), units)


_Weights = NDArray[np.float64] | NDArray[np.int64]


class _Counts(NamedTuple):
    """How often each unit was given each value (units, values), and how far apart these are (values, values)."""

    counts: NDArray[np.float64]
    distance: NDArray[np.float64]

    def within(self) -> NDArray[np.float64]:
        """(units,) how far apart the values of a unit are, all pairs of them, over how many there are but one."""
        apart: NDArray[np.float64] = (self.counts @ self.distance * self.counts).sum(1) / (self.counts.sum(1) - 1)
        return apart

    def between(self, weights: _Weights) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """(B,) how many values there are, and how far apart all pairs of them are."""
        totals = weights @ self.counts
        return totals.sum(1), (totals @ self.distance * totals).sum(1)


class _Squares(NamedTuple):
    """The same of squared differences, from sums alone: (units, 3) values, their sum and their squares; ``inner``."""

    sums: NDArray[np.float64]
    inner: NDArray[np.float64]

    def within(self) -> NDArray[np.float64]:
        """As of counts."""
        return self.inner

    def between(self, weights: _Weights) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """As of counts."""
        count, total, squares = (weights @ self.sums).T
        return count, 2 * (count * squares - total**2)


def _counts(table: NDArray[np.float64], metric: Metric) -> _Counts:
    values = np.unique(table[np.isfinite(table)])
    counts = (table.T[:, :, None] == values).sum(1).astype(np.float64)
    return _Counts(counts, _METRICS[metric](values, counts.sum(0)))


def _squares(table: NDArray[np.float64]) -> _Squares:
    seen = np.isfinite(table)
    values = np.where(seen, table - np.nanmedian(table), 0)
    count, total = seen.sum(0), values.sum(0)
    apart = (np.where(seen, values - total / count, 0) ** 2).sum(0)
    return _Squares(np.column_stack([count, total, (values**2).sum(0)]), 2 * count * apart / (count - 1))


def _alpha(weights: _Weights, seen: _Counts | _Squares) -> NDArray[np.float64]:
    """(B,) alpha with each unit counted ``weights`` (B, units) times."""
    count, expected = seen.between(weights)
    with np.errstate(divide="ignore", invalid="ignore"):
        alpha: NDArray[np.float64] = 1 - (count - 1) * (weights @ seen.within()) / expected
    return alpha


def _nominal(values: NDArray[np.float64], _totals: NDArray[np.float64]) -> NDArray[np.float64]:
    unlike: NDArray[np.bool_] = values[:, None] != values[None, :]
    return unlike.astype(np.float64)


def _ordinal(_values: NDArray[np.float64], totals: NDArray[np.float64]) -> NDArray[np.float64]:
    """The number of values between the two, half of their own counted."""
    middle = totals.cumsum() - totals / 2
    return (middle[:, None] - middle[None, :]) ** 2


def _ratio(values: NDArray[np.float64], _totals: NDArray[np.float64]) -> NDArray[np.float64]:
    sums = values[:, None] + values[None, :]
    shares = np.divide(values[:, None] - values[None, :], sums, out=np.zeros_like(sums), where=sums != 0)
    return shares**2


_METRICS: dict[Metric, Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]] = {
    "nominal": _nominal,
    "ordinal": _ordinal,
    "ratio": _ratio,
}
