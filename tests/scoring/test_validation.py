from __future__ import annotations

from typing import Any

import pytest
from helpers import samples, strategies
from hypothesis import given
from pydantic import ValidationError

from cemaudit.language import use
from cemaudit.model import Checklist, Visit
from cemaudit.scoring import check_visit
from cemaudit.scoring.validation import consent_problems

SHOP = samples.checklist(
    samples.touchpoint(
        "greeting", samples.item("G1"), samples.item("G2", when="G1 == true"), samples.item("G3", na="refuse")
    ),
    samples.touchpoint("desk", samples.item("D1", "scale"), steps=["V1"]),
    scenarios=[{"id": "gift", "title": samples.text("x"), "persona": samples.text("x"), "text": samples.text("x")}],
    steps=[{"id": "V1", "title": samples.text("1")}, {"id": "V2", "title": samples.text("2")}],
)
NOWHERE = [{"touchpoint": "desc", "text": "x"}]


@given(strategies.checklists_and_visits())
def test_a_visit_that_fits(pair: tuple[Checklist, Visit]) -> None:
    checklist, visit = pair
    assert check_visit(visit, checklist) == []


@pytest.mark.parametrize(
    ("keys", "complaint"),
    [
        ({"checklist": "test.shop@2"}, "checklist: the visit answers test.shop@2, not test.shop@1"),
        ({"answers": {"G9": 1}}, "answers.G9: no such item in test.shop@1: G9 (known here: D1, G1, G2, G3)"),
        ({"skipped": samples.skipped("G9")}, "skipped.G9: no such item in test.shop@1: G9"),
        ({"notes": {"G9": "x"}}, "notes.G9: no such item in test.shop@1: G9"),
        ({"evidence": {"G9": [{"file": "a.jpg"}]}}, "evidence.G9: no such item in test.shop@1: G9"),
        ({"emotions": {"greting": 1}}, "emotions.greting: no such touchpoint in test.shop@1: greting (did you mean"),
        ({"expectations": {"desc": 1}}, "expectations.desc: no such touchpoint"),
        (
            {"feelings_skipped": {"emotions.greting": {"state": "declined"}}},
            "feelings_skipped.emotions.greting: no such touchpoint in test.shop@1: greting (did you mean",
        ),
        (
            {"feelings_skipped": {"perceived.greeting": {"state": "declined"}}},
            "feelings_skipped.perceived.greeting: noted, although the touchpoint does not ask",
        ),
        (
            {"feelings_skipped": {"emotions.desk": {"state": "declined"}}, "episode": {"id": "e", "step": "V2"}},
            "feelings_skipped.emotions.desk: felt, although the touchpoint does not arise in step V2",
        ),
        ({"claims": NOWHERE}, "claims.desc: no such touchpoint in test.shop@1: desc (did you mean desk?)"),
        ({"blames": NOWHERE}, "blames.desc: no such touchpoint"),
        ({"answers": {"G1": "yes"}}, "answers.G1: expected true or false, found yes"),
        ({"answers": {"D1": 9}}, "answers.D1: expected a whole number from 1 to 5, found 9"),
        (
            {"answers": {"G1": False, "G2": True}},
            "answers.G2: answered, although it does not arise in this visit (drop",
        ),
        ({"answers": {"D1": 3}, "episode": {"id": "e", "step": "V2"}}, "answers.D1: answered, although it does not"),
        ({"skipped": samples.skipped("G3")}, "skipped.G3: must be answered; it always applies"),
        ({"scenario": "gifts"}, "scenario: no such scenario: gifts (did you mean gift?)"),
        ({"episode": {"id": "e", "step": "V3"}}, "episode.step: no such step: V3 (known here: V1, V2)"),
    ],
)
def test_what_does_not_fit(keys: dict[str, Any], complaint: str) -> None:
    (problem,) = check_visit(samples.visit(**keys), SHOP)
    with use("en"):
        assert str(problem).startswith(complaint)


@pytest.mark.parametrize("state", ["not-observed", "declined"])
def test_an_item_that_always_applies_may_go_unseen(state: str) -> None:
    assert check_visit(samples.visit(skipped=samples.skipped("G3", state=state)), SHOP) == []


def test_all_complaints_at_once() -> None:
    visit = samples.visit(answers={"G1": 7, "G9": 1}, emotions={"x": 1}, scenario="y", skipped=samples.skipped("G3"))
    assert len(check_visit(visit, SHOP)) == 5


PATIENTS = samples.items_only(samples.item("a"), consent="required")
GIVEN = {"date": "2026-11-01", "form": "F-014"}
AMENDED = {"revision": 2, "supersedes": "0" * 64, "amendment": "consent withdrawn"}


@pytest.mark.parametrize(
    ("keys", "complaint"),
    [
        ({}, "consent: the consent of the customer is missing (note its day and the reference of the signed form"),
        ({"consent": {**GIVEN, "date": "2026-11-03"}}, "consent.date: the consent was given after the visit, on 2026"),
        ({"consent": {**GIVEN, "withdrawn": "2026-11-05"}}, "consent.withdrawn: the consent was withdrawn on 2026-11"),
    ],
)
def test_a_visit_without_consent(keys: dict[str, Any], complaint: str) -> None:
    visit = samples.visit(date="2026-11-02", **keys)
    (problem,) = consent_problems(visit, PATIENTS)
    with use("en"):
        assert str(problem).startswith(complaint)


def test_consent_given_before_the_visit_or_not_asked_for() -> None:
    assert list(consent_problems(samples.visit(date="2026-11-02", consent=GIVEN), PATIENTS)) == []
    assert list(consent_problems(samples.visit(date="2026-11-02"), SHOP)) == []


def test_a_revision_may_say_that_the_consent_was_withdrawn() -> None:
    withdrawn = {**GIVEN, "withdrawn": "2026-11-05"}
    visit = samples.visit(date="2026-11-02", consent=withdrawn, **AMENDED)
    assert list(consent_problems(visit, PATIENTS)) == []


def test_consent_is_withdrawn_only_after_it_was_given() -> None:
    with pytest.raises(ValidationError, match="withdrawn not before"), use("en"):
        samples.visit(consent={**GIVEN, "withdrawn": "2026-10-31"})
