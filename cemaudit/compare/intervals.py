"""Intervals: of a store's standing in the league, and of shares (Wilson)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import NamedTuple

__all__ = ["Interval", "Standing", "wilson_interval"]


class Interval(NamedTuple):
    """From ``low`` to ``high``, both included."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Standing:
    """A store (or a region, a format ...) in a league; scores are in points of the measure.

    ``visits`` counted; ``effective``: as many visits by as many shoppers would say the same of shoppers' severity
    (k_eff = n² / Σ n_j²; ``None`` without shoppers). ``raw``: the mean of its scores as they are. ``score``: adjusted
    and shrunken, with its standard error ``se`` and ``interval``. ``reliability``: 0 to 1, the share of ``score``'s
    variance that is the store's own (``None`` for what is no store). ``below``: the probability of missing the target
    (``None`` without one).
    ``rank``: 1 is best; from its likely best to its likely worst place. ``lowest`` and ``highest``: the probabilities
    of being among the lowest and the highest tenth. ``group``: 1 is best; stores of a group cannot be distinguished.
    ``is_isolated``: the store cannot be compared with the others, for its one shopper visited nothing else. ``rank``,
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
    is_isolated: bool = False


def wilson_interval(hits: float, trials: float, level: float = 0.95) -> Interval:
    """Return the interval of a share (0 to 1) of ``hits`` (0 to ``trials``) in ``trials``; 0 to 1 without trials.

    Wilson 1927, JASA 22:209-212.
    """
    if not trials:
        return Interval(0.0, 1.0)
    # Not scipy's binomtest(hits, trials).proportion_ci(): it is 350 times slower, takes whole hits only, and rounds
    # other last digits in seven of ten limits, which `items` prints in full.
    square, share = NormalDist().inv_cdf((1 + level) / 2) ** 2, hits / trials
    middle = (hits + square / 2) / (trials + square)
    half = math.sqrt(square * (hits * (1 - share) + square / 4)) / (trials + square)
    return Interval(max(middle - half, 0.0), min(middle + half, 1.0))
