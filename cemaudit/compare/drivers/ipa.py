"""Importance-performance analysis: the quadrant of each driver, and what it suggests (ERRC).

Martilla and James 1977 set share against performance; the four words are those of Kim and Mauborgne's blue ocean grid.
No statistical definition of the four is published; the one here is ours, and silent where chance could have done it.

A share of what is explained knows nothing of law and safety: what is kept everywhere explains little because it is so.
That is why nothing mandatory (see ``Item.mandatory``) is ever to be reduced or eliminated.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Hint", "Placed", "Quadrant", "hint_of", "quadrants"]


SURE = 0.8
"""A quadrant is told from this share of the samples on."""


LEANING, SELDOM = 0.2, 0.2
"""Create: where a driver lifts more than it harms by so much, and is high in fewer visits than this share."""


Numbers = NDArray[np.float64]


class Quadrant(StrEnum):
    """Share above or below an equal share, performance above or below the drivers' mean."""

    KEEP = "keep"
    IMPROVE = "improve"
    ENOUGH = "enough"
    MINOR = "minor"


class Hint(StrEnum):
    """What is suggested."""

    RAISE = "raise"
    REDUCE = "reduce"
    ELIMINATE = "eliminate"
    CREATE = "create"
    KEEP = "keep"
    MUST_KEEP = "must-keep"
    UNCLEAR = "not-clear"


class Placed(NamedTuple):
    """A driver's quadrant, and in what share of the samples it lies there."""

    quadrant: Quadrant
    certain: float


_ORDER = (Quadrant.MINOR, Quadrant.ENOUGH, Quadrant.IMPROVE, Quadrant.KEEP)


def quadrants(share: Numbers, performance: Numbers, shares: Numbers, performances: Numbers) -> list[Placed]:
    """Where each of p drivers lies: by (p) and by (B, p) of samples of stores; the lines move with the samples."""
    here, codes = _codes(share, performance), _codes(shares, performances)
    return [Placed(_ORDER[code], float(np.mean(codes[:, at] == code))) for at, code in enumerate(here.tolist())]


def _codes(share: Numbers, performance: Numbers) -> NDArray[np.int64]:
    important = share > 1 / share.shape[-1]
    good = performance > np.nanmean(performance, axis=-1, keepdims=True)
    codes: NDArray[np.int64] = 2 * important.astype(np.int64) + good
    return codes


def hint_of(position: Placed, *, idle: bool, lifts: bool, seldom: bool, mandatory: bool) -> Hint:
    """Return the suggestion; of what is ``mandatory`` it is never to do less.

    ``idle``: neither low nor high performance does anything that could be found; ``lifts``: the driver surely lifts
    more than it harms; ``seldom``: it is high in few visits.
    """
    hint = _hint(position, idle=idle, lifts=lifts, seldom=seldom)
    return Hint.MUST_KEEP if mandatory and hint in _LESS else hint


_LESS = (Hint.REDUCE, Hint.ELIMINATE)


def _hint(placed: Placed, *, idle: bool, lifts: bool, seldom: bool) -> Hint:
    if lifts and seldom:
        return Hint.CREATE
    if placed.certain < SURE:
        return Hint.UNCLEAR
    match placed.quadrant:
        case Quadrant.IMPROVE:
            return Hint.RAISE
        case Quadrant.KEEP:
            return Hint.KEEP
        case Quadrant.ENOUGH:
            return Hint.REDUCE
        case Quadrant.MINOR:
            return Hint.ELIMINATE if idle else Hint.UNCLEAR
