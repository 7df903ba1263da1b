"""Screening over all shoppers: what an editor should look at before a visit is accepted. It decides nothing.

Each rule is a function over visits; ``screen_ledger`` reads the ledger, applies them all and keeps what they remark.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cemaudit.packages import front_door

if TYPE_CHECKING:
    from cemaudit.programme.screening.rules import FALSE_ALARMS, RULES, ScreenedVisit, screen_visits
    from cemaudit.programme.screening.run import screen_ledger

__all__ = ["FALSE_ALARMS", "RULES", "ScreenedVisit", "screen_ledger", "screen_visits"]

_HOMES = {
    "FALSE_ALARMS": "rules",
    "RULES": "rules",
    "ScreenedVisit": "rules",
    "screen_ledger": "run",
    "screen_visits": "rules",
}

__getattr__, __dir__ = front_door(__name__, _HOMES)
