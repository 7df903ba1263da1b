"""Groups of stores that cannot be told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import ndtr

from cemaudit.compare.pairs import differences, some_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Groups", "groups"]

MOST_GROUPED = 1_000
"""Stores one by one; more are first gathered into so many of like score."""


class Groups(NamedTuple):
    """The groups of S stores.

    ``group``: (S,) 1 is the best, 0 where a store has no place. ``parts``: how many groups. ``ranked``: the share of
    all pairs of stores that lie in different groups. ``wrong``: the share of all pairs expected to be in the wrong
    order (the discordance). ``wrong_in_full``: the same if every pair were ranked by its scores. Shares are 0 to 1,
    and 0 without a pair.
    """

    group: NDArray[np.int64]
    parts: int
    ranked: float
    wrong: float
    wrong_in_full: float


class _Crowd(NamedTuple):
    """Micro-groups, best first: how many stores, their mean score and mean variance; ``member``: of each store."""

    stores: NDArray[np.int64]
    score: NDArray[np.float64]
    variance: NDArray[np.float64]
    member: NDArray[np.int64]


def groups(
    score: NDArray[np.float64],
    error: NDArray[np.float64],
    allowed: NDArray[np.bool_] | None = None,
    preference: float = 0.25,
    most: int = MOST_GROUPED,
) -> Groups:
    """Place a store above another only where that is worth it: likelier than 1 / (1 + ``preference``), on balance.

    ``score``: (S,), a higher one is better; ``error``: (S,) standard errors, or (S, S) covariances of the errors of at
    most ``most``; stores not ``allowed`` have no group. The groups follow the order of the scores, and no others lose
    less: the loss of placing i above j is 1 - (1 + λ) π_ij with π_ij = Φ((m_i - m_j) / √(v_i + v_j)) and
    λ = ``preference``. Kline, Rose & Walters 2024, AER 114:1840-1880. Above ``most`` stores, stores next to each other
    are first gathered into ``most`` micro-groups.
    """
    eligible = np.ones(len(score), dtype=np.bool_) if allowed is None else allowed
    errors = some_of(error, eligible)
    shared = errors if errors.ndim > 1 else None
    crowd = _crowd(score[eligible], errors**2 if shared is None else shared.diagonal(), most)
    above = _above(crowd, shared)
    pairs = np.triu(np.outer(crowd.stores, crowd.stores), 1).astype(np.float64)
    cuts = _cuts(pairs * (1 - (1 + preference) * above))
    of = np.repeat(np.arange(1, len(cuts)), np.diff(cuts))
    group = np.zeros(len(score), dtype=np.int64)
    group[eligible] = of[crowd.member]
    apart = pairs * (of[:, None] < of[None, :])
    all_pairs = crowd.stores.sum() * (crowd.stores.sum() - 1) / 2
    return Groups(
        group,
        len(cuts) - 1,
        _share(apart.sum(), all_pairs),
        _share((apart * (1 - above)).sum(), all_pairs),
        _share((pairs * (1 - above)).sum() + (all_pairs - pairs.sum()) / 2, all_pairs),
    )


def _crowd(score: NDArray[np.float64], variance: NDArray[np.float64], most: int) -> _Crowd:
    best_first = np.argsort(-score, kind="stable")
    stores = len(score)
    count = min(stores, most)
    of = np.arange(stores) * count // max(1, stores)
    member = np.empty(stores, dtype=np.int64)
    member[best_first] = of
    size = np.bincount(of, minlength=count)
    return _Crowd(
        size,
        np.bincount(of, score[best_first], minlength=count) / size,
        np.bincount(of, variance[best_first], minlength=count) / size,
        member,
    )


def _above(crowd: _Crowd, shared: NDArray[np.float64] | None) -> NDArray[np.float64]:
    """(M, M) the probability that the first is better than the second; a half where nothing is to choose."""
    gap = crowd.score[:, None] - crowd.score[None, :]
    if shared is None:
        spread = np.sqrt(crowd.variance[:, None] + crowd.variance[None, :])
    else:
        best_first = np.argsort(crowd.member)
        spread = np.sqrt(differences(shared[np.ix_(best_first, best_first)]))
    with np.errstate(over="ignore"):
        far = np.divide(gap, spread, out=np.where(gap == 0, 0, np.copysign(np.inf, gap)), where=spread > 0)
    above: NDArray[np.float64] = ndtr(far)
    return above


def _cuts(loss: NDArray[np.float64]) -> list[int]:
    """Where the groups begin, and the end of the last: of all ways to cut, that which avoids the most loss.

    ``loss``: (M, M), above its diagonal the loss of ranking the pair. The loss avoided by one block a..b is a rectangle
    of its cumulative sums.
    """
    count = len(loss)
    total = np.zeros((count + 1, count + 1))
    total[1:, 1:] = loss.cumsum(0).cumsum(1)
    avoided, begin = np.zeros(count + 1), np.zeros(count + 1, dtype=np.int64)
    for end in range(1, count + 1):
        within = total[end, end] - total[:end, end] - total[end, :end] + total.diagonal()[:end]
        best = avoided[:end] + within
        begin[end] = np.argmax(best)
        avoided[end] = best[begin[end]]
    cuts = [count]
    while cuts[-1] > 0:
        cuts.append(int(begin[cuts[-1]]))
    return cuts[::-1]


def _share(some: float, of: float) -> float:
    return float(some / of) if of else 0.0
