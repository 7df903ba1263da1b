"""Queries of a snapshot: SQL that returns whole numbers, finished in Python, so that every engine agrees.

A ``LedgerQuery`` says which visits, which scores and grouped by what; ``show`` answers it as one of the views that
people know by name, and ``ask`` runs a person's own SQL. A ``Reading`` is an open snapshot: one moment of the ledger,
whatever is collected meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cemaudit.packages import front_door

if TYPE_CHECKING:
    from cemaudit.ledger.query.own_words import SqlResult, ask
    from cemaudit.ledger.query.question import LedgerQuery
    from cemaudit.ledger.query.reading import Reading, ScoreTable
    from cemaudit.ledger.query.statement import EVERYTHING, Filter, conditions_of
    from cemaudit.ledger.query.views import View, ViewResult, show

__all__ = [
    "EVERYTHING",
    "Filter",
    "LedgerQuery",
    "Reading",
    "ScoreTable",
    "SqlResult",
    "View",
    "ViewResult",
    "ask",
    "conditions_of",
    "show",
]

_HOMES = {
    "EVERYTHING": "statement",
    "Filter": "statement",
    "LedgerQuery": "question",
    "Reading": "reading",
    "ScoreTable": "reading",
    "SqlResult": "own_words",
    "View": "views",
    "ViewResult": "views",
    "ask": "own_words",
    "conditions_of": "statement",
    "show": "views",
}

__getattr__, __dir__ = front_door(__name__, _HOMES)
