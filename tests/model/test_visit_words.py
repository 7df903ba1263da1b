from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from helpers import samples
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from cemaudit.errors import BadInput
from cemaudit.exchange import line_of
from cemaudit.language import use
from cemaudit.model import Text, faults
from cemaudit.model.checklist import Checklist
from cemaudit.model.visit_words import COMPANY, CUSTOMER, WordsInForce
from cemaudit.scoring.lint import lint_checklist

STEPS = [
    {"id": "V0", "title": samples.text("Before"), "words": {"company": samples.text("the desk")}},
    {"id": "V1", "title": samples.text("First")},
]
SCENARIOS = [
    {
        "id": "call",
        "title": samples.text("Call"),
        "persona": samples.text("x"),
        "text": samples.text("x"),
        "words": {"company": samples.text("the line"), "customer": samples.text("caller")},
    }
]


def of(**keys: object) -> Checklist:
    return samples.items_only(samples.item("a"), **keys)


def words_of(customer: Text, company: Text = COMPANY) -> WordsInForce:
    return replace(of().words_at(), customer=customer, company=company)


def test_without_words_they_are_those_of_every_sector() -> None:
    words = of().words_at()
    assert (words.company, words.customer) == (COMPANY, CUSTOMER)
    assert words.arrival is words.departure is words.statement is None


def test_a_step_goes_before_a_scenario_and_that_before_the_checklist() -> None:
    checklist = of(words={"company": samples.text("the clinic")}, steps=STEPS, scenarios=SCENARIOS)
    assert str(checklist.words_at("V0", "call").company) == "the desk"
    assert str(checklist.words_at("V0", "call").customer) == "caller"
    assert str(checklist.words_at("V1", "call").company) == "the line"
    assert str(checklist.words_at("V1").company) == "the clinic"


def test_a_beginning_without_an_end_is_refused() -> None:
    with pytest.raises(ValidationError, match="arrival and departure together"):
        of(words={"arrival": samples.text("When?")})


def test_an_unknown_word_is_told_with_the_nearest_known_one() -> None:
    data = samples.checklist_data(
        samples.touchpoint("t", samples.item("a")), words={"costumer": samples.text("patient")}
    )
    with pytest.raises(ValidationError) as caught:
        Checklist.model_validate(data)
    (problem,) = faults.problems(caught.value, data)
    assert problem.place == "words.costumer"
    assert "did you mean customer?" in str(BadInput(problem))


@pytest.mark.parametrize(
    ("keys", "place"),
    [
        ({"words": {"company": {"en": "the clinic"}}}, "words.company"),
        ({"steps": [{**STEPS[0], "words": {"customer": {"en": "patient"}}}]}, "steps.V0.words.customer"),
    ],
)
def test_a_word_in_one_language_alone_is_remarked(keys: dict[str, object], place: str) -> None:
    assert place in {remark.problem.place for remark in lint_checklist(of(**keys)) if remark.level == "error"}


@pytest.mark.parametrize(
    ("word", "said"), [("환자", "환자는 환자가 환자를 환자와"), ("고객", "고객은 고객이 고객을 고객과")]
)
def test_the_particle_that_fits_is_written(word: str, said: str) -> None:
    text = Text(
        ko="{customer:은} {customer:이} {customer:을} {customer:과}", en="{customer:S}, {customer:A}, {customer:s}"
    )
    filled = words_of(Text(ko=word, en="patient")).put_in(text)
    assert (filled.ko, filled.en) == (said, "Patients, Patient, patients")


@given(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=8))
def test_any_word_can_be_put_in(word: str) -> None:
    words = words_of(Text(ko=f"a{word}b", en=f"a{word}b"))
    for language in ("ko", "en"):
        with use(language):  # type: ignore[arg-type]
            assert f"{words.nouns()['customer']:은}".startswith(str(words.customer))


def test_a_visit_over_days_has_a_first_and_a_last_day() -> None:
    visit = samples.visit(date="2026-11-20", until="2026-11-27")
    assert (visit.day, visit.last_day) == (dt.date(2026, 11, 20), dt.date(2026, 11, 27))
    assert b'"until":"2026-11-27"' in line_of(visit)
    assert b"until" not in line_of(samples.visit(date="2026-11-20"))


@pytest.mark.parametrize("days", [{"date": "2026-11-20", "until": "2026-11-19"}, {"until": "2026-11-19"}])
def test_a_visit_does_not_end_before_its_first_day(days: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="until not before the first day"):
        samples.visit(**days)


def test_a_checklist_says_whether_visits_run_over_days() -> None:
    assert of(times="days").spans_days
    assert not of().spans_days
