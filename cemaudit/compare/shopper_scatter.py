"""Shoppers' scatter: whether scores are more alike, or less, than visits of that kind give by chance.

A normal measure scatters everywhere alike; a share of yes and no, a count, a score near its floor or ceiling does not:
where nearly all is right, all shoppers' scores are alike. So the scatter of a shopper is held against that of other
shoppers' visits which were expected to score about the same, with the same checklist and in the same scenario.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammainc, gammaincc

from cemaudit.compare.mixed_model.crossproducts import Vector

__all__ = ["LEAST_LIKE_VISITS", "ShopperScatter", "scatter_of_shopper", "sorted_residuals"]

LIKE_VISITS = 60
"""So many visits with the nearest expectations are taken for visits of the same kind."""

LEAST_LIKE_VISITS = 30
"""A visit with fewer others like it, by other shoppers, is not judged."""

MOST_OWN = 200
"""So many of a shopper's own visits are passed over to find others'."""

CLEARLY_USUAL = 0.05
"""Where a rough reckoning (a gamma distribution of the same mean and variance) gives more, nothing is drawn."""

DRAWS = 20_000
DRAWN_AT_ONCE = 2_000_000


class ShopperScatter(NamedTuple):
    """The scatter of a shopper's scores: its ``ratio`` to what is usual for such visits (1: as usual).

    ``below`` and ``above``: the probabilities (0 to 1) that visits of that kind are by chance as alike, and as unlike,
    as this shopper's.
    """

    ratio: float
    below: float
    above: float


class SortedResiduals(NamedTuple):
    """The visits (n) in the order of their ``kind``, then of what they were expected to score: ``square`` of the
    residual, and the ``shopper`` (code); ``first`` and ``end``: (n) where the visits of that kind begin and end.
    """

    square: Vector
    shopper: NDArray[np.int64]
    first: NDArray[np.intp]
    end: NDArray[np.intp]


def sorted_residuals(
    expected: Vector, residual: Vector, shopper: NDArray[np.int64], kind: NDArray[np.int64]
) -> SortedResiduals:
    """Return visits (n) in an order that depends on their kind and values alone."""
    order = np.lexsort((residual, expected, kind))
    begins = np.flatnonzero(np.r_[True, np.diff(kind[order]) != 0])
    sizes = np.diff(np.r_[begins, len(order)])
    first = np.repeat(begins, sizes)
    return SortedResiduals(residual[order] ** 2, shopper[order], first, first + np.repeat(sizes, sizes))


def scatter_of_shopper(visits: SortedResiduals, rows: NDArray[np.intp], least: int) -> ShopperScatter | None:
    """Return the scatter of the shopper of the visits ``rows``; ``None`` where fewer than ``least`` can be judged."""
    near, is_like = _like_visits(visits, rows)
    counts = is_like.sum(axis=1)
    judged = counts >= LEAST_LIKE_VISITS
    if judged.sum() < least:
        return None
    near, is_like, counts = near[judged], is_like[judged], counts[judged]
    squares = np.where(is_like, visits.square[near], 0.0)
    means = squares.sum(axis=1) / counts
    spread = np.where(is_like, (squares - means[:, None]) ** 2, 0).sum(axis=1) / counts
    usual, variance, seen = float(means.sum()), float(spread.sum()), float(visits.square[rows[judged]].sum())
    if usual <= 0 or variance <= 0:
        return ShopperScatter(1.0, 1.0, 1.0)
    below, above = _tails(squares, is_like, counts, seen, usual**2 / variance, variance / usual)
    return ShopperScatter(float(np.sqrt(seen / usual)), below, above)


def _like_visits(visits: SortedResiduals, rows: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return (m, ``LIKE_VISITS``) visits nearest in expectation to ``rows``, and which are others' of the same kind."""
    # Wide enough to find others among many of the shopper's own visits, and not to read all visits for each.
    reach = LIKE_VISITS // 2 + min(len(rows), MOST_OWN)
    near = rows[:, None] + np.arange(-reach, reach + 1)
    inside = (near >= visits.first[rows][:, None]) & (near < visits.end[rows][:, None])
    near = np.clip(near, 0, len(visits.square) - 1)
    is_like = inside & (visits.shopper[near] != visits.shopper[rows[0]])
    away = np.where(is_like, np.abs(near - rows[:, None]), 2 * reach)
    nearest = np.argsort(away, axis=1, kind="stable")[:, :LIKE_VISITS]
    return np.take_along_axis(near, nearest, axis=1), np.take_along_axis(is_like, nearest, axis=1)


def _tails(  # noqa: PLR0913, PLR0917
    squares: NDArray[np.float64],
    is_like: NDArray[np.bool_],
    counts: NDArray[np.int64],
    seen: float,
    shape: float,
    scale: float,
) -> tuple[float, float]:
    """Return how often sums of squares, one drawn for each visit from those like it, are as small and as large."""
    below, above = float(gammainc(shape, seen / scale)), float(gammaincc(shape, seen / scale))
    if min(below, above) > CLEARLY_USUAL:
        return below, above
    # The same seed for everybody: the answer depends on the visits alone.
    random = np.random.Generator(np.random.PCG64(1))
    likes_first = np.take_along_axis(squares, np.argsort(~is_like, axis=1, kind="stable"), axis=1)
    smaller = larger = 0
    # Visits like it over the squared coefficient of variation of their squared residuals, which is shape's per visit.
    known = float(counts.mean()) * shape / len(counts)
    step = max(1, DRAWN_AT_ONCE // len(counts))
    for start in range(0, DRAWS, step):
        size = min(step, DRAWS - start)
        chosen = (random.random((len(counts), size)) * counts[:, None]).astype(np.intp)
        drawn = np.take_along_axis(likes_first, chosen, axis=1).sum(axis=0)
        # What is usual is itself known from so many visits only, nearly the same ones for each of the shopper's.
        drawn *= random.gamma(known, 1 / known, size)
        # Sums of the same squares in another order differ in their last digits.
        smaller += int((drawn <= seen * (1 + 1e-9)).sum())
        larger += int((drawn >= seen * (1 - 1e-9)).sum())
    return (smaller + 1) / (DRAWS + 1), (larger + 1) / (DRAWS + 1)
