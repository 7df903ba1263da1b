"""What the core itself finds in any audit, whatever its sector."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from cemaudit.language import LANGUAGES, use
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
    words = {}
    for language in LANGUAGES:
        with use(language):
            words[language] = f"{audit.checklist.items[item_id].ask} → {_shown(audit, item_id)}"
    return Finding(
        rule="core.critical",
        severity=Severity.CRITICAL,
        title=Text(ko="중대 항목 미충족", en="Critical item failed"),
        text=Text(**words),
        touchpoint=audit.checklist.touchpoint_of[item_id].id,
        item=item_id,
    )


def _shown(audit: Audit, item_id: str) -> str:
    answer = audit.visit.answers.get(item_id)
    return audit.checklist.items[item_id].answer.show(answer) if answer is not None else "-"


def _at(audit: Audit, touchpoint: Touchpoint) -> Iterator[Finding]:
    scores = {what: audit.score(f"touchpoint.{what}", touchpoint.id).value for what in _LOOKED_AT}
    performance, emotion, gap, experience = (scores[what] for what in _LOOKED_AT)
    if performance is not None and emotion is not None and performance >= GOOD_WORK and emotion < 0:
        yield _finding(_FELT_BAD, touchpoint)
    if gap is not None and gap <= WIDE_GAP:
        yield _finding(_GAP, touchpoint, -gap)
    if experience is not None and experience >= STRONG:
        yield _finding(_STRENGTH, touchpoint, experience)


_LOOKED_AT = ("performance", "emotion", "gap", "experience")
_FELT_BAD = (
    "core.felt-bad",
    Severity.MAJOR,
    Text(ko="잘했지만 나쁘게 느껴짐", en="Done well, felt badly"),
    Text(
        ko="{name}: 수행은 좋았지만 고객의 감정은 부정적이었습니다. 절차보다 태도와 상황을 먼저 살펴보십시오.",
        en="{name}: the work was done well, yet it felt bad. Look at manner and circumstances first.",
    ),
)
_GAP = (
    "core.gap",
    Severity.MAJOR,
    Text(ko="기대에 크게 못 미침", en="Far below expectation"),
    Text(ko="{name}: 기대보다 {points}점 낮았습니다.", en="{name}: {points} points below what was expected."),
)
_STRENGTH = (
    "core.strength",
    Severity.STRENGTH,
    Text(ko="뛰어난 경험", en="Strength"),
    Text(
        ko="{name}: 경험 지수 {points}점. 다른 곳과 나눌 만한 사례입니다.",
        en="{name}: experience {points}. Worth sharing with other stores.",
    ),
)


def _finding(kind: tuple[str, Severity, Text, Text], touchpoint: Touchpoint, points: Fraction = Fraction(0)) -> Finding:
    rule, severity, title, template = kind
    rounded = int(points + Fraction(1, 2))
    return Finding(
        rule=rule,
        severity=severity,
        title=title,
        text=_filled(template, touchpoint.title, rounded),
        touchpoint=touchpoint.id,
    )


def _filled(template: Text, name: Text, points: int) -> Text:
    words = {}
    for language in LANGUAGES:
        with use(language):
            words[language] = str(template).format(name=name, points=points)
    return Text(**words)
