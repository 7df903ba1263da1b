"""A stranger's checklist is printed as it is: nothing in it acts, and none of it leaves the page."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from helpers import form_strategies, pdf_forms, samples
from hypothesis import given, settings
from hypothesis import strategies as st

from cemaudit.model import Checklist
from cemaudit.report.form import pdf_form

ACTS = {"/OpenAction", "/JavaScript", "/JS", "/URI", "/Launch", "/GoToR", "/AA", "/EmbeddedFile", "/SubmitForm"}
HOSTILE = [
    "<b>bold</b> & <a href='javascript:alert(1)'>link</a>",
    ") /OpenAction << /S /JavaScript /JS (app.alert(1)) >>",
    "=cmd|'/C calc'!A0",
    "가" * 2000,
    "a" * 10_000,
    "word " * 2_000,
    "line\n" * 500,
    "\u200b\u00ad😀👨‍👩‍👧 漢字 العربية",
    unicodedata.normalize("NFD", "안녕하세요 é"),
]


def everywhere(words: str) -> Checklist:
    """A checklist that says the words wherever it can say any."""
    said = {"ko": words, "en": words}
    option = {"label": said, "points": 1}
    answers: list[dict[str, Any]] = [
        {"type": "yes-no"},
        {"type": "choice", "options": [{"id": "a", **option}, {"id": "Off", **option}]},
        {"type": "choice", "options": [{"id": f"o{number}", **option} for number in range(30)]},
        {"type": "choices", "options": [{"id": "a.b", **option}, {"id": "c", **option}]},
        {"type": "scale", "low": said, "high": said},
        {"type": "scale", "lowest": 0, "highest": 10, "low": said},
        {"type": "number", "unit": " ".join(words.split())[:400] or "x"},
        {"type": "text"},
    ]
    items = [
        {**samples.item(f"i{'x' * 70}{number}", answer, evidence="required"), "ask": said, "help": said}
        for number, answer in enumerate(answers)
    ]
    items[1]["when"] = f"i{'x' * 70}0 == true"
    items[2]["when"] = f"i{'x' * 70}1 in ['a', 'Off']"
    scenario = {"id": "s", "title": said, "persona": said, "text": said, "look_for": [said]}
    point = {**samples.touchpoint("t", *items, emotion=True, expectation=True, steps=["V"]), "title": said}
    steps = [{"id": "V", "title": said}, {"id": "W", "title": said}]
    return samples.checklist(point, title=said, about=said, scenarios=[scenario], conduct=[said], steps=steps)


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_acts_and_nothing_leaves_the_page(read, words: str) -> None:
    data = pdf_form(everywhere(words), "ko")
    pdf = read(data)
    assert not pdf.names() & ACTS
    assert pdf.outside() == []
    assert all(0 < box.left < box.right < 596 and 0 < box.bottom < box.top < 842 for box in pdf_forms.boxes(data))


def test_markup_is_printed_not_obeyed(read) -> None:
    assert HOSTILE[0] in read(pdf_form(everywhere(HOSTILE[0]), "en")).text


@settings(max_examples=10)
@given(st.lists(form_strategies.words, min_size=1, max_size=20).map(" ".join))
def test_any_words_can_be_printed(read, words: str) -> None:
    assert read(pdf_form(everywhere(words), "en")).outside() == []


@settings(max_examples=10)
@given(form_strategies.checklists())
def test_any_checklist_has_a_form(read, of: Checklist) -> None:
    data = pdf_form(of, "ko")
    placed = pdf_forms.boxes(data)
    assert read(data).outside() == []
    assert not any(one.meets(other) for number, one in enumerate(placed) for other in placed[number + 1 :])
