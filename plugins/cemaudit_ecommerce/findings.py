"""What an order's audit says must be looked at: duties, promises, threads that broke between channels."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

from cemaudit.model import Audit, Finding, Severity, Text
from cemaudit.model.answers import AnswerValue
from cemaudit_ecommerce.duties import unmet_duties
from cemaudit_ecommerce.order import DAYS_LATE, SECTOR, is_order, number, orders

__all__ = ["SERIES", "find"]

SERIES = 3
"""The fewest orders that make a series of promises."""

# By edition: the first asked of tracking and notice in one, and of any change of channel.
_DELAY_UNTOLD: Final[Mapping[str, Collection[AnswerValue]]] = {"E13": ("partly", "none"), "E35": (False,)}
_SOLVED = "E20A"
_NOT_REPEATED = ("E22", "E44", "E41")
_OUTCOME_TOLD = "E23"


def find(audit: Audit, history: Sequence[Audit]) -> Iterator[Finding]:
    """All findings of an order; ``history`` holds earlier audits of the same shop."""
    if audit.checklist.sector == SECTOR and is_order(audit.checklist):
        yield from unmet_duties(audit)
        yield from _late_untold(audit)
        yield from _told_twice(audit)
        yield from _loop_open(audit)
        yield from _promises_in_series(audit, history)


def _late_untold(audit: Audit) -> Iterator[Finding]:
    late, answers = number(audit.visit, DAYS_LATE), audit.visit.answers
    untold = next((item for item, bad in _DELAY_UNTOLD.items() if item in answers and answers[item] in bad), None)
    if late is not None and late > 0 and untold:
        title = Text(ko="늦으면서 먼저 알리지 않음", en="Late, and not told in advance")
        text = Text(
            ko=f"약속한 날보다 {float(late):g}일 늦었으나 먼저 알리지 않았습니다. "
            "늦어질 것을 안 즉시 새 도착일을 보내십시오.",
            en=f"{float(late):g} day(s) after the promised day, without notice. "
            "Send the new day as soon as a delay is known.",
        )
        yield _finding(audit, "ecommerce.late-untold", Severity.MAJOR, untold, title, text)


def _told_twice(audit: Audit) -> Iterator[Finding]:
    repeated = next((item for item in _NOT_REPEATED if audit.visit.answers.get(item) is False), None)
    if repeated is None:
        return
    unsolved = audit.visit.answers.get(_SOLVED) is False
    with_bot = repeated == "E44"
    ko_pair, en_pair = ("챗봇과 상담원이", "Chatbot and staff") if with_bot else ("채팅과 전화가", "Chat and phone")
    title = Text(ko="채널을 옮기며 처음부터 다시 설명함", en="The same story told twice")
    text = Text(
        ko=f"{ko_pair} 서로의 기록을 보지 못합니다. 문의 번호 하나로 기록이 이어지게 하십시오."
        + (" 다시 설명하고도 첫 통화에서 해결되지 않았습니다." if unsolved else ""),
        en=f"{en_pair} do not see each other's record. Let one case number carry it across."
        + (" Even so the first call did not solve it." if unsolved else ""),
    )
    yield _finding(audit, "ecommerce.told-twice", Severity.MAJOR, repeated, title, text)


def _loop_open(audit: Audit) -> Iterator[Finding]:
    if audit.visit.answers.get(_OUTCOME_TOLD) is False:
        title = Text(ko="불만 처리 결과를 알리지 않음", en="The outcome of a complaint was not told")
        text = Text(
            ko="처리 완료로 끝내지 말고 고객에게 결과를 알린 때를 종결로 삼으십시오.",
            en="Count a complaint as closed when the customer has been told, not when it was handled.",
        )
        yield _finding(audit, "ecommerce.loop-open", Severity.MINOR, _OUTCOME_TOLD, title, text)


def _promises_in_series(audit: Audit, history: Sequence[Audit]) -> Iterator[Finding]:
    days = [order.days_late for order in orders([*history, audit]) if order.days_late is not None]
    if number(audit.visit, DAYS_LATE) is None or len(days) < SERIES:
        return
    late = sum(one > 0 for one in days[-SERIES:])
    if late == 0:
        title = Text(ko="도착 약속을 거듭 지킴", en="Delivery promises kept, time and again")
        text = Text(
            ko=f"최근 {SERIES}건의 주문이 모두 약속한 날까지 도착했습니다.",
            en=f"All of the last {SERIES} orders came by the promised day.",
        )
        yield _finding(audit, "ecommerce.promises-kept", Severity.STRENGTH, DAYS_LATE, title, text)
    elif late > 1:
        title = Text(ko="도착 약속이 거듭 깨짐", en="Delivery promises broken, time and again")
        text = Text(
            ko=f"최근 {SERIES}건 가운데 {late}건이 늦었습니다. 더 빨리 보내거나, 지킬 수 있는 날을 약속하십시오.",
            en=f"{late} of the last {SERIES} orders came late. Ship sooner, or promise a day that can be kept.",
        )
        yield _finding(audit, "ecommerce.promises-broken", Severity.MAJOR, DAYS_LATE, title, text)


def _finding(audit: Audit, rule: str, severity: Severity, item: str, title: Text, text: Text) -> Finding:  # noqa: PLR0913, PLR0917 (a record's own fields)
    touchpoint = audit.checklist.touchpoint_of[item].id
    return Finding(rule=rule, severity=severity, item=item, touchpoint=touchpoint, title=title, text=text)
