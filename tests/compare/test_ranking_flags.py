import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.compare.ranking import Flags, flag_stores, probability_below


def flags(score: np.ndarray, se: np.ndarray, target: float, allowed: np.ndarray | None = None) -> Flags:
    """Those of stores with these scores."""
    below = probability_below(score, se, target)
    return flag_stores(below, np.ones(len(score), np.bool_) if allowed is None else allowed)


def test_the_expected_wrong_share_and_the_found_share_come_true() -> None:
    random = np.random.default_rng(0)
    said, wrong, found, caught = [], [], [], []
    for _ in range(20):
        true = random.normal(80, 5, 2_000)
        reliability = random.choice([0.4, 0.6, 0.75, 0.85], 2_000)
        seen = true + random.normal(0, 5 * np.sqrt(1 / reliability - 1))
        flagged = flags(80 + reliability * (seen - 80), 5 * np.sqrt(1 - reliability), 75)
        said.append(flagged.wrong)
        wrong.append(np.mean(true[flagged.flagged] >= 75))
        found.append(flagged.sensitivity)
        caught.append(np.mean(flagged.flagged[true < 75]))
    assert np.mean(wrong) == pytest.approx(np.mean(said), abs=0.01)
    assert np.mean(caught) == pytest.approx(np.mean(found), abs=0.02)


@given(st.floats(0, 100), st.floats(0, 30), st.floats(0, 100))
def test_a_higher_target_makes_being_below_it_likelier(score: float, se: float, target: float) -> None:
    some, more = probability_below(np.full(2, score), np.full(2, se), np.array([target, target + 1]))
    assert 0 <= some <= more <= 1


def test_a_score_known_for_sure_is_below_or_not() -> None:
    below = probability_below(np.array([70.0, 75.0, 80.0]), np.zeros(3), 75)
    assert below.tolist() == [1, 0, 0]


def test_a_half_is_below_where_the_score_is_the_target() -> None:
    assert probability_below(np.array([75.0]), np.array([4.0]), 75).tolist() == [0.5]


def test_stores_that_are_not_allowed_are_neither_flagged_nor_counted() -> None:
    score, se = np.array([60.0, 60.0, 90.0]), np.ones(3)
    found = flags(score, se, 75, allowed=np.array([True, False, True]))
    assert found.flagged.tolist() == [True, False, False]
    assert found.sensitivity == pytest.approx(1)


def test_without_flags_there_is_no_wrong_share() -> None:
    found = flags(np.array([90.0]), np.array([0.0]), 75)
    assert (found.wrong, found.sensitivity) == (None, None)
