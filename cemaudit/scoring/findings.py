"""What the core itself finds in any audit, whatever its sector."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from cemaudit.language import use
from cemaudit.model import Audit, Finding, Severity, Text, Touchpoint

__all__ = ["core_findings", "in_order"]

WIDE_GAP = Fraction(-25)
GOOD_WORK = Fraction(80)
STRONG = Fraction(60)
_ORDER = list(Severity)


def core_findings(audit: Audit) -> Iterator[Finding]:
    """Failed critical items, bad feelings despite good work, wide gaps, and what was outstanding."""
    for item_id in audit.failed_critical:
        yield _failed_critical(audit, item_id)
    for touchpoint in audit.checklist.touchpoints:
        yield from _at(audit, touchpoint)


def in_order(findings: list[Finding]) -> tuple[Finding, ...]:
    """Findings by severity, then rule, touchpoint and item: never by the order plugins were loaded in."""
    return tuple(sorted(findings, key=lambda f: (_ORDER.index(f.severity), f.rule, f.touchpoint or "", f.item or "")))


def _failed_critical(audit: Audit, item_id: str) -> Finding:
    item = audit.checklist.items[item_id]
    answer = audit.visit.answers.get(item_id)
    with use("ko"):
        ko = f"‘{item.ask}’에 대한 답: {_shown(audit, item_id)}." if answer is not None else f"‘{item.ask}’"
    with use("en"):
        en = f"“{item.ask}” was answered: {_shown(audit, item_id)}." if answer is not None else f"“{item.ask}”"
    return Finding(
        rule="core.critical",
        severity=Severity.CRITICAL,
        title=Text(ko="중대 항목 미충족", en="Critical item failed"),
        text=Text(ko=ko, en=en),
        touchpoint=audit.checklist.touchpoint_of[item_id].id,
        item=item_id,
    )


def _shown(audit: Audit, item_id: str) -> str:
    return audit.checklist.items[item_id].answer.show(audit.visit.answers[item_id])


def _at(audit: Audit, touchpoint: Touchpoint) -> Iterator[Finding]:
    performance, emotion, gap, experience = (
        audit.score(f"touchpoint.{what}", touchpoint.id).value
        for what in ("performance", "emotion", "gap", "experience")
    )
    name = touchpoint.title
    if performance is not None and emotion is not None and performance >= GOOD_WORK and emotion < 0:
        text = Text(
            ko=f"{name.ko or name.en}: 수행은 좋았지만 고객의 감정은 부정적이었습니다. 절차보다 태도와 상황을 먼저 살펴보십시오.",
            en=f"{name.en or name.ko}: the work was done well, yet it felt bad. Look at manner and circumstances first.",
        )
        yield _finding(
            "core.felt-bad", Severity.MAJOR, touchpoint, "잘했지만 나쁘게 느껴짐", "Done well, felt badly", text
        )
    if gap is not None and gap <= WIDE_GAP:
        text = Text(
            ko=f"{name.ko or name.en}: 기대보다 {_points(-gap)}점 낮았습니다.",
            en=f"{name.en or name.ko}: {_points(-gap)} points below what was expected.",
        )
        yield _finding("core.gap", Severity.MAJOR, touchpoint, "기대에 크게 못 미침", "Far below expectation", text)
    if experience is not None and experience >= STRONG:
        text = Text(
            ko=f"{name.ko or name.en}: 경험 지수 {_points(experience)}점. 다른 매장과 나눌 만한 사례입니다.",
            en=f"{name.en or name.ko}: experience {_points(experience)}. Worth sharing with other stores.",
        )
        yield _finding("core.strength", Severity.STRENGTH, touchpoint, "강점", "Strength", text)


def _finding(rule: str, severity: Severity, touchpoint: Touchpoint, ko: str, en: str, text: Text) -> Finding:
    return Finding(rule=rule, severity=severity, title=Text(ko=ko, en=en), text=text, touchpoint=touchpoint.id)


def _points(value: Fraction) -> int:
    return int(value + Fraction(1, 2))
