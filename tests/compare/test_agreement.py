import math

import numpy as np
import pytest
from helpers.published_data import published, shared_table
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cemaudit.compare.rater_agreement import cronbach_alpha, intraclass, krippendorff_alpha

SHROUT_FLEISS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], dtype=float
)
"""Shrout & Fleiss 1979, table 2."""

FOUR = ["1 2 3 3 2 1 4 1 2 * * *", "1 2 3 3 2 2 4 1 2 5 * 3", "* 3 3 3 2 3 4 2 2 5 1 *", "1 2 3 3 2 4 4 1 2 5 1 *"]
"""Krippendorff 2011, Computing Krippendorff's Alpha-Reliability, section C."""


def table(rows: list[str]) -> np.ndarray:
    return np.array([[math.nan if mark == "*" else float(mark) for mark in row.split()] for row in rows])


def test_the_six_coefficients_are_as_published() -> None:
    """Shrout & Fleiss 1979, tables 3 and 4; the limits as psych's ICC prints them."""
    found = {one.name: one for one in intraclass(SHROUT_FLEISS)}
    values = {"ICC1": 0.17, "ICC2": 0.29, "ICC3": 0.71, "ICC1k": 0.44, "ICC2k": 0.62, "ICC3k": 0.91}
    assert {name: round(one.value, 2) for name, one in found.items()} == values
    limits = {"ICC1": (-0.13, 0.72), "ICC2": (0.02, 0.76), "ICC3": (0.34, 0.95)}
    assert {name: (round(found[name].low, 2), round(found[name].high, 2)) for name in limits} == limits
    assert found["ICC1"].units == 6


def test_raters_who_agree_fully_and_who_cannot_disagree() -> None:
    units = np.repeat(np.array([[1.0], [2.0], [3.0]]), 4, axis=1)
    assert [one.value for one in intraclass(units)] == pytest.approx([1] * 6)
    assert all(math.isnan(one.value) for one in intraclass(np.ones((3, 2))))


@pytest.mark.parametrize("bad", [np.ones((1, 3)), np.ones((3, 1)), np.array([[1, math.nan], [2, 3]])])
def test_a_table_with_holes_or_of_one_is_refused(bad: np.ndarray) -> None:
    with pytest.raises(ValueError, match="complete table"):
        intraclass(bad)


def test_the_intervals_hold_the_truth_as_often_as_said() -> None:
    random = np.random.default_rng(0)
    held = []
    for _ in range(400):
        seen = random.normal(0, 1, 40)[:, None] + random.normal(0, 1, (40, 3))
        held.append([one.low <= 0.5 <= one.high for one in intraclass(seen)[:3]])
    assert np.mean(held, axis=0) == pytest.approx([0.95] * 3, abs=0.03)


@pytest.mark.parametrize(
    ("metric", "value"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)]
)
def test_alpha_of_four_observers_is_as_published(metric, value: float) -> None:
    found = krippendorff_alpha(table(FOUR), metric)
    assert round(found.value, 3) == value
    assert found.low < value < found.high
    assert found.units == 11


def test_alpha_of_three_observers_is_as_published() -> None:
    case = published()["krippendorff"][0]
    assert krippendorff_alpha(table(case["rows"]), "nominal").value == pytest.approx(case["nominal"], abs=5e-7)
    assert krippendorff_alpha(table(case["rows"]), "interval").value == pytest.approx(case["interval"], abs=5e-7)


def test_alpha_of_observers_who_agree_who_guess_and_who_say_nothing() -> None:
    same = np.tile(np.arange(6.0) % 3, (2, 1))
    assert krippendorff_alpha(same)[1:] == (1, 1, 1, 6)
    guessed = np.random.default_rng(1).integers(0, 3, (2, 3_000)).astype(float)
    assert krippendorff_alpha(guessed, "interval", draws=200).value == pytest.approx(0, abs=0.05)
    assert math.isnan(krippendorff_alpha(np.ones((2, 4))).value)
    assert krippendorff_alpha(np.full((2, 4), math.nan)).units == 0


@given(arrays(np.float64, st.tuples(st.integers(2, 4), st.integers(2, 8)), elements=st.integers(0, 4).map(float)))
def test_alpha_is_at_most_1_and_blind_to_the_order_of_observers(given_values: np.ndarray) -> None:
    found, turned = (
        krippendorff_alpha(values, "interval", draws=20).value for values in (given_values, given_values[::-1])
    )
    assert found == pytest.approx(turned, nan_ok=True)
    assert math.isnan(found) or found <= 1 + 1e-12


def test_alpha_of_the_attitude_questions_is_as_published() -> None:
    """R's psych: 0.84."""
    rows = shared_table("datasets_attitude")
    values = np.array([[float(value) for name, value in row.items() if name != "rownames"] for row in rows])
    found = cronbach_alpha(np.cov(values.T), len(values))
    assert round(found.value, 2) == 0.84
    assert found.value == pytest.approx(0.8431, abs=5e-5)


def test_alpha_of_one_item_or_of_nothing_that_differs_is_not_known() -> None:
    assert math.isnan(cronbach_alpha(np.ones((1, 1)), 9).value)
    assert math.isnan(cronbach_alpha(np.zeros((3, 3)), 9).value)
    assert cronbach_alpha(np.ones((4, 4)), 9).value == pytest.approx(1)


def test_alpha_of_squares_is_that_of_counted_differences() -> None:
    """By its definition, with values that are all different."""
    random = np.random.default_rng(2)
    values = random.normal(70, 10, (3, 40))
    values[random.random((3, 40)) < 0.3] = math.nan
    kept = [column[np.isfinite(column)] for column in values.T if np.isfinite(column).sum() > 1]
    within = sum(((one[:, None] - one[None, :]) ** 2).sum() / (len(one) - 1) for one in kept)
    whole = np.concatenate(kept)
    expected = ((whole[:, None] - whole[None, :]) ** 2).sum() / (len(whole) - 1)
    assert krippendorff_alpha(values, "interval", draws=10).value == pytest.approx(1 - within / expected)
