"""Shoppers who visited the same store in the same wave agree as far as is said, and of few nothing is said."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from helpers import crosstabs

from cemaudit.compare.crosstabs import VisitArrays
from cemaudit.compare.rater_agreement import intraclass, krippendorff_alpha
from cemaudit.compare.results import DEFAULT_RULES
from cemaudit.compare.shopper_agreement import RESAMPLED_CASES, shopper_agreement
from cemaudit.compare.visit_table import Factor


def seen(store: np.ndarray, shopper: np.ndarray, score: np.ndarray, wave: np.ndarray | None = None) -> VisitArrays:
    facts = crosstabs.crossed(store, shopper, score).facts
    stores, shoppers = (tuple(f"{name}{one}" for one in range(codes.max() + 1)) for name, codes in
                        (("s", store), ("u", shopper)))  # fmt: skip
    factors = () if wave is None else (Factor("wave", ("w1", "w2"), wave.astype(np.int32)),)
    codes = store.astype(np.int32), shopper.astype(np.int32)
    return VisitArrays(facts, stores, shoppers, *codes, factors, score.astype(float), score.astype(float))


def twice(cases: int, sd: float, seed: int = 1) -> tuple[np.ndarray, VisitArrays]:
    """Each store seen by two of fifty shoppers, whose scores scatter by ``sd`` round its own of 1; their table."""
    draw = np.random.default_rng(seed)
    shopper = np.array([draw.choice(50, 2, replace=False) for _ in range(cases)])
    table = 70 + draw.normal(0, 1, (cases, 1)) + draw.normal(0, sd, (cases, 2))
    table[shopper[:, 0] > shopper[:, 1]] = table[shopper[:, 0] > shopper[:, 1]][:, ::-1]
    shuffled = draw.permutation(2 * cases)
    store = np.repeat(np.arange(cases), 2)
    return table, seen(store[shuffled], np.sort(shopper, axis=1).ravel()[shuffled], table.ravel()[shuffled])


def test_the_coefficients_are_those_of_the_table() -> None:
    table, visits = twice(60, 0.5)
    found = shopper_agreement(visits)
    assert (found.cases, found.sampled) == (60, 60)
    assert found.icc
    assert found.icc == pytest.approx(intraclass(table, 0.9)[0], abs=1e-12)
    assert found.alpha
    resampled = krippendorff_alpha(table.T, "interval", 0.9)
    assert found.alpha.value == pytest.approx(resampled.value, abs=1e-12)
    # The interval is of other draws, for cases stand in an order of their own.
    assert found.alpha[2:4] == pytest.approx(resampled[2:4], abs=0.05)


@pytest.mark.parametrize(("sd", "word"), [(0.3, "good"), (1.0, "moderate"), (3.0, "poor")])
def test_it_is_said_in_words(sd: float, word: str) -> None:
    found = shopper_agreement(twice(400, sd)[1])
    assert found.icc
    assert found.icc.low < 1 / (1 + sd**2) < found.icc.high
    said = " ".join(map(str, found.notes))
    assert "in 400 cases" in said
    assert f"Agreement is {word}: " in said


def test_the_level_is_that_of_the_rules() -> None:
    usual, wide = (
        shopper_agreement(twice(60, 1)[1], rules) for rules in (DEFAULT_RULES, replace(DEFAULT_RULES, level=0.99))
    )
    assert usual.icc
    assert usual.alpha
    assert wide.icc
    assert wide.alpha
    assert wide.icc.high - wide.icc.low > usual.icc.high - usual.icc.low
    assert wide.alpha.high - wide.alpha.low > usual.alpha.high - usual.alpha.low


def test_of_few_cases_nothing_is_said_but_that() -> None:
    found = shopper_agreement(twice(9, 0.5)[1])
    assert (found.cases, found.alpha, found.icc) == (9, None, None)
    assert "in 9 cases; at least 10 are needed" in str(found.notes[0])


def test_where_all_scores_are_the_same_nothing_is_made_up() -> None:
    _, visits = twice(20, 1)
    found = shopper_agreement(replace(visits, score=np.full(40, 72.1)))
    assert (found.cases, found.alpha, found.icc) == (20, None, None)
    assert "all scores are the same" in str(found.notes[0])


def test_unknown_shoppers_other_waves_and_lonely_visits_are_no_cases() -> None:
    """Of a shopper who came twice the mean counts."""
    store = np.repeat(np.arange(12), 4)
    shopper = np.tile([0, 0, 1, -1], 12)
    score = np.tile([60.0, 70, 65, 0], 12) + np.repeat(np.arange(12), 4)
    found = shopper_agreement(seen(store, shopper, score))
    assert found.cases == 12
    assert found.alpha
    assert found.alpha.value == pytest.approx(1)
    apart = shopper_agreement(seen(store, shopper, score, wave=np.tile([0, 0, 1, 1], 12)))
    assert apart.cases == 0


def test_of_many_cases_all_count_and_the_interval_is_that_of_drawing_them_anew() -> None:
    table, visits = twice(RESAMPLED_CASES + 500, 1)
    found = shopper_agreement(visits)
    assert (found.cases, found.sampled) == (RESAMPLED_CASES + 500, RESAMPLED_CASES + 500)
    assert found.icc
    assert found.icc == pytest.approx(intraclass(table, 0.9)[0], abs=1e-12)
    assert found.alpha
    resampled = krippendorff_alpha(table.T, "interval", 0.9)
    assert found.alpha.value == pytest.approx(resampled.value, abs=1e-12)
    assert found.alpha[2:4] == pytest.approx(resampled[2:4], abs=0.005)


def test_all_shoppers_of_a_case_count() -> None:
    draw = np.random.default_rng(3)
    table = draw.normal(0, 1, (30, 1)) + draw.normal(0, 1, (30, 4))
    found = shopper_agreement(seen(np.repeat(np.arange(30), 4), np.tile(np.arange(4), 30), table.ravel()))
    assert found.alpha
    assert found.alpha.value == pytest.approx(krippendorff_alpha(table.T, "interval").value)
    assert found.icc
    assert found.icc.value == pytest.approx(intraclass(table)[0].value)
