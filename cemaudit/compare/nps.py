"""The net promoter score of each item that asks whether customers would recommend."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import NamedTuple

from cemaudit.compare.intervals import Interval
from cemaudit.errors import Sayable

__all__ = [
    "ItemNps",
    "NetPromoterScore",
    "NpsDriver",
    "NpsDrivers",
    "PairedSums",
    "net_promoter_score",
    "within_person_correlation",
]

_PSEUDO_COUNT = 0.75
"""Of an observation, put to the promoters and to the detractors (and twice this to the others)."""

_FLAT = 1e-9


@dataclass(frozen=True, slots=True)
class NetPromoterScore:
    """A net promoter score (-100 to 100) with its interval; how many answered 9 or 10, 0 to 6, and at all."""

    score: float
    interval: Interval
    promoters: int
    detractors: int
    answers: int


@dataclass(frozen=True, slots=True)
class NpsDriver:
    """How a driver's score hangs together with the readiness to recommend.

    ``promoters`` and ``detractors``: the mean score (points) given by either, ``None`` where there are none.
    ``correlation`` (-1 to 1, ``None`` where nothing differs) with its ``interval``, over the differences from each
    shopper's own mean. ``visits`` with both. A link is no proof of a cause.
    """

    name: str
    promoters: float | None
    detractors: float | None
    correlation: float | None
    interval: Interval
    visits: int


class NpsDrivers(NamedTuple):
    """The net promoter ``score`` of some visits, and its ``links`` to drivers, the closest first."""

    score: NetPromoterScore
    links: tuple[NpsDriver, ...]


@dataclass(frozen=True, slots=True)
class PairedSums:
    """Sums of two columns, in ``visits`` of so many ``persons``.

    ``recommend``, ``score`` and ``products``: the sums of squares and of products of their differences from each
    person's own means.
    """

    visits: int
    persons: int
    recommend: float
    score: float
    products: float


def net_promoter_score(promoting: int, detracting: int, answers: int, level: float = 0.90) -> NetPromoterScore:
    """Return 100 (promoters - detractors) / answers, NaN without answers, with its interval within -100 to 100.

    The interval is adjusted Wald: of the shares with three more answers, spread 3/4, 3/2, 3/4. Rocks 2016, The American
    Statistician 70:365-372.
    """
    score = 100 * (promoting - detracting) / answers if answers else math.nan
    count = answers + 4 * _PSEUDO_COUNT
    up, down = (promoting + _PSEUDO_COUNT) / count, (detracting + _PSEUDO_COUNT) / count
    half = NormalDist().inv_cdf((1 + level) / 2) * math.sqrt((up + down - (up - down) ** 2) / count)
    limits = (max(-100.0, 100 * (up - down - half)), min(100.0, 100 * (up - down + half)))
    return NetPromoterScore(score, Interval(*limits), promoting, detracting, answers)


def within_person_correlation(paired: PairedSums, level: float = 0.90) -> tuple[float | None, Interval]:
    """Return the correlation of two columns, ``None`` where one is constant, with Fisher's interval.

    One person gives both, and generous ones praise everything: hence the differences from their own means. Each mean
    takes one visit from those the interval counts on.
    """
    size = math.sqrt(paired.recommend * paired.score)
    if size <= _FLAT * paired.visits:
        return None, Interval(-1.0, 1.0)
    correlation = min(max(paired.products / size, -1.0), 1.0)
    independent_visits = paired.visits - paired.persons + 1
    if independent_visits <= 3:
        return correlation, Interval(-1.0, 1.0)
    half = NormalDist().inv_cdf((1 + level) / 2) / math.sqrt(independent_visits - 3)
    # Just short of ±1, whose hyperbolic arctangent is infinite.
    middle = math.atanh(min(max(correlation, -1 + 1e-12), 1 - 1e-12))
    return correlation, Interval(math.tanh(middle - half), math.tanh(middle + half))


@dataclass(frozen=True, slots=True)
class ItemNps:
    """The net promoter score of an ``item`` (``title``: its question) of a version of the checklist."""

    checklist: str
    item: str
    title: Sayable
    score: NetPromoterScore
