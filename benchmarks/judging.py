"""What is concluded of a chain whose truth is known, by plain means and by cemaudit, and how much of it is wrong."""

from __future__ import annotations

from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from truth import Floats, Network, crossed_of

from cemaudit.compare.crosstabs import CrossTabulation
from cemaudit.compare.fitting import fit_mixed_model
from cemaudit.compare.league_table import League, adjusted_scores, make_league
from cemaudit.compare.results import DEFAULT_RULES

__all__ = ["BELOW", "Flagging", "Method", "Pairs", "Verdict", "judged", "mean_of"]

BELOW = 5.0
"""The target lies so many points below the mean of all stores."""
PAIRS = 2_000_000
TENTH = DEFAULT_RULES.extremes
Yes = NDArray[np.bool_]


class Method(NamedTuple):
    """A way to score stores: its rank correlation with the truth; of the lowest tenth by it, the share that is not
    truly there, and the share that is better than half of all stores; the share of 90 % intervals that hold the truth.
    """

    correlation: float
    wrong: float
    above: float
    cover: float


class Flagging(NamedTuple):
    """A rule that flags: the share of all stores ``flagged``; of those the share ``wrong``, and as ``stated``; of the
    stores that should be flagged the share ``found``. ``plain``: wrong among as many with the lowest plain means.
    """

    flagged: float
    wrong: float
    stated: float
    found: float
    plain: float


class Pairs(NamedTuple):
    """Of all pairs of stores with a place: ``told`` apart, of these the share wrong as ``stated`` and in ``truth``;
    ``ranked``, in different groups (there are ``groups``), of all pairs then in the wrong order, as stated and in
    truth; ``full`` and ``raw``: in the wrong order if all are ranked by score, and by plain mean.
    """

    told: float
    stated: float
    truth: float
    groups: float
    ranked: float
    stated_wrong: float
    truly_wrong: float
    full: float
    raw: float


class Verdict(NamedTuple):
    """Of one chain. ``below``: probably below the target; ``plain_below``: whose plain mean is."""

    raw: Method
    shrunken: Method
    cemaudit: Method
    lowest: Flagging
    below: Flagging
    plain_below: Flagging
    pairs: Pairs


def judged(made: Network) -> Verdict:
    """What the product's own path concludes, beside others."""
    crossed = crossed_of(made)
    model = fit_mixed_model(crossed)
    target = float(made.truth.mean()) - BELOW
    leagues = make_league(model, {}), make_league(model, {}, target)
    raw = np.asarray(crossed.raw / crossed.visits)
    low = _is_lowest(made.truth)
    lowest, below = (_flagged(league) for league in leagues)
    return Verdict(
        raw=_method(made.truth, raw, _covers(made, raw)),
        shrunken=_fitted_method(made.truth, crossed.without_shoppers()),
        cemaudit=_fitted_method(made.truth, crossed),
        lowest=_flagging(lowest, low, leagues[0].false_flag_rate, raw),
        below=_flagging(below, made.truth < target, leagues[1].false_flag_rate, raw),
        plain_below=_flagging(raw < target, made.truth < target, None, raw),
        pairs=_pairs(made.truth, raw, *adjusted_scores(model), leagues[0]),
    )


def _is_lowest(values: Floats) -> Yes:
    """Whether each is in the lowest tenth."""
    return np.argsort(np.argsort(values)) < round(TENTH * len(values))


def _fitted_method(truth: Floats, crossed: CrossTabulation) -> Method:
    score, se = adjusted_scores(fit_mixed_model(crossed))
    half = NormalDist().inv_cdf((1 + DEFAULT_RULES.level) / 2) * se
    return _method(truth, score, float(np.mean(np.abs(score - truth) <= half)))


def _method(truth: Floats, score: Floats, cover: float) -> Method:
    low = _is_lowest(score)
    wrong = ~_is_lowest(truth)[low]
    above = truth[low] > np.median(truth)
    return Method(float(stats.spearmanr(truth, score)[0]), float(wrong.mean()), float(above.mean()), cover)


def _covers(made: Network, raw: Floats) -> float:
    """How often the usual t interval of a store's visits (two or more) holds the truth."""
    visits = np.bincount(made.store)
    squares = np.bincount(made.store, (made.score - raw[made.store]) ** 2)
    some = visits > 1
    visits, squares = visits[some], squares[some]
    half = stats.t.ppf((1 + DEFAULT_RULES.level) / 2, visits - 1) * np.sqrt(squares / (visits - 1) / visits)
    return float(np.mean(np.abs(raw - made.truth)[some] <= half))


def _flagged(league: League) -> Yes:
    found = np.zeros(len(league.standings), dtype=bool)
    found[[int(one.store) for one in league.flagged]] = True
    return found


def _flagging(flagged: Yes, should: Yes, stated: float | None, raw: Floats) -> Flagging:
    count = int(flagged.sum())
    plain = np.argsort(raw)[:count]
    return Flagging(
        flagged=count / len(flagged),
        wrong=_share(~should[flagged]),
        stated=np.nan if stated is None else stated,
        found=_share(flagged[should]),
        plain=_share(~should[plain]),
    )


def _share(some: Yes) -> float:
    return float(some.mean()) if len(some) else np.nan


def _pairs(truth: Floats, raw: Floats, score: Floats, se: Floats, league: League) -> Pairs:
    group = np.full(len(truth), np.nan)
    for standing in league.standings:
        group[int(standing.store)] = standing.group or np.nan
    one, other = _some_pairs(np.flatnonzero(~np.isnan(group)))
    gap = score[one] - score[other]
    far = np.abs(gap) / np.hypot(se[one], se[other])
    told = far > NormalDist().inv_cdf(0.975)
    wrong = np.sign(gap) != np.sign(truth[one] - truth[other])
    ranked = group[one] != group[other]
    order = league.order
    return Pairs(
        told=_share(told),
        stated=float(stats.norm.sf(far[told]).mean()) if told.any() else np.nan,
        truth=_share(wrong[told]),
        groups=order.groups,
        ranked=order.ranked_pairs,
        stated_wrong=order.discordance,
        truly_wrong=float((ranked & wrong).mean()),
        full=_share(wrong),
        raw=_share(np.sign(raw[one] - raw[other]) != np.sign(truth[one] - truth[other])),
    )


def _some_pairs(places: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Pairs of stores that have a place, drawn by lot."""
    one, other = places[np.random.default_rng(1).integers(0, len(places), (2, PAIRS))]
    return one[one != other], other[one != other]


def mean_of(verdicts: list[Verdict]) -> Verdict:
    """The means over several chains."""
    fields = zip(*verdicts, strict=True)
    return Verdict(*(type(some[0])(*map(_known_mean, zip(*some, strict=True))) for some in fields))


def _known_mean(values: tuple[float, ...]) -> float:
    known = [value for value in values if not np.isnan(value)]
    return float(np.mean(known)) if known else np.nan
