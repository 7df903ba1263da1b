"""Where every store was visited once, regions can still be compared, and stores cannot."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from helpers import crosstabs

from cemaudit.compare.crosstabs import CrossTabulation
from cemaudit.compare.errors import NotEstimable
from cemaudit.compare.fitting import fit_mixed_model, fit_without_store_effect, units_of_single_visits
from cemaudit.compare.league_table import make_league
from cemaudit.compare.wording import league_conclusions

REGIONS, STORES, SHOPPERS = 4, 40, 5


def visited_once(seed: int, away: float = 0.5, strict: float = 4.0) -> tuple[CrossTabulation, np.ndarray]:
    """Four regions of 40 stores, each visited once, by shoppers of its own or of another region; the true levels."""
    draw = np.random.default_rng(seed)
    store = np.arange(REGIONS * STORES)
    region = store // STORES
    of = np.where(draw.random(len(store)) < away, draw.integers(0, REGIONS, len(store)), region)
    shopper = of * SHOPPERS + draw.integers(0, SHOPPERS, len(store))
    levels = draw.normal(70, 4, REGIONS)
    score = levels[region] + strict * draw.normal(size=REGIONS * SHOPPERS)[shopper] + draw.normal(0, 11, len(store))
    crossed = crosstabs.crossed(store, shopper, score, [f"r{one}" for one in region])
    return replace(crossed, unit_factor=crossed.store_factors[0]), levels


def test_stores_are_refused_and_regions_are_compared() -> None:
    crossed, _ = visited_once(1)
    assert units_of_single_visits(crossed)
    with pytest.raises(NotEstimable, match="every store was visited once"):
        fit_mixed_model(replace(crossed, unit_factor=None))
    league = make_league(fit_without_store_effect(crossed), {})
    assert sorted(one.store for one in league.standings) == ["r0", "r1", "r2", "r3"]
    assert all(one.rank for one in league.standings)
    assert not league.variance_components
    unknown = " ".join(map(str, league_conclusions(league).limitations))
    assert "Every store was visited once" in unknown
    assert "share no shopper" not in unknown


@pytest.mark.slow
def test_intervals_hold_the_true_levels() -> None:
    held = []
    for seed in range(60):
        crossed, levels = visited_once(seed)
        found = {one.store: one.interval for one in make_league(fit_without_store_effect(crossed), {}).standings}
        held += [found[f"r{place}"].low <= level <= found[f"r{place}"].high for place, level in enumerate(levels)]
    assert 0.84 <= np.mean(held) <= 0.97


def test_without_shoppers_regions_are_their_means() -> None:
    crossed, _ = visited_once(2)
    league = make_league(fit_without_store_effect(crossed.without_shoppers()), {})
    for one in league.standings:
        assert one.score == pytest.approx(one.raw)
        assert one.se == pytest.approx(11 / np.sqrt(STORES), rel=0.3)


def test_shoppers_who_do_not_differ_leave_the_means() -> None:
    crossed, _ = visited_once(3, strict=0.0)
    for one in make_league(fit_without_store_effect(crossed), {}).standings:
        assert one.score == pytest.approx(one.raw, abs=2.0)


def test_many_shoppers_are_taken_at_the_best_ratio() -> None:
    """300 shoppers of two stores each: the intervals of an average would be the same."""
    draw = np.random.default_rng(4)
    store, shopper = np.arange(600), draw.permutation(np.repeat(np.arange(300), 2))
    score = 70 + 8 * draw.normal(size=300)[shopper] + 6 * draw.normal(size=600) + 5 * (store < 300)
    crossed = crosstabs.crossed(store, shopper, score, ["a" if one < 300 else "b" for one in store])
    found = fit_without_store_effect(replace(crossed, unit_factor=crossed.store_factors[0]))
    assert found.model.random_sds[0] == pytest.approx(8, rel=0.2)
    assert found.model.sigma == pytest.approx(6, rel=0.2)
    first, second = make_league(found, {}).standings
    assert first.score - second.score == pytest.approx(5, abs=2)


def test_stores_seen_more_often_are_not_meant() -> None:
    chain = crosstabs.regional(0.3, regions=3)
    assert not units_of_single_visits(replace(chain, unit_factor=chain.store_factors[0]))
    assert not units_of_single_visits(replace(visited_once(1)[0], unit_factor=None))
