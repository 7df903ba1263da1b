"""A league says of each store what is known, and of all of them how far their order may be trusted."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from helpers import crosstabs

from cemaudit.compare import fitting
from cemaudit.compare.crosstabs import CrossTabulation
from cemaudit.compare.league_table import League, adjusted_scores, make_league, pools_confounded
from cemaudit.compare.results import DEFAULT_RULES
from cemaudit.compare.wording import league_conclusions

CHAIN = crosstabs.regional(0.3, regions=4, stores=50, shoppers=8)
fitted = cache(fitting.fit_mixed_model)


def league(crossed: CrossTabulation = CHAIN, target: float | None = None, **rules: float) -> League:
    return make_league(fitted(crossed), {}, target, replace(DEFAULT_RULES, **rules))  # type: ignore[arg-type]


def mirrored(crossed: CrossTabulation) -> CrossTabulation:
    """The same scores below zero, where lower ones are better."""
    facts = replace(crossed.facts, better="lower")
    return replace(
        crossed, facts=facts, totals=-crossed.totals, shopper_totals=-crossed.shopper_totals, raw=-crossed.raw,
        shift=-crossed.shift,
    )  # fmt: skip


def test_stores_come_best_first_and_each_once() -> None:
    standings = league().standings
    assert [one.score for one in standings] == sorted((one.score for one in standings), reverse=True)
    assert sorted(one.store for one in standings) == sorted(CHAIN.stores)


def test_scores_lie_between_the_raw_means_and_the_region() -> None:
    """Shrunken: they differ less than what they are made of."""
    standings = league().standings
    assert np.std([one.score for one in standings]) < np.std([one.raw for one in standings])
    assert all(one.interval.low < one.score < one.interval.high for one in standings)
    assert all(one.reliability is not None and 0 <= one.reliability <= 1 for one in standings)


def test_a_flag_is_a_probability_and_never_a_place() -> None:
    found = league(target=68.0)
    for one in found.standings:
        assert one.below is not None
        assert one.flagged == (one.below >= 0.8)
    flagged = [one.below for one in found.flagged if one.below is not None]
    assert flagged
    assert found.false_flag_rate == pytest.approx(1 - np.mean(flagged))


def test_without_a_target_the_lowest_tenth_is_flagged() -> None:
    found = league(flag_at=0.5)
    assert found.flagged
    assert all(one.lowest is not None and one.lowest >= 0.5 for one in found.flagged)


def test_of_few_there_is_no_lowest_tenth() -> None:
    (region,) = CHAIN.store_factors
    found = league(replace(CHAIN, unit_factor=region), flag_at=0.5)
    assert not found.flagged
    assert {(one.lowest, one.highest) for one in found.standings} == {(None, None)}
    assert str(league_conclusions(found).supported[0]).startswith("Nothing is flagged")
    assert league(replace(CHAIN, unit_factor=region), target=100.0).flagged


def test_few_visits_give_no_rank_and_no_group_and_no_flag() -> None:
    found = league(target=100.0, least_visits=7)
    assert not found.order.ranked_stores
    assert not found.flagged
    assert all((one.rank, one.group, one.lowest, one.highest) == (None, None, None, None) for one in found.standings)
    assert "Not enough visits to rank" in " ".join(map(str, league_conclusions(found).limitations))


def test_where_lower_is_better_everything_is_mirrored() -> None:
    plain, turned = league(target=68.0), league(mirrored(CHAIN), target=-68.0)
    assert [one.store for one in turned.standings] == [one.store for one in plain.standings]
    for one, other in zip(plain.standings, turned.standings, strict=True):
        assert other.score == pytest.approx(-one.score)
        assert (other.below, other.rank, other.group) == (pytest.approx(one.below), one.rank, one.group)


def test_a_region_is_the_mean_of_its_stores() -> None:
    (region,) = CHAIN.store_factors
    stores = {one.store: one.score for one in league().standings}
    for one in league(replace(CHAIN, unit_factor=region)).standings:
        own = [
            stores[name]
            for name, code in zip(CHAIN.stores, region.codes, strict=True)
            if region.levels[code] == one.store
        ]
        assert one.score == pytest.approx(np.mean(own))
        assert one.visits == 300
        assert one.reliability is None


def test_the_error_of_a_region_is_less_than_that_of_its_stores() -> None:
    (region,) = CHAIN.store_factors
    largest = max(one.se for one in league(replace(CHAIN, unit_factor=region)).standings)
    assert largest < min(one.se for one in league().standings)


def test_a_store_whose_only_shopper_went_nowhere_else_is_apart() -> None:
    draw = np.random.default_rng(1)
    store, shopper = np.repeat(np.arange(6), 4), np.tile(np.arange(4), 6)
    shopper[-4:] = 9
    found = league(crosstabs.crossed(store, shopper, draw.normal(70, 10, 24) + store))
    assert [one.store for one in found.standings if one.is_isolated] == ["s5"]
    assert found.standings[-1].store == "s5"
    assert found.standings[-1].rank is None


def test_pools_seen_in_different_waves_are_mixed_up_with_them() -> None:
    assert not pools_confounded(fitted(CHAIN))
    (region,) = CHAIN.store_factors
    waves = CHAIN.occasion_factors[0]._replace(levels=("w1", "w2", "w3", "w4"), codes=np.arange(4, dtype=np.int32))
    at = np.eye(4)[region.codes]
    moved = replace(
        CHAIN,
        occasion_factors=(waves,),
        by_store=type(CHAIN.by_store)(at * CHAIN.visits[:, None]),
        by_shopper=type(CHAIN.by_store)(CHAIN.pairs.T @ at),
        totals=type(CHAIN.by_store)(at * CHAIN.totals.toarray()),
    )
    found = fitted(moved)
    assert pools_confounded(found)
    assert "confounded with waves, scenarios" in " ".join(map(str, make_league(found, {}).notes))


def test_scores_of_mixtures_are_mixtures_of_scores() -> None:
    found = fitted(CHAIN)
    weights = np.full((1, len(CHAIN.stores)), 1 / len(CHAIN.stores))
    assert adjusted_scores(found, weights).value[0] == pytest.approx(adjusted_scores(found).value.mean())


def test_names_are_shown_where_they_are_known() -> None:
    (name, *_) = [one.name for one in make_league(fitted(CHAIN), {"s0": "Seoul"}).standings if one.store == "s0"]
    assert name == "Seoul"


def test_what_is_told_names_the_stores_to_visit() -> None:
    found = league(target=68.0)
    first, *_ = map(str, league_conclusions(found).supported)
    assert first.startswith("Visit first, for they are probably below 68 (80 % or more): ")
    assert found.flagged[-1].name in first


def test_regions_that_share_their_shoppers_are_told_apart_better_than_their_intervals_say() -> None:
    """Shoppers of very different severity move all regions at once."""
    draw = np.random.default_rng(1)
    store = np.repeat(np.arange(200), 6)
    shopper = draw.integers(0, 4, len(store))
    score = 70 + 3 * (store // 50) + draw.normal(0, 3, 200)[store] + 15 * shopper + draw.normal(0, 6, len(store))
    seen = crosstabs.crossed(store, shopper, score, [f"r{one // 50}" for one in range(200)])
    found = league(replace(seen, unit_factor=seen.store_factors[0]))
    best, worst = found.standings[0], found.standings[-1]
    assert best.interval.low < worst.interval.high
    assert [one.store for one in found.standings] == ["r3", "r2", "r1", "r0"]
    assert [one.rank for one in found.standings] == [(place, place) for place in range(1, 5)]
    assert (found.order.groups, found.order.distinguishable) == (4, 1)


def test_more_units_than_a_hundred_are_ranked_as_stores_are() -> None:
    seen = crosstabs.regional(0.3, regions=101, stores=2, shoppers=1)
    found = league(replace(seen, unit_factor=seen.store_factors[0]))
    assert found.order.ranked_stores == 101
    assert all(one.rank and one.rank.low <= one.rank.high for one in found.standings)


def test_the_only_store_of_a_pool_is_drawn_towards_no_others() -> None:
    (region,) = CHAIN.store_factors
    codes = region.codes.copy()
    codes[0] = len(region.levels)
    pools = region._replace(levels=(*region.levels, "alone"), codes=codes)
    found = league(replace(CHAIN, store_factors=(pools,)))
    alone = next(one for one in found.standings if one.store == CHAIN.stores[0])
    assert alone.reliability is None
    assert all(one.reliability is not None for one in found.standings if one is not alone)
    assert "Stores that are the only one of their pool: 1." in " ".join(map(str, found.notes))
