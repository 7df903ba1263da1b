"""Performance, emotion and what comes of them together: the mean of products is not the product of means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from cemaudit.compare.drivers.data import LEAST_PAIR, OUTCOME, DriverProducts, StudyTable, bootstrap_weights
from cemaudit.compare.drivers.key_drivers import regression_slopes
from cemaudit.compare.intervals import Interval
from cemaudit.errors import Sayable
from cemaudit.scoring.aggregators import experience

__all__ = ["ExperienceMeans", "ExperienceTotals", "Interaction", "interaction", "interaction_in", "mean_experiences"]

LEVEL = 0.90


@dataclass(frozen=True, slots=True)
class ExperienceMeans:
    """Means over the visits in which all three are known, on the scheme's scale; ``name`` is empty for all together.

    ``together``: the mean experience less the experience of the means: what performance and emotion do by coming
    together in the same visits, which neither mean shows.
    """

    name: str
    visits: int
    performance: float
    emotion: float
    experience: float
    of_means: float
    title: Sayable = ""

    @property
    def together(self) -> float:
        """The covariance part."""
        return self.experience - self.of_means


@dataclass(frozen=True, slots=True)
class Interaction:
    """Points of the outcome for P from 0 to 1, E from 0 to 1, and for both beyond their sum, with its interval."""

    performance: float
    emotion: float
    both: float
    interval: Interval

    @property
    def is_significant(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.interval.low > 0 or self.interval.high < 0


class ExperienceTotals(NamedTuple):
    """Of the visits to a touchpoint in which all three are known: their number, and the sums of performance, emotion
    and experience in hundredths (``numbers``, 4); ``scale``: what the scheme calls full.
    """

    name: str
    scale: float
    numbers: tuple[int, ...]


def mean_experiences(totals: Iterable[ExperienceTotals], titles: Mapping[str, Sayable]) -> list[ExperienceMeans]:
    """Return the means of each touchpoint, and last, under an empty name, of all their visits together."""
    by_name: dict[str, ExperienceTotals] = {}
    for touchpoint in totals:
        before = by_name.get(touchpoint.name)
        if before is not None:
            touchpoint = touchpoint._replace(numbers=_added(before.numbers, touchpoint.numbers))  # noqa: PLW2901
        by_name[touchpoint.name] = touchpoint
    means = [
        replace(_experience_means(touchpoint), title=titles.get(name, name))
        for name, touchpoint in by_name.items()
        if touchpoint.numbers[0]
    ]
    if len(means) > 1:
        numbers = _added(*(touchpoint.numbers for touchpoint in by_name.values()))
        scale = max(touchpoint.scale for touchpoint in by_name.values())
        means.append(_experience_means(ExperienceTotals("", scale, numbers)))
    return means


def _added(*numbers: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(map(sum, zip(*numbers, strict=True)))


def _experience_means(touchpoint: ExperienceTotals) -> ExperienceMeans:
    visits, *totals = touchpoint.numbers
    # In fractions: the covariance part is a small difference of two means, and 0 must come out as 0.
    p, e, s = (Fraction(total, 100 * visits) for total in totals)
    scale = Fraction(touchpoint.scale)
    of_means = scale * experience(p / scale, e / scale)
    return ExperienceMeans(touchpoint.name, visits, float(p), float(e), float(s), float(of_means))


def interaction(products: DriverProducts) -> Interaction:
    """Return the slopes of the outcome on P, E and P·E, by ``products`` of these four, P and E in percent of 1."""
    products = products.of_stores(products.ordered())
    slopes = 100 * regression_slopes(products.covariances())
    samples = np.concatenate(
        [regression_slopes(products.covariances(block))[:, 2] for block in bootstrap_weights(products.stores)]
    )
    low, high = 100 * np.quantile(samples, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    p, e, both = map(float, slopes)
    return Interaction(p, e, both, Interval(float(low), float(high)))


def interaction_in(table: StudyTable, *, by_shopper: bool) -> Interaction | None:
    """Return the slopes by the columns ``p``, ``e`` and ``pe`` of a study; ``None`` where they say too little."""
    products = table.products([OUTCOME, "p", "e", "pe"], by_shopper=by_shopper)
    says_enough = products.together.min() >= LEAST_PAIR and np.diagonal(products.covariances()).min() > 0
    return interaction(products) if says_enough else None
