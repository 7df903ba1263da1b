"""A model is fitted where visits carry one; where they do not, the reason is said in words of stores and shoppers."""

from __future__ import annotations

import numpy as np
import pytest
from helpers import crosstabs

from cemaudit.compare.errors import NotEstimable
from cemaudit.compare.fitting import fit_mixed_model

MANY = crosstabs.regional(0.3, regions=3)


def test_shoppers_are_part_of_the_model() -> None:
    found = fit_mixed_model(MANY)
    assert found.crossed is MANY
    assert not found.notes
    assert len(found.model.random_sds) == 1


@pytest.mark.parametrize(
    ("store", "shopper", "score", "said"),
    [
        ([0, 0, 0], [0, 1, 1], [1, 2, 3], "there is only one store"),
        ([0, 0, 1, 1], [0, 1, 0, 1], [50, 50, 50, 50], "all scores are equal"),
        ([0, 1, 2, 3], [0, 1, 0, 1], [1, 2, 3, 4], "every store was visited once"),
        ([0, 0, 1, 1, 2, 2], [0, 0, 1, 1, 2, 2], [1, 2, 3, 4, 3, 1], "cannot be distinguished"),
    ],
)
def test_what_cannot_be_told_is_said(store: list[int], shopper: list[int], score: list[float], said: str) -> None:
    with pytest.raises(NotEstimable, match=said):
        fit_mixed_model(crosstabs.crossed(store, shopper, score))


def test_pools_of_one_store_each_are_said() -> None:
    with pytest.raises(NotEstimable, match="compare without pools"):
        fit_mixed_model(crosstabs.crossed([0, 0, 1, 1, 2, 2], [0, 1, 0, 1, 0, 1], [1, 2, 3, 4, 3, 1], ["a", "b", "c"]))


STORE = np.repeat(np.arange(6), 4)
SCORE = np.random.default_rng(1).normal(70, 8, 24)


@pytest.mark.parametrize(
    ("shopper", "said"),
    [
        (np.full(24, -1), "No shopper is known"),
        (np.zeros(24, int), "One shopper made all visits"),
        (np.arange(24), "No shopper came twice"),
    ],
)
def test_where_visits_say_nothing_of_shoppers_stores_are_compared_without_them(shopper: np.ndarray, said: str) -> None:
    found = fit_mixed_model(crosstabs.crossed(STORE, shopper, SCORE))
    assert found.crossed.shoppers == ()
    assert found.model.random_sds == ()
    assert said in str(found.notes[0])
    alone = fit_mixed_model(crosstabs.crossed(STORE, np.full(24, -1), SCORE))
    assert np.allclose(found.model.unit_blups, alone.model.unit_blups)
