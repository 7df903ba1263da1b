"""Coefficients of agreement and consistency: intraclass correlation, Krippendorff's and Cronbach's alpha."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import f as f_distribution

from cemaudit.compare.drivers.data import DriverProducts

__all__ = [
    "MOST_ITEMS",
    "AgreementCoefficient",
    "InternalConsistency",
    "Metric",
    "SquareSums",
    "cronbach_alpha",
    "icc_from_mean_squares",
    "internal_consistency",
    "intraclass",
    "krippendorff_alpha",
    "krippendorff_alphas",
    "resampled_alpha",
]


class AgreementCoefficient(NamedTuple):
    """A coefficient (1 is full agreement, 0 chance; below 0 is possible), from ``units`` seen by two or more.

    ``low`` to ``high``: its interval; NaN where there is none.
    """

    name: str
    value: float
    low: float
    high: float
    units: int


def intraclass(table: NDArray[np.float64], level: float = 0.95) -> tuple[AgreementCoefficient, ...]:
    """Return the six coefficients of Shrout & Fleiss: ICC1, ICC2, ICC3 (one rater), ICC1k, ICC2k, ICC3k (all raters).

    ``table``: (units, raters), complete, at least 2 by 2; ``ValueError`` else. 1: each unit by other raters; 2: the
    raters are a sample of all; 3: they are all. NaN where nothing differs. Shrout & Fleiss 1979, Psychological Bulletin
    86:420-428.
    """
    units, raters = table.shape
    if units < 2 or raters < 2 or not np.isfinite(table).all():
        raise ValueError("a complete table of two or more units and raters is needed")
    squares, shape = _MeanSquares.of_table(table), _Shape(units, raters, level)
    own_raters, same_raters = (units - 1, units * (raters - 1)), (units - 1, (units - 1) * (raters - 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        coefficients = np.array(
            [
                icc_from_mean_squares(squares.between, squares.within, own_raters, raters, level),
                _two_way_random(squares, shape),
                icc_from_mean_squares(squares.between, squares.error, same_raters, raters, level),
            ]
        )
        # Spearman-Brown: the mean of k raters, from one of them.
        coefficients = np.concatenate([coefficients, raters * coefficients / (1 + (raters - 1) * coefficients)])
    names = [f"ICC{kind}{suffix}" for suffix in ("", "k") for kind in (1, 2, 3)]
    return tuple(
        AgreementCoefficient(name, float(value), float(low), float(high), units)
        for name, (value, low, high) in zip(names, coefficients, strict=True)
    )


@dataclass(frozen=True, slots=True)
class _MeanSquares:
    """Between units, within units, between raters, error."""

    between: np.float64
    within: np.float64
    raters: np.float64
    error: np.float64

    @classmethod
    def of_table(cls, table: NDArray[np.float64]) -> _MeanSquares:
        """Return the mean squares of a complete table of (units, raters)."""
        units, raters = table.shape
        deviations = table - table.mean()
        of_units, of_raters = deviations.mean(1), deviations.mean(0)
        error = deviations - of_units[:, None] - of_raters[None, :]
        return cls(
            between=raters * (of_units**2).sum() / (units - 1),
            within=((deviations - of_units[:, None]) ** 2).sum() / (units * (raters - 1)),
            raters=units * (of_raters**2).sum() / (raters - 1),
            error=(error**2).sum() / ((units - 1) * (raters - 1)),
        )


class _Shape(NamedTuple):
    """How many units and raters; the level of the intervals."""

    units: int
    raters: int
    level: float


_Estimate = tuple[np.float64, np.float64, np.float64]


def _quantile(level: float, above: float, below: float) -> float:
    return float(f_distribution.ppf((1 + level) / 2, above, below))


def icc_from_mean_squares(
    between: np.float64, error: np.float64, freedoms: tuple[int, int], raters: float, level: float
) -> _Estimate:
    """Return (F - 1) / (F + k - 1) for the ratio F of the mean squares, and for its two limits."""
    low, high = _quantile(level, *freedoms), _quantile(level, *freedoms[::-1])
    estimates = (between, between / low, between * high)
    value, lowest, highest = ((square - error) / (square + (raters - 1) * error) for square in estimates)
    return value, lowest, highest


def _two_way_random(squares: _MeanSquares, shape: _Shape) -> _Estimate:
    """Return ICC2, with Satterthwaite's degrees of freedom for its limits."""
    between, of_raters, error = squares.between, squares.raters, squares.error
    n, k = shape.units, shape.raters
    value = (between - error) / (between + (k - 1) * error + k * (of_raters - error) / n)
    own, rest = k * value * of_raters, (n * (1 + (k - 1) * value) - k * value) * error
    freedom = (k - 1) * (n - 1) * (own + rest) ** 2 / ((n - 1) * own**2 + rest**2)
    low, high = _quantile(shape.level, n - 1, freedom), _quantile(shape.level, freedom, n - 1)
    noise = k * of_raters + (k * n - k - n) * error
    lowest = n * (between - low * error) / (low * noise + n * between)
    highest = n * (high * between - error) / (noise + n * high * between)
    return value, lowest, highest


