"""Pasted texts are noticed, in Korean and English; texts that only share a manner are not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from helpers import samples
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.entry.doubts import Earlier
from cemaudit.entry.doubts.earlier import alike, shingles, text_doubts
from cemaudit.model import Visit

KOREAN = (
    "들어서자마자 직원 두 명이 상자를 정리하느라 등을 돌리고 있었고, 제가 진열대 앞에 서서 기다린 지 "
    "일 분이 지나도록 아무도 돌아보지 않았습니다. 계산대의 직원은 휴대전화를 보고 있었습니다."
)
ENGLISH = (
    "Both assistants were unpacking boxes with their backs to the door, and I stood at the shelf for more than a "
    "minute before anyone turned round. The cashier was looking at a phone."
)
OTHER_KOREAN = (
    "직원이 웃으며 먼저 인사했고, 찾는 신발의 크기를 물어본 뒤 창고에서 두 켤레를 꺼내 와 걸어 보라고 권했습니다. "
    "끈을 매는 동안 옆에서 기다려 주었습니다."
)
OTHER_ENGLISH = (
    "An assistant greeted me with a smile, asked for my size and brought two pairs from the back so that I could walk "
    "a few steps in each of them. The assistant waited while I tied the laces."
)
LONG = [KOREAN, ENGLISH, OTHER_KOREAN, OTHER_ENGLISH]


def visit(visit_id: str = "v2", **keys: Any) -> Visit:
    return samples.visit(id=visit_id, store="s2", date="2026-11-21", **keys)


def doubted(now: Visit, *before: Visit) -> list[str]:
    doubts = text_doubts(now, Earlier.of((one, ()) for one in before))
    return [doubt.problem.place for doubt in doubts]


EDITS: dict[str, Callable[[str], str]] = {
    "as it was": lambda text: text,
    "case": str.upper,
    "spaces": lambda text: text.replace(" ", "  \n"),
    "punctuation": lambda text: text.replace(",", " -").replace(".", "!"),
    "a word replaced": lambda text: " ".join(["그런데" if n == 7 else word for n, word in enumerate(text.split())]),
    "a sentence in front": lambda text: f"I came at noon. {text}",
    "a sentence behind": lambda text: f"{text} 그래서 그냥 나왔습니다.",
    "most of it": lambda text: text[: len(text) * 3 // 4],
}


@pytest.mark.parametrize("edit", EDITS)
@pytest.mark.parametrize("text", LONG)
def test_texts_pasted_from_another_visit_are_noticed(text: str, edit: str) -> None:
    before = visit("v1", notes={"G1": text})
    assert doubted(visit(notes={"G2": EDITS[edit](text)}), before) == ["notes.G2"]


def test_texts_that_differ_raise_no_doubt() -> None:
    before = [visit(f"b{number}", notes={"G1": text}) for number, text in enumerate([KOREAN, ENGLISH])]
    assert doubted(visit(notes={"G1": OTHER_KOREAN, "G2": OTHER_ENGLISH}), *before) == []


def test_short_texts_may_well_be_the_same() -> None:
    same = "직원이 먼저 인사했습니다."
    assert doubted(visit(notes={"G1": same, "G2": same}), visit("v1", notes={"G1": same})) == []


def test_complaints_are_compared_with_notes() -> None:
    before = visit("v1", notes={"G1": KOREAN})
    now = visit(claims=[{"touchpoint": "t", "text": KOREAN}], blames=[{"touchpoint": "u", "text": ENGLISH}])
    assert doubted(now, before) == ["claims.t"]
    assert doubted(visit("v3", notes={"G1": ENGLISH}), now) == ["notes.G1"]


def test_the_same_text_in_two_items_is_noticed_once() -> None:
    now = visit(notes={"G1": KOREAN, "G2": f"{KOREAN} 정말입니다.", "G3": KOREAN, "G4": ENGLISH})
    assert doubted(now) == ["notes.G2", "notes.G3"]


def test_an_earlier_revision_is_not_another_visit() -> None:
    notes = {"G1": KOREAN}
    assert doubted(visit("v1", notes=notes), visit("v1", notes=notes)) == []
    assert doubted(visit("v1", notes=notes), visit("v1", notes=notes), visit("v0", notes=notes)) == ["notes.G1"]


def test_the_doubt_names_the_other_visit() -> None:
    [doubt] = text_doubts(visit(notes={"G1": KOREAN}), Earlier.of([(visit("v1", notes={"G9": KOREAN}), ())]))
    assert not doubt.must
    assert all(word in str(doubt.problem) for word in ("s2", "2026-11-21", "v1"))


@given(st.text(max_size=300), st.text(max_size=300))
def test_likeness_is_mutual(one: str, other: str) -> None:
    assert alike(shingles(one), shingles(other)) == alike(shingles(other), shingles(one))


@given(st.text("abc가나다 ", min_size=10, max_size=100), st.sampled_from([" ", ", ", "\n", "!?", " - "]))
def test_spaces_and_marks_change_nothing(text: str, mark: str) -> None:
    assert shingles(mark.join(text)) == shingles(text.upper()) == shingles(text)
