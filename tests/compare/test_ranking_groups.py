import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from cemaudit.compare.ranking import store_groups


def above(score: np.ndarray, se: np.ndarray) -> np.ndarray:
    """The probability that the first is better than the second."""
    return norm.cdf((score[:, None] - score[None, :]) / np.sqrt(se[:, None] ** 2 + se[None, :] ** 2))


def loss(probability: np.ndarray, group: np.ndarray, preference: float) -> float:
    ranked = group[:, None] < group[None, :]
    return float((1 - (1 + preference) * probability)[ranked].sum())


@pytest.mark.parametrize("equal", [True, False], ids=["equal errors", "unequal errors"])
def test_no_other_grouping_loses_less(equal: bool) -> None:
    random = np.random.default_rng(0)
    everything = [np.array(one) for one in itertools.product(range(4), repeat=4)]
    for _ in range(100):
        score, se = random.normal(size=4), np.sqrt(random.uniform(0.05, 1, 1 if equal else 4)) * np.ones(4)
        preference = float(random.choice([0.25, 0.5, 1]))
        probability = above(score, se)
        best = min(loss(probability, one, preference) for one in everything)
        found = store_groups(score, se, preference=preference).group
        assert loss(probability, found, preference) <= best + 1e-9


@given(st.lists(st.tuples(st.floats(-50, 50), st.floats(0, 20), st.booleans()), max_size=20))
def test_groups_follow_the_scores_and_shares_are_shares(rows: list[tuple[float, float, bool]]) -> None:
    score, se = (np.array([row[column] for row in rows], dtype=float) for column in (0, 1))
    allowed = np.array([row[2] for row in rows], dtype=bool)
    found = store_groups(score, se, allowed)
    assert (found.group[~allowed] == 0).all()
    assert set(found.group[allowed]) == set(range(1, found.groups + 1))
    in_order = found.group[allowed][np.argsort(-score[allowed], kind="stable")]
    assert (np.diff(in_order) >= 0).all()
    assert 0 <= found.wrong <= found.wrong_in_full <= 0.5
    assert 0 <= found.ranked <= 1


def test_the_stated_discordance_is_the_true_one() -> None:
    random = np.random.default_rng(1)
    said, came, in_full, came_in_full, ranked = [], [], [], [], []
    for _ in range(10):
        true = random.normal(0, 5, 400)
        seen = true + random.normal(0, 5 / np.sqrt(3), 400)
        found = store_groups(0.75 * seen, np.full(400, 2.5))
        better, pairs = true[:, None] < true[None, :], 400 * 399 / 2
        said.append(found.wrong)
        came.append(better[found.group[:, None] < found.group[None, :]].sum() / pairs)
        in_full.append(found.wrong_in_full)
        came_in_full.append(better[seen[:, None] > seen[None, :]].sum() / pairs)
        ranked.append(found.ranked)
    assert np.mean(said) == pytest.approx(np.mean(came), abs=0.01)
    assert np.mean(in_full) == pytest.approx(np.mean(came_in_full), abs=0.01)
    assert np.mean(said) == pytest.approx(0.062, abs=0.006)  # STATISTICS 1.4: reliability 0.75
    assert np.mean(ranked) == pytest.approx(0.69, abs=0.02)


def test_micro_groups_say_nearly_the_same() -> None:
    random = np.random.default_rng(2)
    score, se = random.normal(0, 4, 900), random.uniform(1, 4, 900)
    exact, coarse = store_groups(score, se), store_groups(score, se, most=300)
    assert np.mean(exact.group == coarse.group) > 0.95
    assert coarse[1:] == pytest.approx(exact[1:], abs=0.02)


def test_equal_stores_are_one_group_and_sure_ones_each_their_own() -> None:
    assert store_groups(np.full(5, 80.0), np.full(5, 3.0)).groups == 1
    assert store_groups(np.full(5, 80.0), np.zeros(5)).groups == 1
    assert store_groups(np.array([3.0, 1, 2]), np.zeros(3)).group.tolist() == [1, 3, 2]
    assert store_groups(np.zeros(0), np.zeros(0)).groups == 0
    assert store_groups(np.array([80.0]), np.array([2.0]))[1:] == (1, 0, 0, 0)


def test_what_errors_share_groups_nobody() -> None:
    score, allowed = np.array([80.0, 70.0, 75.0, 0.0]), np.array([True, True, True, False])
    shared = np.eye(4) + 100
    se = np.sqrt(shared.diagonal())
    assert store_groups(score, se, allowed).groups == 1
    assert store_groups(score, shared, allowed).group.tolist() == [1, 3, 2, 0]
    assert store_groups(score, np.diag(se**2), allowed)[1:] == pytest.approx(store_groups(score, se, allowed)[1:])
