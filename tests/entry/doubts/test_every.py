"""All doubts of a visit: complete, in the order of the checklist, and settled only by a reason for exactly that."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from helpers import samples, strategies
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.entry.doubts import Doubt, Earlier, all_doubts, open_doubts
from cemaudit.entry.evidence import KeptEvidence
from cemaudit.errors import Problem
from cemaudit.language import LANGUAGES, message, use
from cemaudit.model import Checklist, Override, Visit

NOW = dt.datetime(2026, 11, 21, 21, 0, tzinfo=dt.timezone(dt.timedelta(hours=9)))
SHOP = samples.checklist(
    samples.touchpoint(
        "greeting",
        samples.item("G1", evidence="required-if-failed"),
        samples.item("G2", note={"at_least": 20, "when": "if-failed"}, when="G1"),
    ),
    samples.touchpoint("payment", samples.item("P1", evidence="required"), samples.item("P2", na="refuse")),
    steps=[{"id": "first", "title": samples.text("first")}],
)
WHOLE: dict[str, Any] = {
    "started": "2026-11-21T14:05:00+09:00",
    "finished": "2026-11-21T14:41:00+09:00",
    "answers": {"G1": True, "G2": True, "P1": True, "P2": True},
    "evidence": {"P1": [{"file": "media/a.jpg", "sha256": "a" * 64}]},
}


def doubts_of(review: tuple[Problem, ...] = (), earlier: Earlier | None = None, **changes: Any) -> list[Doubt]:
    visit = samples.visit(**{**WHOLE, **changes})
    return all_doubts(visit, SHOP, {}, earlier or Earlier(), NOW, review)


def named(doubts: list[Doubt]) -> list[tuple[str, str]]:
    return [(doubt.check, doubt.problem.place) for doubt in doubts]


def test_a_whole_visit_raises_no_doubt() -> None:
    assert doubts_of() == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"answers": {"G1": True, "G2": True, "P1": True}}, [("item.open", "answers.P2", True)]),
        (
            {"answers": {"G1": True, "G2": False, "P1": True, "P2": True}},
            [("note.short", "notes.G2", False)],
        ),
        ({"evidence": {}}, [("evidence.missing", "evidence.P1", False)]),
        ({"answers": {**WHOLE["answers"], "P2": "words"}}, [("checklist", "answers.P2", True)]),
        ({"answers": {**WHOLE["answers"], "X9": True}}, [("checklist", "answers.X9", True)]),
        ({"checklist": "test.shop@2"}, [("checklist", "checklist", True)]),
        (
            {"answers": {"G1": True, "G2": True, "P1": True}, "skipped": samples.skipped("P2")},
            [("checklist", "skipped.P2", True)],
        ),
        ({"started": "2026-11-22T14:05:00+09:00", "finished": None}, [("date.future", "started", True)]),
    ],
)
def test_what_is_missing_or_wrong_is_doubted(changes: dict[str, Any], expected: list[tuple[str, str, bool]]) -> None:
    assert [(doubt.check, doubt.problem.place, doubt.must) for doubt in doubts_of(**changes)] == expected


def test_skipped_items_and_those_that_do_not_arise_are_not_open() -> None:
    answers, skips = {"G1": False, "P2": True}, {"P1": {"state": "declined", "reason": "I left early"}}
    assert named(doubts_of(answers=answers, skipped=skips)) == [("evidence.missing", "evidence.G1")]


def test_what_the_sector_finds_can_stand() -> None:
    [doubt] = doubts_of(review=(Problem("odd", "answers.G1", "mend it"),))
    assert (doubt.check, doubt.must) == ("sector", False)


def test_doubts_come_in_the_order_of_the_checklist() -> None:
    pasted = "직원이 웃으며 먼저 인사했고 찾는 물건이 어디 있는지 앞장서서 알려 주었으며 끝까지 기다려 주었습니다."
    doubts = doubts_of(
        review=(Problem("late", "answers.P2"), Problem("odd", "answers.G1"), Problem("when", "finished")),
        answers={"G1": False},
        evidence={},
        notes={"P1": pasted, "G2": pasted},
        claims=[{"touchpoint": "greeting", "text": pasted}],
        started="2026-11-21T02:05:00+09:00",
    )
    assert named(doubts) == [
        ("times.night", "started"),
        ("times.long", "finished"),
        ("sector", "finished"),
        ("evidence.missing", "evidence.G1"),
        ("sector", "answers.G1"),
        ("text.again", "notes.G2"),
        ("text.again", "claims.greeting"),
        ("item.open", "answers.P1"),
        ("item.open", "answers.P2"),
        ("sector", "answers.P2"),
    ]


def test_every_doubt_says_how_to_mend_it() -> None:
    doubts = doubts_of(answers={"G1": False}, evidence={}, started="2026-11-11T02:05:00+09:00")
    assert len(doubts) >= 5
    for language in LANGUAGES:
        with use(language):
            assert all(str(doubt.problem.hint) for doubt in doubts)


def with_override(doubt: Doubt, reason: str = "the till was closed", **changes: Any) -> Visit:
    override = doubt.let_stand(reason).model_copy(update=changes)
    return samples.visit(overrides=[override.model_dump()])


@pytest.mark.parametrize("spoken", LANGUAGES)
@pytest.mark.parametrize("read", LANGUAGES)
def test_a_doubt_stands_in_whichever_language_it_was_let_stand(spoken: str, read: str) -> None:
    [doubt] = doubts_of(evidence={})
    with use(spoken):  # type: ignore[arg-type]
        visit = with_override(doubt)
    with use(read):  # type: ignore[arg-type]
        assert open_doubts([doubt], visit) == []


@pytest.mark.parametrize("change", [{"check": "photo.day"}, {"place": "evidence.G1"}, {"said": "something else"}])
def test_a_reason_settles_nothing_else(change: dict[str, str]) -> None:
    [doubt] = doubts_of(evidence={})
    assert open_doubts([doubt], with_override(doubt, **change)) == [doubt]


def test_what_must_be_mended_cannot_stand() -> None:
    [doubt] = doubts_of(answers={"G1": True, "G2": True, "P1": True})
    assert open_doubts([doubt], with_override(doubt)) == [doubt]


@given(st.text(max_size=700), st.text(max_size=700))
def test_whatever_is_said_can_be_let_stand(what: str, place: str) -> None:
    doubt = Doubt("sector", Problem(message("{what}", what=what) if what else what, place))
    visit = samples.visit(overrides=[doubt.let_stand("because").model_dump()])
    assert Override.model_validate(visit.overrides[0].model_dump()).reason == "because"
    assert open_doubts([doubt], visit) == []


@given(strategies.checklists_and_visits(), st.booleans())
def test_any_visit_can_be_doubted(made: tuple[Checklist, Visit], before: bool) -> None:
    of, visit = made
    taken: dict[str, KeptEvidence] = {}
    earlier = Earlier.of([(visit.model_copy(update={"id": "other"}), ())] if before else ())
    doubts = all_doubts(visit, of, taken, earlier, NOW, [])
    unanswered = [item for item in of.items if item not in visit.answers and item not in visit.skipped]
    assert [doubt.problem.place for doubt in doubts if doubt.check == "item.open"] == [
        f"answers.{i}" for i in unanswered
    ]
    assert all(str(doubt.problem) for doubt in doubts)
