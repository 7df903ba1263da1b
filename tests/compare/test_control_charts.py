import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.compare.control_charts import (
    EwmaChart,
    alarm_probability,
    average_run_length,
    chart_with_false_alarms,
    ewma,
    expected_false_alarms,
)


@pytest.mark.parametrize(
    ("weight", "limit", "half", "one"),
    [(0.4, 3.054, 71.2, 14.3), (0.25, 2.998, 48.2, 11.1), (0.2, 2.962, 41.8, 10.5), (0.1, 2.814, 31.3, 10.3),
     (0.05, 2.615, 28.8, 11.4)],
)  # fmt: skip
def test_run_lengths_are_as_published(weight: float, limit: float, half: float, one: float) -> None:
    """Lucas & Saccucci 1990, the charts with 500 visits between false alarms."""
    chart = EwmaChart(weight, limit)
    assert average_run_length(chart) == pytest.approx(500, abs=1)
    assert average_run_length(chart, 0.5) == pytest.approx(half, abs=0.1)
    assert average_run_length(chart, 1) == pytest.approx(one, abs=0.05)


def test_an_average_without_memory_is_shewharts_chart() -> None:
    assert average_run_length(EwmaChart(1, 3)) == pytest.approx(370.4, abs=0.05)
    assert average_run_length(EwmaChart(1, 3), 1) == pytest.approx(43.9, abs=0.05)


@given(st.floats(0.05, 1), st.floats(1, 3.5), st.floats(0, 1))
def test_wider_limits_ring_later(weight: float, limit: float, shift: float) -> None:
    narrow, wide = EwmaChart(weight, limit), EwmaChart(weight, limit + 0.2)
    assert 1 <= average_run_length(narrow, shift, 51) < average_run_length(wide, shift, 51)
    assert alarm_probability(narrow, 6, shift, 51) > alarm_probability(wide, 6, shift, 51)
    assert alarm_probability(narrow, 3, shift, 51) < alarm_probability(narrow, 6, shift, 51)


def test_limits_so_wide_that_nothing_can_be_told_ring_never() -> None:
    assert average_run_length(EwmaChart(0.2, 40)) > 1e15
    assert alarm_probability(EwmaChart(0.2, 40), 12) == pytest.approx(0, abs=1e-9)


def test_false_alarms_are_as_many_as_expected_and_fewer_where_the_baseline_is_uncertain() -> None:
    random = np.random.default_rng(0)
    noise = random.normal(0, 10, (40_000, 12))
    expected = alarm_probability(EwmaChart(), 12)
    assert ewma(noise, 10, np.zeros(40_000)).alarm.any(axis=1).mean() == pytest.approx(expected, abs=0.003)
    unknown = noise + random.normal(0, 3.5, 40_000)[:, None]
    assert ewma(unknown, 10, np.full(40_000, 12.25)).alarm.any(axis=1).mean() < expected


def test_a_drop_is_seen_the_more_often_the_better_the_baseline() -> None:
    """STATISTICS 5: a drop by one standard deviation is seen within 12 visits after 4 visits in about 36 %."""
    random = np.random.default_rng(1)
    seen = []
    for variance in (12.5, 25 / 3, 6.25):
        dropped = random.normal(0, np.sqrt(variance), 20_000)[:, None] + random.normal(-10, 10, (20_000, 12))
        seen.append(ewma(dropped, 10, np.full(20_000, variance)).alarm.any(axis=1).mean())
    assert seen == sorted(seen)
    assert seen[0] == pytest.approx(0.36, abs=0.02)


def test_where_there_was_no_visit_the_average_stays_and_nothing_rings() -> None:
    gaps = np.array([[30.0, math.nan, math.nan, 30.0]])
    found = ewma(gaps, 1, np.zeros(1))
    assert found.average[0, :3].tolist() == pytest.approx([6, 6, 6])
    assert found.limit[0, 0] == pytest.approx(2.962 * 0.2)
    assert found.alarm[0].tolist() == [True, False, False, True]


@pytest.mark.parametrize("budget", [1, 20, 240])
def test_a_budget_of_false_alarms_is_kept_to_the_full(budget: float) -> None:
    chart = chart_with_false_alarms(budget, 10_000, 12)
    assert expected_false_alarms(chart, 10_000, 12) == pytest.approx(budget, rel=1e-3)


def test_budgets_that_are_too_large_or_too_small_end_at_the_widest_and_narrowest_limits() -> None:
    assert chart_with_false_alarms(100, 10, 12).limit == chart_with_false_alarms(0, 0, 12).limit == 0.1
    assert chart_with_false_alarms(0, 10, 12).limit == 8
