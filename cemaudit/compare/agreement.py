"""How far several who saw the same agree: intraclass correlations; and Cronbach's alpha of items."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import f as f_distribution

__all__ = ["Coefficient", "cronbach", "intraclass"]


class Coefficient(NamedTuple):
    """A coefficient (1 is full agreement, 0 chance; below 0 is possible), from ``units`` seen by two or more.

    ``low`` to ``high``: its interval; NaN where there is none.
    """

    name: str
    value: float
    low: float
    high: float
    units: int


def intraclass(table: NDArray[np.float64], level: float = 0.95) -> tuple[Coefficient, ...]:
    """The six coefficients of Shrout & Fleiss: ICC1, ICC2, ICC3 (one rater) and ICC1k, ICC2k, ICC3k (the mean of all).

    ``table``: (units, raters), complete, at least 2 by 2; ``ValueError`` else. 1: each unit by other raters; 2: the
    raters are a sample of all; 3: they are all. NaN where nothing differs. Shrout & Fleiss 1979, Psychological Bulletin
    86:420-428.
    """
    units, raters = table.shape
    if units < 2 or raters < 2 or not np.isfinite(table).all():
        raise ValueError("a complete table of two or more units and raters is needed")
    squares = _mean_squares(table)
    with np.errstate(divide="ignore", invalid="ignore"):
        found = np.array([of(squares, _Shape(units, raters, level)) for of in (_one_way, _two_way, _fixed)])
        found = np.concatenate([found, raters * found / (1 + (raters - 1) * found)])
    names = [f"ICC{kind}{of}" for of in ("", "k") for kind in (1, 2, 3)]
    return tuple(
        Coefficient(name, float(value), float(low), float(high), units)
        for name, (value, low, high) in zip(names, found, strict=True)
    )


class _MeanSquares(NamedTuple):
    """Between units, within units, between raters, error."""

    between: np.float64
    within: np.float64
    raters: np.float64
    error: np.float64


class _Shape(NamedTuple):
    """How many units and raters; the level of the intervals."""

    units: int
    raters: int
    level: float


_Estimate = tuple[np.float64, np.float64, np.float64]


def _mean_squares(table: NDArray[np.float64]) -> _MeanSquares:
    units, raters = table.shape
    deviations = table - table.mean()
    of_units, of_raters = deviations.mean(1), deviations.mean(0)
    error = deviations - of_units[:, None] - of_raters[None, :]
    return _MeanSquares(
        raters * (of_units**2).sum() / (units - 1),
        ((deviations - of_units[:, None]) ** 2).sum() / (units * (raters - 1)),
        units * (of_raters**2).sum() / (raters - 1),
        (error**2).sum() / ((units - 1) * (raters - 1)),
    )


def _quantile(level: float, above: float, below: float) -> float:
    return float(f_distribution.ppf((1 + level) / 2, above, below))


def _of_squares(between: np.float64, error: np.float64, freedoms: tuple[int, int], shape: _Shape) -> _Estimate:
    """(F - 1) / (F + k - 1) for the ratio F of the mean squares, and for its two limits."""
    low, high = _quantile(shape.level, *freedoms), _quantile(shape.level, *freedoms[::-1])
    some = (between, between / low, between * high)
    value, lowest, highest = ((square - error) / (square + (shape.raters - 1) * error) for square in some)
    return value, lowest, highest


def _one_way(squares: _MeanSquares, shape: _Shape) -> _Estimate:
    return _of_squares(squares.between, squares.within, (shape.units - 1, shape.units * (shape.raters - 1)), shape)


def _fixed(squares: _MeanSquares, shape: _Shape) -> _Estimate:
    below = (shape.units - 1) * (shape.raters - 1)
    return _of_squares(squares.between, squares.error, (shape.units - 1, below), shape)


def _two_way(squares: _MeanSquares, shape: _Shape) -> _Estimate:
    """With Satterthwaite's degrees of freedom for the limits."""
    between, _, of_raters, error = squares
    n, k = shape.units, shape.raters
    value = (between - error) / (between + (k - 1) * error + k * (of_raters - error) / n)
    own, rest = k * value * of_raters, (n * (1 + (k - 1) * value) - k * value) * error
    freedom = (k - 1) * (n - 1) * (own + rest) ** 2 / ((n - 1) * own**2 + rest**2)
    low, high = _quantile(shape.level, n - 1, freedom), _quantile(shape.level, freedom, n - 1)
    noise = k * of_raters + (k * n - k - n) * error
    lowest = n * (between - low * error) / (low * noise + n * between)
    highest = n * (high * between - error) / (noise + n * high * between)
    return value, lowest, highest


def cronbach(covariance: NDArray[np.float64], least: int) -> Coefficient:
    """Alpha of a list of k items: k / (k - 1) (1 - Σ variances / Σ all covariances).

    ``covariance``: (k, k), pairwise ones will do; ``least``: the fewest visits behind one of them. NaN below two items
    or where nothing differs. A checklist is an index more than a scale: a low alpha is no defect of it. Cronbach 1951,
    Psychometrika 16:297-334.
    """
    items, total = len(covariance), float(covariance.sum())
    if items < 2 or total <= 0:
        return Coefficient("alpha (Cronbach)", np.nan, np.nan, np.nan, least)
    value = items / (items - 1) * (1 - float(covariance.trace()) / total)
    return Coefficient("alpha (Cronbach)", value, np.nan, np.nan, least)
