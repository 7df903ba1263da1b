from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.compare.power_analysis import DetectionGoal, power, smallest_difference, visits_for_difference
from cemaudit.compare.reliability import StandardDeviations

BASE = StandardDeviations(5, 5, 10)
aims = st.builds(
    DetectionGoal,
    st.sampled_from(["store", "wave", "target"]),
    st.booleans(),
    st.floats(0.5, 0.99),
    st.floats(0.8, 0.99),
)
spreads = st.builds(StandardDeviations, st.floats(0, 30), st.floats(0, 30), st.floats(0.5, 30))


@pytest.mark.parametrize(
    ("aim", "visits"),
    [
        (DetectionGoal("store"), 79),
        (DetectionGoal("wave"), 79),
        (DetectionGoal("wave", same_shoppers=True), 63),
        (DetectionGoal("target"), 40),
    ],
)
def test_visits_that_show_five_points_in_the_base_case(aim: DetectionGoal, visits: int) -> None:
    """STATISTICS 5 has 78.5, 62.8 and 39.2; a visit cannot be cut."""
    assert visits_for_difference(5, BASE, aim) == visits


@pytest.mark.parametrize(("visits", "difference"), [(1, 44), (2, 31), (4, 22), (12, 12.8)])
def test_smallest_differences_in_the_base_case(visits: int, difference: float) -> None:
    assert smallest_difference(visits, BASE) == pytest.approx(difference, abs=0.5 if visits < 12 else 0.05)


@given(st.floats(0.5, 50), spreads, aims)
def test_the_planner_and_the_smallest_difference_are_each_other_s_inverse(
    difference: float, some: StandardDeviations, aim: DetectionGoal
) -> None:
    needed = visits_for_difference(difference, some, aim)
    assert smallest_difference(needed, some, aim) <= difference * (1 + 1e-6)
    assert needed == 1 or smallest_difference(needed - 1, some, aim) > difference * (1 - 1e-6)
    assert power(smallest_difference(needed, some, aim), needed, some, aim) == pytest.approx(aim.power)


@given(st.floats(0.5, 50), spreads, aims)
def test_more_power_takes_more_visits_and_the_same_shoppers_fewer(
    difference: float, some: StandardDeviations, aim: DetectionGoal
) -> None:
    more = replace(aim, power=(1 + aim.power) / 2)
    assert visits_for_difference(difference, some, more) >= visits_for_difference(difference, some, aim)
    same, others = replace(aim, same_shoppers=True), replace(aim, same_shoppers=False)
    assert visits_for_difference(difference, some, same) <= visits_for_difference(difference, some, others)


def test_the_power_comes_true() -> None:
    random = np.random.default_rng(0)
    means = random.normal(0, np.sqrt(125 / 79), (20_000, 2))
    seen = (5 + means[:, 0] - means[:, 1]) > 1.959964 * np.sqrt(2 * 125 / 79)
    assert np.mean(seen) == pytest.approx(power(5, 79, BASE), abs=0.01)
    assert power(5, 79, BASE) == pytest.approx(0.8025, abs=1e-4)


def test_visits_that_never_differ_show_everything() -> None:
    assert visits_for_difference(0.1, StandardDeviations(5, 0, 0)) == 1
    assert power(0.1, 1, StandardDeviations(5, 0, 0)) == 1
