"""What reaches a measure is what a visit can change it by."""

from __future__ import annotations

import pytest
from helpers import samples
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.model import Checklist, Scheme
from cemaudit.scoring import Engine
from cemaudit.scoring.reach import inputs_reaching, plan_without_plugins, touchpoints_reaching

SHOP = samples.checklist(
    samples.touchpoint("felt", samples.item("A"), emotion=True),
    samples.touchpoint("plain", samples.item("B"), channel="electronic"),
    samples.touchpoint("words", samples.item("C", "text"), samples.item("D"), expectation=True),
)
EXPERIENCE = (
    {"id": "p", "how": "ratio", "of": ["@items"], "for_each": "touchpoint"},
    {"id": "e", "how": "mean", "of": ["@emotions"], "for_each": "touchpoint"},
    {"id": "s", "how": "experience", "of": ["p", "e"], "for_each": "touchpoint"},
    {"id": "whole", "how": "mean", "of": ["s"]},
)


def touchpoints(measure: str, *measures: dict[str, object], of: Checklist = SHOP) -> set[str]:
    return set(touchpoints_reaching(plan_without_plugins(of, samples.scheme(*measures)), measure))


def test_a_touchpoint_without_a_feeling_has_no_part_in_the_experience() -> None:
    assert touchpoints("whole", *EXPERIENCE) == {"felt"}
    assert touchpoints("p", *EXPERIENCE) == {"felt", "plain", "words"}
    plan = plan_without_plugins(SHOP, samples.scheme(*EXPERIENCE))
    assert inputs_reaching(plan, "whole") == {("item", "A"), ("@emotions", "felt")}


@pytest.mark.parametrize(
    ("measure", "reaching"),
    [
        ({"id": "m", "how": "mean", "of": ["@emotions"]}, {"felt"}),
        ({"id": "m", "how": "mean", "of": ["@expectations"]}, {"words"}),
        ({"id": "m", "how": "sum", "of": ["@claims"]}, {"felt", "plain", "words"}),
        ({"id": "m", "how": "sum", "of": ["@critical"]}, set()),
        ({"id": "m", "how": "ratio", "of": ["@items"], "where": {"channel": "electronic"}}, {"plain"}),
        (
            {"id": "m", "how": "ratio", "of": ["@items"], "weights": {"facets": {"channel": {"electronic": 0}}}},
            {"felt", "words"},
        ),
        ({"id": "m", "how": "of-a-plugin", "of": ["@items"], "options": {"x": 1}}, {"felt", "plain", "words"}),
    ],
)
def test_sources_conditions_weights_and_plugins(measure: dict[str, object], reaching: set[str]) -> None:
    assert touchpoints("m", measure) == reaching


def test_what_caps_a_measure_reaches_it() -> None:
    cap = {"id": "a", "how": "ratio", "of": ["A"], "caps": [{"where": {"b": "< 1"}, "at": 0}]}
    assert touchpoints("a", cap, {"id": "b", "how": "ratio", "of": ["B"]}) == {"felt", "plain"}
    critical = samples.checklist(
        samples.touchpoint("t", samples.item("A")),
        samples.touchpoint("u", samples.item("B", critical={"fails_at": 0, "caps": "a", "at": 0})),
    )
    assert touchpoints("a", {"id": "a", "how": "ratio", "of": ["A"]}, of=critical) == {"t", "u"}


ENGINE = Engine()
SCHEME = ENGINE.library.scheme("cem.experience@1")


@given(st.sampled_from(sorted(ENGINE.library.checklists)), st.data())
def test_an_answer_that_does_not_reach_the_headline_never_moves_it(ref: str, data: st.DataObject) -> None:
    """Over shipped checklists: all points of the touchpoints that do not reach it, or none of them."""
    checklist = ENGINE.library.checklist(ref)
    reaching = touchpoints_reaching(plan_without_plugins(checklist, SCHEME), SCHEME.leading)
    yes_no = [name for name, item in checklist.items.items() if item.answer.type == "yes-no" and item.when is None]
    answers = {name: data.draw(st.booleans()) for name in yes_no}
    turned = {
        name: not value if checklist.touchpoint_of[name].id not in reaching else value
        for name, value in answers.items()
    }
    felt = {touchpoint.id: 2 for touchpoint in checklist.touchpoints if touchpoint.emotion}
    assert headline(checklist, SCHEME, answers, felt) == headline(checklist, SCHEME, turned, felt)


def headline(checklist: Checklist, scheme: Scheme, answers: dict[str, bool], felt: dict[str, int]) -> object:
    return samples.audit(checklist, scheme, answers=answers, emotions=felt, date="2026-11-21").headline.value
