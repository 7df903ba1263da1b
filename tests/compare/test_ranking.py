from dataclasses import astuple, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.compare.ranking import difference_variances, distinguishable_pairs, rank_intervals
from cemaudit.compare.results import DEFAULT_RULES


def league(stores: int, reliability: float, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """True levels, shrunken scores and their standard errors; the spread between stores is 5."""
    random = np.random.default_rng(seed)
    true = random.normal(0, 5, stores)
    seen = true + random.normal(0, 5 * np.sqrt(1 / reliability - 1), stores)
    return true, reliability * seen, np.full(stores, 5 * np.sqrt(1 - reliability))


def true_places(levels: np.ndarray) -> np.ndarray:
    places = np.empty(len(levels), dtype=int)
    places[np.argsort(-levels)] = np.arange(1, len(levels) + 1)
    return places


@pytest.mark.parametrize("reliability", [0.45, 0.75])
def test_an_interval_holds_the_true_place_as_often_as_it_says(reliability: float) -> None:
    held = []
    for seed in range(20):
        true, score, se = league(200, reliability, seed)
        found = rank_intervals(score, se)
        held.append(np.mean((found.low <= true_places(true)) & (true_places(true) <= found.high)))
    assert 0.885 < np.mean(held) < 0.925


def test_the_probabilities_of_the_extremes_are_right() -> None:
    said, came = [], []
    for seed in range(20):
        true, score, se = league(200, 0.75, seed)
        found = rank_intervals(score, se)
        likely = found.lowest >= 0.5
        said.extend(found.lowest[likely])
        came.extend(true_places(true)[likely] > 180)
    assert len(said) > 100
    assert np.mean(came) == pytest.approx(np.mean(said), abs=0.06)


@given(st.lists(st.tuples(st.floats(-50, 50), st.floats(0, 20), st.booleans()), max_size=30))
def test_places_are_those_of_the_stores_allowed_and_extremes_add_up(rows: list[tuple[float, float, bool]]) -> None:
    score, se = (np.array([row[column] for row in rows], dtype=float) for column in (0, 1))
    allowed = np.array([row[2] for row in rows], dtype=bool)
    found = rank_intervals(score, se, allowed, draws=40)
    assert found.places == allowed.sum()
    assert (found.low[~allowed] == 0).all()
    assert np.isnan(found.lowest[~allowed]).all()
    assert ((found.low[allowed] >= 1) & (found.low[allowed] <= found.high[allowed])).all()
    assert (found.high <= found.places).all()
    assert np.nansum(found.lowest) == pytest.approx(found.extreme)
    assert np.nansum(found.highest) == pytest.approx(found.extreme)


def test_scores_known_for_sure_have_one_place_each() -> None:
    found = rank_intervals(np.array([70.0, 90.0, 80.0]), np.zeros(3))
    assert found.low.tolist() == found.high.tolist() == [3, 1, 2]
    assert found.highest.tolist() == [0, 1, 0]
    assert found.lowest.tolist() == [1, 0, 0]


def test_the_same_scores_give_the_same_places_again_and_blocks_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    _, score, se = league(150, 0.6, 3)
    once = rank_intervals(score, se)
    monkeypatch.setattr("cemaudit.compare.ranking.RANKS_AT_ONCE", 1_000)
    again = rank_intervals(score, se)
    for first, second in zip(astuple(once)[:4], astuple(again)[:4], strict=True):
        np.testing.assert_array_equal(first, second)


def test_wider_intervals_are_asked_for_by_the_rules() -> None:
    _, score, se = league(100, 0.6, 4)
    usual, wide = rank_intervals(score, se), rank_intervals(score, se, rules=replace(DEFAULT_RULES, level=0.99))
    assert (wide.low <= usual.low).all()
    assert (wide.high >= usual.high).all()
    assert (wide.high - wide.low).sum() > (usual.high - usual.low).sum()


def test_pairs_are_told_apart_as_often_as_counted_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(5)
    score, se, allowed = random.normal(0, 5, 60), random.uniform(0.5, 3, 60), random.random(60) < 0.8
    monkeypatch.setattr("cemaudit.compare.ranking.STORES_PER_BLOCK", 7)
    mean, error = score[allowed], se[allowed]
    pairs = [(i, j) for i in range(len(mean)) for j in range(i)]
    apart = sum(abs(mean[i] - mean[j]) > 1.959964 * np.hypot(error[i], error[j]) for i, j in pairs)
    assert distinguishable_pairs(score, se, allowed) == pytest.approx(apart / len(pairs))


def test_some_stores_stand_for_very_many(monkeypatch: pytest.MonkeyPatch) -> None:
    _, score, se = league(2_000, 0.75, 6)
    exact = distinguishable_pairs(score, se)
    monkeypatch.setattr("cemaudit.compare.ranking.MOST_PAIRED", 500)
    assert distinguishable_pairs(score, se) == pytest.approx(exact, abs=0.005)


@pytest.mark.parametrize("stores", [0, 1])
def test_without_a_pair_nothing_is_told_apart(stores: int) -> None:
    assert distinguishable_pairs(np.zeros(stores), np.ones(stores)) is None


def test_of_few_what_their_errors_share_drops_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Six regions seen by the same strict or mild shoppers: these move all of them at once, and no place."""
    monkeypatch.setattr("cemaudit.compare.ranking.FEW_DRAWS", 2_400)
    random, held, narrower = np.random.default_rng(0), [], []
    true, shared = np.arange(6.0)[::-1], np.eye(6) + 25
    for _ in range(80):
        score = true + 5 * random.normal() + random.normal(0, 1, 6)
        found, apart = (rank_intervals(score, one) for one in (shared, np.diag(shared.diagonal())))
        held.append((found.low <= true_places(true)) & (true_places(true) <= found.high))
        narrower.append((apart.high - apart.low).mean() - (found.high - found.low).mean())
    assert np.mean(held) >= 0.9
    assert np.mean(narrower) > 1
    assert min(narrower) >= 0


def test_errors_that_share_nothing_are_as_if_nothing_were_said_of_it() -> None:
    _, score, se = league(12, 0.9, 1)
    allowed = np.arange(12) != 4
    plain, said = (rank_intervals(score, one, allowed, draws=4_000) for one in (se, np.diag(se**2)))
    assert said.low[4] == said.high[4] == 0
    np.testing.assert_allclose(said.lowest, plain.lowest, atol=0.05)
    np.testing.assert_allclose(said.highest, plain.highest, atol=0.05)
    assert distinguishable_pairs(score, np.diag(se**2), allowed) == distinguishable_pairs(score, se, allowed)


def test_pairs_are_told_apart_by_what_they_do_not_share() -> None:
    score, shared = np.array([0.0, 4, 8]), np.eye(3) + 25
    assert distinguishable_pairs(score, np.sqrt(shared.diagonal())) == 0
    assert distinguishable_pairs(score, shared) == 1
    assert (difference_variances(np.full((2, 2), 7.0)) == 0).all()
