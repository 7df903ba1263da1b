import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.compare.promoters import links, net_promoters, promoters


def test_the_score_counts_nine_and_ten_against_six_and_less() -> None:
    found = promoters(np.array([10, 9, 8, 7, 6, 0, math.nan, 10, 9, 10]))
    assert (found.promoters, found.detractors, found.answers) == (5, 2, 9)
    assert found.score == pytest.approx(100 * 3 / 9)


@given(st.integers(0, 200), st.integers(0, 200), st.integers(0, 200))
def test_the_interval_lies_within_the_scale_and_widens_with_the_level(up: int, down: int, other: int) -> None:
    some, more = (net_promoters(up, down, up + down + other, level).interval for level in (0.9, 0.99))
    assert -100 <= more.low <= some.low < some.high <= more.high <= 100


def test_the_interval_holds_the_truth_as_often_as_said() -> None:
    random = np.random.default_rng(0)
    for shares in ([0.2, 0.3, 0.5], [0.05, 0.15, 0.8], [0.4, 0.4, 0.2]):
        truth = 100 * (shares[2] - shares[0])
        for answers in (10, 40):
            drawn = random.multinomial(answers, shares, 2_000)
            held = [low <= truth <= high for low, high in (net_promoters(u, d, answers).interval for d, _, u in drawn)]
            assert 0.87 <= np.mean(held) <= 0.96


def test_without_answers_there_is_no_score() -> None:
    assert math.isnan(promoters(np.full(3, math.nan)).score)
    assert promoters(np.zeros(0)).interval.high == pytest.approx(-promoters(np.zeros(0)).interval.low)


def visits(seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Recommending by its cause, by nothing, and by the generosity of shoppers, which lifts all."""
    random = np.random.default_rng(seed)
    shopper = random.integers(0, 30, 600)
    generous = random.normal(0, 10, 30)[shopper]
    cause, nothing = (70 + generous + random.normal(0, 8, 600) for _ in range(2))
    recommend = np.clip(np.round(7 + (cause - 70) / 8 + random.normal(0, 0.7, 600)), 0, 10)
    return recommend, np.column_stack([nothing, cause]), shopper


def test_the_cause_comes_first_and_generosity_is_no_link() -> None:
    recommend, scores, shopper = visits()
    first, second = links(recommend, scores, ["greeting", "advice"], shopper)
    assert (first.touchpoint, second.touchpoint) == ("advice", "greeting")
    assert first.correlation > 0.7
    assert first.interval.low < first.correlation < first.interval.high
    assert second.interval.low < 0 < second.interval.high
    assert first.promoters > first.detractors
    raw = np.corrcoef(recommend, scores[:, 0])[0, 1]
    assert raw > 0.4 > abs(second.correlation)


def test_what_is_missing_is_left_out_pair_by_pair() -> None:
    recommend, scores, shopper = visits()
    scores[::2, 0] = math.nan
    recommend[:10] = math.nan
    by_name = {link.touchpoint: link for link in links(recommend, scores, ["greeting", "advice"], shopper)}
    assert (by_name["greeting"].visits, by_name["advice"].visits) == (295, 590)


def test_a_touchpoint_that_never_differs_or_has_too_few_visits_tells_nothing() -> None:
    recommend, scores, shopper = visits()
    scores[:, 0] = 50
    scores[2:, 1] = math.nan
    for link in links(recommend, scores, ["greeting", "advice"], np.zeros_like(shopper)):
        assert link.interval == (-1, 1)
    assert links(np.zeros(0), np.zeros((0, 1)), ["greeting"], np.zeros(0, dtype=int))[0].visits == 0
