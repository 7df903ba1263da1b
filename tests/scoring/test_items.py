from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from helpers import samples
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.model import Checklist, Item, ItemScore, Reason, Visit
from cemaudit.scoring.items import item_is_relevant, make_tables, score_items_with

FOUR = {"type": "scale", "lowest": 0, "highest": 4}


def score_items(
    visit: Visit, checklist: Checklist, unanswered: str = "exclude", na: str | None = None
) -> dict[str, ItemScore]:
    return score_items_with(make_tables(checklist, unanswered, na), visit, na)


def scored(checklist: Checklist, unanswered: str = "exclude", na: str | None = None, **keys: Any) -> dict[str, Any]:
    """Points of each item, or why there are none."""
    scores = score_items(samples.visit(**keys), checklist, unanswered, na)
    return {name: score.points if score.reason is None else score.reason.value for name, score in scores.items()}


def one(**keys: Any) -> Checklist:
    return samples.items_only(samples.item("A", FOUR, **keys))


def test_points_of_an_answer() -> None:
    (score,) = score_items(samples.visit(answers={"A": 3}), one()).values()
    assert (score.points, score.possible, score.share) == (3, 4, Fraction(3, 4))


@pytest.mark.parametrize(
    ("policy", "outcome"),
    [("exclude", "not-applicable"), ("zero", 0), ("full", 4), ("refuse", "refused")],
)
def test_what_not_applicable_does(policy: str, outcome: Any) -> None:
    assert scored(one(na=policy), skipped=samples.skipped("A")) == {"A": outcome}
    assert scored(one(), na=policy, skipped=samples.skipped("A")) == {"A": outcome}


@pytest.mark.parametrize("policy", ["exclude", "zero", "full", "refuse"])
@pytest.mark.parametrize("state", ["not-observed", "declined"])
def test_not_seen_is_not_the_same_as_not_applicable(policy: str, state: str) -> None:
    assert scored(one(na=policy), skipped=samples.skipped("A", state=state)) == {"A": state}


def test_what_nobody_answered() -> None:
    assert scored(one()) == {"A": "unanswered"}
    assert scored(one(), unanswered="zero") == {"A": 0}


@pytest.mark.parametrize("unanswered", ["exclude", "zero"])
def test_what_carries_no_points_is_never_zero(unanswered: str) -> None:
    checklist = samples.items_only(samples.item("A", "text"), samples.item("B", "count"))
    assert scored(checklist, unanswered, answers={"A": "x"}) == {"A": "no-points", "B": "unanswered"}


def test_an_option_without_points_leaves_the_score() -> None:
    checklist = samples.items_only(samples.item("A", samples.points(1, None)))
    assert scored(checklist, answers={"A": "p1"}) == {"A": "no-points"}


def test_nothing_possible_has_no_share() -> None:
    assert ItemScore(points=Fraction(0), possible=Fraction(0)).share is None
    assert ItemScore(points=Fraction(-2), possible=Fraction(-1)).share is None


def heirs(*weights: Any) -> Checklist:
    giver, heir = weights
    return samples.items_only(
        samples.item("A", FOUR, weight=giver, na="give-to:B"), samples.item("B", FOUR, weight=heir), samples.item("C")
    )


@given(st.integers(1, 9), st.integers(1, 9), st.integers(0, 4))
def test_points_given_away_keep_the_total_and_the_share(giver: int, heir: int, answer: int) -> None:
    checklist = heirs(giver, heir)
    all_asked = score_items(samples.visit(answers={"A": 1, "B": answer, "C": True}), checklist)
    given_away = score_items(samples.visit(answers={"B": answer, "C": True}, skipped=samples.skipped("A")), checklist)
    possible = [sum(_possible(s, checklist.items) for s in scores.items()) for scores in (all_asked, given_away)]
    assert possible[0] == possible[1]
    assert given_away["B"].share == Fraction(answer, 4)


def _possible(scored_item: tuple[str, ItemScore], items: dict[str, Item]) -> Fraction:
    name, score = scored_item
    return items[name].weight * (score.possible or 0) if score.points is not None else Fraction(0)


def test_two_givers_to_one_heir() -> None:
    checklist = samples.items_only(
        samples.item("A", FOUR, na="give-to:C"), samples.item("B", FOUR, na="give-to:C"), samples.item("C", FOUR)
    )
    score = score_items(samples.visit(answers={"C": 1}, skipped=samples.skipped("A", "B")), checklist)["C"]
    assert (score.points, score.possible) == (3, 12)


@pytest.mark.parametrize("heir", ["weightless", "not-applicable", "unanswered"])
def test_an_heir_that_cannot_take_the_points(heir: str) -> None:
    checklist = heirs(1, 0 if heir == "weightless" else 1)
    keys: Any = {"answers": {"B": 4}, "skipped": samples.skipped("A")}
    if heir == "not-applicable":
        keys = {"skipped": samples.skipped("A", "B")}
    elif heir == "unanswered":
        keys = {"skipped": samples.skipped("A")}
    assert score_items(samples.visit(**keys), checklist)["B"].possible == 4


def test_a_measures_own_policy_gives_nothing_away() -> None:
    scores = score_items(samples.visit(answers={"B": 4}, skipped=samples.skipped("A")), heirs(1, 1), na="exclude")
    assert scores["B"].possible == 4


@pytest.mark.parametrize(("points", "failed"), [(0, True), (1, True), (2, False), (None, False)])
def test_a_critical_item_fails_at_its_points(points: Any, failed: bool) -> None:
    item = one(critical={"fails_at": 1}).items["A"]
    assert item.fails_critically(points) is failed
    assert not one().items["A"].fails_critically(points)


def test_when_decides_what_arises() -> None:
    checklist = samples.items_only(samples.item("A"), samples.item("B", when="A == true"))
    assert scored(checklist, answers={"A": True}) == {"A": 1, "B": "unanswered"}
    assert scored(checklist, "zero", answers={"A": False}) == {"A": 0, "B": "not-relevant"}
    assert scored(checklist, answers={"A": False, "B": True}) == {"A": 0, "B": "not-relevant"}


EPISODE = samples.checklist(
    samples.touchpoint("first", samples.item("A"), steps=["V1"]),
    samples.touchpoint("always", samples.item("B"), samples.item("C", when="step == 'V2'")),
    steps=[{"id": "V1", "title": samples.text("1")}, {"id": "V2", "title": samples.text("2")}],
)


@pytest.mark.parametrize(("step", "asked"), [("V1", "AB"), ("V2", "BC"), (None, "AB")])
def test_steps_of_an_episode(step: str | None, asked: str) -> None:
    visit = samples.visit(episode={"id": "e1", "step": step} if step else None)
    assert "".join(name for name, item in EPISODE.items.items() if item_is_relevant(item, visit, EPISODE)) == asked


def test_what_does_not_arise_says_so() -> None:
    scores = score_items(samples.visit(episode={"id": "e1", "step": "V2"}), EPISODE)
    assert scores["A"].reason is Reason.NOT_RELEVANT
