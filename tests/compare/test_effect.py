"""The effect of an action is what remains when bad luck that does not last is taken away."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from helpers.crosstabs import Made, bottom_tenth

from cemaudit.compare import effect
from cemaudit.compare.errors import NotEstimable
from cemaudit.compare.from_snapshot import action_effect
from cemaudit.compare.intervention import ACTION_COLUMNS, ActionEffect, estimate_effect
from cemaudit.compare.mixed_model.posterior import fit_best
from cemaudit.compare.selection import Selection
from cemaudit.compare.wording import effect_conclusions
from cemaudit.ledger.actions import Action
from cemaudit.ledger.query.reading import Local

SINCE = dt.date(2026, 6, 1)
SEEDS = range(8)


def action(*stores: str, since: dt.date = SINCE) -> Action:
    return Action(id="greet", kind="raise", what="greet sooner", since=since, stores=stores)


def of(made: Made) -> ActionEffect:
    return estimate_effect(made.parted(), action("nowhere", *(f"s{place}" for place in np.flatnonzero(made.acted))))


@cache
def made_up(true: float, visits: int = 2) -> tuple[ActionEffect, ...]:
    return tuple(of(bottom_tenth(true, visits=visits, stores=250, seed=seed)) for seed in SEEDS)


@pytest.mark.slow
@pytest.mark.parametrize("true", [0.0, 5.0])
def test_the_effect_is_found_where_before_and_after_deceive(true: float) -> None:
    """The lowest tenth of two visits gains about 11 points by itself, and 2 with all stores."""
    found = made_up(true)
    naive, regression, estimate = (
        np.mean([getattr(one, name) for one in found]) for name in ("naive", "regression", "effect")
    )
    standard_error = np.mean([one.se for one in found]) / np.sqrt(len(found))
    assert naive - true == pytest.approx(13, abs=2)
    assert regression == pytest.approx(11, abs=2)
    assert abs(estimate - true) < 3 * standard_error
    assert sum(one.interval.low < true < one.interval.high for one in found) >= len(found) - 3


@pytest.mark.slow
def test_more_visits_before_leave_less_to_chance() -> None:
    few, many = (np.mean([one.regression for one in made_up(0.0, visits)]) for visits in (2, 6))
    assert many < few - 3


def test_the_parts_make_up_the_difference() -> None:
    for one in made_up(5.0):
        assert one.naive == pytest.approx(one.regression + one.effect + one.other)
        assert one.smallest_detectable > one.interval.high - one.effect


def test_nothing_of_the_visits_after_the_action_is_left_unexplained() -> None:
    """The normal equation of the action's column: what makes the part that is regression exact."""
    visits = bottom_tenth(5.0, stores=250).parted()
    left = visits.residuals(fit_best(visits.sums(ACTION_COLUMNS)), ACTION_COLUMNS)
    assert left[-1] == pytest.approx(0, abs=1e-6)
    assert left[-2] < -1


def test_the_verdict_says_what_can_be_told() -> None:
    found = effect_conclusions(next(one for one in made_up(5.0) if one.is_significant))
    assert str(found[0]).startswith("greet raised the score by ")
    assert any("misled" in str(sentence) for sentence in found)
    nothing = next(one for one in made_up(0.0) if not one.is_significant)
    assert f"only effects of {nothing.smallest_detectable:.1f} points" in str(effect_conclusions(nothing)[0])


def test_a_score_that_should_fall_is_lowered() -> None:
    made = bottom_tenth(8.0, stores=250)
    found = of(made._replace(score=-made.score))
    assert found.effect == pytest.approx(-of(made).effect, rel=1e-4)
    assert "did not help" in str(effect_conclusions(found)[0])
    wished = replace(found, facts=replace(found.facts, better="lower"))
    assert "lowered the score, as it should" in str(effect_conclusions(wished)[0])


def short(acted: list[int], later: list[int]) -> Made:
    """Three visits of each of six stores, ``acted`` in some, with the visits of these places ``later``."""
    store = np.repeat(np.arange(6), 3)
    score = np.random.default_rng(1).normal(70, 10, 18)
    return Made(store, np.arange(18) % 4, score, np.isin(np.arange(18), later), np.isin(np.arange(6), acted))


