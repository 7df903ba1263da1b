from __future__ import annotations

import pytest
from helpers import samples

from cemaudit.scoring.validation import missing_evidence, short_note

OF = samples.items_only(
    samples.item("always", evidence="required"),
    samples.item("failed", evidence="required-if-failed", note={"at_least": 5, "when": "if-failed"}),
    samples.item("told", note={"at_least": 5}),
    samples.item("words", "text", evidence="required-if-failed"),
)


def places(**keys: object) -> list[str]:
    visit = samples.visit(**keys)
    problems = [
        check(visit, OF.items[name], value)
        for name, value in visit.answers.items()
        for check in (missing_evidence, short_note)
    ]
    return [problem.place for problem in problems if problem]


def test_required_evidence_and_narrative_are_named() -> None:
    assert places(answers={"always": True, "told": False}) == ["evidence.always", "notes.told"]


def test_what_is_required_of_failures_is_not_asked_of_successes() -> None:
    assert places(answers={"failed": True}) == []
    assert places(answers={"failed": False}) == ["evidence.failed", "notes.failed"]


@pytest.mark.parametrize(("note", "enough"), [("다섯 글 자임", True), ("a b c d ", False), ("", False)])
def test_spaces_are_no_narrative(note: str, enough: bool) -> None:
    assert (places(answers={"told": True}, notes={"told": note}) == []) is enough


def test_nothing_is_asked_of_what_is_skipped_or_carries_no_points() -> None:
    assert places(skipped=samples.skipped("always", "told"), answers={"words": "seen"}) == []


def test_evidence_that_is_there_is_enough() -> None:
    assert places(answers={"always": True}, evidence={"always": [{"file": "a.jpg"}]}) == []
