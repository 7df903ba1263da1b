"""Nothing a patient, or whoever orders online, is asked speaks of arriving at a company as its customer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from importlib.resources import files
from typing import Any

import pytest
from helpers import samples

from cemaudit.checklists import load_checklist
from cemaudit.entry.doubts import gate_doubts
from cemaudit.language import LANGUAGES, Language, use
from cemaudit.model import Checklist

SHIPPED = files("cemaudit_checklists")
ENQUIRY = [
    *("3", "1", "P-1", "2026-11-02 F-1", "y", "1", "2026-11-20", "14:05", "14:20"),
    *("60", "n", "0", "14:00", "-2"),
    *("3", "-3"),
    *("60", "0", "14:00", "1", "-2"),
    *("n", "-1"),
    *("1", "the hours were wrong", "", "nobody helps"),
    *("2", "nothing works", "", "not a soul"),
    *("3", "too many rings", "", "left alone"),
    "",
]
"""What someone replies who only enquires, and meets the worst everywhere."""


def shipped(*path: str) -> Checklist:
    return load_checklist(SHIPPED.joinpath(*path))


def questions_of(sit: Any, checklist: Checklist, replies: Sequence[str]) -> str:
    return str(sit(of=checklist).say(*replies, opening=False).text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_patient_is_no_customer_of_a_company(sit: Any, language: Language) -> None:
    with use(language):
        text = questions_of(sit, shipped("hospital", "outpatient-2.toml"), ENQUIRY)
    assert ("Blame: what do you hold against the clinic?" if language == "en" else "원망: 병원에 대해") in text
    assert re.findall(r"\bcompan(?:y|ies)\b|customer|회사|고객", text, re.IGNORECASE) == []


@pytest.mark.parametrize(
    ("language", "asked", "not_asked"),
    [("en", "When did you begin to enquire?", "When did you"), ("ko", "몇 시에 알아보기 시작했습니까?", "도착")],
)
def test_who_enquires_from_home_has_not_arrived(sit: Any, language: Language, asked: str, not_asked: str) -> None:
    with use(language):
        text = questions_of(sit, shipped("hospital", "outpatient-2.toml"), ENQUIRY[:10])
    assert asked in text
    assert f"{not_asked} arrive" not in text
    assert "몇 시에 병원에 도착했습니까?" not in text


@pytest.mark.parametrize(
    ("language", "begun", "done"), [("en", "begin the order", "everything done"), ("ko", "주문을 시작한 날", "끝난 날")]
)
def test_an_order_begins_and_ends_on_days(sit: Any, language: Language, begun: str, done: str) -> None:
    table = sit(of=shipped("ecommerce", "order-2.toml"))
    with use(language):
        script = table.say("1", "y", *"1111", "2026-11-13", "2026-11-12", "2026-11-19", opening=False)
    assert begun in script.text
    assert done in script.text
    assert "14:05" not in script.text
    visit = table.draft.visit
    assert (str(visit.date), str(visit.until), visit.started, visit.finished) == (
        "2026-11-13",
        "2026-11-19",
        None,
        None,
    )
    assert visit.entered


def test_a_first_day_after_the_last_asks_for_the_last_again(sit: Any) -> None:
    table = sit(samples.item("a"), of=samples.items_only(samples.item("a"), times="days"))
    table.say("y", "2026-11-10", "2026-11-12", opening=False)
    table.say("2026-11-13", start="date")
    assert table.values.get("until") is None
    assert "On which day did it end?" in table.say().text


def test_the_words_of_a_checklist_are_asked_and_signed(sit: Any) -> None:
    words = {name: samples.text(f"the {name} of it") for name in ("arrival", "departure", "company", "statement")}
    checklist = samples.items_only(samples.item("a"), words=words)
    table = sit(of=checklist)
    text = table.say("n", "1", "no luck", "").text
    assert "the arrival of it" in text
    assert "the departure of it" in text
    assert "hold against the company of it" in text
    assert str(table.draft.words.statement) == "the statement of it"


@pytest.mark.parametrize(("times", "doubted"), [("days", False), ("moments", True)])
def test_what_runs_over_days_is_not_doubted_for_its_length(times: str, *, doubted: bool) -> None:
    checklist = samples.items_only(samples.item("a"), times=times)
    visit = samples.visit(started="2026-11-13T14:05+09:00", finished="2026-11-19T10:00+09:00", answers={"a": True})
    checks = [doubt.check for doubt in gate_doubts(visit, checklist)]
    assert ("times.long" in checks) is doubted
