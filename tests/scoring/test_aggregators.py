from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.model.aggregator import Member
from cemaudit.scoring.aggregators import BUILT_IN, BuiltInAggregator, experience, smooth_experience
from cemaudit.scoring.whatif import bound_rules

shares = st.fractions(0, 1, max_denominator=50)
signed = st.fractions(-1, 1, max_denominator=50)


def members(values: Sequence[Any], weights: Sequence[Any] = (), possible: Sequence[Any] = ()) -> list[Member]:
    best: list[Any] = [Fraction(one) for one in possible] or [None] * len(values)
    heavy = [Fraction(one) for one in weights] or [Fraction(1)] * len(values)
    rows = zip(values, best, heavy, strict=True)
    return [Member(f"m{n}", Fraction(value), most, weight) for n, (value, most, weight) in enumerate(rows)]


def result(how: str, group: list[Member], options: Mapping[str, Any] | None = None) -> Fraction | None:
    exact = {name: Fraction(value) for name, value in (options or {}).items()}
    return BUILT_IN[how].function(group, exact)


@pytest.mark.parametrize(
    ("how", "group", "options", "value"),
    [
        ("sum", members([1, 2, "0.5"]), {}, "3.5"),
        ("sum", members([1, 2], [3, "0.5"]), {}, 4),
        ("ratio", members([3], [4], [5]), {}, "3/5"),
        ("ratio", members([1, 3], [1, 2], [2, 4]), {}, "7/10"),
        ("ratio", members([-1, 3], [1, 1], [2, 4]), {}, "1/3"),
        ("ratio", members([2, 1], (), [2, 0]), {}, "3/2"),
        ("ratio", members([0], (), [0]), {}, None),
        ("ratio", members([-5], (), [-5]), {}, None),
        ("ratio", members([1], [0], [1]), {}, None),
        ("mean", members([1, 2, 6], [9, 1, 1]), {}, 3),
        ("weighted-mean", members([1, 4], [2, 1]), {}, 2),
        ("weighted-mean", members([1, 4], [0, 0]), {}, None),
        ("min", members([3, -1, 2]), {}, -1),
        ("max", members([3, -1, 2]), {}, 3),
        ("product", members(["0.5", "0.5", -2]), {}, "-0.5"),
        ("geometric-mean", members([4, 9]), {}, 6),
        ("geometric-mean", members([1, 2, 4]), {}, 2),
        ("geometric-mean", members([0, 9]), {}, 0),
        ("geometric-mean", members([10**12, 10**12]), {}, 10**12),
        ("geometric-mean", members([-4, -9]), {}, None),
        ("geometric-mean", members([-4, 9]), {}, None),
        ("difference", members([3, 5]), {}, -2),
        ("quotient", members([3, 5]), {}, "3/5"),
        ("quotient", members([3, 0]), {}, None),
        ("first", members([3, 5]), {}, 3),
        ("share", members([5, 4, 4, 3, 5]), {"from": 4}, "4/5"),
        ("share", members([1, 0]), {}, "1/2"),
        ("count", members([1, 0, 5]), {}, 3),
        ("count", members([1, 0, 5]), {"from": 1}, 2),
        ("deduct", members([4, 4]), {}, 92),
        ("deduct", members([4, 4], [1, 2]), {"base": 50}, 38),
        ("experience", members(["0.9", "0.8"]), {}, "0.72"),
        ("experience", members([90, -50]), {"scale": 100}, "-27.5"),
        ("smooth-experience", members([1, 0]), {}, "0.5"),
        ("smooth-experience", members(["0.9", "0.8"]), {}, "0.8"),
        ("smooth-experience", members([0, 0]), {}, "-0.5"),
        ("smooth-experience", members([0, 1]), {}, 0),
        ("smooth-experience", members([100, -50]), {"scale": 100}, -25),
        ("smooth-experience", members([0, "-1/3"]), {}, "-0.5"),
        ("smooth-experience", members([0, -1]), {}, -1),
        ("nps", members([10, 9, 9, 8, 8, 7, 6, 5, 10, 9]), {}, 30),
        ("nps", members([0]), {}, -100),
    ],
)
def test_values(how: str, group: list[Member], options: Mapping[str, Any], value: Any) -> None:
    assert result(how, group, options) == (None if value is None else Fraction(value))


def test_all_are_tried() -> None:
    tried = {mark.args[1][n][0] for mark in test_values.pytestmark for n in range(len(mark.args[1]))}
    assert tried == set(BUILT_IN)


