"""The net promoter score holds the truth in its interval, and generosity is no link."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.compare.nps import PairedSums, net_promoter_score, within_person_correlation


def test_the_score_is_the_difference_of_the_shares() -> None:
    found = net_promoter_score(5, 2, 9)
    assert (found.promoters, found.detractors, found.answers) == (5, 2, 9)
    assert found.score == pytest.approx(100 * 3 / 9)


@given(st.integers(0, 200), st.integers(0, 200), st.integers(0, 200))
def test_the_interval_lies_within_the_scale_and_widens_with_the_level(up: int, down: int, other: int) -> None:
    some, more = (net_promoter_score(up, down, up + down + other, level).interval for level in (0.9, 0.99))
    assert -100 <= more.low <= some.low < some.high <= more.high <= 100


def test_the_interval_holds_the_truth_as_often_as_said() -> None:
    random = np.random.default_rng(0)
    for shares in ([0.2, 0.3, 0.5], [0.05, 0.15, 0.8], [0.4, 0.4, 0.2]):
        truth = 100 * (shares[2] - shares[0])
        for answers in (10, 40):
            drawn = random.multinomial(answers, shares, 2_000)
            held = [
                low <= truth <= high for low, high in (net_promoter_score(u, d, answers).interval for d, _, u in drawn)
            ]
            assert 0.87 <= np.mean(held) <= 0.96


def test_without_answers_there_is_no_score() -> None:
    found = net_promoter_score(0, 0, 0)
    assert math.isnan(found.score)
    assert found.interval.high == pytest.approx(-found.interval.low)


def test_a_correlation_is_that_of_the_differences_with_fishers_interval() -> None:
    """103 independent visits with r = 0.5: tanh(atanh 0.5 ± 1.6449 / 10)."""
    value, interval = within_person_correlation(PairedSums(103, 1, 4.0, 9.0, 3.0))
    assert value == pytest.approx(0.5)
    assert interval == pytest.approx((math.tanh(math.atanh(0.5) - 0.16449), math.tanh(math.atanh(0.5) + 0.16449)), 1e-4)


def test_every_shoppers_own_mean_takes_a_visit_away() -> None:
    few, many = (within_person_correlation(PairedSums(120, persons, 4.0, 9.0, 3.0))[1] for persons in (1, 40))
    assert many.high - many.low > few.high - few.low


def test_what_never_differs_or_has_too_few_visits_tells_nothing() -> None:
    assert within_person_correlation(PairedSums(50, 5, 10.0, 0.0, 0.0)) == (None, (-1, 1))
    assert within_person_correlation(PairedSums(0, 0, 0.0, 0.0, 0.0)) == (None, (-1, 1))
    assert within_person_correlation(PairedSums(12, 10, 4.0, 9.0, 6.0)) == (1, (-1, 1))
