from __future__ import annotations

from typing import Any

import pytest
import samples

from cemaudit.language import LANGUAGES, use
from cemaudit.model import Finding, Severity, Text
from cemaudit.scoring import Engine, audit_visit
from cemaudit.scoring.findings import in_order

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
        ({"answers": {"A": 7}, "emotions": {"desk": -1}}, []),
        ({"answers": {"A": 8}, "emotions": {"desk": 0}}, []),
        ({"answers": {"A": 7}, "expectations": {"desk": 7}}, ["core.gap"]),
        ({"answers": {"A": 8}, "expectations": {"desk": 7}}, []),
        ({"answers": {"A": 6}, "emotions": {"desk": 3}}, ["core.strength"]),
        ({"answers": {"A": 5}, "emotions": {"desk": 3}}, []),
        ({"answers": {"A": 0}, "emotions": {"desk": -3}, "expectations": {"desk": 7}}, ["core.critical", "core.gap"]),
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
    ordered = [(finding.severity.value, finding.rule, finding.touchpoint) for finding in in_order(made)]
    assert [severity for severity, _, _ in ordered[::3]] == ["critical", "major", "minor", "strength"]
    assert ordered[:3] == [("critical", "a.r", "t1"), ("critical", "a.r", "t2"), ("critical", "b.r", None)]
    assert in_order(made[::-1]) == in_order(made)