def cronbach_alpha(covariance: NDArray[np.float64], least: int) -> AgreementCoefficient:
    """Return alpha of a list of k items: k / (k - 1) (1 - Σ variances / Σ all covariances).

    ``covariance``: (k, k), pairwise ones will do; ``least``: the fewest visits behind one of them. NaN below two items
    or where nothing differs. A checklist is an index more than a scale: a low alpha is no defect of it. Cronbach 1951,
    Psychometrika 16:297-334.
    """
    items, total = len(covariance), float(covariance.sum())
    if items < 2 or total <= 0:
        return AgreementCoefficient("alpha (Cronbach)", np.nan, np.nan, np.nan, least)
    value = items / (items - 1) * (1 - float(covariance.trace()) / total)
    return AgreementCoefficient("alpha (Cronbach)", value, np.nan, np.nan, least)


BLOCK = 2_000_000
"""Numbers drawn at a time."""

Metric = Literal["nominal", "ordinal", "interval", "ratio"]


def krippendorff_alpha(
    table: NDArray[np.float64], metric: Metric = "nominal", level: float = 0.95, draws: int = 1_000, seed: int = 1
) -> AgreementCoefficient:
    """Return alpha of values (or codes) given to the same units, any of them missing.

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
        return AgreementCoefficient(name, np.nan, np.nan, np.nan, 0)
    # Differences of the metric "interval" need no table of distances, which would be large where all scores differ.
    disagreement: SquareSums | _ValueCounts = (
        SquareSums.of_table(pairable) if metric == "interval" else _ValueCounts.of_table(pairable, metric)
    )
    return resampled_alpha(name, disagreement, units, level, draws, seed)


def resampled_alpha(  # noqa: PLR0913, PLR0917
    name: str,
    disagreement: SquareSums | _ValueCounts,
    units: int,
    level: float,
    draws: int = 1_000,
    seed: int = 1,
) -> AgreementCoefficient:
    """Return alpha of so many units, with the interval of units drawn again."""
    value = float(krippendorff_alphas(np.ones((1, units)), disagreement)[0])
    random, step = np.random.Generator(np.random.PCG64(seed)), max(1, BLOCK // units)
    blocks = [
        krippendorff_alphas(
            random.multinomial(units, np.full(units, 1 / units), size=min(step, draws - start)), disagreement
        )
        for start in range(0, draws, step)
    ]
    again = np.concatenate(blocks)
    low, high = (
        np.quantile(again[np.isfinite(again)], [(1 - level) / 2, (1 + level) / 2]) if value < 1 else (value, value)
    )
    return AgreementCoefficient(name, value, float(low), float(high), units)


_Weights = NDArray[np.float64] | NDArray[np.int64]


class _ValueCounts(NamedTuple):
    """How often each unit was given each value (units, values), and how far apart these are (values, values)."""

    counts: NDArray[np.float64]
    distance: NDArray[np.float64]

    @classmethod
    def of_table(cls, table: NDArray[np.float64], metric: Metric) -> _ValueCounts:
        """Return the counts of the values in a table of (raters, units)."""
        values = np.unique(table[np.isfinite(table)])
        counts = (table.T[:, :, None] == values).sum(1).astype(np.float64)
        return cls(counts, _distances(metric, values, counts.sum(0)))

    def within(self) -> NDArray[np.float64]:
        """Return (units,) how far apart all pairs of a unit's values are, over how many there are but one."""
        distances: NDArray[np.float64] = (self.counts @ self.distance * self.counts).sum(1) / (self.counts.sum(1) - 1)
        return distances

    def between(self, weights: _Weights) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return (B,) how many values there are, and how far apart all pairs of them are."""
        totals = weights @ self.counts
        return totals.sum(1), (totals @ self.distance * totals).sum(1)


class SquareSums(NamedTuple):
    """The same of squared differences, from sums alone: (units, 3) values, their sum and their squares; ``inner``."""

    sums: NDArray[np.float64]
    inner: NDArray[np.float64]

    @classmethod
    def of_table(cls, table: NDArray[np.float64]) -> SquareSums:
        """Return the sums of a table of (raters, units)."""
        is_finite = np.isfinite(table)
        # Less the median, so that squares of large scores do not swallow small differences.
        values = np.where(is_finite, table - np.nanmedian(table), 0)
        count, total = is_finite.sum(0), values.sum(0)
        squares = (np.where(is_finite, values - total / count, 0) ** 2).sum(0)
        return cls(np.column_stack([count, total, (values**2).sum(0)]), 2 * count * squares / (count - 1))

    def within(self) -> NDArray[np.float64]:
        """Return the same as ``_ValueCounts``."""
        return self.inner

    def between(self, weights: _Weights) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the same as ``_ValueCounts``."""
        count, total, squares = (weights @ self.sums).T
        return count, 2 * (count * squares - total**2)


