"""A target beside the plain mean: an interval that is Student's where visits are apart, and none that is cut off."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from cemaudit.compare.columns import table_of_columns
from cemaudit.compare.crosstabs import VisitArrays, arrays_of_table
from cemaudit.compare.errors import NotEstimable
from cemaudit.compare.intervals import Interval
from cemaudit.compare.target_check import check_target, target_conclusions


def arrays(scores: list[float], shoppers: list[str | None] | None = None, better: str = "higher") -> VisitArrays:
    visits = {"store": ["s"] * len(scores), "score": scores, "shopper": shoppers or [None] * len(scores)}
    return arrays_of_table(table_of_columns(visits, better=better))


def said(scores: list[float], target: float, **options: object) -> str:
    return " ".join(map(str, target_conclusions(check_target(arrays(scores, **options), target, 0.9))))


def test_visits_of_different_shoppers_have_students_interval() -> None:
    scores = [52.0, 61.0, 58.0, 70.0, 49.0]
    check = check_target(arrays(scores, list("abcde")), 50, 0.9)
    low, high = stats.t.interval(0.9, 4, np.mean(scores), stats.sem(scores))
    assert check.interval == pytest.approx((low, high))
    unknown = check_target(arrays(scores), 50, 0.9)
    assert unknown.interval == pytest.approx((low, high))


def test_visits_of_the_same_shoppers_say_less() -> None:
    scores = [40.0, 41.0, 42.0, 60.0, 61.0, 62.0]
    apart = check_target(arrays(scores, list("abcdef")), 50, 0.9)
    paired = check_target(arrays(scores, list("aaabbb")), 50, 0.9)
    assert apart.interval
    assert paired.interval
    assert paired.interval.high - paired.interval.low > 2 * (apart.interval.high - apart.interval.low)


def test_an_interval_is_never_cut_off_at_the_end_of_the_scale() -> None:
    visits = arrays([0.0, 100.0, 100.0], list("abc"))
    check = check_target(visits, 60, 0.9, Interval(0, 100))
    assert check.interval is None
    assert "beyond the end of the scale" in str(check.no_interval)
    whole = check_target(visits, 60, 0.9)
    assert whole.interval
    assert whole.interval.high > 100


@pytest.mark.parametrize(
    ("scores", "shoppers", "reason"),
    [([70.0], ["a"], "only one visit"), ([70.0, 80.0], ["a", "a"], "one shopper"), ([7.0] * 5, None, "equal")],
)
def test_why_there_is_no_interval(scores: list[float], shoppers: list[str | None] | None, reason: str) -> None:
    check = check_target(arrays(scores, shoppers), 50, 0.9)
    assert check.interval is None
    assert reason in str(check.no_interval)
    assert not check.is_settled


@pytest.mark.parametrize(("better", "met"), [("higher", "is met"), ("lower", "is not met")])
def test_the_good_side_follows_the_measure(better: str, met: str) -> None:
    assert f"the target of 50 {met}" in said([60.0, 61.0, 64.0], 50, better=better)
    assert "the target of 60 is met" in said([60.0, 60.0], 60, better=better)


def test_a_mean_beside_the_target_is_not_printed_as_the_target() -> None:
    assert "59.96" in said([59.96, 59.96], 60)
    assert "Mean of visits (2): 60.0." in said([60.0, 60.0], 60)


def test_stores_that_differ_are_for_the_model() -> None:
    visits = arrays_of_table(table_of_columns({"store": ["a", "b"], "score": [1.0, 2.0]}))
    with pytest.raises(NotEstimable):
        check_target(visits, 1, 0.9)
