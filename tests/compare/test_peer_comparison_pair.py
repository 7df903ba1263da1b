"""Two stores are told apart where their visits say so, and not otherwise."""

from __future__ import annotations

import numpy as np
import pytest
from helpers import crosstabs

from cemaudit.compare.fitting import fit_mixed_model
from cemaudit.compare.league_table import make_league
from cemaudit.compare.peer_comparison import MOST, StorePair, compare_pair
from cemaudit.errors import BadInput

FITTED = fit_mixed_model(crosstabs.regional(0.3, regions=4, stores=50, shoppers=8))
LEAGUE = make_league(FITTED, {})


def pair(one: str, other: str) -> StorePair:
    return compare_pair(FITTED, LEAGUE, one, other)


def test_the_difference_is_that_of_the_scores() -> None:
    found = pair("s3", "s120")
    assert found.difference == pytest.approx(found.first.score - found.second.score)
    assert found.better == pytest.approx(1 - pair("s120", "s3").better)


def test_what_both_owe_to_the_same_shoppers_and_region_cancels() -> None:
    (region,) = FITTED.crossed.store_factors
    alike = [store for store, code in zip(FITTED.crossed.stores, region.codes, strict=True) if code == 0]
    found = pair(alike[0], alike[1])
    assert found.se < np.hypot(found.first.se, found.second.se)


def test_the_best_and_the_worst_differ_and_two_in_the_middle_do_not() -> None:
    order = [one.store for one in LEAGUE.standings]
    assert pair(order[0], order[-1]).differ
    assert "The first store is better" in str(pair(order[0], order[-1]).conclusion())
    assert "The second store is better" in str(pair(order[-1], order[0]).conclusion())
    near = pair(order[100], order[101])
    assert not near.differ
    assert "No significant difference" in str(near.conclusion())
    assert near.needed is None or near.needed <= MOST


def test_a_store_that_is_not_compared_is_named() -> None:
    with pytest.raises(BadInput, match="no visits of this store are compared: nowhere"):
        pair("s1", "nowhere")