@pytest.mark.parametrize("aggregator", BUILT_IN.values(), ids=list(BUILT_IN))
def test_each_has_every_face_or_says_why_not(aggregator: BuiltInAggregator) -> None:
    assert aggregator.formula
    assert aggregator.title
    assert aggregator.title.languages == ("ko", "en")
    assert callable(aggregator.column_form)
    missing = {
        name for name, face in (("bound", aggregator.bound_rule), ("working", aggregator.working)) if face is None
    }
    assert set(aggregator.lacks) == missing
    assert all(aggregator.lacks.values())


def test_no_form_and_no_rule_belongs_to_nobody() -> None:
    assert {aggregator.bounded_by for aggregator in BUILT_IN.values()} - {None} == set(bound_rules.__all__)
    assert [aggregator.columns_by for aggregator in BUILT_IN.values()] == [
        aggregator.function.__name__ for aggregator in BUILT_IN.values()
    ]


@pytest.mark.parametrize(
    ("how", "group", "options", "working"),
    [
        ("ratio", members([1, 3], [1, 2], [2, 4]), {}, "7 / 10"),
        ("mean", members([1, 2, 6], [9, 1, 1]), {}, "9 / 3"),
        ("weighted-mean", members([1, 4], ["0.5", 1]), {}, "4.5 / 1.5"),
        ("difference", members([3, 5]), {}, "3 - 5"),
        ("quotient", members([3, 5]), {}, "3 / 5"),
        ("deduct", members([4, 4], [1, 2]), {"base": 50}, "50 - 12"),
    ],
)
def test_workings(how: str, group: list[Member], options: Mapping[str, Any], working: str) -> None:
    written = BUILT_IN[how].working
    value = result(how, group, options)
    assert written
    assert value is not None
    assert written(value, group) == working


@given(shares, shares, signed, signed)
def test_a_smooth_experience_rises_with_performance_and_with_emotion(
    p: Fraction, more_p: Fraction, e: Fraction, more_e: Fraction
) -> None:
    (low_p, high_p), (low_e, high_e) = sorted([p, more_p]), sorted([e, more_e])
    assert smooth_experience(low_p, low_e) <= smooth_experience(high_p, low_e) <= smooth_experience(high_p, high_e)
    assert -1 <= smooth_experience(p, e) <= 1
    assert (e >= 0) or smooth_experience(p, e) < 0
    assert smooth_experience(p, Fraction(0)) == p - Fraction(1, 2)


def test_means_say_what_they_are_taken_over() -> None:
    taken_over = {name: aggregator.mean_over for name, aggregator in BUILT_IN.items() if aggregator.mean_over}
    assert taken_over == {"ratio": "possible", "mean": "members", "weighted-mean": "weights"}


@given(st.lists(st.integers(0, 50), min_size=1, max_size=5))
def test_the_geometric_mean_is_the_root_of_the_product(values: list[int]) -> None:
    mean = result("geometric-mean", members(values))
    product = result("product", members(values))
    assert mean is not None
    assert product is not None
    assert abs(mean ** len(values) - product) < Fraction(1, 10**20)


@pytest.mark.parametrize(
    ("performance", "emotion", "value"),
    [("0.9", "0.8", "0.72"), ("0.9", "-0.5", "-0.275"), ("0.1", "-0.5", "-0.475"), ("0.9", "0", "0")],
)
def test_experience_of_the_published_table(performance: str, emotion: str, value: str) -> None:
    assert experience(Fraction(performance), Fraction(emotion)) == Fraction(value)


@given(shares, signed)
def test_experience_stays_in_range_and_takes_the_sign_of_emotion(performance: Fraction, emotion: Fraction) -> None:
    value = experience(performance, emotion)
    assert -1 <= value <= 1
    assert value * emotion >= 0
    assert (value < 0) == (emotion < 0)


@given(shares)
def test_no_emotion_leaves_no_experience(performance: Fraction) -> None:
    assert experience(performance, Fraction(0)) == 0


@given(shares, shares, signed)
def test_better_work_is_never_worse(one: Fraction, other: Fraction, emotion: Fraction) -> None:
    low, high = sorted([one, other])
    assert experience(low, emotion) <= experience(high, emotion)


@given(shares, signed, signed)
def test_better_feeling_is_never_worse(performance: Fraction, one: Fraction, other: Fraction) -> None:
    low, high = sorted([one, other])
    assert experience(performance, low) <= experience(performance, high)


def test_the_plain_product_stays_available_with_its_fault() -> None:
    better, worse = (result("product", members([p, "-0.5"])) for p in ("0.9", "0.1"))
    assert (better, worse) == (Fraction("-0.45"), Fraction("-0.05"))
