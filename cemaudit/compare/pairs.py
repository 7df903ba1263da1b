"""Two stores at a time: how many pairs can be told apart."""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["OVERLAP", "differences", "told_apart"]

OVERLAP = 1.39
"""Bars of so many standard errors to both sides (about 84 %) that do not overlap differ at about 5 %.

Goldstein & Healy 1995, JRSS-A 158:175-177: 1.96 / √2.
"""
BLOCK = 500
MOST = 10_000


def told_apart(
    score: NDArray[np.float64],
    se: NDArray[np.float64],
    allowed: NDArray[np.bool_] | None = None,
    level: float = 0.95,
    shared: NDArray[np.float64] | None = None,
) -> float | None:
    """The share (0 to 1) of all pairs of stores whose difference is beyond z √(se₁² + se₂²); ``None`` without a pair.

    ``score`` and ``se``: (S,). Of more than ``MOST`` stores so many, evenly spread over the scores, stand for all.
    ``shared``: (S, S) covariances of the errors of few, where they are not independent.
    """
    mean, variance = (score, se**2) if allowed is None else (score[allowed], se[allowed] ** 2)
    if len(mean) > MOST:
        some = np.argsort(mean, kind="stable")[np.linspace(0, len(mean) - 1, MOST).astype(np.intp)]
        mean, variance = mean[some], variance[some]
    if len(mean) < 2:
        return None
    square = NormalDist().inv_cdf((1 + level) / 2) ** 2
    if shared is not None:
        errors = differences(shared if allowed is None else shared[np.ix_(allowed, allowed)])
        far = (mean[:, None] - mean[None, :]) ** 2 > square * errors
        return float(far[np.triu_indices(len(mean), 1)].mean())
    apart = sum(_apart(mean, variance, start, square) for start in range(0, len(mean), BLOCK))
    return apart / (len(mean) * (len(mean) - 1) / 2)


def differences(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """(U, U) the variances of the differences between errors of this covariance (U, U): what two share drops out."""
    variance = covariance.diagonal()
    found: NDArray[np.float64] = np.maximum(variance[:, None] + variance[None, :] - 2 * covariance, 0)
    return found


def _apart(mean: NDArray[np.float64], variance: NDArray[np.float64], start: int, square: float) -> int:
    """Pairs told apart between a block of stores and those in it or after it."""
    block = slice(start, start + BLOCK)
    gap = mean[block, None] - mean[None, start:]
    far = gap**2 > square * (variance[block, None] + variance[None, start:])
    return int(np.triu(far, 1).sum())
