from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from helpers import samples

from cemaudit.hookspecs import Context
from cemaudit.language import LANGUAGES, use
from cemaudit.model import Audit, Finding, Severity, Text
from cemaudit.report.sections.findings import findings
from cemaudit.scoring import Engine, audit_visit
from cemaudit.scoring.findings import order_findings
from cemaudit.simulate import simulate

PAIN = {"core.below-zero", "core.felt-bad"}
TEN = {"type": "scale", "lowest": 0, "highest": 10}
SHOP = samples.checklist(
    samples.touchpoint("desk", samples.item("A", TEN, critical={"fails_at": 2}), emotion=True, expectation=True)
)


def rules(engine: Engine, **keys: Any) -> list[str]:
    audit = audit_visit(samples.visit(**keys), SHOP, engine.library.scheme("cem.experience@1"))
    return [finding.rule for finding in audit.findings]


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        ({}, []),
        ({"answers": {"A": 2}}, ["core.critical"]),
        ({"answers": {"A": 3}}, []),
        ({"answers": {"A": 8}, "emotions": {"desk": -1}}, ["core.felt-bad"]),
        ({"answers": {"A": 7}, "emotions": {"desk": -1}}, ["core.below-zero"]),
        ({"answers": {"A": 3}, "emotions": {"desk": -1}}, ["core.below-zero"]),
        ({"answers": {"A": 3}, "emotions": {"desk": 0}}, []),
        ({"emotions": {"desk": -3}}, []),
        ({"claims": [{"touchpoint": "desk", "text": "x"}]}, ["core.claim"]),
        ({"blames": [{"touchpoint": "desk", "text": "x"}] * 2}, ["core.blame", "core.blame"]),
        ({"answers": {"A": 8}, "emotions": {"desk": 0}}, []),
        ({"answers": {"A": 7}, "expectations": {"desk": 7}}, ["core.gap"]),
        ({"answers": {"A": 8}, "expectations": {"desk": 7}}, []),
        ({"answers": {"A": 6}, "emotions": {"desk": 3}}, ["core.strength"]),
        ({"answers": {"A": 5}, "emotions": {"desk": 3}}, []),
        (
            {"answers": {"A": 0}, "emotions": {"desk": -3}, "expectations": {"desk": 7}},
            ["core.critical", "core.below-zero", "core.gap"],
        ),
    ],
)
def test_each_rule_both_ways(engine: Engine, keys: dict[str, Any], found: list[str]) -> None:
    assert rules(engine, **keys) == found


def test_what_a_finding_says(engine: Engine) -> None:
    visit = samples.visit(answers={"A": 5}, expectations={"desk": 7})
    (finding,) = audit_visit(visit, SHOP, engine.library.scheme("cem.experience@1")).findings
    assert (finding.severity, finding.touchpoint) == (Severity.MAJOR, "desk")
    with use("en"):
        assert str(finding.text) == "desk: 50 points below what was expected."
    with use("ko"):
        assert str(finding.text) == "desk: 기대보다 50점 낮았습니다."


def test_a_pain_point_says_how_deep_it_is_and_of_what(engine: Engine) -> None:
    visit = samples.visit(answers={"A": 5}, emotions={"desk": -2})
    (finding,) = audit_visit(visit, SHOP, engine.library.scheme("cem.experience@1")).findings
    assert (finding.rule, finding.severity, finding.touchpoint) == ("core.below-zero", Severity.MAJOR, "desk")
    with use("en"):
        said = "desk: experience -50.0 (performance 50.0, emotion -66.7). It left a bad impression."
        assert (str(finding.title), str(finding.text)) == ("Pain point", said)
    with use("ko"):
        said = "desk: 경험 지수 -50.0점(수행 50.0, 감정 -66.7). 고객에게 나쁜 인상으로 남았습니다."
        assert (str(finding.title), str(finding.text)) == ("부정적 경험", said)


def test_a_claim_is_quoted_as_it_is_and_cut_where_it_is_long(engine: Engine) -> None:
    long = "가" * 20_000
    claims = [{"touchpoint": "desk", "text": text} for text in ("{name} <b>", long, "")]
    found = audit_visit(samples.visit(claims=claims), SHOP, engine.library.scheme("cem.experience@1")).findings
    assert [str(finding.text) for finding in found] == ["desk: “{name} <b>”", f"desk: “{'가' * 299}…”", "desk: “”"]


