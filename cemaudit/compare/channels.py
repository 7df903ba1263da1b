"""Channels (or stages, elements, touchpoints) side by side, and whether the same stores are good in both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cemaudit.compare.fitting import FittedModel
from cemaudit.compare.intervals import Interval
from cemaudit.compare.league_table import League, adjusted_scores
from cemaudit.compare.mixed_model.crossproducts import Matrix
from cemaudit.compare.report_records import ChannelAgreement, ChannelComparison, ChannelMean
from cemaudit.compare.results import DEFAULT_RULES, ComparisonRules
from cemaudit.language import Message, message
from cemaudit.model.text import Text

__all__ = ["Correlation", "FacetLeague", "Sums", "compare_channels", "disattenuated_correlation"]

LEAST_STORES = 10
"""Fewer stores say nothing of a correlation."""

WIDEST = 1.8
"""An interval wider than this covers nearly everything, and is not given."""

CAUTION = 3
"""How fast an interval widens as draws without a variance become more; by simulation (benchmarks/channels.py)."""

UNEVEN = NormalDist().inv_cdf(0.999)
"""Standard errors by which a store's best and worst channel must differ (2 in 1,000 do by chance)."""

Sums = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class FacetLeague:
    """One ``facet_value`` of the facet and its ``title``, its model and its league; ``reason`` there is none."""

    facet_value: str
    title: Text
    fitted: FittedModel | None = None
    league: League | None = None
    reason: Message | None = None


def compare_channels(
    sides: Sequence[FacetLeague],
    paired_sums: Callable[[FacetLeague, FacetLeague], Sums],
    rules: ComparisonRules = DEFAULT_RULES,
) -> ChannelComparison:
    """Return the sides' means, how far they agree, and the stores whose sides differ most.

    ``paired_sums``: of each store (I, 6) the visits in which the scores of two sides are known: their number, Σa, Σb,
    Σa², Σb², Σab.
    """
    leagues = [side for side in sides if side.league]
    notes = [side.reason for side in sides if side.reason]
    if len(leagues) > 1:
        # The correlation is of stores' own parts, but a store's few shoppers cannot be taken out of these.
        notes.append(message("A severe shopper is severe in every channel, which raises these correlations."))
    agreements = []
    for side, other in combinations(leagues, 2):
        sums = paired_sums(side, other)
        correlation = (
            disattenuated_correlation(sums, rules.level)
            if len(sums) >= LEAST_STORES
            else Correlation(None, None, TOO_FEW_STORES)
        )
        agreements.append(ChannelAgreement(side.title, other.title, *correlation[:2], len(sums), correlation.reason))
    return ChannelComparison(
        means=tuple(_mean(side, rules) for side in leagues),
        agreements=tuple(agreements),
        uneven=tuple(_uneven_stores([side.league for side in leagues if side.league])),
        notes=tuple(notes),
    )


def _mean(side: FacetLeague, rules: ComparisonRules) -> ChannelMean:
    assert side.fitted  # noqa: S101 (it is there)
    crossed = side.fitted.crossed
    count = len(crossed.stores)
    value, se = adjusted_scores(side.fitted, np.full((1, count), 1 / count))
    half = NormalDist().inv_cdf((1 + rules.level) / 2) * se
    score, low, high = (
        float(crossed.facts.scale.to_points(estimate)[0]) for estimate in (value, value - half, value + half)
    )
    return ChannelMean(side.title, crossed.facts.visits, count, score, Interval(low, high))


class Correlation(NamedTuple):
    """A correlation (-1 to 1) with its interval; ``reason``: why it is not known, then both are ``None``."""

    value: float | None
    interval: Interval | None
    reason: Message | None = None


NOTHING_STANDS_OUT = message(
    "Not known: in one of the two, stores differ by no more than chance, so nothing shows how the two go together."
)
BEYOND = message(
    "Not known: the estimate lies outside -1 to 1, for what stores have of their own is too little beside chance."
)
COVERS_ALL = message("Not known: the interval covers nearly everything from -1 to 1.")
TOO_FEW_STORES = message("Not known: fewer than {least} stores are known in both.", least=LEAST_STORES)


def disattenuated_correlation(sums: Sums, level: float = 0.90, draws: int = 10_000) -> Correlation:
    """Return how far stores good at one are good at the other, chance of single visits taken away.

    ``sums``: as of ``paired_sums``. The between-store parts of variances and covariance come of an analysis of variance
    of unweighted store means (Searle, Casella & McCulloch 1992, Variance Components, section 3.6). The interval is a
    generalised one (Weerahandi 1993, Journal of the American Statistical Association 88:899-905): covariances of stores
    and of visits that may have brought forth the mean squares seen are drawn (inverse Wishart), and each draw of which
    a variance is not above 0 counts on both sides. So it widens where stores differ little, and what is left of it
    there is not given.
    """
    means = _StoreMeans.of_sums(sums)
    if means is None:
        return Correlation(None, None, NOTHING_STANDS_OUT)
    variances = means.between - means.noise
    if not (variances.diagonal() > 0).all():
        return Correlation(None, None, NOTHING_STANDS_OUT)
    value = float(variances[0, 1] / np.sqrt(variances[0, 0] * variances[1, 1]))
    if abs(value) > 1:
        return Correlation(None, None, BEYOND)
    interval = _generalised_interval(means, level, draws)
    if interval.high - interval.low > WIDEST:
        return Correlation(None, None, COVERS_ALL)
    return Correlation(value, interval)


