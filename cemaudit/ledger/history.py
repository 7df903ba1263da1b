"""The history of a visit, and the reviews that change its state."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from cemaudit.errors import BadInput, Problem
from cemaudit.language import NameList, message
from cemaudit.ledger.audit_trail import TrailEntry
from cemaudit.ledger.database import Database, Row, select_in
from cemaudit.ledger.ledger import Ledger, LedgerVisit
from cemaudit.ledger.marks import marks_of
from cemaudit.ledger.purging import PurgeRecord, purges_of
from cemaudit.ledger.selecting import VisitSelection, select_visits
from cemaudit.ledger.states import CURRENT_STATE, VisitState

if TYPE_CHECKING:
    from cemaudit.model import Change

__all__ = [
    "ReviewedVisits", "VisitReview", "VisitRevision", "add_states", "review_visits", "visit_history", "visit_numbers",
    "visit_reviews",
]  # fmt: skip


class VisitReview(NamedTuple):
    """One state a visit was given: why, by whom, when (UTC)."""

    state: VisitState
    reason: str
    who: str
    at: str


def review_visits(
    ledger: Ledger,
    visits: Sequence[str] | VisitSelection,
    state: VisitState,
    reason: str,
    revision: int | None = None,
) -> ReviewedVisits:
    """Give visits a state, all or none: their latest revision, or the one given.

    Those that have that very state for that reason already, from the same person, keep it. ``BadInput`` where one is
    not in the ledger, or contested, or a reason is missing for ``returned`` or ``excluded``.
    """
    reason = reason.strip()
    if not reason and state is not VisitState.ACCEPTED:
        raise BadInput(Problem(message("a visit is {state} only with a reason", state=state.words), "--reason"))

    def work(entry: TrailEntry) -> ReviewedVisits:
        # Chosen inside the transaction: what another process changes meanwhile is not overlooked.
        numbers = visit_numbers(ledger, visits, revision)
        current = _current_reviews(entry, numbers)
        if state is not VisitState.EXCLUDED:
            _refuse_contested(entry, [number for number in numbers if current[number][0] == VisitState.CONTESTED])
        new = [number for number in numbers if current[number] != (state.value, reason, ledger.who)]
        # A further row and no changed one: the history says who saw it otherwise, and when.
        add_states(entry, [(number, VisitReview(state, reason, ledger.who, entry.at)) for number in new])
        entry.subject = state.value
        return ReviewedVisits(numbers, len(numbers) - len(new))

    return ledger.write("reviewed", work)


def visit_numbers(
    ledger: Ledger, visits: Sequence[str] | VisitSelection, revision: int | None = None
) -> tuple[int, ...]:
    """Return the numbers of visits: their latest revision, or the one given; a visit named twice stands once.

    ``BadInput`` where one is not in the ledger.
    """
    if isinstance(visits, VisitSelection):
        return tuple(held.number for held in select_visits(ledger, visits, VisitState))
    return tuple(_number(ledger.database, visit, revision) for visit in dict.fromkeys(visits))


class ReviewedVisits(NamedTuple):
    """The ``numbers`` of the visits that have a state now, and how many of them had it before."""

    numbers: tuple[int, ...]
    unchanged: int


def add_states(entry: TrailEntry, reviews: Sequence[tuple[int, VisitReview]]) -> None:
    """Add the states that visits, by their numbers, were given."""
    first = entry.next_number("state")
    entry.add("state", [(row, number, *review) for row, (number, review) in enumerate(reviews, first)])


def _current_reviews(entry: TrailEntry, numbers: Sequence[int]) -> dict[int, tuple[str, str, str]]:
    """The last state of each visit, why and by whom; one that was never given any was received."""
    query = "select visit, state, reason, who from state where visit in ({places}) order by number"
    given = {number: (state, reason, who) for number, state, reason, who in select_in(entry.database, query, numbers)}
    return {number: given.get(number, (VisitState.RECEIVED.value, "", "")) for number in numbers}


def _refuse_contested(entry: TrailEntry, numbers: Sequence[int]) -> None:
    """``BadInput`` names the visits that a store contests: the decision on its appeal says what becomes of them."""
    names = [
        visit for (visit,) in select_in(entry.database, "select id from visit where number in ({places})", numbers)
    ]
    if names:
        hint = message("decide it first with 'cemaudit appeals decide'")
        text = message("contested by their stores: {names}", names=NameList(tuple(names)))
        raise BadInput(Problem(text, entry.database.place, hint))


def _number(database: Database, visit: str, revision: int | None) -> int:
    """The number of a revision of a visit, the latest unless said."""
    revisions: dict[int, int] = dict(database.run("select revision, number from visit where id = ?", (visit,)))
    if not revisions:
        raise BadInput(Problem(message("no such visit: {id}", id=visit), database.place))
    if revision is not None and revision not in revisions:
        text = message("visit {id} has no revision {revision}", id=visit, revision=revision)
        raise BadInput(Problem(text, database.place))
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
    ``appeal``: the one upon which headquarters, and no shopper, made the revision.
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
    appeal: str | None = None

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
            **({"made_by_headquarters_on": self.appeal} if self.appeal else {}),
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
    made = ledger.database.run("select appeal from decision where revision = ?", (held.number,))
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
        appeal=f"A{made[0][0]}" if made else None,
    )
