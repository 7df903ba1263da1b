"""Duties of a seller that the order checklist touches. No legal advice: every finding sends the reader to counsel."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from cemaudit.model import Audit, Finding, Severity, Text

__all__ = ["DUTIES", "unmet_duties"]

DUTIES = MappingProxyType(
    {
        "E04": Text(
            ko="배송비를 포함한 총액이 결제 전에 보이지 않았습니다",
            en="The total with shipping was not shown before payment",
        ),
        "E09": Text(
            ko="결제 전에 주문 내용을 확인하고 고칠 수 없었습니다",
            en="The order could not be checked and changed before payment",
        ),
        "E10": Text(
            ko="추가 상품이나 선택 동의가 미리 체크되어 있었습니다",
            en="An extra or an optional consent was ticked in advance",
        ),
        "E11": Text(
            ko="주문 접수 확인이 한 시간 안에 오지 않았습니다", en="No confirmation of the order came within an hour"
        ),
        "E16": Text(ko="받은 상품이 설명과 달랐습니다", en="The goods differ from their description"),
        "E18": Text(
            ko="반품 비용을 누가 내는지 미리 정확히 알려 주지 않았습니다",
            en="Who pays for a return was not told beforehand, or told wrongly",
        ),
        "E19": Text(
            ko="반품 상품이 도착한 뒤 3영업일 안에 환급되지 않았습니다",
            en="No refund within three business days of the return's arrival",
        ),
    }
)
"""What went wrong where the item earned nothing, by item id."""


def unmet_duties(audit: Audit) -> Iterator[Finding]:
    """One finding for each item of a duty that was scored and earned nothing."""
    for item, what in DUTIES.items():
        score = audit.items.get(item)
        if score is not None and score.share == 0:
            yield Finding(
                rule="ecommerce.duty",
                severity=Severity.MAJOR,
                title=Text(ko="법적 의무를 확인해야 할 점", en="A duty to check with counsel"),
                text=Text(
                    ko=f"{what.ko}. 전자상거래 관련 법의 의무와 맞닿은 항목입니다. "
                    "주문 한 건으로 위반 여부를 판단하지 않으니 법무 담당자와 확인하십시오.",
                    en=f"{what.en}. E-commerce law may set a duty here. "
                    "One order does not decide whether it was breached: check with counsel.",
                ),
                touchpoint=audit.checklist.touchpoint_of[item].id,
                item=item,
            )
