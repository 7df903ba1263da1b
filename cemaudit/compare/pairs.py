"""Two stores at a time: how many pairs can be told apart."""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["OVERLAP", "differences", "some_of", "told_apart"]

OVERLAP = 1.39
"""Bars of so many standard errors to both sides (about 84 %) that do not overlap differ at about 5 %.

Goldstein & Healy 1995, JRSS-A 158:175-177: 1.96 / √2.
"""
STORES_AT_ONCE = 500
MOST_PAIRED = 10_000


def told_apart(
    score: NDArray[np.float64],
    error: NDArray[np.float64],
    allowed: NDArray[np.bool_] | None = None,
    level: float = 0.95,
) -> float | None:
    """The share (0 to 1) of all pairs of stores whose difference is beyond z √(se₁² + se₂²); ``None`` without a pair.

    ``score``: (S,); ``error``: (S,) standard errors, or (S, S) covariances of the errors of few. Of more than ``MOST_PAIRED``
    stores so many, evenly spread over the scores, stand for all.
    """
    mean, errors = (score, error) if allowed is None else (score[allowed], some_of(error, allowed))
    if len(mean) < 2:
        return None
    square = NormalDist().inv_cdf((1 + level) / 2) ** 2
    if errors.ndim > 1:
        far = (mean[:, None] - mean[None, :]) ** 2 > square * differences(errors)
        return float(far[np.triu_indices(len(mean), 1)].mean())
    variance = errors**2
    if len(mean) > MOST_PAIRED:
        some = np.argsort(mean, kind="stable")[np.linspace(0, len(mean) - 1, MOST_PAIRED).astype(np.intp)]
        mean, variance = mean[some], variance[some]
    apart = sum(_apart(mean, variance, start, square) for start in range(0, len(mean), STORES_AT_ONCE))
    return apart / (len(mean) * (len(mean) - 1) / 2)


def differences(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """(U, U) the variances of the differences between errors of this covariance (U, U): what two share drops out."""
    variance = covariance.diagonal()
    found: NDArray[np.float64] = np.maximum(variance[:, None] + variance[None, :] - 2 * covariance, 0)
    return found


def some_of(error: NDArray[np.float64], allowed: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Of standard errors (S,), or of covariances (S, S), those of the stores allowed."""
    return error[allowed] if error.ndim == 1 else error[np.ix_(allowed, allowed)]


def _apart(mean: NDArray[np.float64], variance: NDArray[np.float64], start: int, square: float) -> int:
    """Pairs told apart between a block of stores and those in it or after it."""
    block = slice(start, start + STORES_AT_ONCE)
    gap = mean[block, None] - mean[None, start:]
    far = gap**2 > square * (variance[block, None] + variance[None, start:])
    return int(np.triu(far, 1).sum())
