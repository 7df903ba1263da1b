"""Intervals: of a store's standing in the league, of shares (Wilson), and the arcsine scale."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["Interval", "Standing", "angle_of", "share_of", "wilson"]


class Interval(NamedTuple):
    """From ``low`` to ``high``, both included."""

    low: float
    high: float


class Standing(NamedTuple):
    """A store (or a region, a format ...) in a league; scores are in points of the measure.

    ``visits`` counted; ``effective``: as many visits by as many shoppers would say the same of shoppers' severity
    (k_eff = n² / Σ n_j²; ``None`` without shoppers). ``raw``: the mean of its scores as they are. ``score``: adjusted
    and shrunken, with its standard error ``se`` and ``interval``. ``reliability``: 0 to 1, the share of ``score``'s
    variance that is the store's own (``None`` for what is no store). ``below``: the probability of missing the target
    (``None`` without one).
    ``rank``: 1 is best; from its likely best to its likely worst place. ``lowest`` and ``highest``: the probabilities
    of being among the lowest and the highest tenth. ``group``: 1 is best; stores of a group cannot be told apart.
    ``apart``: the store cannot be compared with the others, for its one shopper visited nothing else. ``rank``,
    ``lowest``, ``highest`` and ``group`` are ``None`` there, and below the least number of visits; ``lowest`` and
    ``highest`` also where fewer than ten have a place.
    """

    store: str
    name: str
    pool: str
    visits: int
    effective: float | None
    raw: float
    score: float
    se: float
    interval: Interval
    reliability: float | None
    below: float | None = None
    rank: Interval | None = None
    lowest: float | None = None
    highest: float | None = None
    group: int | None = None
    flagged: bool = False
    apart: bool = False


def wilson(hits: float, trials: float, level: float = 0.95) -> Interval:
    """The interval of a share (0 to 1) of ``hits`` (0 to ``trials``) in ``trials``; 0 to 1 without trials.

    Wilson 1927, JASA 22:209-212.
    """
    if not trials:
        return Interval(0.0, 1.0)
    square, share = NormalDist().inv_cdf((1 + level) / 2) ** 2, hits / trials
    middle = (hits + square / 2) / (trials + square)
    half = math.sqrt(square * (hits * (1 - share) + square / 4)) / (trials + square)
    return Interval(max(middle - half, 0.0), min(middle + half, 1.0))


def angle_of(points: ArrayLike, possible: ArrayLike) -> NDArray[np.float64]:
    """A share of points as an angle, asin √((k + 3/8) / (m + 3/4)): nearly the same variance, 1 / (4m), wherever it is.

    In radians, 0 to π/2; ``points`` k lie in 0 to ``possible`` m > 0. Anscombe 1948, Biometrika 35:246-254.
    """
    earned, of = np.asarray(points, dtype=np.float64), np.asarray(possible, dtype=np.float64)
    return np.arcsin(np.sqrt((earned + 0.375) / (of + 0.75)))


def share_of(angle: ArrayLike, possible: ArrayLike = np.inf) -> NDArray[np.float64]:
    """The share (0 to 1) that has this angle: the way back from ``angle_of``.

    With the same ``possible`` the very share; without, that of very many points, sin². Angles beyond 0 to π/2, as
    ends of intervals are, count as 0 and π/2.
    """
    square = np.sin(np.clip(np.asarray(angle, dtype=np.float64), 0, np.pi / 2)) ** 2
    share: NDArray[np.float64] = square + (0.75 * square - 0.375) / np.asarray(possible, dtype=np.float64)
    return np.clip(share, 0, 1)
