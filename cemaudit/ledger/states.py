"""What becomes of a visit at headquarters: received, accepted, returned or excluded."""

from __future__ import annotations

from enum import StrEnum

from cemaudit.language import N_, translate

__all__ = ["LATEST", "STATE_NOW", "State"]

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
