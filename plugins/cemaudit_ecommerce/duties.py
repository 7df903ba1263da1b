"""Duties of a seller that the order checklist touches. No legal advice: every finding sends the reader to counsel."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType

from cemaudit.model import Audit, Finding, Severity, Text
from cemaudit_ecommerce.order import is_second

__all__ = ["DUTIES", "LAWS", "unmet_duties"]

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
        "E24": Text(ko="광고 수신을 한 번에 거부할 수 없었습니다", en="Unsubscribing took more than one step"),
        "E29": Text(ko="판매자 정보 가운데 빠진 것이 있었습니다", en="Some of the seller's particulars were missing"),
        "E31": Text(
            ko="가격이 처음 나온 화면에 총액이 표시되어 있지 않았습니다",
            en="The first screen with a price did not show all there is to pay",
        ),
        "E33": Text(
            ko="거절하는 버튼이 수락하는 버튼보다 눈에 띄지 않았습니다",
            en="The button to decline was less plain than the one to accept",
        ),
        "E39": Text(
            ko="받은 날부터 7일 안의 반품 신청이 받아들여지지 않았습니다",
            en="A return filed within seven days of receipt was not accepted",
        ),
        "E40": Text(
            ko="반품 비용을 미리 알려 주지 않았거나 알려 준 금액과 달랐습니다",
            en="The cost of the return was not told beforehand, or another amount was taken",
        ),
        "E45": Text(
            ko="거절한 권유가 7일 안에 다시 떴습니다", en="What had been declined was urged again within seven days"
        ),
        "E46": Text(
            ko="유료로 바뀌거나 가격이 오르기 전에 따로 동의를 구하지 않았습니다",
            en="No consent was asked before it began to cost, or to cost more",
        ),
        "E47": Text(ko="해지가 가입보다 어려웠습니다", en="Cancelling was harder than joining"),
    }
)
"""What went wrong where the item earned nothing, by item id."""

_COMMERCE_ACT = {
    "E09": ("제14조 제2항", "article 14(2)"),
    "E10": ("제21조의2", "article 21-2"),
    "E11": ("제14조 제1항", "article 14(1)"),
    "E16": ("제17조 제3항", "article 17(3)"),
    "E19": ("제18조", "article 18"),
    "E29": ("제13조", "article 13"),
    "E31": ("제21조의2 제1항 제1호", "article 21-2(1)1"),
    "E33": ("제21조의2", "article 21-2"),
    "E39": ("제17조 제1항", "article 17(1)"),
    "E40": ("제13조 제2항, 제18조 제9항·제10항", "articles 13(2) and 18(9) and (10)"),
    "E45": ("제21조의2", "article 21-2"),
    "E46": ("제13조 제6항", "article 13(6)"),
    "E47": ("제21조의2", "article 21-2"),
}
LAWS = MappingProxyType(
    {
        **{
            item: Text(ko=f"전자상거래법 {ko}", en=f"The E-Commerce Act ({en})")
            for item, (ko, en) in _COMMERCE_ACT.items()
        },
        "E24": Text(ko="정보통신망법 제50조", en="The Network Act (article 50)"),
    }
)
"""The law each duty of the second edition touches, by item id."""

_SOME_LAW = Text(ko="전자상거래 관련 법", en="E-commerce law")


def unmet_duties(audit: Audit) -> Iterator[Finding]:
    """One finding for each item of a duty that was scored and earned nothing."""
    for item, what in DUTIES.items():
        score = audit.items.get(item)
        if score is not None and score.share == 0 and audit.checklist.items[item].is_duty:
            law = LAWS[item] if is_second(audit.checklist) else _SOME_LAW
            yield Finding(
                rule="ecommerce.duty",
                severity=Severity.MAJOR,
                title=Text(ko="법적 의무를 확인해야 할 점", en="A duty to check with counsel"),
                text=Text(
                    ko=f"{what.ko}. {law.ko}의 의무와 맞닿은 항목입니다. "
                    "주문 한 건으로 위반 여부를 판단하지 않으니 법무 담당자와 확인하십시오.",
                    en=f"{what.en}. {law.en} may set a duty here. "
                    "One order does not decide whether it was breached: check with counsel.",
                ),
                touchpoint=audit.checklist.touchpoint_of[item].id,
                item=item,
            )
