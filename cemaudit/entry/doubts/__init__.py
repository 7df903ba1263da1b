"""What should be looked at again before a visit is handed over, each doubt with how to mend it; and what it lacks."""

from __future__ import annotations

from cemaudit.entry.doubts.completeness import (
    MISSING_TITLES,
    CompletenessCheck,
    missing_by_title,
    missing_parts,
    missing_words,
)
from cemaudit.entry.doubts.doubt import Doubt, open_doubts
from cemaudit.entry.doubts.earlier import Earlier, PriorVisit
from cemaudit.entry.doubts.gate import all_doubts, gate_doubts
from cemaudit.entry.doubts.overlaps import Stay, Stays, stay_of
from cemaudit.entry.doubts.remarks import GateReport, incomplete_count

__all__ = [
    "MISSING_TITLES",
    "CompletenessCheck",
    "Doubt",
    "Earlier",
    "GateReport",
    "PriorVisit",
    "Stay",
    "Stays",
    "all_doubts",
    "gate_doubts",
    "incomplete_count",
    "missing_by_title",
    "missing_parts",
    "missing_words",
    "open_doubts",
    "stay_of",
]
