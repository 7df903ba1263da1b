import numpy as np
import pytest
from helpers.published_data import published, shared_table

from cemaudit.compare.ranking import MOST_UNITS, rank_confidence_sets


def test_mathematics_of_pisa_2018_are_ranked_as_published() -> None:
    """csranks's vignette: the United Kingdom is 13th, between 7th and 23rd."""
    rows, said = shared_table("pisa2018"), published()["csranks"]
    names = [row["jurisdiction"] for row in rows]
    score = np.array([float(row["math_score"]) for row in rows])
    variance = np.array([float(row["math_se"]) for row in rows]) ** 2
    here = names.index("United Kingdom")
    assert int((score > score[here]).sum()) + 1 == said["uk_rank"]
    places = rank_confidence_sets(score, variance)
    assert [places.low[here], places.high[here]] == said["uk_marginal95"]


def test_all_true_places_are_held_at_least_as_often_as_said() -> None:
    random, held_each = np.random.default_rng(0), []
    true = np.arange(8.0)[::-1]
    for _ in range(100):
        score = true + random.normal(0, 1, 8)
        alone = rank_confidence_sets(score, np.ones(8), 0.90, draws=400)
        place = np.arange(1, 9)
        held_each.append((alone.low <= place) & (place <= alone.high))
    assert np.mean(held_each, axis=0).min() >= 0.85


def test_what_errors_share_cancels() -> None:
    score = np.array([0.0, 4.0, 8.0])
    shared = np.eye(3) + 25
    assert rank_confidence_sets(score, shared, draws=2_000).low.tolist() == [3, 2, 1]
    assert rank_confidence_sets(score, shared.diagonal().copy(), draws=2_000).low.tolist() == [1, 1, 1]


def test_too_many_units_are_refused_and_few_are_not() -> None:
    with pytest.raises(ValueError, match="at most 100"):
        rank_confidence_sets(np.zeros(MOST_UNITS + 1), np.ones(MOST_UNITS + 1))
    assert rank_confidence_sets(np.zeros(0), np.zeros(0)).low.tolist() == []
    assert rank_confidence_sets(np.array([1.0]), np.array([1.0])) == (1, 1)
    assert rank_confidence_sets(np.array([2.0, 1.0]), np.zeros(2)).high.tolist() == [1, 2]
