"""What cannot all be true of one order before it is handed in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from cemaudit.errors import Problem
from cemaudit.model import Checklist, Text, Visit
from cemaudit_ecommerce.order import (
    ARRIVED,
    DAYS_LATE,
    ORDERED,
    PROMISED,
    REFUND_DAYS,
    REFUNDED,
    RETURNED,
    SECTOR,
    Order,
    is_order,
    number,
)

__all__ = ["review"]

_ORDERED = Text(ko="주문한 날", en="the order")
_PROMISED = Text(ko="약속한 도착일", en="the promised day")
_ARRIVED = Text(ko="도착한 날", en="the arrival")
_RETURNED = Text(ko="반품이 도착한 날", en="the arrival of the return")
_REFUNDED = Text(ko="환급된 날", en="the refund")
_NEVER_BEFORE = (
    (PROMISED, _PROMISED, ORDERED, _ORDERED),
    (ARRIVED, _ARRIVED, ORDERED, _ORDERED),
    (RETURNED, _RETURNED, ARRIVED, _ARRIVED),
    (REFUNDED, _REFUNDED, RETURNED, _RETURNED),
)
_CHECK_DATES = Text(ko="두 날짜를 확인하십시오", en="check both dates")


def review(visit: Visit, checklist: Checklist) -> Iterator[Problem]:
    """All problems of an order; nothing for other sectors and checklists."""
    if checklist.sector == SECTOR and is_order(checklist):
        order = Order.of(visit, checklist)
        days = _days(order)
        places = {} if ARRIVED in checklist.items else {ARRIVED: DAYS_LATE}
        yield from _before_its_time(days, places)
        yield from _not_yet(visit, days, places)
        if ARRIVED in checklist.items:
            yield from _days_late(order)
        elif order.days_late is not None and order.promised is None:
            what = Text(ko="늦은 날수의 근거가 되는 약속일이 필요합니다", en="the days late need the promised day")
            yield Problem(what, f"answers.{DAYS_LATE}")
        yield from _refund_days(order)


def _days(order: Order) -> dict[str, date]:
    found = {
        ORDERED: order.ordered,
        PROMISED: order.promised,
        ARRIVED: order.arrived,
        RETURNED: order.returned,
        REFUNDED: order.refunded,
    }
    return {item: day for item, day in found.items() if day}


def _before_its_time(days: dict[str, date], places: Mapping[str, str]) -> Iterator[Problem]:
    """Days before one they follow; ``places``: the item to look at where a day is reckoned from it."""
    for later, what, earlier, than in _NEVER_BEFORE:
        if later in days and earlier in days and days[later] < days[earlier]:
            text = Text(
                ko=f"{what.ko}({days[later]}): {than.ko}({days[earlier]})보다 앞섭니다",
                en=f"{what.en} ({days[later]}) lies before {than.en} ({days[earlier]})",
            )
            yield Problem(text, f"answers.{places.get(later, later)}", _CHECK_DATES)


def _not_yet(visit: Visit, days: dict[str, date], places: Mapping[str, str]) -> Iterator[Problem]:
    for item, day in days.items():
        if visit.entered and item != PROMISED and day > visit.entered.date():
            what = Text(ko=f"입력한 날보다 뒤의 날짜입니다: {day}", en=f"a day after this was typed in: {day}")
            yield Problem(what, f"answers.{places.get(item, item)}")


def _days_late(order: Order) -> Iterator[Problem]:
    if order.days_late is None:
        return
    if order.promised is None or order.arrived is None:
        what = Text(
            ko="늦은 날수의 근거가 되는 약속일과 도착일이 모두 필요합니다",
            en="the days late need both the promised day and the day of arrival",
        )
        yield Problem(what, f"answers.{DAYS_LATE}")
        return
    counted = (order.arrived - order.promised).days
    if order.days_late != counted:
        what = Text(
            ko=f"늦은 날수({float(order.days_late):g})가 두 날짜의 차이({counted})와 다릅니다",
            en=f"{float(order.days_late):g} days late, but the two dates are {counted} apart",
        )
        yield Problem(what, f"answers.{DAYS_LATE}", _CHECK_DATES)


def _refund_days(order: Order) -> Iterator[Problem]:
    stated = number(order.visit, REFUND_DAYS)
    if stated is None or order.returned is None or order.refunded is None:
        return
    weekdays = _weekdays(order.returned, order.refunded)
    if stated > weekdays:
        what = Text(
            ko=f"영업일 수({float(stated):g})가 두 날짜 사이의 평일 수({weekdays})보다 많습니다",
            en=f"{float(stated):g} business days, but only {weekdays} weekdays lie between the two dates",
        )
        yield Problem(what, f"answers.{REFUND_DAYS}", _CHECK_DATES)


def _weekdays(first: date, last: date) -> int:
    """Mondays to Fridays after ``first`` up to and including ``last``; a holiday among them is not known here."""
    weeks, rest = divmod(max((last - first).days, 0), 7)
    return weeks * 5 + sum((first + timedelta(days=day)).weekday() < 5 for day in range(1, rest + 1))
