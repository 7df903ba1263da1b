"""Columns that say too little are refused with a sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from cemaudit import compare
from cemaudit.compare.errors import NotEstimable

FOUR, THREE = [0, 1, 2, 3] * 3, [0, 1, 2] * 4


@pytest.mark.parametrize(
    ("ask", "stores", "shoppers", "scores", "reason"),
    [
        (compare.shopper_severity, FOUR, [0] * 12, range(12), "fewer than two shoppers"),
        (compare.league, [0] * 6, range(6), range(6), "only one store"),
        (compare.league, FOUR, THREE, [50] * 12, "all scores are equal"),
        (compare.shopper_severity, FOUR, THREE, [50] * 12, "all scores are equal"),
        (compare.league, [0, 1], [0, 1], [0, 100], "visited once"),
        (compare.shopper_severity, [0, 0], [0, 1], [0, 100], "too few to compare"),
    ],
)
def test_an_honest_sentence(ask: Callable[..., Any], stores: Any, shoppers: Any, scores: Any, reason: str) -> None:
    visits = {
        "store": [f"s{number}" for number in stores],
        "shopper": [f"u{number}" for number in shoppers],
        "score": [float(score) for score in scores],
    }
    with pytest.raises(NotEstimable, match=reason):
        ask(visits)


@pytest.mark.parametrize(("cases", "raters"), [([0] * 4, range(4)), (range(6), [0] * 6), ([0, 0], [0, 1])])
def test_agreement_of_one_case_or_one_rater_is_not_known(cases: Any, raters: Any) -> None:
    columns = {
        "case": [f"c{number}" for number in cases],
        "rater": [f"r{number}" for number in raters],
        "rating": [float(number) for number in range(len(list(cases)))],
    }
    found = compare.agreement(columns)
    assert (found.alpha, found.icc) == (None, None)
    assert found.cases <= 1


@pytest.mark.slow
def test_six_thousand_shoppers_are_judged() -> None:
    draw = np.random.default_rng(1)
    shopper = np.repeat(np.arange(6_001), 6)
    severity = draw.normal(0, 5, 6_001)
    store = draw.integers(0, 400, len(shopper))
    score = 70 + draw.normal(0, 6, 400)[store] - severity[shopper] + draw.normal(0, 8, len(shopper))
    visits = {"store": [f"s{n}" for n in store], "shopper": [f"u{n}" for n in shopper], "score": score.round(2)}
    found = compare.shopper_severity(visits).shoppers
    assert len(found) == 6_001
    estimated = {one.shopper: one.severity for one in found}
    told = np.array([estimated[f"u{number}"] for number in range(6_001)])
    assert abs(np.corrcoef(told, severity)[0, 1]) > 0.7
    assert sum(one.spread is not None for one in found) < 40
