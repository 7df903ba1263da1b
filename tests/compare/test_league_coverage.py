"""Made-up chains whose truth is known, through the product's own path: what a league says is as true as it claims."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest
from helpers import crosstabs
from numpy.typing import NDArray

from cemaudit.compare.crosstabs import CrossTabulation
from cemaudit.compare.fitting import FittedModel, fit_mixed_model
from cemaudit.compare.intervals import Standing
from cemaudit.compare.league_table import League, make_league
from cemaudit.compare.results import DEFAULT_RULES

pytestmark = pytest.mark.slow

SHOPPERS = 8
"""That live in each region."""


class Chain(NamedTuple):
    """The visits of a chain, and the true level of each store and of each region."""

    visits: CrossTabulation
    without_regions: CrossTabulation
    stores: NDArray[np.float64]
    regions: NDArray[np.float64]


def chain(
    seed: int, stores: int, visits: tuple[int, int] = (6, 6), *, regions: int = 6, away: float = 0.1, apart: float = 3
) -> Chain:
    """``visits``: fewest and most a store; ``away``: share by a shopper of any region; SD 5 stores and shoppers, 10."""
    draw = np.random.default_rng(seed)
    region = np.arange(stores) % regions
    true = 70 + draw.normal(0, apart, regions)[region] + draw.normal(0, 5, stores)
    store = np.repeat(np.arange(stores), draw.integers(visits[0], visits[1] + 1, stores))
    home = region[store] + regions * draw.integers(0, SHOPPERS, len(store))
    shopper = np.where(draw.random(len(store)) < away, draw.integers(0, SHOPPERS * regions, len(store)), home)
    score = true[store] + draw.normal(0, 5, SHOPPERS * regions)[shopper] + draw.normal(0, 10, len(store))
    names = [f"r{one}" for one in region]
    means = np.array([true[region == one].mean() for one in range(regions)])
    return Chain(crosstabs.crossed(store, shopper, score, names), crosstabs.crossed(store, shopper, score), true, means)


@cache
def fit(visits: CrossTabulation) -> FittedModel:
    return fit_mixed_model(visits)


def league(visits: CrossTabulation, target: float | None = None, flag_at: float = DEFAULT_RULES.flag_at) -> League:
    return make_league(fit(visits), {}, target, replace(DEFAULT_RULES, flag_at=flag_at))


def truth_of(found: League, true: NDArray[np.float64]) -> NDArray[np.float64]:
    """The truth in the order of the league."""
    return true[[int(one.store[1:]) for one in found.standings]]


def held(found: League, true: NDArray[np.float64]) -> float:
    """The share of intervals that hold the truth."""
    pairs = zip(found.standings, truth_of(found, true), strict=True)
    return float(np.mean([one.interval.low <= level <= one.interval.high for one, level in pairs]))


@cache
def many(visits: tuple[int, int] = (6, 6)) -> tuple[Chain, ...]:
    """Enough stores for the best ratios."""
    return tuple(chain(seed, 220, visits) for seed in range(6))


@pytest.mark.parametrize("visits", [(6, 6), (1, 12)], ids=["even", "uneven"])
def test_nine_in_ten_intervals_of_stores_hold_the_truth(visits: tuple[int, int]) -> None:
    assert 0.87 <= np.mean([held(league(one.visits), one.stores) for one in many(visits)]) <= 0.93


def test_also_of_few_stores() -> None:
    """40 stores: their variances are averaged over."""
    some = [chain(seed, 40, (2, 8), regions=2) for seed in range(8)]
    assert 0.85 <= np.mean([held(league(one.visits), one.stores) for one in some]) <= 0.95


def regional(visits: CrossTabulation) -> CrossTabulation:
    """The same, of which the regions are compared."""
    return replace(visits, unit_factor=visits.store_factors[0])


def level_of(region: Standing, one: Chain) -> float:
    """The true mean of a region's stores."""
    return float(one.regions[int(region.store[1:])])


@pytest.mark.parametrize("away", [0.0, 0.1], ids=["no shopper in common", "a tenth of visits in common"])
def test_nine_in_ten_intervals_of_regions_hold_the_truth(away: float) -> None:
    """Also where no shopper works in two regions: the error knows how few shoppers a region has."""
    some = [chain(seed, 240, regions=12, away=away) for seed in range(4)]
    kept = [
        region.interval.low <= level_of(region, one) <= region.interval.high
        for one in some
        for region in league(regional(one.visits)).standings
    ]
    assert 0.8 <= np.mean(kept) <= 0.98


def test_regions_that_share_no_shopper_keep_their_differences_and_are_warned_of() -> None:
    """Without regions in the model nearly all of the difference would be taken for the shoppers'."""
    some = [chain(seed, 240, regions=8, away=0.0, apart=4) for seed in range(3)]
    slopes = [(_slope(one, league(one.visits)), _slope(one, league(one.without_regions))) for one in some]
    kept, erased = np.mean(slopes, axis=0)
    assert kept == pytest.approx(1.0, abs=0.25)
    assert erased < 0.3
    warned, blind = " ".join(map(str, league(some[0].visits).notes)), league(some[0].without_regions).notes
    assert warned.count("no shopper works here and elsewhere") == 8
    assert "regional differences are mistaken for shopper severity" in " ".join(map(str, blind))


def _slope(one: Chain, found: League) -> float:
    """Points by which regions are said to differ for each point they do."""
    said = np.bincount(
        [int(each.store[1:]) % len(one.regions) for each in found.standings],
        [each.score for each in found.standings],
    )
    return float(np.polyfit(one.regions, said * len(one.regions) / len(one.stores), 1)[0])


@pytest.mark.parametrize("target", [67.0, None], ids=["below a target", "the lowest tenth"])
def test_of_the_flagged_as_many_are_wrong_as_is_said(target: float | None) -> None:
    said, true, caught, all_bad = 0.0, 0, 0, 0
    for one in many((1, 12)):
        found = league(one.visits, target, 0.7)
        levels = dict(zip((each.store for each in found.standings), truth_of(found, one.stores), strict=True))
        ranked = sorted(levels[each.store] for each in found.standings if each.rank)
        limit = target if target is not None else ranked[len(ranked) // 10]
        wrong = sum(levels[each.store] >= limit for each in found.flagged)
        said += (found.false_flag_rate or 0.0) * len(found.flagged)
        true += wrong
        caught += len(found.flagged)
        all_bad += sum(level < limit for level in ranked)
    assert caught > 30
    assert said / caught == pytest.approx(true / caught, abs=0.1)
    assert (caught - true) / all_bad < 0.7, "flags do not find all, and do not say so"


def test_raw_means_flag_more_of_the_wrong_stores_than_probabilities_do() -> None:
    """As many flagged from below by their plain mean: more of them are no worse than the target."""
    wrong = np.zeros(2)
    for one in many((1, 12)):
        found = league(one.visits, 67.0)
        levels = dict(zip((each.store for each in found.standings), truth_of(found, one.stores), strict=True))
        lowest = sorted(found.standings, key=lambda each: each.raw)[: len(found.flagged)]
        wrong += [sum(levels[each.store] >= 67.0 for each in some) for some in (found.flagged, lowest)]
    assert wrong[0] < 0.7 * wrong[1]


def test_likely_places_hold_the_true_ones() -> None:
    kept = []
    for one in many():
        found = league(one.visits)
        places = truth_of(found, one.stores).argsort()[::-1].argsort() + 1
        kept += [
            each.rank.low <= place <= each.rank.high
            for each, place in zip(found.standings, places, strict=True)
            if each.rank
        ]
    assert 0.86 <= np.mean(kept) <= 0.94