def test_the_gravest_experience_comes_first(engine: Engine) -> None:
    shop = samples.checklist(*(samples.touchpoint(name, samples.item(name, TEN), emotion=True) for name in "abcd"))
    visit = samples.visit(
        answers={"a": 10, "b": 0, "c": 4, "d": 10},
        emotions={"a": -1, "b": -3, "c": -2, "d": 3},
        claims=[{"touchpoint": "c", "text": "x"}, {"touchpoint": "d", "text": "x"}],
    )
    found = audit_visit(visit, shop, engine.library.scheme("cem.experience@1")).findings
    assert [(finding.rule.removeprefix("core."), finding.touchpoint) for finding in found] == [
        ("below-zero", "b"),
        ("below-zero", "c"),
        ("claim", "c"),
        ("felt-bad", "a"),
        ("claim", "d"),
        ("strength", "d"),
    ]


def test_nothing_bad_in_any_shipped_checklist_is_without_a_finding(engine: Engine) -> None:
    """Touchpoints below zero, claims and blames, over simulated visits of every checklist that is shipped."""
    below = complaints = 0
    for ref in sorted(engine.library.checklists):
        for visit in simulate(engine.library.checklist(ref), 3, 3, 7):
            audit = engine.audit(visit)
            places = {finding.touchpoint for finding in audit.findings if finding.rule in PAIN}
            for touchpoint in audit.checklist.touchpoints:
                experience = audit.score("touchpoint.experience", touchpoint.id).value
                if experience is not None and experience < 0:
                    below += 1
                    assert touchpoint.id in places
            rules = Counter((finding.rule, finding.touchpoint) for finding in audit.findings)
            for rule, said in (("core.claim", visit.claims), ("core.blame", visit.blames)):
                complaints += len(said)
                assert {key: times for key, times in rules.items() if key[0] == rule} == Counter(
                    (rule, complaint.touchpoint) for complaint in said
                )
            assert strength_rows(audit) <= 1
    assert below > 100
    assert complaints > 30


def strength_rows(audit: Audit) -> int:
    """The rows of strengths in the report of a visit."""
    section = findings(Context(audits=[audit]))
    rows = [row for block in (section.blocks if section else ()) for row in getattr(block, "rows", ())]
    return sum(getattr(row[0], "tone", "") == "best" for row in rows)


def test_a_failed_critical_item_is_named_with_its_answer(engine: Engine) -> None:
    visit = samples.visit(answers={"A": 1})
    audit = audit_visit(visit, SHOP, engine.library.scheme("cem.experience@1"))
    assert audit.failed_critical == ("A",)
    assert (audit.findings[0].item, audit.findings[0].text.languages) == ("A", LANGUAGES)
    assert str(audit.findings[0].text) == "A → 1"


def test_names_of_touchpoints_are_never_templates(engine: Engine) -> None:
    strange = samples.checklist(samples.touchpoint("t", samples.item("A"), title={"en": "{name} {0}"}, emotion=True))
    visit = samples.visit(answers={"A": True}, emotions={"t": -1})
    (finding,) = audit_visit(visit, strange, engine.library.scheme("cem.experience@1")).findings
    assert str(finding.text).startswith("{name} {0}: ")


def test_order_of_findings() -> None:
    words = Text(en="x")
    made = [
        Finding(rule=rule, severity=severity, title=words, text=words, touchpoint=where)
        for severity in (Severity.STRENGTH, Severity.MAJOR, Severity.CRITICAL, Severity.MINOR)
        for rule, where in (("b.r", None), ("a.r", "t2"), ("a.r", "t1"))
    ]
    ordered = [(finding.severity.value, finding.rule, finding.touchpoint) for finding in order_findings(made)]
    assert [severity for severity, _, _ in ordered[::3]] == ["critical", "major", "minor", "strength"]
    assert ordered[:3] == [("critical", "a.r", "t1"), ("critical", "a.r", "t2"), ("critical", "b.r", None)]
    assert order_findings(made[::-1]) == order_findings(made)
