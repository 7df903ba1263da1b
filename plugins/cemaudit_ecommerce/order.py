"""An order as the rules see it: its dates and counts, read from a visit that answers the order checklist."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Final

from cemaudit.model import Audit, Checklist, Visit

__all__ = [
    "ARRIVED",
    "CONFIRMED_AFTER",
    "DAYS_LATE",
    "ORDERED",
    "PROMISED",
    "REFUNDED",
    "REFUND_DAYS",
    "REFUND_LIMIT",
    "RETURNED",
    "SECTOR",
    "Order",
    "is_order",
    "is_second",
    "number",
    "orders",
]

SECTOR: Final = "ecommerce"

CONFIRMED_AFTER: Final = "E11"
ORDERED: Final = "E11A"
DAYS_LATE: Final = "E12"
PROMISED: Final = "E12A"
ARRIVED: Final = "E12B"
REFUND_DAYS: Final = "E19"
RETURNED: Final = "E19A"
REFUNDED: Final = "E19B"

REFUND_LIMIT: Final = 3
"""Business days from arrival of the returned goods to the refund."""


@dataclass(frozen=True)
class Order:
    """One order: dates where they were noted, and how many days late it came (below 0: early).

    Where the checklist does not ask the day of arrival, it is the promised day and the days late.
    """

    visit: Visit
    ordered: date | None
    promised: date | None
    arrived: date | None
    returned: date | None
    refunded: date | None
    days_late: Fraction | None
    refund_days: Fraction | None

    @classmethod
    def of(cls, visit: Visit, checklist: Checklist) -> Order:
        """The order a visit tells of."""
        promised, late = _day(visit, PROMISED), number(visit, DAYS_LATE)
        arrived = _day(visit, ARRIVED)
        if ARRIVED not in checklist.items and promised is not None and late is not None:
            arrived = promised + timedelta(days=int(late))
        return cls(
            visit=visit,
            ordered=_day(visit, ORDERED),
            promised=promised,
            arrived=arrived,
            returned=_day(visit, RETURNED),
            refunded=_day(visit, REFUNDED),
            days_late=late,
            refund_days=number(visit, REFUND_DAYS),
        )


def is_order(checklist: Checklist) -> bool:
    """Whether the checklist is the one whose items the rules know by id."""
    return checklist.id == "ecommerce.order"


def is_second(checklist: Checklist) -> bool:
    """Whether an order checklist is the second edition, which asks the total on the first screen with a price."""
    return "E31" in checklist.items


def orders(audits: Iterable[Audit]) -> list[Order]:
    """The orders among ``audits``, each visit once, in the order given."""
    by_visit = {audit.visit.id: audit for audit in audits if is_order(audit.checklist)}
    return [Order.of(audit.visit, audit.checklist) for audit in by_visit.values()]


def number(visit: Visit, item: str) -> Fraction | None:
    """The answer to ``item`` where it is a number."""
    value = visit.answers.get(item)
    return Fraction(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


def _day(visit: Visit, item: str) -> date | None:
    try:
        return date.fromisoformat(str(visit.answers.get(item)))
    except ValueError:
        return None
