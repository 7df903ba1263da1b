"""What a shop's audit says must be looked at: rules about the store path that only retail needs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from cemaudit.model import Audit, Finding, Severity, Text
from cemaudit_retail.items import (
    CARD_TAKEN,
    FAREWELL,
    FIRST,
    GREETED_AFTER,
    ONLINE_STOCK,
    ROOM,
    SECTOR,
    edition_of,
    failed,
    fulfilled,
    is_green_smile,
    whole,
)
from cemaudit_retail.path import STORE_PATHS, feelings_in_store
from cemaudit_retail.trend import falling

__all__ = ["GOOD_ADVICE", "POOR_CLOSING", "find"]

GOOD_ADVICE = Fraction(75)
POOR_CLOSING = Fraction(50)
"""Performance in percent: advice at least so good, fitting or payment at most so good."""


def find(audit: Audit, history: Sequence[Audit]) -> Iterator[Finding]:
    """All findings of a retail audit; ``history`` holds earlier audits of the same store."""
    if audit.checklist.sector != SECTOR:
        return
    if audit.checklist.journey in STORE_PATHS:
        yield from _served_not_sold(audit)
        yield from _bitter_end(audit)
    if is_green_smile(audit.checklist):
        for rule in (_silent, _pressed, _stock_differs, _card_refused, _smile_to_the_end):
            yield from rule(audit)
    yield from falling(audit, history)


def _served_not_sold(audit: Audit) -> Iterator[Finding]:
    advice = audit.score("stage.performance", "consult").value
    if advice is None or advice < GOOD_ADVICE:
        return
    for stage in ("try-on", "pay"):
        closing = audit.score("stage.performance", stage).value
        if closing is not None and closing <= POOR_CLOSING:
            name = audit.checklist.path.stage(stage).title
            yield Finding(
                rule="retail.served-not-sold",
                severity=Severity.MAJOR,
                title=Text(ko="상담은 좋았으나 구매로 이어지지 못함", en="Served, but not sold"),
                text=Text(
                    ko=f"상담 수행은 {whole(advice)}점인데 ‘{name.ko}’ 단계는 {whole(closing)}점입니다. "
                    "잘 설명한 뒤 다음 걸음을 권하고 챙기는 순서를 점검하십시오.",
                    en=f"Advice reached {whole(advice)}, yet “{name.en}” only {whole(closing)}. "
                    "Look at how staff lead on from a good explanation to the next step.",
                ),
                touchpoint=next((one.id for one in audit.checklist.touchpoints if one.stage == stage), None),
            )


def _bitter_end(audit: Audit) -> Iterator[Finding]:
    felt = feelings_in_store(audit)
    if len(felt) >= 3 and felt[-1].emotion < 0 < max(one.emotion for one in felt):
        last = felt[-1].touchpoint
        yield Finding(
            rule="retail.bitter-end",
            severity=Severity.MAJOR,
            title=Text(ko="좋던 기분이 끝에서 무너짐", en="A good visit that ended badly"),
            text=Text(
                ko=f"매장 안의 마지막 감정({last.title.ko or last.title.en})이 부정적입니다. "
                "고객은 가장 강한 순간과 마지막 순간을 오래 기억합니다.",
                en=f"The last feeling in the shop ({last.title.en or last.title.ko}) was bad. "
                "Customers remember the strongest moment and the last.",
            ),
            touchpoint=last.id,
        )


def _silent(audit: Audit) -> Iterator[Finding]:
    if failed(audit, GREETED_AFTER) and failed(audit, FAREWELL):
        title = Text(ko="인사가 없는 매장", en="A silent store")
        text = Text(
            ko="들어와 1분 안에 인사를 받지 못했고 배웅도 없었습니다. 시간대별로 입구를 맡을 사람을 정하십시오.",
            en="No greeting within a minute of coming in, and no farewell. Settle who minds the entrance at each hour.",
        )
        yield _finding(audit, "retail.silent-store", Severity.MAJOR, GREETED_AFTER, title, text)


def _pressed(audit: Audit) -> Iterator[Finding]:
    touchpoint = audit.checklist.touchpoint_of[ROOM]
    emotion = audit.score("touchpoint.emotion", touchpoint.id).value if touchpoint.emotion else None
    felt_bad = emotion is not None and emotion < 0
    if failed(audit, ROOM) and (felt_bad or not touchpoint.emotion):
        title = Text(ko="부담을 주어 밀어냄", en="Pressed away")
        text = Text(
            ko="둘러볼 틈 없이 다가가 고객이 불편해했습니다. 인사한 뒤 기다리는 거리와 시간을 함께 정하십시오.",
            en="Staff came too close too soon, and it felt bad. "
            "Agree how far and how long to hold back after the greeting.",
        )
        yield _finding(audit, "retail.pressed", Severity.MAJOR, ROOM, title, text)


def _stock_differs(audit: Audit) -> Iterator[Finding]:
    if failed(audit, ONLINE_STOCK):
        title = Text(ko="온라인 재고를 믿고 왔다가 헛걸음함", en="Came for stock that was not there")
        text = Text(
            ko="온라인에 표시된 재고가 실제와 달랐습니다. 재고가 반영되는 주기와 예약 보관 방법을 확인하십시오.",
            en="What the web showed was not in the shop. Check how often stock is updated, and offer to hold goods.",
        )
        yield _finding(audit, "retail.stock-differs", Severity.MINOR, ONLINE_STOCK, title, text)


def _card_refused(audit: Audit) -> Iterator[Finding]:
    if failed(audit, CARD_TAKEN):
        title = Text(ko="카드를 거절하거나 더 받음", en="A card refused, or charged more")
        text = Text(
            ko="카드를 받지 않거나 카드라는 이유로 더 받았습니다. 여신전문금융업법 제19조와 맞닿은 항목입니다. "
            "방문 한 번으로 위반 여부를 판단하지 않으니 법무 담당자와 확인하십시오.",
            en="Paying by card was refused, or cost more. Article 19 of the Specialized Credit Finance Business Act "
            "may set a duty here. One visit does not decide whether it was breached: check with counsel.",
        )
        yield _finding(audit, "retail.card-refused", Severity.MAJOR, CARD_TAKEN, title, text)


def _smile_to_the_end(audit: Audit) -> Iterator[Finding]:
    edition = edition_of(audit.checklist)
    calls = [item for item in edition.calls if item in audit.items and audit.items[item].share is not None]
    if calls and all(fulfilled(audit, item) for item in (GREETED_AFTER, FAREWELL, *calls)):
        title = Text(ko="처음부터 구매 후까지 이어진 미소", en="A smile from the door to the repair desk")
        ko_call, en_call = ("수선 전화", "call about a repair") if edition is FIRST else ("전화 문의", "phone call")
        text = Text(
            ko=f"맞이, 배웅, {ko_call}까지 모두 만점입니다.",
            en=f"Greeting, farewell and the {en_call} were all full marks.",
        )
        yield _finding(audit, "retail.smile-to-the-end", Severity.STRENGTH, FAREWELL, title, text)


def _finding(audit: Audit, rule: str, severity: Severity, item: str, title: Text, text: Text) -> Finding:  # noqa: PLR0913, PLR0917 (a record's own fields)
    touchpoint = audit.checklist.touchpoint_of[item].id
    return Finding(rule=rule, severity=severity, item=item, touchpoint=touchpoint, title=title, text=text)