@pytest.mark.parametrize(
    ("acted", "later", "reason"),
    [
        ([], [2, 5, 8], "none"),
        ([0, 1], [8, 11], "after"),
        ([0, 1], [0, 1, 2, 3, 4, 5, 8], "before"),
        ([0, 1, 2, 3, 4, 5], [2, 5, 8], "all"),
        ([0, 1], [2, 5], "others"),
        ([0, 1], [2, *range(6, 18)], "others"),
    ],
)
def test_what_visits_do_not_tell_is_not_told(acted: list[int], later: list[int], reason: str) -> None:
    with pytest.raises(NotEstimable) as error:
        of(short(acted, later))
    assert error.value.reason == reason
    assert str(error.value)


def test_stores_nobody_visited_are_counted() -> None:
    found = estimate_effect(short([0, 1], [2, 5, 8, 11, 14, 17]).parted(), action("s0", "s1", "nowhere"))
    assert found.missing == ("nowhere",)
    assert (found.acted, found.others) == ((2, 4, 2), (4, 8, 4))
    assert sum("not visited: 1 of 3" in str(note) for note in found.notes) == 1


def test_visits_come_from_the_snapshot(snapshot: Local) -> None:
    found = action_effect(snapshot, Selection(), action("s1", "s2"))
    assert found.acted.stores == 2
    assert found.acted.before + found.acted.after + found.others.before + found.others.after == found.facts.visits
    with pytest.raises(NotEstimable, match="2027-01-01"):
        action_effect(snapshot, Selection(), action("s1", since=dt.date(2027, 1, 1)))


def columns(acted: range, seed: int = 1) -> dict[str, list[object]]:
    """Thirty stores, four visits each before ``SINCE`` and after; those ``acted`` in were unlucky before."""
    draw = np.random.default_rng(seed)
    store = np.repeat(np.arange(30), 8)
    later = np.tile(np.repeat([0, 1], 4), 30)
    score = 70 + draw.normal(0, 3, 30)[store] + draw.normal(0, 6, 240)
    score -= np.where(np.isin(store, acted) & (later == 0), 10, 0)
    days = [SINCE + dt.timedelta(days=30 if after else -30) for after in later]
    return {"store": [f"s{number}" for number in store], "score": np.round(score, 2).tolist(), "day": days}


def test_an_action_noted_after_its_visits_has_no_verdict() -> None:
    visits, stores = columns(range(5)), [f"s{number}" for number in range(5)]
    late = effect(visits, stores, SINCE, noted=SINCE + dt.timedelta(days=60))
    assert (late.seen_before, late.has_verdict) == (20, False)
    first = str(effect_conclusions(late)[0])
    assert first.startswith("No verdict on action: it was noted after 20 of the 20 visits")
    assert not any(
        word in " ".join(map(str, effect_conclusions(late))) for word in ("raised", "lowered", "did not help")
    )
    for noted in (None, SINCE, SINCE + dt.timedelta(days=30)):
        assert effect(visits, stores, SINCE, noted=noted).has_verdict


def test_stores_chosen_by_their_low_scores_are_recognised() -> None:
    """Ten points of bad luck are seen before; stores drawn by lot are not accused of it."""
    chosen = effect(columns(range(5)), [f"s{number}" for number in range(5)], SINCE)
    assert chosen.selection.is_of_low_scores
    assert chosen.selection.gap > 5
    said = " ".join(map(str, effect_conclusions(chosen)))
    assert "chosen by their own low scores" in said
    assert f"expected to change by {chosen.naive - chosen.effect:+.1f} points" in said
    by_lot = [effect(columns(range(0), seed), ["s0", "s1", "s2", "s3"], SINCE) for seed in range(12)]
    assert sum(each.selection.is_of_low_scores for each in by_lot) <= 3


def test_low_is_high_where_lower_is_better() -> None:
    visits, stores = columns(range(5)), [f"s{number}" for number in range(5)]
    turned = {**visits, "score": [-float(str(score)) for score in visits["score"]]}
    plain, other = effect(visits, stores, SINCE), effect(turned, stores, SINCE, better="lower")
    assert other.selection == pytest.approx(plain.selection)