class _StoreMeans(NamedTuple):
    """Covariances (2, 2) of the store means, ``between`` them with so many degrees of freedom, and of the ``noise``
    that single visits bring into them.
    """

    between: Matrix
    noise: Matrix
    between_freedom: int
    noise_freedom: int

    @classmethod
    def of_sums(cls, sums: Sums) -> _StoreMeans | None:
        """Return these of the sums of each store; ``None`` where no store was visited several times."""
        # In the order of their values: no digit may depend on what stores are called.
        n, a, b, aa, bb, ab = sums[np.lexsort(sums.T)].T
        stores, visits = len(n), int(n.sum())
        if visits - stores < 2:
            return None
        inside = [(total - first * second / n).sum() for total, first, second in ((aa, a, a), (bb, b, b), (ab, a, b))]
        within = np.array([[inside[0], inside[2]], [inside[2], inside[1]]]) / (visits - stores)
        deviations = np.stack([a / n - (a / n).mean(), b / n - (b / n).mean()])
        return cls(deviations @ deviations.T / (stores - 1), within * (1 / n).mean(), stores - 1, visits - stores)


def _generalised_interval(means: _StoreMeans, level: float, draws: int) -> Interval:
    """Return the interval of the correlation, within -1 to 1."""
    random = np.random.Generator(np.random.PCG64(1))
    variances = _drawn_covariances(random, means.between, means.between_freedom, draws)
    variances -= _drawn_covariances(random, means.noise, means.noise_freedom, draws)
    first, second, product = variances[:, 0, 0], variances[:, 1, 1], variances[:, 0, 1]
    has_variance = (first > 0) & (second > 0)
    correlations = np.sort(product[has_variance] / np.sqrt(first[has_variance] * second[has_variance]))
    tail, unknown = (1 - level) / 2, 1 - len(correlations) / draws
    if unknown >= tail:
        return Interval(-1, 1)
    # Where few draws have no variance an interval is given; that it is given so seldom must not make it too short.
    outside = int(tail * (1 - unknown / tail) ** CAUTION * draws)
    low, high = correlations[outside], correlations[len(correlations) - 1 - outside]
    return Interval(max(float(low), -1.0), min(float(high), 1.0))


def _drawn_covariances(random: np.random.Generator, seen: Matrix, freedom: int, draws: int) -> Matrix:
    """Return covariances (draws, 2, 2) that may have brought forth a covariance ``seen`` (2, 2) by ``freedom``."""
    # Bartlett's decomposition of a Wishart matrix: chi-square variates on the diagonal, a normal one beside it.
    factor = np.zeros((draws, 2, 2))
    factor[:, 0, 0] = np.sqrt(random.chisquare(freedom, draws))
    factor[:, 1, 1] = np.sqrt(random.chisquare(max(freedom - 1, 1), draws))
    factor[:, 1, 0] = random.standard_normal(draws)
    root = _root(seen) @ np.linalg.inv(factor).transpose(0, 2, 1)
    covariances: Matrix = freedom * root @ root.transpose(0, 2, 1)
    return covariances


def _root(covariance: Matrix) -> Matrix:
    """Return the lower triangular root of a covariance (2, 2), which may be singular."""
    first = np.sqrt(covariance[0, 0])
    beside = covariance[0, 1] / first if first else 0.0
    return np.array([[first, 0.0], [beside, np.sqrt(max(covariance[1, 1] - beside**2, 0.0))]])


class _ChannelScore(NamedTuple):
    """The score of a store in a channel, its ``level`` against the mean of all there, and the standard error."""

    score: float
    level: float
    se: float


def _uneven_stores(leagues: Sequence[League]) -> Iterator[tuple[str, tuple[float | None, ...]]]:
    """Yield stores whose sides differ by more than chance, and their scores; the most uneven first.

    A side's level counts from the mean of all stores in its channel: where a channel is hard for everybody, none of
    them is uneven.
    """
    by_store: dict[str, list[_ChannelScore | None]] = defaultdict(lambda: [None] * len(leagues))
    for index, league in enumerate(leagues):
        for standing in league.standings:
            if standing.rank:
                channel_score = _ChannelScore(standing.score, standing.score - league.centre, standing.se)
                by_store[standing.store][index] = channel_score
    uneven = []
    for store, sides in by_store.items():
        scored = [side for side in sides if side]
        if len(scored) > 1:
            best, worst = max(scored, key=lambda side: side.level), min(scored, key=lambda side: side.level)
            difference = (best.level - worst.level) / float(np.hypot(best.se, worst.se) or np.inf)
            if difference > UNEVEN:
                uneven.append((difference, store, tuple(side.score if side else None for side in sides)))
    yield from ((store, scores) for _, store, scores in sorted(uneven, key=lambda row: (-row[0], row[1])))
