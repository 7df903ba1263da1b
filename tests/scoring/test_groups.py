"""Totals of groups, and what groups and touchpoints are called."""

from __future__ import annotations

from fractions import Fraction

import pytest
from helpers import samples
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.language import use
from cemaudit.model import Audit, Checklist
from cemaudit.scoring import audit_visit, evaluate, explain, make_plan
from cemaudit.scoring.groups import (
    group_scores,
    groups_of_touchpoint,
    mean_group_scores,
    outer_groups,
    title_of_score,
    touchpoint_place,
)

GROUPS = [
    {"id": "all", "title": {"ko": "모두", "en": "All"}},
    {"id": "inner", "title": {"ko": "안쪽", "en": "Inner"}},
    {"id": "other", "title": {"ko": "다른 목록", "en": "Other list"}},
]
BY_TAG = {"id": "by", "how": "weighted-mean", "take": "share", "for_each": "tag", "weights": {"declared": True}}
SCHEME = samples.scheme({**BY_TAG, "title": {"ko": "묶음별", "en": "By group"}}, {"id": "overall", "how": "ratio"})


def scale(item: str, *tags: str, **keys: object) -> samples.Data:
    return samples.item(item, {"type": "scale", "lowest": 0, "highest": 4}, tags=list(tags), **keys)


def of_groups() -> Checklist:
    return samples.checklist(
        samples.touchpoint("desk", scale("A1", "all"), scale("A2", "all", "inner"), medium="phone"),
        samples.touchpoint("office", scale("A3", "all", "inner"), scale("B1", "other", "stray")),
        samples.touchpoint("inner", scale("A4", "all", "inner"), title={"ko": "안쪽", "en": "Inner"}),
        groups=GROUPS,
    )


def audit(**answers: int) -> Audit:
    return audit_visit(samples.visit(answers=answers), of_groups(), SCHEME)


def test_each_group_has_its_own_total_across_touchpoints() -> None:
    totals = list(group_scores(audit(A1=4, A2=0, A3=1, A4=2, B1=3)))
    assert [(total.group.id, total.score.value) for total in totals] == [
        ("all", Fraction(7, 16)),
        ("inner", Fraction(1, 4)),
        ("other", Fraction(3, 4)),
    ]


@given(before=st.integers(0, 4), after=st.integers(0, 4))
def test_an_answer_moves_no_group_it_does_not_belong_to(before: int, after: int) -> None:
    first, second = (audit(A1=4, A2=0, A3=1, A4=2, B1=mark) for mark in (before, after))
    for name in ("by[all]", "by[inner]"):
        assert first.scores[name] == second.scores[name]
    assert (first.scores["by[other]"] == second.scores["by[other]"]) == (before == after)


def test_means_are_over_those_that_have_a_total() -> None:
    (totals,) = mean_group_scores([audit(A1=4, A2=4, A3=4, A4=4), audit(A1=0, A2=0, A3=0, A4=0, B1=2)])
    assert totals.audits == 2
    assert [(total.score.value, total.score.used) for total in totals.means] == [
        (Fraction(1, 2), 2),
        (Fraction(1, 2), 2),
        (Fraction(1, 2), 1),
    ]


def test_no_totals_without_groups_or_without_a_measure_by_tag() -> None:
    ungrouped = samples.items_only(scale("A1", "all"))
    assert list(mean_group_scores([audit_visit(samples.visit(answers={"A1": 1}), ungrouped, SCHEME)])) == []
    plain = samples.scheme({"id": "overall", "how": "ratio"})
    assert list(mean_group_scores([audit_visit(samples.visit(answers={"A1": 1}), of_groups(), plain)])) == []


def test_lists_that_stand_by_themselves() -> None:
    assert [group.id for group in outer_groups(of_groups())] == ["all", "other"]


def test_a_touchpoint_is_known_by_the_smallest_group_that_is_not_called_as_itself() -> None:
    checklist = of_groups()
    known_by = {name: groups_of_touchpoint(checklist, place) for name, place in checklist.touchpoint.items()}
    assert {name: [group.id for group in groups] for name, groups in known_by.items()} == {
        "desk": ["all", "inner"],
        "office": ["inner", "other"],
        "inner": ["all"],
    }


@pytest.mark.parametrize(
    ("touchpoint", "words"),
    [("desk", ["All", "Inner", "Face-to-face"]), ("office", ["Inner", "Other list"]), ("inner", ["All"])],
)
def test_a_channel_is_named_only_where_a_medium_meets_customers(touchpoint: str, words: list[str]) -> None:
    checklist = of_groups()
    with use("en"):
        assert [str(text) for text in touchpoint_place(checklist, checklist.touchpoint[touchpoint])] == words


def test_without_groups_channel_and_stage_are_named() -> None:
    checklist = samples.items_only(scale("A1", "all"))
    with use("en"):
        assert [str(text) for text in touchpoint_place(checklist, checklist.touchpoints[0])] == [
            "Face-to-face",
            "Enter",
        ]


@pytest.mark.parametrize(
    ("score", "korean", "english"),
    [
        ("by[inner]", "묶음별: 안쪽", "By group: Inner"),
        ("by[stray]", "묶음별", "By group"),
    ],
)
def test_explanations_name_the_group(score: str, korean: str, english: str) -> None:
    evaluation = evaluate(make_plan(of_groups(), SCHEME), samples.visit(answers={"A2": 1, "B1": 1}))
    title = explain(evaluation, score).title
    assert title
    assert (title.ko, title.en) == (korean, english)


def test_a_measure_without_a_title_leaves_the_groups() -> None:
    measure = samples.scheme(BY_TAG).measure["by"]
    assert title_of_score(of_groups(), measure, "by[other]") == of_groups().groups[2].title
    assert title_of_score(of_groups(), measure, "by[stray]") is None
