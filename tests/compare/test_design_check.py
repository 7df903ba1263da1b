"""The check of a design says what its shoppers can and cannot link."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from helpers import crosstabs

from cemaudit.compare.crosstabs import CrossTabulation
from cemaudit.compare.design_check import DesignCheck, check_design
from cemaudit.compare.fitting import FittedModel, fit_mixed_model
from cemaudit.compare.mixed_model.reml import fit_at_theta
from cemaudit.compare.score_scale import ScoreScale
from cemaudit.language import use


def known(crossed: CrossTabulation) -> DesignCheck:
    """The check under the variances that made the visits: SD 5 of stores and shoppers, 10 of visits."""
    return check_design(crossed, FittedModel(crossed, fit_at_theta(crossed.sums(), np.array([0.5, 0.5]))))


def mean_of(design: DesignCheck, name: str) -> float:
    return float(np.mean([getattr(pool.error, name) for pool in design.pools]))


def test_pools_that_share_no_shopper_are_groups_of_their_own() -> None:
    found = known(crosstabs.regional(0.0))
    assert found.groups == 10
    assert {pool.groups for pool in found.pools} == {1}
    assert {pool.linked for pool in found.pools} == {0.0}
    first = found.pools[0]
    assert (first.pool, first.stores, first.visits, first.shoppers) == ("r00", 12, 72, 5)
    assert "10 groups of stores share no shopper" in str(found.notes[0])


def test_what_visits_from_elsewhere_would_give_is_what_they_give() -> None:
    """The imagined standard error against that of a design in which a tenth really comes from elsewhere.

    1.70 and 0.72 are the errors of means that simulated regions had (20 regions, 10 shoppers each, 200 stores), as
    estimates of regions whose stores are a sample.
    """
    size = {"regions": 20, "stores": 200, "shoppers": 10}
    apart, linked = known(crosstabs.regional(0.0, **size)), known(crosstabs.regional(0.10, **size))
    assert linked.groups == 1
    sample = 5 / np.sqrt(200)
    assert np.hypot(mean_of(apart, "se"), sample) == pytest.approx(1.70, rel=0.05)
    assert np.hypot(mean_of(linked, "se"), sample) == pytest.approx(0.72, rel=0.05)
    assert mean_of(apart, "standard_error_if_linked") == pytest.approx(mean_of(linked, "se"), rel=0.05)


def test_without_differences_between_shoppers_only_chance_is_left() -> None:
    found = known(crosstabs.regional(0.0))
    spread = fit_at_theta(crosstabs.regional(0.0).sums(), np.array([0.5, 0.5])).sigma
    assert mean_of(found, "standard_error_equal_shoppers") == pytest.approx(spread * np.sqrt(1 / 72 + 1 / 648))
    apart = np.sqrt(5**2 / 5 * 10 / 9 + 10**2 * (1 / 72 + 1 / 648)) / 10 * spread
    assert mean_of(found, "se") == pytest.approx(apart, rel=0.1)


def test_the_difference_is_that_of_the_means_of_stores() -> None:
    crossed = crosstabs.regional(0.3, regions=2)
    model = fit_at_theta(crossed.sums(), np.array([0.5, 0.5]))
    scores = model.unit_blups + crossed.rows()[:, len(crossed.shoppers) :] @ model.beta
    first, second = known(crossed).pools
    assert first.error.difference == pytest.approx(scores[:12].mean() - scores[12:].mean())
    assert second.error.difference == pytest.approx(-first.error.difference)


def test_an_unlinked_pool_is_said_so_in_both_languages() -> None:
    pool = known(crosstabs.regional(0.0)).pools[0]
    text = str(pool.warning)
    assert text.startswith("r00: no shopper works here and elsewhere.")
    assert f"standard error {pool.error.se:.1f}" in text
    assert f"about {pool.error.standard_error_if_linked:.1f}." in text
    with use("ko"):
        assert str(pool.warning) != text


def test_a_pool_hardly_linked_is_said_so_and_one_well_linked_is_not() -> None:
    hardly = known(crosstabs.regional(0.005, stores=60, shoppers=20))
    some = [pool for pool in hardly.pools if 0 < pool.linked < 0.10]
    assert some
    assert all(f"only {100 * pool.linked:.1f} % of visits" in str(pool.warning) for pool in some)
    well = known(crosstabs.regional(0.5))
    assert {pool.warning for pool in well.pools} == {None}
    assert {pool.error.standard_error_if_linked for pool in well.pools} == {None}
    assert not well.notes


def test_a_store_whose_only_shopper_visits_nothing_else_stands_alone() -> None:
    store = [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    shopper = [0, 1, 1, 0, 2, 2, 3, 4, 0, -1]
    found = known(crosstabs.crossed(store, shopper, np.arange(10.0) ** 2))
    assert found.isolated_stores == (2,)
    assert found.groups == 3
    assert "a shopper who visited no other store: 1." in str(found.notes[1])
    assert "The stores have no pool or region" in str(found.notes[0])
    assert "2 groups of stores share no shopper" in str(found.notes[2])


def test_without_shoppers_in_the_model_there_is_nothing_to_say_of_pools() -> None:
    crossed = crosstabs.crossed(np.repeat(np.arange(6), 3), np.full(18, -1), np.arange(18.0) % 7, ["a", "b"] * 3)
    found = check_design(crossed, fit_mixed_model(crossed))
    assert found.pools == ()
    assert found.isolated_stores == ()
    assert found.notes == ()


def test_on_another_scale_differences_between_pools_are_told_in_points() -> None:
    plain = crosstabs.regional(0.0)
    scale = ScoreScale("arcsine", 100_000_000, 20)
    at = scale.from_points(70.0)
    slope = scale.slope(at)
    shrunk = replace(
        plain, facts=replace(plain.facts, scale=scale), totals=plain.totals / slope, shift=at,
        shopper_totals=plain.shopper_totals / slope, squares=plain.squares / slope**2,
    )  # fmt: skip
    for one, other in zip(known(plain).pools, known(shrunk).pools, strict=True):
        assert other.error.difference == pytest.approx(one.error.difference)
        assert other.error.se == pytest.approx(one.error.se)
        assert other.warning == one.warning
