"""The net promoter score with its interval, and what it hangs together with."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cemaudit.compare.standing import Interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["Link", "Promoters", "links", "net_promoters", "promoters"]

_PSEUDO = 0.75
"""Of an observation, put to the promoters and to the detractors (and twice this to the others)."""


class Promoters(NamedTuple):
    """A net promoter score (-100 to 100) with its interval; how many said 9 or 10, 0 to 6, and anything."""

    score: float
    interval: Interval
    promoters: int
    detractors: int
    answers: int


class Link(NamedTuple):
    """How a touchpoint's score hangs together with the readiness to recommend.

    ``promoters`` and ``detractors``: the mean score (points) given by either, NaN where there are none. ``correlation``
    (-1 to 1, NaN where nothing differs) with its ``interval``, over the differences from each shopper's own mean.
    ``visits`` with both. A link is no proof of a cause.
    """

    touchpoint: str
    promoters: float
    detractors: float
    correlation: float
    interval: Interval
    visits: int


def promoters(recommend: NDArray[np.float64], level: float = 0.90) -> Promoters:
    """Of answers 0 to 10, NaN where there is none: ``net_promoters`` of them."""
    given = recommend[np.isfinite(recommend)]
    return net_promoters(int((given >= 9).sum()), int((given <= 6).sum()), len(given), level)


def net_promoters(promoting: int, detracting: int, answers: int, level: float = 0.90) -> Promoters:
    """100 (promoters - detractors) / answers, NaN without answers, with its interval within -100 to 100.

    The interval is adjusted Wald: of the shares with three more answers, spread 3/4, 3/2, 3/4. Rocks 2016, The American
    Statistician 70:365-372.
    """
    score = 100 * (promoting - detracting) / answers if answers else math.nan
    count = answers + 4 * _PSEUDO
    up, down = (promoting + _PSEUDO) / count, (detracting + _PSEUDO) / count
    half = NormalDist().inv_cdf((1 + level) / 2) * math.sqrt((up + down - (up - down) ** 2) / count)
    limits = (max(-100.0, 100 * (up - down - half)), min(100.0, 100 * (up - down + half)))
    return Promoters(score, Interval(*limits), promoting, detracting, answers)


def links(
    recommend: NDArray[np.float64],
    touchpoints: NDArray[np.float64],
    names: Sequence[str],
    shopper: NDArray[np.int64],
    level: float = 0.90,
) -> tuple[Link, ...]:
    """How each touchpoint hangs together with recommending, the closest first.

    ``recommend``: (n,) 0 to 10; ``touchpoints``: (n, t) scores in points; both NaN where missing; ``names``: t;
    ``shopper``: (n,) codes from 0, -1 where unknown. One person gives both: generous ones praise everything. So the
    correlation is of the differences from each shopper's own means (-1: all the unknown count as one), with Fisher's
    interval on the visits left after as many means.
    """
    found = [_link(recommend, scores, name, shopper, level) for name, scores in zip(names, touchpoints.T, strict=True)]
    return tuple(sorted(found, key=lambda link: (math.isnan(link.correlation), -abs(link.correlation))))


def _link(
    recommend: NDArray[np.float64], scores: NDArray[np.float64], name: str, shopper: NDArray[np.int64], level: float
) -> Link:
    both = np.isfinite(recommend) & np.isfinite(scores)
    said, score = recommend[both], scores[both]
    persons, who = np.unique(shopper[both], return_inverse=True)
    own_said, own_score = _own(said, who), _own(score, who)
    size = math.sqrt(float(own_said @ own_said) * float(own_score @ own_score))
    correlation = float(np.clip(own_said @ own_score / size, -1, 1)) if size > 1e-9 else math.nan
    interval = _fisher(correlation, len(said) - len(persons) + 1, level)
    return Link(name, _mean(score[said >= 9]), _mean(score[said <= 6]), correlation, interval, len(said))


def _own(values: NDArray[np.float64], who: NDArray[np.int64]) -> NDArray[np.float64]:
    """The differences from the mean of each person."""
    count = np.bincount(who)
    own: NDArray[np.float64] = values - (np.bincount(who, values) / count)[who]
    return own


def _fisher(correlation: float, visits: int, level: float) -> Interval:
    """Of a correlation from so many independent visits; -1 to 1 where they are too few."""
    if math.isnan(correlation) or visits <= 3:
        return Interval(-1.0, 1.0)
    half = NormalDist().inv_cdf((1 + level) / 2) / math.sqrt(visits - 3)
    middle = math.atanh(min(max(correlation, -1 + 1e-12), 1 - 1e-12))
    return Interval(math.tanh(middle - half), math.tanh(middle + half))


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean()) if len(values) else math.nan
