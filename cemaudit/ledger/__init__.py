"""Headquarters' ledger: visits of many shoppers and years, nothing lost, nothing twice, nothing overwritten.

``open_ledger`` opens it, on a file or on a server; a ``Collector`` takes visits in, and their states are added, never
changed. ``open_appeal`` and ``decide_appeal`` keep what stores contest. ``update_snapshot`` writes the columns that
``cemaudit.ledger.query`` and comparisons read, ``rescore_history`` scores them under another scheme, and
``write_export`` writes tables for others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cemaudit.packages import front_door

if TYPE_CHECKING:
    from cemaudit.ledger.actions import Action, current_actions, save_actions
    from cemaudit.ledger.appeal_decisions import NewDecision, decide_appeal
    from cemaudit.ledger.appeals import Appeal, NewAppeal, open_appeal
    from cemaudit.ledger.collecting import CollectionSummary, Collector
    from cemaudit.ledger.export.files import write_export
    from cemaudit.ledger.history import VisitReview, review_visits, visit_history
    from cemaudit.ledger.ledger import Ledger, LedgerVisit, open_ledger
    from cemaudit.ledger.rescoring.run import rescore_history
    from cemaudit.ledger.snapshot.taking import update_snapshot
    from cemaudit.ledger.states import VisitState
    from cemaudit.ledger.store_registry import import_stores, registered_stores

__all__ = [
    "Action",
    "Appeal",
    "CollectionSummary",
    "Collector",
    "Ledger",
    "LedgerVisit",
    "NewAppeal",
    "NewDecision",
    "VisitReview",
    "VisitState",
    "current_actions",
    "decide_appeal",
    "import_stores",
    "open_appeal",
    "open_ledger",
    "registered_stores",
    "rescore_history",
    "review_visits",
    "save_actions",
    "update_snapshot",
    "visit_history",
    "write_export",
]

_HOMES = {
    "Action": "actions",
    "Appeal": "appeals",
    "CollectionSummary": "collecting",
    "Collector": "collecting",
    "Ledger": "ledger",
    "LedgerVisit": "ledger",
    "NewAppeal": "appeals",
    "NewDecision": "appeal_decisions",
    "VisitReview": "history",
    "VisitState": "states",
    "current_actions": "actions",
    "decide_appeal": "appeal_decisions",
    "import_stores": "store_registry",
    "open_appeal": "appeals",
    "open_ledger": "ledger",
    "registered_stores": "store_registry",
    "rescore_history": "rescoring.run",
    "review_visits": "history",
    "save_actions": "actions",
    "update_snapshot": "snapshot.taking",
    "visit_history": "history",
    "write_export": "export.files",
}

__getattr__, __dir__ = front_door(__name__, _HOMES)
