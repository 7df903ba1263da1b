"""What is known of one store among others."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["Interval", "Standing"]


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
