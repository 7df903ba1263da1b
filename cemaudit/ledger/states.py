"""The states of a visit in the ledger, and the outcomes of collecting it."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from cemaudit.errors import Problem
from cemaudit.language import N_, Message, translate

__all__ = ["COLLECTED", "CURRENT_STATE", "LATEST", "SEEN_BEFORE", "CollectionResult", "CollectionStatus", "VisitState"]

_LAST = "select state from state where state.visit = visit.number order by state.number desc limit 1"

CURRENT_STATE = f"coalesce(({_LAST}), 'received')"
"""The state of a row of ``visit``, in a statement."""

LATEST = "not exists (select 1 from visit later where later.id = visit.id and later.revision > visit.revision)"
"""Whether a row of ``visit`` is the latest revision there is, in a statement."""


class VisitState(StrEnum):
    """``received`` until somebody looked; ``returned`` to the shopper; ``excluded``: kept, but in no report.

    ``contested``: the store appealed against it, and nobody has decided yet.
    """

    RECEIVED = "received"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    EXCLUDED = "excluded"
    CONTESTED = "contested"

    @property
    def words(self) -> str:
        """Return the state in the language in force."""
        return translate(_TITLES[self])


_TITLES = {
    VisitState.RECEIVED: N_("received"),
    VisitState.ACCEPTED: N_("accepted"),
    VisitState.RETURNED: N_("returned"),
    VisitState.EXCLUDED: N_("excluded"),
    VisitState.CONTESTED: N_("contested"),
}


class CollectionStatus(StrEnum):
    """``collected``; ``again``: the very same is there; ``conflict`` with what is there; ``refused`` as it is."""

    COLLECTED = "collected"
    AGAIN = "again"
    CONFLICT = "conflict"
    REFUSED = "refused"


class CollectionResult(NamedTuple):
    """A fate and, for the last two, why; of what was collected, what is to be told about it."""

    fate: CollectionStatus
    problems: tuple[Problem, ...] = ()
    remarks: tuple[Message, ...] = ()


COLLECTED, SEEN_BEFORE = CollectionResult(CollectionStatus.COLLECTED), CollectionResult(CollectionStatus.AGAIN)
