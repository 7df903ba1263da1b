"""What the core itself finds in any audit, whatever its sector."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

from cemaudit.language import LANGUAGES, use
from cemaudit.model import Audit, Finding, Severity, Text, Touchpoint
from cemaudit.model.visit import Complaint
from cemaudit.scoring.rounding import shown

__all__ = ["core_findings", "gravity", "order_findings"]

WIDE_GAP = Fraction(-25)
GOOD_WORK = Fraction(80)
STRONG = Fraction(60)
LONGEST_QUOTE = 300
"""A longer claim or blame is cut in its finding; the report prints it whole among the claims and blames."""
_ORDER = list(Severity)


def core_findings(audit: Audit) -> Iterator[Finding]:
    """Yield what any audit must show.

    These are failed critical items, every touchpoint whose experience lies below zero, wide gaps, every claim and every
    blame, and what was outstanding.
    """
    for item_id in audit.failed_critical:
        yield _failed_critical(audit, item_id)
    for touchpoint in audit.checklist.touchpoints:
        yield from _touchpoint_findings(audit, touchpoint)
    yield from (_complaint(_CLAIM, audit, claim) for claim in audit.visit.claims)
    yield from (_complaint(_BLAME, audit, blame) for blame in audit.visit.blames)


def order_findings(findings: list[Finding], audit: Audit | None = None) -> tuple[Finding, ...]:
    """Return the gravest findings first, then by rule, touchpoint and item: in whatever order plugins were loaded."""
    return tuple(sorted(findings, key=lambda f: (*gravity(f, audit), f.rule, f.touchpoint or "", f.item or "")))


def gravity(finding: Finding, audit: Audit | None) -> tuple[int, Fraction]:
    """Return what to sort a finding by: its severity, then how far below zero the experience at its touchpoint lies."""
    place = _ORDER.index(finding.severity)
    if audit is None or finding.touchpoint is None or finding.severity is Severity.STRENGTH:
        return place, Fraction(0)
    experience = audit.score("touchpoint.experience", finding.touchpoint).value
    return place, min(experience or Fraction(0), Fraction(0))


def _failed_critical(audit: Audit, item_id: str) -> Finding:
    words = {}
    for language in LANGUAGES:
        with use(language):
            words[language] = f"{audit.checklist.items[item_id].ask} → {_answer_words(audit, item_id)}"
    return Finding(
        rule="core.critical",
        severity=Severity.CRITICAL,
        title=Text(ko="중대 항목 미충족", en="Critical item failed"),
        text=Text(**words),
        touchpoint=audit.checklist.touchpoint_of[item_id].id,
        item=item_id,
    )


def _answer_words(audit: Audit, item_id: str) -> str:
    answer = audit.visit.answers.get(item_id)
    return audit.checklist.items[item_id].answer.show(answer) if answer is not None else "-"


def _touchpoint_findings(audit: Audit, touchpoint: Touchpoint) -> Iterator[Finding]:
    scores = {name: audit.score(f"touchpoint.{name}", touchpoint.id).value for name in _LOOKED_AT}
    performance, emotion, gap, experience = (scores[name] for name in _LOOKED_AT)
    if performance is not None and emotion is not None and performance >= GOOD_WORK and emotion < 0:
        yield _finding(_FELT_BADLY, touchpoint)
    elif experience is not None and experience < 0:
        parts = {name: "–" if value is None else _points(audit, name, value) for name, value in scores.items()}
        yield _finding(_BELOW_ZERO, touchpoint, **parts)
    if gap is not None and gap <= WIDE_GAP:
        yield _finding(_GAP, touchpoint, points=_whole(-gap))
    if experience is not None and experience >= STRONG:
        yield _finding(_STRENGTH, touchpoint, points=_whole(experience))


def _points(audit: Audit, name: str, value: Fraction) -> str:
    """A score of a touchpoint as the report's other pages print it."""
    return shown(value, audit.scheme.measure.get(f"touchpoint.{name}"))


def _whole(points: Fraction) -> str:
    return str(int(points + Fraction(1, 2)))


def _complaint(kind: _Kind, audit: Audit, complaint: Complaint) -> Finding:
    words = complaint.text
    if len(words) > LONGEST_QUOTE:
        words = f"{words[: LONGEST_QUOTE - 1]}…"
    return _finding(kind, audit.checklist.touchpoint[complaint.touchpoint], words=words)


class _Kind(NamedTuple):
    """A rule of the core; ``text`` is a template."""

    rule: str
    severity: Severity
    title: Text
    text: Text


_LOOKED_AT = ("performance", "emotion", "gap", "experience")
_FELT_BADLY = _Kind(
    "core.felt-bad",
    Severity.MAJOR,
    Text(ko="잘했지만 나쁘게 느껴짐", en="Done well, felt badly"),
    Text(
        ko="{name}: 수행은 좋았지만 고객의 감정은 부정적이었습니다. 절차보다 태도와 상황을 먼저 살펴보십시오.",
        en="{name}: the work was done well, yet it felt bad. Look at manner and circumstances first.",
    ),
)
_BELOW_ZERO = _Kind(
    "core.below-zero",
    Severity.MAJOR,
    Text(ko="부정적 경험", en="Pain point"),
    Text(
        ko="{name}: 경험 지수 {experience}점(수행 {performance}, 감정 {emotion}). 고객에게 나쁜 인상으로 남았습니다.",
        en="{name}: experience {experience} (performance {performance}, emotion {emotion}). It left a bad impression.",
    ),
)
_GAP = _Kind(
    "core.gap",
    Severity.MAJOR,
    Text(ko="기대에 크게 못 미침", en="Far below expectation"),
    Text(ko="{name}: 기대보다 {points}점 낮았습니다.", en="{name}: {points} points below what was expected."),
)
_CLAIM = _Kind(
    "core.claim",
    Severity.MAJOR,
    Text(ko="클레임", en="Claim"),
    Text(ko="{name}: “{words}”", en="{name}: “{words}”"),
)
_BLAME = _CLAIM._replace(rule="core.blame", title=Text(ko="원망", en="Blame"))
_STRENGTH = _Kind(
    "core.strength",
    Severity.STRENGTH,
    Text(ko="뛰어난 경험", en="Strength"),
    Text(
        ko="{name}: 경험 지수 {points}점. 다른 곳과 나눌 만한 사례입니다.",
        en="{name}: experience {points}. Worth sharing with other stores.",
    ),
)


def _finding(kind: _Kind, touchpoint: Touchpoint, **values: str) -> Finding:
    return Finding(
        rule=kind.rule,
        severity=kind.severity,
        title=kind.title,
        text=_filled(kind.text, touchpoint.title, values),
        touchpoint=touchpoint.id,
    )


def _filled(template: Text, name: Text, values: Mapping[str, str]) -> Text:
    """The template in each language; names and quoted words are put in as they are, never read as templates."""
    words = {}
    for language in LANGUAGES:
        with use(language):
            words[language] = str(template).format(name=name, **values)
    return Text(**words)
