"""Shoppers' severity comes back, and nothing is said where nothing can be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from helpers import crosstabs

from cemaudit.compare.crosstabs import VisitArrays
from cemaudit.compare.errors import NotEstimable
from cemaudit.compare.results import DEFAULT_RULES
from cemaudit.compare.severity import shopper_severities
from cemaudit.compare.visit_table import Factor

STORES, SHOPPERS = 210, 30
TRUE = np.linspace(-12, 12, SHOPPERS)


def seen(visits: int = 6, *, once: bool = False, seed: int = 1) -> VisitArrays:
    """Visits by shoppers at random, of severity ``TRUE`` (points taken off); shopper 0 scatters three times as much."""
    draw = np.random.default_rng(seed)
    store = np.arange(STORES) if once else np.repeat(np.arange(STORES), visits)
    shopper = draw.integers(0, SHOPPERS, len(store))
    noise = draw.normal(0, 6, len(store)) * np.where(shopper == 0, 3, 1)
    score = 70 + draw.normal(0, 5, STORES)[store] - TRUE[shopper] + noise
    facts = crosstabs.crossed(store, shopper, score).facts
    people = tuple(f"u{number}" for number in range(SHOPPERS))
    names = tuple(f"s{number}" for number in range(STORES))
    return VisitArrays(facts, names, people, store.astype(np.int32), shopper.astype(np.int32), (), score, score)


def test_the_strictest_come_first_and_are_as_strict_as_they_are() -> None:
    found = shopper_severities(seen())
    assert [one.severity for one in found.shoppers] == sorted((one.severity for one in found.shoppers), reverse=True)
    severity = {one.shopper: one.severity for one in found.shoppers}
    known = [severity[f"u{number}"] for number in range(1, SHOPPERS)]
    assert np.corrcoef(known, TRUE[1:])[0, 1] > 0.97
    assert found.shoppers[0].strict
    assert found.shoppers[-1].mild
    assert found.sd == pytest.approx(TRUE.std(ddof=1), rel=0.35)


def test_intervals_hold_the_truth() -> None:
    found = shopper_severities(seen())
    held = [one.interval.low <= TRUE[int(one.shopper[1:])] <= one.interval.high for one in found.shoppers]
    assert np.mean(held) >= 0.8


def test_who_scatters_is_erratic_and_the_others_are_not() -> None:
    found = shopper_severities(seen())
    erratic = sorted((one.chance or 0, one.shopper) for one in found.shoppers if one.spread == "erratic")
    assert erratic[0][1] == "u0"
    # Of thirty blameless shoppers one may come so far from usual by chance, as the notes say.
    assert len(erratic) <= 2
    assert next(one.ratio for one in found.shoppers if one.shopper == "u0") > 1.8


def test_where_less_is_better_strict_is_more() -> None:
    plain = seen()
    turned = replace(plain, score=-plain.score, facts=replace(plain.facts, better="lower"))
    one, other = shopper_severities(plain), shopper_severities(turned)
    assert [each.shopper for each in other.shoppers] == [each.shopper for each in one.shoppers]
    assert [each.severity for each in other.shoppers] == pytest.approx([each.severity for each in one.shoppers])


def test_of_few_visits_nothing_is_said() -> None:
    found = shopper_severities(seen(), replace(DEFAULT_RULES, least_person=45))
    assert all(one.visits >= 45 for one in found.shoppers)
    assert found.few == SHOPPERS - len(found.shoppers) > 0
    assert f"fewer than 45 visits are left out (here {found.few})" in " ".join(map(str, found.notes))


def test_stores_visited_once_are_no_reason_to_be_silent_but_to_warn() -> None:
    found = shopper_severities(seen(once=True))
    assert found.separable is False
    assert "assigned to shoppers at random" in " ".join(map(str, found.notes))
    severity = {one.shopper: one.severity for one in found.shoppers}
    assert np.corrcoef([severity[name] for name in severity], [TRUE[int(name[1:])] for name in severity])[0, 1] > 0.8


def test_one_shopper_cannot_be_compared() -> None:
    visits = seen()
    alone = replace(visits, shoppers=("u0",), shopper=np.zeros_like(visits.shopper))
    with pytest.raises(NotEstimable, match="fewer than two shoppers"):
        shopper_severities(alone)


def test_shoppers_of_one_store_are_compared_there() -> None:
    draw = np.random.default_rng(3)
    shopper = np.repeat(np.arange(4), 12)
    score = 70 - np.array([-9, 0, 0, 9.0])[shopper] + draw.normal(0, 3, len(shopper))
    store = np.zeros(len(shopper), np.int32)
    facts = crosstabs.crossed(store, shopper, score).facts
    people = tuple(f"u{number}" for number in range(4))
    alone = VisitArrays(facts, ("s0",), people, store, shopper.astype(np.int32), (), score, score)
    found = shopper_severities(alone)
    assert (found.shoppers[0].shopper, found.shoppers[-1].shopper) == ("u3", "u0")
    assert found.separable
    assert "assigned to shoppers at random" not in " ".join(map(str, found.notes))


def test_who_never_came_twice_cannot_be_judged() -> None:
    draw = np.random.default_rng(3)
    store, shopper = np.repeat(np.arange(6), 4).astype(np.int32), np.arange(24, dtype=np.int32)
    score = draw.normal(70, 9, 24)
    facts, names = crosstabs.crossed(store, shopper, score).facts, tuple(f"u{number}" for number in range(24))
    seen_once = VisitArrays(facts, tuple(f"s{one}" for one in range(6)), names, store, shopper, (), score, score)
    with pytest.raises(NotEstimable, match="no shopper came twice"):
        shopper_severities(seen_once)
    with pytest.raises(NotEstimable, match="all scores are equal"):
        shopper_severities(replace(seen_once, score=np.full(24, 50.0)))


def by_shopper(score: np.ndarray, shopper: np.ndarray, store: np.ndarray, scenario: np.ndarray) -> VisitArrays:
    facts = crosstabs.crossed(store, shopper, score).facts
    people = tuple(f"u{number}" for number in range(int(shopper.max()) + 1))
    names = tuple(f"s{number}" for number in range(int(store.max()) + 1))
    played = Factor("scenario", ("a", "b", "c", "d"), scenario.astype(np.int32))
    codes = store.astype(np.int32), shopper.astype(np.int32)
    return VisitArrays(facts, names, people, *codes, (played,), score.astype(float), score.astype(float))


def blameless(kind: str, seed: int, shoppers: int = 60, visits: int = 14) -> VisitArrays:
    """Sixty shoppers who judge alike; of a quarter the case they played is nearly never managed."""
    draw = np.random.default_rng(seed)
    shopper = np.repeat(np.arange(shoppers), visits)
    store = draw.integers(0, 40, len(shopper))
    scenario = shopper % 4
    good = draw.normal(0, 0.4, 40)[store]
    if kind == "yes or no":
        odds = np.array([0.5, 0.0, 0.8, -2.0])[scenario] + good
        return by_shopper(100 * (draw.random(len(shopper)) < 1 / (1 + np.exp(-odds))), shopper, store, scenario)
    if kind == "count":
        return by_shopper(draw.poisson(np.exp(0.3 + good)), shopper, store, scenario)
    ceiling = np.minimum(100, np.round((97 + 4 * good + 6 * draw.normal(size=len(shopper))) / 5) * 5)
    return by_shopper(ceiling, shopper, store, scenario)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["yes or no", "count", "ceiling"])
def test_nobody_is_accused_by_the_measures_kind_or_the_case_played(kind: str) -> None:
    flags = [one.spread for seed in range(6) for one in shopper_severities(blameless(kind, seed)).shoppers]
    assert len(flags) > 300
    assert sum(flag is not None for flag in flags) <= 4


def test_a_case_that_is_never_managed_makes_nobody_uniform() -> None:
    found = shopper_severities(blameless("yes or no", 1))
    assert not [one for one in found.shoppers if one.spread == "uniform"]


def test_the_chance_is_named_with_the_sentence() -> None:
    found = shopper_severities(seen())
    u0 = next(one for one in found.shoppers if one.shopper == "u0")
    assert u0.chance is not None
    assert u0.chance < 0.001
    said = " ".join(map(str, found.notes))
    assert "in less than 0.1% of cases on that side" in said
    assert f"Of {len(found.shoppers)} blameless shoppers" in said


def test_where_no_others_are_like_them_nobody_is_judged() -> None:
    draw = np.random.default_rng(1)
    shopper, store = np.repeat(np.arange(4), 12), np.tile(np.arange(6), 8)
    found = shopper_severities(by_shopper(draw.normal(70, 9, 48), shopper, store, shopper // 2))
    assert all((one.ratio, one.spread, one.chance) == (None, None, None) for one in found.shoppers)
    assert "Scatter not judged: 4 of 4 shoppers." in " ".join(map(str, found.notes))
