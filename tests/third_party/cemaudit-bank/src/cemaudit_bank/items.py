"""The items that rules look at, by what they ask, and their answers as numbers."""

from __future__ import annotations

from decimal import Decimal

from cemaudit.model import Visit

__all__ = ["ASKED", "DUTIES", "LOSS_EXPLAINED", "SECTOR", "TIED_SALE", "WAITED", "minutes_waited"]

SECTOR = "bank"
WAITED = "BK06"
ASKED = "BK10"
LOSS_EXPLAINED = "BK12"
TIED_SALE = "BK14"
DUTIES = (LOSS_EXPLAINED, "BK13", TIED_SALE)


def minutes_waited(visit: Visit) -> float | None:
    """The minutes from taking a number to being called, where they were noted."""
    waited = visit.answers.get(WAITED)
    return float(waited) if isinstance(waited, int | Decimal) else None
