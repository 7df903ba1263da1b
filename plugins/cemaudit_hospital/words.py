"""The names this sector's rules go by: steps of a treatment and items of the outpatient checklist."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Final

from cemaudit.model import Visit

__all__ = [
    "AFTER",
    "BODY",
    "CHECKLIST",
    "CONTACTED_AFTER",
    "DATA",
    "DELAY_TOLD",
    "HISTORY_KNOWN",
    "LAST",
    "LATER_STEPS",
    "MINUTES_WAITED",
    "PLAN_GIVEN",
    "PLAN_UNTIL",
    "PLAN_VISITS",
    "PRIVACY",
    "PROGRESS_TOLD",
    "SECTOR",
    "number",
]

SECTOR: Final = "hospital"
CHECKLIST: Final = "hospital.outpatient"

LAST: Final = "VE"
AFTER: Final = "VF"
LATER_STEPS: Final = frozenset({"VB", "Vn", LAST, AFTER})

MINUTES_WAITED: Final = "H06"
DELAY_TOLD: Final = "H07"
PRIVACY: Final = "H13"
"""The first edition's question on both; the second asks ``BODY`` and ``DATA``."""
BODY: Final = "H13-body"
DATA: Final = "H13-data"
PLAN_GIVEN: Final = "H17"
PLAN_VISITS: Final = "H17-visits"
PLAN_UNTIL: Final = "H17-until"
HISTORY_KNOWN: Final = "H20"
PROGRESS_TOLD: Final = "H21"
CONTACTED_AFTER: Final = "H23"


def number(visit: Visit, item: str) -> Fraction | None:
    """The answer to ``item`` where it is a number."""
    value = visit.answers.get(item)
    return Fraction(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None