def krippendorff_alphas(weights: _Weights, disagreement: _ValueCounts | SquareSums) -> NDArray[np.float64]:
    """Return (B,) alphas with each unit counted ``weights`` (B, units) times."""
    count, expected = disagreement.between(weights)
    with np.errstate(divide="ignore", invalid="ignore"):
        alpha: NDArray[np.float64] = 1 - (count - 1) * (weights @ disagreement.within()) / expected
    return alpha


def _distances(metric: Metric, values: NDArray[np.float64], totals: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far apart values (V) are, (V, V); ``totals``: how often each was given."""
    if metric == "nominal":
        unlike: NDArray[np.bool_] = values[:, None] != values[None, :]
        return unlike.astype(np.float64)
    if metric == "ordinal":
        # The number of values between the two, half of their own counted.
        middle = totals.cumsum() - totals / 2
        return (middle[:, None] - middle[None, :]) ** 2
    sums = values[:, None] + values[None, :]
    shares = np.divide(values[:, None] - values[None, :], sums, out=np.zeros_like(sums), where=sums != 0)
    return shares**2


LEAST_PAIR = 30
MOST_ITEMS = 60
_FLAT = 1e-9
Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class InternalConsistency:
    """Cronbach's ``alpha`` of so many ``items``; every two are known together in at least ``least`` visits."""

    checklist: str
    items: int
    alpha: float
    least: int


def internal_consistency(ref: str, products: DriverProducts) -> InternalConsistency | None:
    """Return Cronbach's alpha of the items of a checklist's version, by the products of their centred shares of points.

    ``None`` where fewer than two items differ and are known together often enough.
    """
    together, variances = products.together, np.diagonal(products.covariances())
    kept = [index for index, variance in enumerate(variances.tolist()) if variance > _FLAT]
    # One by one, the item that is known least often together with the others.
    while kept and together[np.ix_(kept, kept)].min() < LEAST_PAIR:
        worst = int(np.argmin(together[np.ix_(kept, kept)].sum(axis=1)))
        kept.pop(worst)
    if len(kept) < 2:
        return None
    chosen = products.select([products.names[index] for index in kept])
    least = int(chosen.together.min())
    return InternalConsistency(ref, len(kept), cronbach_alpha(chosen.covariances(), least).value, least)
