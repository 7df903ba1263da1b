"""The experience of a visit under both versions of ``cem.experience``: constructed visits, facts, hand-overs, gaps."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from helpers import samples
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.exchange import read_visits
from cemaudit.language import use
from cemaudit.model import Audit, Checklist, Visit
from cemaudit.scoring import Engine, audit_visit
from cemaudit.scoring.verdict import grade_reasons, headline_without_caps

ROOT = Path(__file__).parents[2]
VISITS = {
    found.visit.id: found.visit for found in read_visits([str(ROOT / "examples" / "experience" / "visits.jsonl")])
}
ENGINES = {version: Engine(scheme=f"cem.experience@{version}") for version in (1, 2)}
SECOND = ENGINES[2].library.scheme("cem.experience@2")
ROW = re.compile(r"^\| `([a-z-]+)` \| (\S+) ([A-Z][a-z ]+) \| (\S+) ([A-Z][a-z ]+) \|", re.MULTILINE)


def audited(name: str, version: int = 2) -> Audit:
    return ENGINES[version].audit(VISITS[name])


def grade(name: str, version: int = 2) -> str:
    with use("en"):
        return str(audited(name, version).band)


def headline(name: str) -> Fraction:
    value = audited(name).headline.value
    assert value is not None
    return value


def test_the_table_of_constructed_visits_is_reckoned_right() -> None:
    rows = ROW.findall((ROOT / "docs" / "experience.md").read_text(encoding="utf-8"))
    assert [row[0] for row in rows if row[0] in VISITS] == [row[0] for row in rows]
    assert {row[0] for row in rows} == set(VISITS)
    for name, *told in rows:
        for version, (number, band) in zip((1, 2), (told[:2], told[2:]), strict=True):
            value = audited(name, version).headline.value
            assert value is not None
            assert (f"{float(value):.1f}", grade(name, version)) == (number, band.strip()), (name, version)


def test_one_bad_moment_bars_the_top_grade_and_is_named_first() -> None:
    audit = audited("one-bad-moment")
    with use("en"):
        assert [str(reason) for reason in grade_reasons(audit)] == [
            "Worst touchpoint: Payment and exchange terms (−50.0).",
            "Not graded Delight: Worst touchpoint −50.0.",
        ]
        assert audit.findings[0].touchpoint == "payment"
        assert headline("one-bad-moment") > 60


def test_the_electronic_channel_counts() -> None:
    assert headline("electronic-failed") < headline("all-best")
    assert audited("electronic-failed").score("channel.experience", "electronic").value == -50
    assert audited("all-best").score("channel.experience", "electronic").value == 50
    assert {finding.touchpoint for finding in audited("electronic-failed").findings if finding.severity == "major"} >= {
        "online-stock",
        "message",
    }


def test_bad_feelings_are_below_zero_however_good_the_work() -> None:
    assert headline("well-done-felt-very-badly") < headline("well-done-felt-badly") < 0
    assert headline("nothing-done-felt-well") < headline("nothing-felt") < headline("one-bad-moment")


def test_a_duty_bars_the_two_top_grades_and_is_named() -> None:
    audit = audited("price-hidden")
    assert audit.score("duties").value == 1
    with use("en"):
        said = " ".join(str(reason) for reason in grade_reasons(audit))
    assert "Duties not met (The total with shipping is seen before payment)" in said


def test_a_cap_is_named_with_the_number_without_it() -> None:
    audit = audited("wrong-payment")
    without = headline_without_caps(audit)
    assert without is not None
    assert audit.headline.value == 0 < without
    with use("en"):
        said = " ".join(str(reason) for reason in grade_reasons(audit))
    assert f"is held at 0.0; it would be {float(without):.1f}" in said
    assert "The payment was correct" in said
    with use("ko"):
        assert "0.0 이하로 제한됨" in " ".join(str(reason) for reason in grade_reasons(audit))


def test_where_nothing_was_felt_is_said() -> None:
    with use("en"):
        (said,) = map(str, grade_reasons(audited("one-without-feeling")))
    assert said == "Done, but nothing was felt, so it counts 0: Product explained."


TEN = {"type": "scale", "lowest": 0, "highest": 10}
MARKS = {
    "absorbs": {"emotion": True},
    "neutral": {"emotion": True, "zero": "neutral"},
    "unasked": {},
}
SHOP = samples.checklist(
    *(samples.touchpoint(name, samples.item(name[0].upper(), TEN), **keys) for name, keys in MARKS.items())
)


def experiences(points: int, emotion: int) -> dict[str, Fraction | None]:
    answers, emotions = dict.fromkeys("ANU", points), dict.fromkeys(("absorbs", "neutral"), emotion)
    audit = audit_visit(samples.visit(checklist=SHOP.ref, answers=answers, emotions=emotions), SHOP, SECOND)
    return {name: audit.score("touchpoint.experience", name).value for name in MARKS}


@pytest.mark.parametrize(
    ("points", "emotion", "absorbs", "neutral", "unasked"),
    [
        (10, 3, 100, 100, 50),
        (10, 0, 0, 50, 50),
        (10, -3, -50, -50, 50),
        (0, 3, 0, 0, -50),
        (0, 0, 0, -50, -50),
        (5, 0, 0, 0, 0),
        (8, -3, -60, -60, 30),
    ],
)
def test_each_touchpoint_counts_as_declared(
    points: int, emotion: int, absorbs: int, neutral: int, unasked: int
) -> None:
    assert experiences(points, emotion) == {"absorbs": absorbs, "neutral": neutral, "unasked": unasked}


@given(st.integers(0, 10), st.integers(0, 10), st.integers(-3, 3), st.integers(-3, 3))
def test_every_touchpoint_rises_with_what_was_done_and_felt(p: int, more_p: int, e: int, more_e: int) -> None:
    low, high = experiences(min(p, more_p), min(e, more_e)), experiences(max(p, more_p), max(e, more_e))
    for name in MARKS:
        assert -100 <= (low[name] or 0) <= (high[name] or 0) <= 100


def test_a_feeling_that_was_asked_and_is_missing_leaves_no_score() -> None:
    audit = audit_visit(samples.visit(checklist=SHOP.ref, answers=dict.fromkeys("ANU", 10)), SHOP, SECOND)
    scores = {name: audit.score("touchpoint.experience", name) for name in MARKS}
    assert [scores[name].value for name in MARKS] == [None, None, 50]
    assert scores["absorbs"].reason == "unanswered"


PAIR = samples.checklist(
    samples.touchpoint("desk", samples.item("A", TEN), expectation=True, perceived=True),
    samples.touchpoint("door", samples.item("B", TEN), expectation=True),
)
BEFORE = {"expected": "2026-06-01T09:00:00Z", "started": "2026-06-01T10:00:00Z"}


def expecting(**keys: Any) -> Audit:
    visit = samples.visit(checklist=PAIR.ref, answers={"A": 10, "B": 10}, **keys)
    return audit_visit(visit, PAIR, SECOND)


def test_the_gap_is_what_was_perceived_less_what_was_expected_before() -> None:
    audit = expecting(expectations={"desk": 7, "door": 4}, perceived={"desk": 1}, **BEFORE)
    assert audit.score("touchpoint.gap", "desk").value == -100
    assert audit.score("touchpoint.against-expectation", "desk").value == 0
    assert audit.score("touchpoint.gap", "door").value is None
    assert audit.score("touchpoint.against-expectation", "door").value == 50
    assert {finding.rule for finding in audit.findings} == {"core.gap", "core.met-not-felt"}


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"expected": "2026-06-01T10:00:01Z", "started": "2026-06-01T10:00:00Z"},
        {"expected": "2026-06-01T09:00:00Z"},
        {"expected": "2026-06-01T09:00:00Z", "date": "2026-06-01"},
    ],
    ids=["no moment", "hindsight", "no time of the visit", "the same day"],
)
def test_an_expectation_that_may_be_hindsight_makes_no_gap(keys: dict[str, str]) -> None:
    audit = expecting(expectations={"desk": 7}, perceived={"desk": 1}, **keys)
    assert audit.visit.expectations == {"desk": 7}
    assert audit.score("touchpoint.gap", "desk").value is None
    assert audit.score("touchpoint.against-expectation", "desk").value == 0


def test_an_expectation_of_an_earlier_day_comes_before() -> None:
    keys = {"expected": "2026-05-31T09:00:00Z", "date": "2026-06-01"}
    assert expecting(expectations={"desk": 4}, perceived={"desk": 4}, **keys).score("gap").value == 0


def test_felt_and_not_met_is_a_finding() -> None:
    visit = samples.visit(checklist=PAIR.ref, answers={"A": 4}, perceived={"desk": 7})
    assert [finding.rule for finding in audit_visit(visit, PAIR, SECOND).findings] == [
        "core.below-zero",
        "core.felt-not-met",
    ]


def connected(**keys: Any) -> Checklist:
    return samples.checklist(
        samples.touchpoint("web", samples.item("W", {"type": "count"}), channel="electronic"),
        samples.touchpoint(
            "phone",
            samples.item("T", {"type": "count"}),
            channel="personal-distant",
            carries_to=[{"touchpoint": "desk", "items": ["K"]}],
        ),
        samples.touchpoint("desk", samples.item("K", {"type": "yes-no"}), samples.item("D", {"type": "count"})),
        facts=[{"id": "days", "title": samples.text("Days"), "items": ["W", "T", "D"]}],
        **keys,
    )


@pytest.mark.parametrize(
    ("answers", "agreement", "integration", "rules"),
    [
        ({"W": 14, "T": 14, "K": True}, 100, 100, []),
        ({"W": 14, "T": 7, "K": True}, 0, 50, ["core.fact"]),
        ({"W": 14, "T": 14, "D": 7, "K": False}, 0, 0, ["core.fact", "core.hand-over"]),
        ({"W": 14, "K": False}, None, 0, ["core.hand-over"]),
        ({}, None, None, []),
    ],
)
def test_facts_and_hand_overs(
    answers: dict[str, Any], agreement: int | None, integration: int | None, rules: list[str]
) -> None:
    shop = connected()
    audit = audit_visit(samples.visit(checklist=shop.ref, answers=answers), shop, SECOND)
    assert audit.score("fact.agreement", "days").value == agreement
    assert audit.score("integration").value == integration
    connecting = {"core.fact", "core.hand-over"}
    assert sorted(finding.rule for finding in audit.findings if finding.rule in connecting) == rules
    if rules:
        with use("en"):
            said = {finding.rule: str(finding.text) for finding in audit.findings}
        assert said.get("core.fact", "Days: web 14 / phone 7") in {
            "Days: web 14 / phone 7",
            "Days: web 14 / phone 14 / desk 7",
        }
        assert said.get("core.hand-over", "phone → desk: K → No") == "phone → desk: K → No"


def test_a_visit_says_whether_its_expectations_came_before() -> None:
    visit = Visit.model_validate({"id": "v", "checklist": "c@1", "store": "s", "expectations": {"t": 5}, **BEFORE})
    assert visit.expected_before == {"t": 5}
    assert visit.model_copy(update={"expected": None}).expected_before == {}
