"""Looking at many visits quickly finds what looking at one by one finds."""

from __future__ import annotations

from typing import Any

import pytest
from helpers import samples, strategies
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.model import Checklist, Visit
from cemaudit.scoring import check_visit
from cemaudit.scoring.validation import VisitValidator


def all_kinds() -> Checklist:
    asked = [
        samples.item("yes"),
        samples.item("one", samples.points(0, 1)),
        samples.item("scale", {"type": "scale"}, na="refuse"),
        samples.item("many", {**samples.points(1, 2), "type": "choices"}),
        samples.item("seconds", {"type": "duration", "max": 90}),
        samples.item("words", "text", when="yes == true"),
    ]
    later = samples.touchpoint("later", samples.item("back", "nps"), steps=["V2"])
    steps = [{"id": "V1", "title": samples.text("V1")}, {"id": "V2", "title": samples.text("V2")}]
    play = {"id": "play", "title": samples.text("a"), "persona": samples.text("b"), "text": samples.text("c")}
    return samples.checklist(samples.touchpoint("t", *asked), later, steps=steps, scenarios=[play])


KINDS = all_kinds()
VALUES = [True, False, 0, 1, 1.5, 5, 11, "p0", "p9", ["p0"], ["p0", "p1"], ["p0", "p0"], 200, "some words", -1]
NAMES = [*KINDS.items, "elsewhere"]
PLACES = [*KINDS.touchpoint, "elsewhere"]


@st.composite
def any_visits(draw: st.DrawFn) -> Visit:
    """Visits that may or may not fit."""
    answered = draw(st.dictionaries(st.sampled_from(NAMES), st.sampled_from(VALUES), max_size=5))
    left = draw(st.lists(st.sampled_from([name for name in NAMES if name not in answered]), unique=True, max_size=2))
    parts: dict[str, Any] = {
        "skipped": samples.skipped(*left, state=draw(st.sampled_from(["not-applicable", "declined"]))),
        "notes": dict.fromkeys(draw(st.lists(st.sampled_from(NAMES), max_size=1)), "x"),
        "evidence": dict.fromkeys(draw(st.lists(st.sampled_from(NAMES), max_size=1)), ()),
        "emotions": dict.fromkeys(draw(st.lists(st.sampled_from(PLACES), max_size=2)), 1),
        "expectations": dict.fromkeys(draw(st.lists(st.sampled_from(PLACES), max_size=1)), 1),
        "claims": [{"touchpoint": one, "text": "x"} for one in draw(st.lists(st.sampled_from(PLACES), max_size=1))],
        "blames": [{"touchpoint": one, "text": "x"} for one in draw(st.lists(st.sampled_from(PLACES), max_size=1))],
        "scenario": draw(st.sampled_from([None, "play", "elsewhere"])),
    }
    step = draw(st.sampled_from([None, "V1", "V2", "V9"]))
    episode = {"id": "e", "step": step} if step else None
    ref = draw(st.sampled_from(["test.shop@1", "test.shop@1", "test.shop@1", "test.shop@2"]))
    return samples.visit(checklist=ref, answers=answered, episode=episode, **parts)


@given(st.lists(any_visits(), min_size=1, max_size=5))
def test_it_finds_what_a_single_look_finds(visits: list[Visit]) -> None:
    fitting = VisitValidator(KINDS)
    for visit in visits * 2:
        assert fitting.problems(visit) == check_visit(visit, KINDS)


@given(strategies.checklists_and_visits())
def test_visits_that_fit_are_good(both: tuple[Checklist, Visit]) -> None:
    assert VisitValidator(both[0])._is_good(both[1])


@pytest.mark.parametrize("value", [1, 1.0, "1"])
def test_what_equals_a_good_answer_is_looked_at_all_the_same(value: object) -> None:
    fitting = VisitValidator(KINDS)
    assert fitting.problems(samples.visit(answers={"yes": True})) == []
    assert fitting.problems(samples.visit(answers={"yes": value})) != []
