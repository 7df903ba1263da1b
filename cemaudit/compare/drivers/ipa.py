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

__all__ = ["Quadrant", "QuadrantPosition", "Suggestion", "quadrant_positions", "suggest"]

SUGGESTION_LEVEL = 0.8
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


class Suggestion(StrEnum):
    """What is suggested."""

    RAISE = "raise"
    REDUCE = "reduce"
    ELIMINATE = "eliminate"
    CREATE = "create"
    KEEP = "keep"
    MUST_KEEP = "must-keep"
    UNCLEAR = "not-clear"
    NOT_KNOWN = "not-known"


class QuadrantPosition(NamedTuple):
    """A driver's quadrant, and in what share of the samples it lies there."""

    quadrant: Quadrant
    certain: float


_ORDER = (Quadrant.MINOR, Quadrant.ENOUGH, Quadrant.IMPROVE, Quadrant.KEEP)


def quadrant_positions(
    share: Numbers, performance: Numbers, shares: Numbers, performances: Numbers
) -> list[QuadrantPosition]:
    """Return where each of p drivers lies, by (p) and by (B, p) of samples of stores, whose lines move with them."""
    codes, sampled = _codes(share, performance), _codes(shares, performances)
    return [
        QuadrantPosition(_ORDER[code], float(np.mean(sampled[:, driver] == code)))
        for driver, code in enumerate(codes.tolist())
    ]


def _codes(share: Numbers, performance: Numbers) -> NDArray[np.int64]:
    important = share > 1 / share.shape[-1]
    good = performance > np.nanmean(performance, axis=-1, keepdims=True)
    codes: NDArray[np.int64] = 2 * important.astype(np.int64) + good
    return codes


def suggest(position: QuadrantPosition, *, idle: bool, lifts: bool, seldom: bool, mandatory: bool) -> Suggestion:
    """Return the suggestion; of what is ``mandatory`` it is never to do less.

    ``idle``: neither low nor high performance does anything that could be found; ``lifts``: the driver surely lifts
    more than it harms; ``seldom``: it is high in few visits.
    """
    hint = Suggestion.UNCLEAR
    if lifts and seldom:
        hint = Suggestion.CREATE
    elif position.certain >= SUGGESTION_LEVEL:
        hint = _SUGGESTIONS[position.quadrant]
    if hint is Suggestion.ELIMINATE and not idle:
        hint = Suggestion.UNCLEAR
    # Duties explain little because they are met nearly everywhere; that is no reason to stop meeting them.
    return Suggestion.MUST_KEEP if mandatory and hint in _LESS else hint


_SUGGESTIONS = {
    Quadrant.IMPROVE: Suggestion.RAISE,
    Quadrant.KEEP: Suggestion.KEEP,
    Quadrant.ENOUGH: Suggestion.REDUCE,
    Quadrant.MINOR: Suggestion.ELIMINATE,
}
_LESS = (Suggestion.REDUCE, Suggestion.ELIMINATE)
