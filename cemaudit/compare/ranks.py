"""Places in a league, with what is not known of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np

from cemaudit.compare.confident import DRAWS, Places, confident_ranks, root_of
from cemaudit.compare.pairs import some_of
from cemaudit.compare.rules import DEFAULT, Rules

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Ranks", "rank_intervals"]

_Number = TypeVar("_Number", np.int64, np.float64)

SEED = 1
RANKS_AT_ONCE = 2_000_000
"""Numbers drawn at a time."""
FEW = 200_000
"""Numbers drawn for the places of few: enough for 20 of them to have as many draws as are usual there."""


class Ranks(NamedTuple):
    """The likely places of S stores; 1 is the best, ``placed`` the worst.

    ``low`` and ``high``: (S,) the best and the worst likely place, both 0 where a store has no place. ``lowest`` and
    ``highest``: (S,) the probabilities of being among the lowest and the highest ``extreme`` stores, NaN without a
    place.
    """

    low: NDArray[np.int64]
    high: NDArray[np.int64]
    lowest: NDArray[np.float64]
    highest: NDArray[np.float64]
    placed: int
    extreme: int


def rank_intervals(
    score: NDArray[np.float64],
    error: NDArray[np.float64],
    allowed: NDArray[np.bool_] | None = None,
    rules: Rules = DEFAULT,
    draws: int = 1_000,
) -> Ranks:
    """Rank ``draws`` leagues drawn from N(score, se²); an interval leaves out (1 - level) / 2 of them at either end.

    ``score``: (S,), a higher one is better; ``error``: (S,) standard errors; stores not ``allowed`` take no place.
    Goldstein & Spiegelhalter 1996, JRSS-A 159:385-443; Lin et al. 2006. Draws are independent between stores: the
    intervals are as good as those of joint draws. Memory: 2 bytes a store and draw (4 above 65,535 stores).
    Or ``error``: (S, S) covariances of few (``MOST_UNITS``); draws are joint, and the intervals ``confident_ranks``.
    """
    eligible = np.ones(len(score), dtype=np.bool_) if allowed is None else allowed
    errors, some = some_of(error, eligible), score[eligible]
    joint = errors.ndim > 1
    places = _places(some, root_of(errors) if joint else errors, draws)
    placed = places.shape[1]
    extreme = max(1, round(rules.extremes * placed)) if placed else 0
    low, high = _confident(some, errors, rules.level) if joint else _middle(places, rules.level)
    return Ranks(
        _spread(low, eligible, 0),
        _spread(high, eligible, 0),
        _spread(np.count_nonzero(places > placed - extreme, axis=0) / draws, eligible, np.nan),
        _spread(np.count_nonzero(places <= extreme, axis=0) / draws, eligible, np.nan),
        placed,
        extreme,
    )


def _confident(score: NDArray[np.float64], covariance: NDArray[np.float64], level: float) -> Places:
    return confident_ranks(score, covariance, level, min(DRAWS, FEW // max(1, len(score))))


def _places(score: NDArray[np.float64], errors: NDArray[np.float64], draws: int) -> NDArray[np.unsignedinteger]:
    """(draws, S) the place of each store in each drawn league; ``errors``: standard ones, or a root of covariances."""
    random = np.random.Generator(np.random.PCG64(SEED))
    kind = np.uint16 if len(score) <= np.iinfo(np.uint16).max else np.uint32
    order = np.arange(1, len(score) + 1, dtype=kind)
    places = np.empty((draws, len(score)), dtype=kind)
    step = max(1, RANKS_AT_ONCE // max(1, len(score)))
    for start in range(0, draws, step):
        block = places[start : start + step]
        chance = random.standard_normal(block.shape)
        drawn = score + (errors * chance if errors.ndim == 1 else chance @ errors.T)
        for place, best_first in zip(block, np.argsort(-drawn, axis=1), strict=True):
            place[best_first] = order
    return places


def _middle(places: NDArray[np.unsignedinteger], level: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The places, of each store, between which at least ``level`` of the draws lie."""
    draws, stores = places.shape
    first = int((1 - level) / 2 * draws + 1e-9)
    low, high = (np.empty(stores, dtype=np.int64) for _ in range(2))
    step = max(1, RANKS_AT_ONCE // draws)
    for start in range(0, stores, step):
        block = np.partition(np.ascontiguousarray(places[:, start : start + step].T), [first, draws - 1 - first])
        low[start : start + step], high[start : start + step] = block[:, first], block[:, draws - 1 - first]
    return low, high


def _spread(values: NDArray[_Number], eligible: NDArray[np.bool_], otherwise: float) -> NDArray[_Number]:
    """``values`` of the eligible stores in their places among all, ``otherwise`` elsewhere."""
    full = np.full(len(eligible), otherwise, dtype=values.dtype)
    full[eligible] = values
    return full
