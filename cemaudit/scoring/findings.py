"""What the core itself finds in any audit, whatever its sector."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from typing import Literal, NamedTuple

from cemaudit.model import Audit, Checklist, Fact, Finding, Score, Severity, Text, Touchpoint, score_name
from cemaudit.model.base import LONGEST_TEXT
from cemaudit.model.conditions import bounds
from cemaudit.model.visit import Complaint
from cemaudit.scoring.rounding import shown

__all__ = [
    "CORE_RULES",
    "SCORE_KINDS",
    "FindingPlace",
    "FindingRule",
    "core_findings",
    "finding_places",
    "gravity",
    "not_met",
    "order_findings",
    "touchpoint_scores",
]

SCORE_KINDS = ("performance", "emotion", "gap", "experience", "perceived")
"""The scores of a touchpoint that rules look at: ``gap`` is ``touchpoint.gap``."""
LONGEST_QUOTE = 300
"""A longer claim or blame is cut in its finding; the report prints it whole among the claims and blames."""
_ORDER = list(Severity)


@dataclass(frozen=True)
class FindingRule:
    """A rule of the core: the one place that says what it is called, how grave it is and when a visit has it.

    ``of``: whether it is about each critical item that failed, each failed item of a hand-over, each fact that channels
    say differently, each claim, each blame, or a touchpoint's scores. Of scores, ``where`` holds the conditions by kind
    (see ``SCORE_KINDS``), all of which must hold, while those of ``unless`` do not. ``text`` is a template.
    """

    rule: str
    severity: Severity
    title: Text
    text: Text
    of: Literal["items", "hand-overs", "facts", "scores", "claims", "blames"] = "scores"
    where: Mapping[str, str] = field(default_factory=dict)
    unless: FindingRule | None = None

    def holds(self, scores: Mapping[str, Fraction | None]) -> bool:
        """Whether a touchpoint with these exact scores, by kind, has the finding."""
        values = [(scores[kind], condition) for kind, condition in self.where.items()]
        return all(
            value is not None and all(bound.holds(value) for bound in bounds(condition)) for value, condition in values
        ) and not (self.unless and self.unless.holds(scores))


class FindingPlace(NamedTuple):
    """Where a rule of the core may find something: at a touchpoint, at one of its items, or at a fact.

    A fact lies at the first of its ``item``s.
    """

    rule: str
    touchpoint: str
    item: str | None = None


_CRITICAL = FindingRule(
    "core.critical",
    Severity.CRITICAL,
    Text(ko="중대 항목 미충족", en="Critical item failed"),
    Text(ko="{ask} → {answer}", en="{ask} → {answer}"),
    of="items",
)
_FELT_BADLY = FindingRule(
    "core.felt-bad",
    Severity.MAJOR,
    Text(ko="잘했지만 나쁘게 느껴짐", en="Done well, felt badly"),
    Text(
        ko="{name}: 수행은 좋았지만 {customer}의 감정은 부정적이었습니다. 절차보다 태도와 상황을 먼저 살펴보십시오.",
        en="{name}: the work was done well, yet it felt bad. Look at manner and circumstances first.",
    ),
    where={"performance": ">= 80", "emotion": "< 0"},
)
_BELOW_ZERO = FindingRule(
    "core.below-zero",
    Severity.MAJOR,
    Text(ko="부정적 경험", en="Pain point"),
    Text(
        ko="{name}: 경험 지수 {experience}점(수행 {performance}, 감정 {emotion}). "
        "{customer}에게 나쁜 인상으로 남았습니다.",
        en="{name}: experience {experience} (performance {performance}, emotion {emotion}). It left a bad impression.",
    ),
    where={"experience": "< 0"},
    unless=_FELT_BADLY,
)
_GAP = FindingRule(
    "core.gap",
    Severity.MAJOR,
    Text(ko="기대에 크게 못 미침", en="Far below expectation"),
    Text(ko="{name}: 기대보다 {shortfall}점 낮았습니다.", en="{name}: {shortfall} points below what was expected."),
    where={"gap": "<= -25"},
)
_STRENGTH = FindingRule(
    "core.strength",
    Severity.STRENGTH,
    Text(ko="뛰어난 경험", en="Strength"),
    Text(
        ko="{name}: 경험 지수 {height}점. 다른 곳과 나눌 만한 사례입니다.",
        en="{name}: experience {height}. Worth sharing with other stores.",
    ),
    where={"experience": ">= 60"},
)
_CLAIM = FindingRule(
    "core.claim",
    Severity.MAJOR,
    Text(ko="클레임", en="Claim"),
    Text(ko="{name}: “{words}”", en="{name}: “{words}”"),
    of="claims",
)
_BLAME = FindingRule("core.blame", Severity.MAJOR, Text(ko="원망", en="Blame"), _CLAIM.text, of="blames")

_FACT = FindingRule(
    "core.fact",
    Severity.MAJOR,
    Text(ko="채널마다 다른 안내", en="Channels say different things"),
    Text(ko="{fact}: {answers}", en="{fact}: {answers}"),
    of="facts",
)
_HAND_OVER = FindingRule(
    "core.hand-over",
    Severity.MAJOR,
    Text(ko="접점 간 인계 끊김", en="Hand-over broken"),
    Text(ko="{source} → {target}: {ask} → {answer}", en="{source} → {target}: {ask} → {answer}"),
    of="hand-overs",
)
_MET_NOT_FELT = FindingRule(
    "core.met-not-felt",
    Severity.MAJOR,
    Text(ko="지켰지만 느껴지지 않음", en="Met, not felt"),
    Text(
        ko="{name}: 점검 점수 {performance}, 체감 {perceived}. 기준은 지켰지만 {customer:은} 그렇게 느끼지 못했습니다.",
        en="{name}: checked {performance}, perceived {perceived}. "
        "The standard was met; the {customer} did not feel it.",
    ),
    where={"performance": ">= 80", "perceived": "< 50"},
)
_FELT_NOT_MET = FindingRule(
    "core.felt-not-met",
    Severity.MINOR,
    Text(ko="느꼈지만 지키지 않음", en="Felt, not met"),
    Text(
        ko="{name}: 체감 {perceived}, 점검 점수 {performance}. {customer:은} 만족했지만 기준은 지켜지지 않았습니다.",
        en="{name}: perceived {perceived}, checked {performance}. "
        "The {customer} was content; the standard was not met.",
    ),
    where={"performance": "< 50", "perceived": ">= 75"},
)

CORE_RULES: Mapping[str, FindingRule] = {
    rule.rule: rule
    for rule in (
        _CRITICAL,
        _FELT_BADLY,
        _BELOW_ZERO,
        _GAP,
        _STRENGTH,
        _CLAIM,
        _BLAME,
        _FACT,
        _HAND_OVER,
        _MET_NOT_FELT,
        _FELT_NOT_MET,
    )
}
"""The rules of the core by id."""


def not_met(ask: Text) -> Text:
    """Return what to call a critical item that failed: ``ask`` alone states that it was met."""
    korean, english = f"미충족: {ask.in_language('ko')}", f"Not met: {ask.in_language('en')}"
    return Text(ko=korean[:LONGEST_TEXT], en=english[:LONGEST_TEXT])


def finding_places(checklist: Checklist) -> Iterator[FindingPlace]:
    """Yield wherever the core may find something, in the order of the checklist."""
    for touchpoint in checklist.touchpoints:
        for rule in CORE_RULES.values():
            match rule.of:
                case "items":
                    names = [item.id for item in touchpoint.items if item.critical]
                case "hand-overs":
                    names = [item.id for item in touchpoint.items if item.id in checklist.hand_overs_of]
                case "facts":
                    names = [item.id for item in touchpoint.items if item.id in checklist.fact_of_first_item]
                case _:
                    # What was perceived is asked at a few touchpoints only.
                    if touchpoint.perceived or "perceived" not in rule.where:
                        yield FindingPlace(rule.rule, touchpoint.id)
                    continue
            yield from (FindingPlace(rule.rule, touchpoint.id, name) for name in names)


def touchpoint_scores(scores: Mapping[str, Score], touchpoint: str) -> dict[str, Fraction | None]:
    """Return the exact scores of a touchpoint by kind, ``None`` where there is none."""
    by_kind = {kind: scores.get(score_name(f"touchpoint.{kind}", (touchpoint,))) for kind in SCORE_KINDS}
    return {kind: score.value if score else None for kind, score in by_kind.items()}


def core_findings(audit: Audit) -> Iterator[Finding]:
    """Yield what any audit must show.

    These are failed critical items, every touchpoint whose experience lies below zero, wide gaps, every claim and every
    blame, facts that channels say differently, hand-overs that failed, and what was outstanding.
    """
    for item_id in audit.failed_critical:
        yield _failed_critical(audit, item_id)
    for touchpoint in audit.checklist.touchpoints:
        scores = touchpoint_scores(audit.scores, touchpoint.id)
        for rule in CORE_RULES.values():
            if rule.of == "scores" and rule.holds(scores):
                yield _finding(rule, touchpoint, partial(_shown_scores, audit, scores))
    yield from (_different_fact(audit, fact) for fact in audit.checklist.facts if fact.differs(audit.visit.answers))
    for item_id in audit.checklist.hand_overs_of:
        if audit.checklist.items[item_id].fails_with(audit.items[item_id].points):
            yield _broken_hand_over(audit, item_id)
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
    item, answer = audit.checklist.items[item_id], audit.visit.answers.get(item_id)
    finding = _finding(
        _CRITICAL,
        audit.checklist.touchpoint_of[item_id],
        lambda: {"ask": item.ask, "answer": "-" if answer is None else item.answer.show(answer)},
    )
    return finding.model_copy(update={"item": item_id})


def _different_fact(audit: Audit, fact: Fact) -> Finding:
    """The finding of a fact, with what was said at which touchpoint."""
    checklist, first = audit.checklist, fact.items[0]

    def values() -> Mapping[str, object]:
        said = fact.said(audit.visit.answers)
        places = list(dict.fromkeys(said.values()))
        # Touchpoints that say the same stand side by side.
        alike = sorted(said.items(), key=lambda named: places.index(named[1]))
        answers = [
            f"{checklist.touchpoint_of[name].title} {checklist.items[name].answer.show(answer)}"
            for name, answer in alike
        ]
        return {"fact": fact.title, "answers": " / ".join(answers)}

    return _finding(_FACT, checklist.touchpoint_of[first], values).model_copy(update={"item": first})


def _broken_hand_over(audit: Audit, item_id: str) -> Finding:
    """The finding of an item that failed, with the first hand-over it looks at."""
    checklist = audit.checklist
    item, answer = checklist.items[item_id], audit.visit.answers.get(item_id)
    source, target = next(
        (touchpoint, checklist.touchpoint[later.touchpoint])
        for touchpoint in checklist.touchpoints
        for later in touchpoint.carries_to
        if item_id in later.items
    )
    finding = _finding(
        _HAND_OVER,
        checklist.touchpoint_of[item_id],
        lambda: {
            "source": source.title,
            "target": target.title,
            "ask": item.ask,
            "answer": "-" if answer is None else item.answer.show(answer),
        },
    )
    return finding.model_copy(update={"item": item_id})


def _complaint(rule: FindingRule, audit: Audit, complaint: Complaint) -> Finding:
    words = complaint.text
    if len(words) > LONGEST_QUOTE:
        words = f"{words[: LONGEST_QUOTE - 1]}…"
    return _finding(rule, audit.checklist.touchpoint[complaint.touchpoint], lambda: {"words": words})


def _shown_scores(audit: Audit, scores: Mapping[str, Fraction | None]) -> dict[str, str]:
    """The scores of a touchpoint as the report's other pages print them, and those told in whole points."""
    measures = audit.scheme.measure
    printed = {
        kind: "–" if value is None else shown(value, measures.get(f"touchpoint.{kind}"))
        for kind, value in scores.items()
    }
    nouns = audit.checklist.words_at(audit.visit.step, audit.visit.scenario).nouns()
    return {**nouns, **printed, "shortfall": _whole(-(scores["gap"] or 0)), "height": _whole(scores["experience"] or 0)}


def _whole(points: Fraction | int) -> str:
    return str(int(points + Fraction(1, 2)))


def _finding(rule: FindingRule, touchpoint: Touchpoint, values: Callable[[], Mapping[str, object]]) -> Finding:
    """The finding in each language; names and quoted words are put in as they are, never read as templates."""
    text = Text.said(lambda: str(rule.text).format(name=touchpoint.title, **values()))
    return Finding(rule=rule.rule, severity=rule.severity, title=rule.title, text=text, touchpoint=touchpoint.id)
