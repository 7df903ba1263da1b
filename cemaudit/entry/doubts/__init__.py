"""What should be looked at again before a visit is handed over, each doubt with how to mend it."""

from __future__ import annotations

from cemaudit.entry.doubts.doubt import Doubt, open_doubts
from cemaudit.entry.doubts.earlier import Earlier, PriorVisit
from cemaudit.entry.doubts.gate import all_doubts

__all__ = ["Doubt", "Earlier", "PriorVisit", "all_doubts", "open_doubts"]
