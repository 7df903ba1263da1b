"""Ranking: rank intervals, confidence sets for ranks, groups of stores that cannot be told apart, flags."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import numpy as np
from scipy.special import ndtr

from cemaudit.compare.results import DEFAULT_RULES, ComparisonRules

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "DRAWS",
    "GOLDSTEIN_HEALY",
    "MOST_UNITS",
    "Flags",
    "RankIntervals",
    "RankSets",
    "StoreGroups",
    "covariance_root",
    "difference_variances",
    "distinguishable_pairs",
    "flag_stores",
    "probability_below",
    "rank_confidence_sets",
    "rank_intervals",
    "restrict",
    "store_groups",
]

GOLDSTEIN_HEALY = 1.39
"""Bars of so many standard errors to both sides (about 84 %) that do not overlap differ at about 5 %.

Goldstein & Healy 1995, JRSS-A 158:175-177: 1.96 / √2.
"""

STORES_PER_BLOCK = 500
MOST_PAIRED = 10_000


def distinguishable_pairs(
    score: NDArray[np.float64],
    error: NDArray[np.float64],
    allowed: NDArray[np.bool_] | None = None,
    level: float = 0.95,
) -> float | None:
    """Return the share (0 to 1) of pairs of stores that differ by more than z √(se₁² + se₂²); ``None`` without a pair.

    ``score``: (S,); ``error``: (S,) standard errors, or (S, S) covariances of the errors of few. Of more than
    ``MOST_PAIRED`` stores so many, evenly spread over the scores, stand for all.
    """
    mean, errors = (score, error) if allowed is None else (score[allowed], restrict(error, allowed))
    if len(mean) < 2:
        return None
    square = NormalDist().inv_cdf((1 + level) / 2) ** 2
    if errors.ndim > 1:
        far = (mean[:, None] - mean[None, :]) ** 2 > square * difference_variances(errors)
        return float(far[np.triu_indices(len(mean), 1)].mean())
    variance = errors**2
    if len(mean) > MOST_PAIRED:
        sampled = np.argsort(mean, kind="stable")[np.linspace(0, len(mean) - 1, MOST_PAIRED).astype(np.intp)]
        mean, variance = mean[sampled], variance[sampled]
    distinguishable = 0
    for start in range(0, len(mean), STORES_PER_BLOCK):
        # Each block against itself and what comes after it: all pairs at once would take 800 MB for 10,000 stores.
        block = slice(start, start + STORES_PER_BLOCK)
        gap = mean[block, None] - mean[None, start:]
        far = gap**2 > square * (variance[block, None] + variance[None, start:])
        distinguishable += int(np.triu(far, 1).sum())
    return distinguishable / (len(mean) * (len(mean) - 1) / 2)


def difference_variances(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the variances (U, U) of differences between errors of this covariance (U, U): what two share drops out."""
    variance = covariance.diagonal()
    variances: NDArray[np.float64] = np.maximum(variance[:, None] + variance[None, :] - 2 * covariance, 0)
    return variances


