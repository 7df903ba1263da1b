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

from cemaudit.compare.drivers.data import bootstrap_weights
from cemaudit.compare.fitting import FittedModel
from cemaudit.compare.intervals import Interval
from cemaudit.compare.league_table import League, adjusted_scores
from cemaudit.compare.mixed_model.crossproducts import Vector
from cemaudit.compare.report_records import ChannelAgreement, ChannelComparison, ChannelMean
from cemaudit.compare.results import DEFAULT_RULES, ComparisonRules
from cemaudit.language import Message, message
from cemaudit.model.text import Text

__all__ = ["FacetLeague", "Sums", "compare_channels", "disattenuated_correlation"]

LEAST_STORES = 10
"""Fewer stores say nothing of a correlation."""

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
        correlation = disattenuated_correlation(sums, rules.level) if len(sums) >= LEAST_STORES else None
        value, interval = (correlation.value, correlation.interval) if correlation else (None, None)
        agreements.append(ChannelAgreement(side.title, other.title, value, interval, len(sums)))
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
    """A correlation (-1 to 1) with its interval."""

    value: float
    interval: Interval


def disattenuated_correlation(sums: Sums, level: float = 0.90, replicates: int = 1_000) -> Correlation | None:
    """Return how far stores good at one are good at the other, chance of single visits taken away.

    ``sums``: as of ``paired_sums``. The between-store parts of variances and covariance by analysis of variance
    (Searle, Casella & McCulloch 1992, Variance Components, chapter 3); the interval by drawing whole stores. ``None``
    where stores do not differ by more than chance in one of the two.
    """
    value = _correlation_from_products(np.ones((1, len(sums))) @ _products(sums), np.array([float(len(sums))]))
    if np.isnan(value[0]):
        return None
    # Whole stores are drawn, for visits of one store are not independent. A draw in which a variance is not above 0
    # has no correlation and is left out: hence nanquantile.
    replicated = [
        _correlation_from_products(times @ _products(sums), times.sum(axis=1))
        for times in bootstrap_weights(len(sums), replicates)
    ]
    low, high = np.nanquantile(np.concatenate(replicated), [(1 - level) / 2, (1 + level) / 2])
    return Correlation(float(value[0]), Interval(float(low), float(high)))


def _products(sums: Sums) -> Sums:
    """Return the terms (I, 10) of the analysis of variance that add up over stores."""
    n, a, b, aa, bb, ab = sums.T
    return np.column_stack([n, n**2, a, b, aa, bb, ab, a * a / n, b * b / n, a * b / n])


def _correlation_from_products(terms: Sums, stores: Vector) -> Vector:
    """Return the correlation (B) of terms added up (B, 10); NaN where there is none."""
    n, nn, a, b, aa, bb, ab, sa, sb, sab = terms.T
    inside, between = n - stores, stores - 1
    # The average number of visits that the expected mean square between stores goes with, as stores have unequal ones.
    size = (n - nn / n) / between

    def part(totals: Vector, by_store: Vector, of_all: Vector) -> Vector:
        covariance: Vector = ((by_store - of_all / n) / between - (totals - by_store) / inside) / size
        return covariance

    with np.errstate(invalid="ignore", divide="ignore"):
        variance = part(aa, sa, a * a), part(bb, sb, b * b)
        product = np.where((variance[0] > 0) & (variance[1] > 0), variance[0] * variance[1], np.nan)
        covariance: Vector = np.clip(part(ab, sab, a * b) / np.sqrt(product), -1, 1)
    return covariance


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
