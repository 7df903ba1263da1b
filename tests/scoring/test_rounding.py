from __future__ import annotations

import decimal
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from helpers import samples
from hypothesis import given, settings
from hypothesis import strategies as st

from cemaudit.model import Measure
from cemaudit.scoring import shown
from cemaudit.scoring.rounding import round_exactly

MODES = {
    "half-up": decimal.ROUND_HALF_UP,
    "half-even": decimal.ROUND_HALF_EVEN,
    "down": decimal.ROUND_DOWN,
    "up": decimal.ROUND_UP,
    "floor": decimal.ROUND_FLOOR,
    "ceiling": decimal.ROUND_CEILING,
}
near_edges = st.integers(-10_000, 10_000).map(lambda n: Decimal(n) / 8) | st.decimals(-(10**6), 10**6, places=5)


def measure(**rounding: Any) -> Measure:
    return samples.scheme({"id": "m", "how": "sum", "round": rounding}).measures[0]


def rounded(value: Any, mode: str, digits: int) -> Fraction:
    rounding = measure(mode=mode, digits=digits).round
    assert rounding is not None
    return round_exactly(Fraction(value), rounding)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("digits", range(-2, 4))
@settings(max_examples=30)
@given(value=near_edges)
def test_rounding_agrees_with_decimal(mode: str, digits: int, value: Decimal) -> None:
    expected = value.quantize(Decimal(1).scaleb(-digits), MODES[mode])
    assert rounded(value, mode, digits) == Fraction(expected)


@pytest.mark.parametrize(
    ("mode", "value"),
    [
        ("half-up", "76.3"),
        ("half-even", "76.2"),
        ("down", "76.2"),
        ("up", "76.3"),
        ("floor", "76.2"),
        ("ceiling", "76.3"),
    ],
)
def test_published_values_depend_on_the_mode(mode: str, value: str) -> None:
    assert rounded("76.25", mode, 1) == Fraction(value)


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        ("1/3", 1, "0.3"),
        ("-1/3", 0, "0"),
        ("-0.04", 1, "0.0"),
        ("-0.05", 1, "-0.1"),
        ("1250", -2, "1300"),
        ("2", 3, "2.000"),
    ],
)
def test_shown_by_the_measures_own_rounding(value: str, digits: int, text: str) -> None:
    assert shown(Fraction(value), measure(digits=digits, stage="display")) == text


def test_shown_to_one_decimal_where_nothing_is_said() -> None:
    assert shown(Fraction("66.65")) == "66.7"
    assert shown(Fraction(200, 3), samples.scheme({"id": "m", "how": "sum"}).measures[0]) == "66.7"
