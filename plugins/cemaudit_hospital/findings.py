"""What a hospital visit, and the treatment it belongs to, say must be looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from cemaudit.model import Audit, Finding, Severity, Text
from cemaudit_hospital.course import course
from cemaudit_hospital.words import (
    BODY,
    CHECKLIST,
    CONTACTED_AFTER,
    DATA,
    DELAY_TOLD,
    HISTORY_KNOWN,
    MINUTES_WAITED,
    PLAN_GIVEN,
    PRIVACY,
    PROGRESS_TOLD,
    SECTOR,
    number,
)

__all__ = ["LONG_WAIT", "find"]

LONG_WAIT = 30
"""Minutes beyond the appointment after which silence is a finding of its own."""


@dataclass(frozen=True)
class _Rule:
    """A finding on one visit: where ``holds`` is true of the audit, ``item`` gets it."""

    id: str
    severity: Severity
    item: str
    holds: Callable[[Audit], bool]
    title: Text
    text: Text

    def finding(self, audit: Audit) -> Finding:
        touchpoint = audit.checklist.touchpoint_of.get(self.item)
        place = touchpoint.id if touchpoint else None
        return Finding(
            rule=self.id, severity=self.severity, item=self.item, touchpoint=place, title=self.title, text=self.text
        )


def find(audit: Audit, history: Sequence[Audit]) -> Iterator[Finding]:
    """All findings of a hospital audit; ``history`` may hold earlier visits of the same treatment."""
    if audit.checklist.sector != SECTOR:
        return
    if audit.checklist.id == CHECKLIST:
        yield from (rule.finding(audit) for rule in _RULES if rule.holds(audit))
        yield from _duties(audit)
    yield from course(audit, history)


def _duties(audit: Audit) -> Iterator[Finding]:
    """What law or safety demands and was not met; critical duties have a finding of their own."""
    for item in audit.checklist.items.values():
        score = audit.items.get(item.id)
        if item.critical is None and score is not None and item.fails_duty(score.points):
            yield Finding(
                rule="hospital.duty",
                severity=Severity.MAJOR,
                item=item.id,
                touchpoint=audit.checklist.touchpoint_of[item.id].id,
                title=Text(ko="지키지 못한 의무", en="Duty not met"),
                text=Text(
                    ko=f"{item.ask.ko or item.ask.en} → 미충족. 근거 조항은 항목의 도움말에 있습니다. "
                    "위반인지는 법률 자문을 받으십시오.",
                    en=f"{item.ask.en or item.ask.ko} → not met. The help of the item names the article; "
                    "whether it is a breach is for counsel.",
                ),
            )


def _waited_untold(audit: Audit) -> bool:
    waited = number(audit.visit, MINUTES_WAITED)
    return waited is not None and waited > LONG_WAIT and audit.visit.answers.get(DELAY_TOLD) is False


def _thread_held(audit: Audit) -> bool:
    progress = audit.items.get(PROGRESS_TOLD)
    return audit.visit.answers.get(HISTORY_KNOWN) is True and progress is not None and progress.share == 1


_RULES = (
    _Rule(
        "hospital.privacy",
        Severity.CRITICAL,
        PRIVACY,
        lambda audit: audit.visit.answers.get(PRIVACY) is False,
        Text(ko="신체 노출·개인정보가 보호되지 않음", en="Privacy not protected"),
        Text(
            ko="가림막과 문, 호명 방식, 화면과 서류의 위치를 당일 점검하고 재발 방지 조치를 기록하십시오.",
            en="Check curtains and doors, how names are called, and where screens and papers face, the same day; "
            "record what prevents a repeat.",
        ),
    ),
    _Rule(
        "hospital.privacy",
        Severity.CRITICAL,
        BODY,
        lambda audit: audit.visit.answers.get(BODY) is False,
        Text(ko="신체가 다른 사람에게 드러남", en="The body exposed to others"),
        Text(
            ko="가림막과 문, 가운을 당일 점검하고 재발 방지 조치를 기록하십시오.",
            en="Check curtains, doors and gowns the same day; record what prevents a repeat.",
        ),
    ),
    _Rule(
        "hospital.privacy",
        Severity.CRITICAL,
        DATA,
        lambda audit: audit.visit.answers.get(DATA) is False,
        Text(ko="병명이나 개인정보가 드러남", en="Illness or personal data disclosed"),
        Text(
            ko="호명 방식, 화면과 서류의 위치, 창구의 말소리를 당일 점검하고 재발 방지 조치를 기록하십시오.",
            en="Check how names are called, where screens and papers face, and what is said at the desk, the same day; "
            "record what prevents a repeat.",
        ),
    ),
    _Rule(
        "hospital.waiting-untold",
        Severity.MAJOR,
        DELAY_TOLD,
        _waited_untold,
        Text(ko="이유를 모른 채 오래 기다림", en="A long wait without a reason given"),
        Text(
            ko=f"예약 시각보다 {LONG_WAIT}분 넘게 늦었으나 이유와 예상 시간을 먼저 알리지 않았습니다. "
            "지연을 알리는 담당과 시점을 정하십시오.",
            en=f"More than {LONG_WAIT} minutes beyond the appointment, and nobody said why or how long. "
            "Settle who tells those waiting, and when.",
        ),
    ),
    _Rule(
        "hospital.history-again",
        Severity.MAJOR,
        HISTORY_KNOWN,
        lambda audit: audit.visit.answers.get(HISTORY_KNOWN) is False,
        Text(ko="지난 내용을 처음부터 다시 물음", en="History asked all over again"),
        Text(
            ko="기록이 다음 방문으로 이어지지 않았습니다. 진료 전에 지난 기록을 확인하는 절차를 점검하십시오.",
            en="The record did not reach the next visit. Check how staff read it before the patient comes in.",
        ),
    ),
    _Rule(
        "hospital.no-plan",
        Severity.MINOR,
        PLAN_GIVEN,
        lambda audit: audit.visit.answers.get(PLAN_GIVEN) is False,
        Text(ko="치료 계획서 없음", en="No treatment plan"),
        Text(
            ko="방문 횟수·기간·비용을 모르면 환자도 병원도 중간에 끊긴 치료를 알아차리지 못합니다.",
            en="Without visits, time and cost on paper, neither patient nor clinic notices a broken-off treatment.",
        ),
    ),
    _Rule(
        "hospital.no-follow-up",
        Severity.MINOR,
        CONTACTED_AFTER,
        lambda audit: audit.visit.answers.get(CONTACTED_AFTER) == "none",
        Text(ko="치료 종료 뒤 연락 없음", en="No contact after the treatment"),
        Text(
            ko="치료가 끝난 환자에게 14일 안에 안부와 이상 여부를 묻는 담당을 정해 두십시오.",
            en="Settle who asks, within 14 days, how the patient is doing.",
        ),
    ),
    _Rule(
        "hospital.thread-held",
        Severity.STRENGTH,
        PROGRESS_TOLD,
        _thread_held,
        Text(ko="치료의 흐름이 이어짐", en="The thread of the treatment held"),
        Text(
            ko="지난 내용을 알고 있었고, 계획에 비추어 진행을 모두 설명했습니다.",
            en="The history was known, and progress against the plan was fully explained.",
        ),
    ),
)
