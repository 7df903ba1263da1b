"""What a branch's audit says must be looked at, and what it did well."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cemaudit.model import Audit, Finding, Severity, Text
from cemaudit_bank.items import ASKED, LOSS_EXPLAINED, SECTOR, TIED_SALE, WAITED, minutes_waited

__all__ = ["find", "is_long_wait"]

LONG_WAIT = 20
"""Minutes."""


def find(audit: Audit, history: Sequence[Audit]) -> Iterator[Finding]:
    """All findings of a branch; ``history`` holds earlier audits of the same one."""
    if audit.checklist.sector != SECTOR:
        return
    yield from _risk_untold(audit)
    yield from _tied_sale(audit)
    yield from _long_wait(audit, history)
    yield from _all_asked(audit)


def is_long_wait(audit: Audit) -> bool:
    """Whether the customer waited longer than anybody should."""
    waited = minutes_waited(audit.visit)
    return waited is not None and waited > LONG_WAIT


def _risk_untold(audit: Audit) -> Iterator[Finding]:
    if audit.items[LOSS_EXPLAINED].points == 0:
        yield Finding(
            rule="bank.risk-untold",
            severity=Severity.CRITICAL,
            touchpoint="product",
            item=LOSS_EXPLAINED,
            title=Text(ko="원금 손실 가능성을 설명하지 않음", en="Possible loss not explained"),
            text=Text(
                ko="금융소비자보호법 제19조의 설명의무에 걸릴 수 있습니다. 상담 기록과 설명서 교부 여부를 "
                "준법감시 담당자와 확인하십시오.",
                en="This may touch the duty to explain (article 19 of the Financial Consumer Protection Act). Go "
                "through the record of the advice and of the documents handed over with compliance.",
            ),
        )


def _tied_sale(audit: Audit) -> Iterator[Finding]:
    if audit.visit.answers.get(TIED_SALE) is True:
        yield Finding(
            rule="bank.tied-sale",
            severity=Severity.CRITICAL,
            touchpoint="product",
            item=TIED_SALE,
            title=Text(ko="끼워 팔기", en="A tied sale"),
            text=Text(
                ko="다른 상품 가입이 조건으로 붙었습니다. 방문자의 기록을 읽고, 영업점의 판매 목표가 "
                "그렇게 몰아가는지 살피십시오.",
                en="Another product was made a condition. Read the shopper's note, and see whether the branch's sales "
                "targets push that way.",
            ),
        )


def _long_wait(audit: Audit, history: Sequence[Audit]) -> Iterator[Finding]:
    if is_long_wait(audit):
        again = any(is_long_wait(past) for past in history)
        yield Finding(
            rule="bank.long-wait",
            severity=Severity.MAJOR if again else Severity.MINOR,
            touchpoint="queue",
            item=WAITED,
            title=Text(ko="거듭된 긴 대기", en="A long wait, again") if again else Text(ko="긴 대기", en="A long wait"),
            text=Text(
                ko=f"{LONG_WAIT}분 넘게 기다렸습니다. 점심시간에 여는 창구 수를 번호표 기록과 견주어 보십시오.",
                en=f"The wait was over {LONG_WAIT} minutes. Compare the desks open over lunch with the ticket log.",
            ),
        )


def _all_asked(audit: Audit) -> Iterator[Finding]:
    if audit.items[ASKED].share == 1:
        yield Finding(
            rule="bank.all-asked",
            severity=Severity.STRENGTH,
            touchpoint="desk",
            item=ASKED,
            title=Text(ko="권하기 전에 모두 물음", en="Asked before recommending"),
            text=Text(
                ko="목적, 기간, 경험, 감당할 손실을 모두 물은 뒤 상품을 권했습니다.",
                en="Purpose, term, experience and bearable loss were all asked before a product was recommended.",
            ),
        )
