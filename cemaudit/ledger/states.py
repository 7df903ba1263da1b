"""The states of a visit in the ledger, and the outcomes of collecting it."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from cemaudit.errors import Problem
from cemaudit.language import N_, translate

__all__ = ["COLLECTED", "LATEST", "SEEN_BEFORE", "STATE_NOW", "Fate", "Outcome", "State"]


_LAST = "select state from state where state.visit = visit.number order by state.number desc limit 1"


STATE_NOW = f"coalesce(({_LAST}), 'received')"
"""The state of a row of ``visit``, in a statement."""


LATEST = "not exists (select 1 from visit later where later.id = visit.id and later.revision > visit.revision)"
"""Whether a row of ``visit`` is the latest revision there is, in a statement."""


class State(StrEnum):
    """``received`` until somebody looked; ``returned`` to the shopper; ``excluded``: kept, but in no report."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    EXCLUDED = "excluded"

    @property
    def words(self) -> str:
        """The state in the language in force."""
        return translate(_WORDS[self])


_WORDS = {
    State.RECEIVED: N_("received"),
    State.ACCEPTED: N_("accepted"),
    State.RETURNED: N_("returned"),
    State.EXCLUDED: N_("excluded"),
}


class Fate(StrEnum):
    """``collected``; ``again``: the very same is there; ``conflict`` with what is there; ``refused`` as it is."""

    COLLECTED = "collected"
    AGAIN = "again"
    CONFLICT = "conflict"
    REFUSED = "refused"


class Outcome(NamedTuple):
    """A fate and, for the last two, why."""

    fate: Fate
    problems: tuple[Problem, ...] = ()


COLLECTED, SEEN_BEFORE = Outcome(Fate.COLLECTED), Outcome(Fate.AGAIN)