def restrict(error: NDArray[np.float64], allowed: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return, of standard errors (S,) or covariances (S, S), those of the stores allowed."""
    return error[allowed] if error.ndim == 1 else error[np.ix_(allowed, allowed)]


MOST_UNITS = 100
"""With more units the sets say next to nothing, and cost units² times the draws."""

DRAWS = 10_000
"""With fewer the borders of a set change from seed to seed."""

SEED = 1
DRAWS_PER_BLOCK = 200


class RankSets(NamedTuple):
    """(U,) the best and the worst place each unit may have; 1 is the best."""

    low: NDArray[np.int64]
    high: NDArray[np.int64]


class _PairwiseDifferences(NamedTuple):
    """Differences between units (U, U) with standard errors (1 on the diagonal), and draws of estimates (R, U)."""

    gap: NDArray[np.float64]
    se: NDArray[np.float64]
    draws: NDArray[np.float64]

    @classmethod
    def of_scores(cls, score: NDArray[np.float64], covariance: NDArray[np.float64], draws: int) -> _PairwiseDifferences:
        """Return the differences of scores (U) with these covariances (U, U), or variances (U)."""
        full = np.diag(covariance) if covariance.ndim == 1 else covariance
        square = difference_variances(full)
        np.fill_diagonal(square, 1)  # a unit differs from itself by 0, which is then divided by 1
        random = np.random.Generator(np.random.PCG64(SEED))
        return cls(
            score[:, None] - score[None, :],
            np.sqrt(np.maximum(square, np.finfo(float).tiny)),
            random.standard_normal((draws, len(score))) @ covariance_root(full).T,
        )

    def critical_value(self, pairs: NDArray[np.bool_], level: float) -> float:
        """Return the quantile of the largest standardised difference among ``pairs`` (U, U)."""
        first, second = np.nonzero(pairs)
        se = self.se[first, second]
        blocks = (self.draws[start : start + DRAWS_PER_BLOCK] for start in range(0, len(self.draws), DRAWS_PER_BLOCK))
        largest = np.concatenate([((block[:, first] - block[:, second]) / se).max(axis=1) for block in blocks])
        return float(np.quantile(largest, level))


def rank_confidence_sets(
    score: NDArray[np.float64], covariance: NDArray[np.float64], level: float = 0.95, draws: int = DRAWS
) -> RankSets:
    """Return, for each unit by itself, the places its true one is among with confidence ``level``.

    ``score``: (U,), unshrunken estimates, a higher one is better; ``covariance``: (U, U) of them, or (U,) variances of
    independent ones. ``ValueError`` above ``MOST_UNITS``. Mogstad, Romano, Shaikh & Wilhelm 2024, REStud 91:476-518.
    """
    if len(score) > MOST_UNITS:
        raise ValueError(f"{len(score)} units, at most {MOST_UNITS}")
    design = _PairwiseDifferences.of_scores(score, covariance, draws)
    rank_sets = [_rank_sets(design, np.array([unit]), level) for unit in range(len(score))]
    low, high = zip(*rank_sets, strict=True) if rank_sets else ((), ())
    return RankSets(np.array(low, dtype=np.int64).reshape(-1), np.array(high, dtype=np.int64).reshape(-1))


def covariance_root(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a matrix (U, U) whose product with its own transpose is ``covariance`` (U, U)."""
    # Not Cholesky: covariances of shrunken scores can be singular, and negative eigenvalues are rounding.
    values, vectors = np.linalg.eigh(covariance)
    root: NDArray[np.float64] = vectors * np.sqrt(np.clip(values, 0, None))
    return root


def _rank_sets(
    design: _PairwiseDifferences, units: NDArray[np.int64], level: float
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the best and the worst place of ``units``, stepping down.

    Pairs told apart need not be guarded against any more, so the next bound is sharper.
    """
    count = len(design.gap)
    open_ = np.zeros((count, count), dtype=np.bool_)
    open_[units, :] = open_[:, units] = True
    np.fill_diagonal(open_, val=False)
    better = np.zeros_like(open_)
    while open_.any():
        distinguishable = open_ & (design.gap > design.critical_value(open_, level) * design.se)
        if not distinguishable.any():
            break
        better |= distinguishable
        open_ &= ~distinguishable
    return 1 + better[:, units].sum(0), count - better[units, :].sum(1)


_Number = TypeVar("_Number", np.int64, np.float64)

RANKS_AT_ONCE = 2_000_000
"""Numbers drawn at a time."""

FEW_DRAWS = 200_000
"""Numbers drawn for the places of few: enough for 20 of them to have as many draws as are usual there."""


@dataclass(frozen=True, slots=True)
class RankIntervals:
    """The likely places of S stores; 1 is the best, ``places`` the worst.

    ``low`` and ``high``: (S,) the best and the worst likely place, both 0 where a store has no place. ``lowest`` and
    ``highest``: (S,) the probabilities of being among the lowest and the highest ``extreme`` stores, NaN without a
    place.
    """

    low: NDArray[np.int64]
    high: NDArray[np.int64]
    lowest: NDArray[np.float64]
    highest: NDArray[np.float64]
    places: int
    extreme: int


def rank_intervals(
    score: NDArray[np.float64],
    error: NDArray[np.float64],
    allowed: NDArray[np.bool_] | None = None,
    rules: ComparisonRules = DEFAULT_RULES,
    draws: int = 1_000,
) -> RankIntervals:
    """Rank ``draws`` leagues drawn from N(score, se²); an interval leaves out (1 - level) / 2 of them at either end.

    ``score``: (S,), a higher one is better; ``error``: (S,) standard errors; stores not ``allowed`` take no place.
    Goldstein & Spiegelhalter 1996, JRSS-A 159:385-443; Lin et al. 2006. Draws are independent between stores: the
    intervals are as good as those of joint draws. Memory: 2 bytes a store and draw (4 above 65,535 stores). Or
    ``error``: (S, S) covariances of few (``MOST_UNITS``); draws are joint, and the intervals ``rank_confidence_sets``.
    """
    eligible = np.ones(len(score), dtype=np.bool_) if allowed is None else allowed
    # Best first, so that what is drawn for a store depends on its score and not on its name.
    of_eligible = np.flatnonzero(eligible)
    spread = error if error.ndim == 1 else error.diagonal()
    of_eligible = of_eligible[np.lexsort((spread[of_eligible], -score[of_eligible]))]
    eligible_scores = score[of_eligible]
    errors = error[of_eligible] if error.ndim == 1 else error[np.ix_(of_eligible, of_eligible)]
    joint = errors.ndim > 1
    places = _drawn_ranks(eligible_scores, covariance_root(errors) if joint else errors, draws)
    eligible_count = places.shape[1]
    extreme = max(1, round(rules.extremes * eligible_count)) if eligible_count else 0
    if joint:
        # Fewer draws for more units: a set takes units² times the draws.
        set_draws = min(DRAWS, FEW_DRAWS // max(1, len(eligible_scores)))
        low, high = rank_confidence_sets(eligible_scores, errors, rules.level, set_draws)
    else:
        low, high = _rank_quantiles(places, rules.level)
    return RankIntervals(
        _expand(low, of_eligible, len(score), 0),
        _expand(high, of_eligible, len(score), 0),
        _expand(np.count_nonzero(places > eligible_count - extreme, axis=0) / draws, of_eligible, len(score), np.nan),
        _expand(np.count_nonzero(places <= extreme, axis=0) / draws, of_eligible, len(score), np.nan),
        eligible_count,
        extreme,
    )


def _drawn_ranks(score: NDArray[np.float64], errors: NDArray[np.float64], draws: int) -> NDArray[np.unsignedinteger]:
    """Return the places (draws, S) of stores in each drawn league; ``errors``: standard ones, or a covariance root."""
    random = np.random.Generator(np.random.PCG64(SEED))
    kind = np.uint16 if len(score) <= np.iinfo(np.uint16).max else np.uint32
    order = np.arange(1, len(score) + 1, dtype=kind)
    places = np.empty((draws, len(score)), dtype=kind)
    step = max(1, RANKS_AT_ONCE // max(1, len(score)))
    for start in range(0, draws, step):
        block = places[start : start + step]
        chance = random.standard_normal(block.shape)
        drawn = score + (errors * chance if errors.ndim == 1 else chance @ errors.T)
        for draw, best_first in zip(block, np.argsort(-drawn, axis=1), strict=True):
            draw[best_first] = order
    return places


def _rank_quantiles(places: NDArray[np.unsignedinteger], level: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the places, of each store, between which at least ``level`` of the draws lie."""
    draws, stores = places.shape
    first = int((1 - level) / 2 * draws + 1e-9)
    low, high = (np.empty(stores, dtype=np.int64) for _ in range(2))
    # Two order statistics need a partition, not a sort, and rows are partitioned faster than columns.
    step = max(1, RANKS_AT_ONCE // draws)
    for start in range(0, stores, step):
        block = np.partition(np.ascontiguousarray(places[:, start : start + step].T), [first, draws - 1 - first])
        low[start : start + step], high[start : start + step] = block[:, first], block[:, draws - 1 - first]
    return low, high


def _expand(values: NDArray[_Number], places: NDArray[np.intp], stores: int, otherwise: float) -> NDArray[_Number]:
    """Return ``values`` of the eligible stores in their ``places`` among all ``stores``, ``otherwise`` elsewhere."""
    full = np.full(stores, otherwise, dtype=values.dtype)
    full[places] = values
    return full


MOST_MICRO_GROUPS = 1_000
"""Stores one by one; more are first gathered into so many of like score."""


class StoreGroups(NamedTuple):
    """The groups of S stores.

    ``group``: (S,) 1 is the best, 0 where a store has no place. ``groups``: how many groups. ``ranked``: the share of
    all pairs of stores that lie in different groups. ``wrong``: the share of all pairs expected to be in the wrong
    order (the discordance). ``wrong_in_full``: the same if every pair were ranked by its scores. Shares are 0 to 1,
    and 0 without a pair.
    """

    group: NDArray[np.int64]
    groups: int
    ranked: float
    wrong: float
    wrong_in_full: float


@dataclass(frozen=True, slots=True)
class _MicroGroups:
    """Micro-groups, best first: how many stores, their mean score and mean variance; ``member``: of each store."""

    stores: NDArray[np.int64]
    score: NDArray[np.float64]
    variance: NDArray[np.float64]
    member: NDArray[np.int64]

    @classmethod
    def of_scores(cls, score: NDArray[np.float64], variance: NDArray[np.float64], most: int) -> _MicroGroups:
        """Return ``most`` groups, of as many stores each, of stores next to each other; each store alone if fewer."""
        best_first = np.argsort(-score, kind="stable")
        stores = len(score)
        count = min(stores, most)
        of = np.arange(stores) * count // max(1, stores)
        member = np.empty(stores, dtype=np.int64)
        member[best_first] = of
        size = np.bincount(of, minlength=count)
        return cls(
            size,
            np.bincount(of, score[best_first], minlength=count) / size,
            np.bincount(of, variance[best_first], minlength=count) / size,
            member,
        )

    def probability_better(self, shared: NDArray[np.float64] | None) -> NDArray[np.float64]:
        """Return the probability (M, M) that the first is better than the second; a half where nothing is to choose.

        ``shared``: covariances (S, S) of the errors of stores that are each a group; ``None``: independent errors.
        """
        gap = self.score[:, None] - self.score[None, :]
        if shared is None:
            spread = np.sqrt(self.variance[:, None] + self.variance[None, :])
        else:
            best_first = np.argsort(self.member)
            spread = np.sqrt(difference_variances(shared[np.ix_(best_first, best_first)]))
        with np.errstate(over="ignore"):
            far = np.divide(gap, spread, out=np.where(gap == 0, 0, np.copysign(np.inf, gap)), where=spread > 0)
        above: NDArray[np.float64] = ndtr(far)
        return above


def store_groups(
    score: NDArray[np.float64],
    error: NDArray[np.float64],
    allowed: NDArray[np.bool_] | None = None,
    preference: float = 0.25,
    most: int = MOST_MICRO_GROUPS,
) -> StoreGroups:
    """Place a store above another only where that is worth it: likelier than 1 / (1 + ``preference``), on balance.

    ``score``: (S,), a higher one is better; ``error``: (S,) standard errors, or (S, S) covariances of the errors of at
    most ``most``; stores not ``allowed`` have no group. The groups follow the order of the scores, and no others lose
    less: the loss of placing i above j is 1 - (1 + λ) π_ij with π_ij = Φ((m_i - m_j) / √(v_i + v_j)) and
    λ = ``preference``. Kline, Rose & Walters 2024, AER 114:1840-1880. Above ``most`` stores, stores next to each other
    are first gathered into ``most`` micro-groups.
    """
    eligible = np.ones(len(score), dtype=np.bool_) if allowed is None else allowed
    errors = restrict(error, eligible)
    shared = errors if errors.ndim > 1 else None
    crowd = _MicroGroups.of_scores(score[eligible], errors**2 if shared is None else shared.diagonal(), most)
    above = crowd.probability_better(shared)
    pairs = np.triu(np.outer(crowd.stores, crowd.stores), 1).astype(np.float64)
    cuts = _optimal_cuts(pairs * (1 - (1 + preference) * above))
    of = np.repeat(np.arange(1, len(cuts)), np.diff(cuts))
    group = np.zeros(len(score), dtype=np.int64)
    group[eligible] = of[crowd.member]
    ranked_pairs = pairs * (of[:, None] < of[None, :])
    all_pairs = crowd.stores.sum() * (crowd.stores.sum() - 1) / 2
    return StoreGroups(
        group,
        len(cuts) - 1,
        _share(ranked_pairs.sum(), all_pairs),
        _share((ranked_pairs * (1 - above)).sum(), all_pairs),
        _share((pairs * (1 - above)).sum() + (all_pairs - pairs.sum()) / 2, all_pairs),
    )


def _optimal_cuts(loss: NDArray[np.float64]) -> list[int]:
    """Return where the groups begin, and the end of the last: of all ways to cut, that which avoids the most loss.

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


def _share(count: float, of: float) -> float:
    return float(count / of) if of else 0.0


class Flags(NamedTuple):
    """Which of S stores are ``flagged`` (S).

    ``wrong``: the share of the flagged expected not to be what they are flagged for, ``None`` where none is flagged.
    ``sensitivity``: the share of all stores expected to be that which the flags find, ``None`` where none is expected.
    """

    flagged: NDArray[np.bool_]
    wrong: float | None
    sensitivity: float | None


def probability_below(
    score: NDArray[np.float64], se: NDArray[np.float64], target: float | NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return Φ((target - score) / se), 0 to 1; where ``se`` is 0, 1 below the target and 0 elsewhere.

    Lin, Louis, Paddock & Ridgeway 2006, Bayesian Analysis 1:915-946.
    """
    gap = target - score
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        far = np.where(se > 0, gap / se, np.where(gap > 0, np.inf, -np.inf))
    below: NDArray[np.float64] = ndtr(far)
    return below


def flag_stores(probability: NDArray[np.float64], allowed: NDArray[np.bool_], flag_at: float = 0.80) -> Flags:
    """Flag the stores that are below the target (or among the lowest) with a probability of ``flag_at`` or more.

    ``probability``: (S,) of that, 0 to 1; ``allowed``: (S,) which stores may be flagged. The expected wrong share is
    the mean of 1 - P over the flagged: it is right where the intervals are.
    """
    flagged = allowed & (probability >= flag_at)
    expected, caught = float(probability[allowed].sum()), float(probability[flagged].sum())
    count = int(flagged.sum())
    return Flags(flagged, 1 - caught / count if count else None, caught / expected if expected else None)
