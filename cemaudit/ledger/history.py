"""The history of a visit, and the reviews that change its state."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from cemaudit.errors import BadInput, Problem
from cemaudit.language import message
from cemaudit.ledger.audit_trail import TrailEntry
from cemaudit.ledger.database import Row
from cemaudit.ledger.ledger import Ledger, LedgerVisit
from cemaudit.ledger.marks import marks_of
from cemaudit.ledger.purging import PurgeRecord, purges_of
from cemaudit.ledger.states import CURRENT_STATE, VisitState

if TYPE_CHECKING:
    from cemaudit.model import Change

__all__ = ["VisitReview", "VisitRevision", "review_visits", "visit_history", "visit_reviews"]


class VisitReview(NamedTuple):
    """One state a visit was given: why, by whom, when (UTC)."""

    state: VisitState
    reason: str
    who: str
    at: str


def review_visits(
    ledger: Ledger, visits: list[str], state: VisitState, reason: str, revision: int | None = None
) -> None:
    """Give visits a state, all or none: their latest revision, or the one given.

    ``BadInput`` where one is not in the ledger, or a reason is missing for ``returned`` or ``excluded``.
    """
    if not reason and state is not VisitState.ACCEPTED:
        raise BadInput(Problem(message("a visit is {state} only with a reason", state=state.words), "--reason"))

    def work(entry: TrailEntry) -> None:
        # A visit named twice gets its state once.
        numbers = [_number(entry, visit, revision) for visit in dict.fromkeys(visits)]
        ((last,),) = entry.database.run("select coalesce(max(number), 0) from state")
        # A further row and no changed one: the history says who saw it otherwise, and when.
        review = VisitReview(state, reason, ledger.who, entry.at)
        entry.add("state", [(last + index, number, *review) for index, number in enumerate(numbers, 1)])
        entry.subject = state.value

    ledger.write("reviewed", work)


def _number(entry: TrailEntry, visit: str, revision: int | None) -> int:
    """The number of a revision of a visit, the latest unless said."""
    revisions: dict[int, int] = dict(entry.database.run("select revision, number from visit where id = ?", (visit,)))
    if not revisions:
        raise BadInput(Problem(message("no such visit: {id}", id=visit), entry.database.place))
    if revision is not None and revision not in revisions:
        text = message("visit {id} has no revision {revision}", id=visit, revision=revision)
        raise BadInput(Problem(text, entry.database.place))
    return int(revisions[revision if revision is not None else max(revisions)])


def visit_reviews(ledger: Ledger, number: int) -> list[VisitReview]:
    """Return the states the visit of that number was given, oldest first."""
    query = "select state, reason, who, at from state where visit = ? order by number"
    return [VisitReview(VisitState(state), *rest) for state, *rest in ledger.database.run(query, (number,))]


@dataclass(frozen=True)
class VisitRevision:
    """One revision of a visit: what came in, when (``at``, UTC) and through whom, and what became of it since.

    ``sealed``: the SHA-256 of the sealed file it came in. ``waits``: the revision before it has not come in yet.
    ``missing``: what it lacks of what its checklist asks, as places of the visit; none: it is complete.
    ``amendment`` and ``changes`` are the shopper's; ``purges`` took the personal data away, these words with them.
    """

    held: LedgerVisit
    at: str
    by: str
    sealed: str | None
    signed: bool
    waits: bool
    amendment: str | None
    changes: tuple[Change, ...]
    reviews: tuple[VisitReview, ...]
    purges: tuple[PurgeRecord, ...]
    missing: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return all of it as plain values."""
        held = {
            "number": self.held.number,
            "id": self.held.id,
            "revision": self.held.revision,
            "checklist": self.held.checklist,
            "store": self.held.store,
            "shopper": self.held.shopper,
            "wave": self.held.wave,
            "day": self.held.day,
            "state": self.held.state,
        }
        own = {"collected": self.at, "by": self.by, "sealed": self.sealed, "signed": self.signed, "waits": self.waits}
        changes = [change.model_dump(mode="json") for change in self.changes]
        reviews = [
            {"state": review.state, "reason": review.reason, "who": review.who, "at": review.at}
            for review in self.reviews
        ]
        purges = [{"at": purge.at, "by": purge.by, "reason": purge.reason} for purge in self.purges]
        mark = {"complete": not self.missing, "missing": list(self.missing)}
        return {
            **held,
            **own,
            **mark,
            "amendment": self.amendment,
            "changes": changes,
            "reviews": reviews,
            "purges": purges,
        }


def visit_history(ledger: Ledger, visit: str) -> list[VisitRevision]:
    """Return every revision of a visit, the first one first; ``BadInput`` where there is no such visit."""
    columns = ", ".join(CURRENT_STATE if name == "state" else name for name in LedgerVisit._fields)
    query = f"select batch, sealed, signer, {columns} from visit where id = ? order by revision"
    rows = ledger.database.run(query, (visit,))
    if not rows:
        raise BadInput(Problem(message("no such visit: {id}", id=visit), ledger.database.place))
    # Revisions may come in any order; one without its predecessor is there, and waits.
    waiting = {revision for _, revision in ledger.waiting(visit)}
    return [_revision(ledger, row, waiting) for row in rows]


def _revision(ledger: Ledger, row: Row, waiting: set[int]) -> VisitRevision:
    batch, sealed, signer, *rest = row
    held = LedgerVisit._make(rest)
    ((at, document),) = ledger.database.run("select at, document from trail where number = ?", (batch,))
    visit = held.visit
    return VisitRevision(
        held=held,
        at=at,
        by=str(json.loads(document).get("by", "")),
        sealed=sealed,
        signed=signer is not None,
        waits=held.revision in waiting,
        amendment=visit.amendment,
        changes=visit.changes,
        reviews=tuple(visit_reviews(ledger, held.number)),
        purges=tuple(purges_of(ledger, held.number)),
        missing=marks_of(ledger, [held.number])[held.number],
    )
