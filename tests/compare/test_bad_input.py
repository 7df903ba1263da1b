"""Columns that say too little are refused with a sentence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

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
