"""The names this sector's rules go by: items of the Green Smile checklist, and how their answers are read."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Final

from cemaudit.model import Audit, Checklist, Visit

__all__ = [
    "AFTERWARDS",
    "BOUGHT",
    "FAREWELL",
    "FITTING",
    "GREETED_AFTER",
    "HELPED_AFTER",
    "ONLINE_STOCK",
    "PAYMENT",
    "REPAIR_CALL",
    "ROOM",
    "SECTOR",
    "TRIED_ON",
    "WHOLE_PATH",
    "failed",
    "fulfilled",
    "is_green_smile",
    "seconds",
    "whole",
]

SECTOR: Final = "retail"

GREETED_AFTER: Final = "GS02"
ROOM: Final = "GS03"
HELPED_AFTER: Final = "GS04"
FITTING: Final = "GS07"
PAYMENT: Final = "GS08"
REPAIR_CALL: Final = "GS09"
FAREWELL: Final = "GS10"
ONLINE_STOCK: Final = "GSX2"

AFTERWARDS: Final = (REPAIR_CALL, "GSX1")
"""Items that can only be answered once the shopper has left."""

WHOLE_PATH: Final = (ROOM, "GS05", "GS06", FITTING, PAYMENT)
"""Items that together tell of a visit from looking around to paying."""

TRIED_ON: Final = frozenset({"full", "partly"})
"""Answers to the fitting item which say that something was tried on."""

BOUGHT: Final = frozenset({"told", "not-told", "wrong"})
"""Answers to the payment item which say that something was bought."""


def is_green_smile(checklist: Checklist) -> bool:
    """Whether the checklist is the one whose items the rules know by id."""
    return checklist.id == "retail.green-smile"


def seconds(visit: Visit, item: str) -> Fraction | None:
    """The seconds answered to ``item``; ``None`` where there is no number."""
    value = visit.answers.get(item)
    return Fraction(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


def whole(value: Fraction) -> int:
    """``value`` as printed: rounded to a whole number, halves up."""
    return floor(value + Fraction(1, 2))


def failed(audit: Audit, item: str) -> bool:
    """Whether ``item`` was scored and earned nothing."""
    score = audit.items.get(item)
    return score is not None and score.share == 0


def fulfilled(audit: Audit, item: str) -> bool:
    """Whether ``item`` earned all its points."""
    score = audit.items.get(item)
    return score is not None and score.share == 1
