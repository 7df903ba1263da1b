"""The queue of a review: the visits that wait for somebody to look, oldest first, and why each should be looked at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from cemaudit.entry.doubts import missing_words
from cemaudit.errors import Sayable
from cemaudit.language import message
from cemaudit.ledger.appeals import appeals
from cemaudit.ledger.database import select_in
from cemaudit.ledger.ledger import Ledger, LedgerVisit
from cemaudit.ledger.marks import marks_of
from cemaudit.ledger.screening_remarks import remark_words
from cemaudit.ledger.selecting import VisitSelection, select_visits
from cemaudit.ledger.states import VisitState

__all__ = ["WAITING_STATES", "WaitingVisit", "waiting_visits"]

WAITING_STATES = (VisitState.RECEIVED, VisitState.CONTESTED)
"""The states in which a visit waits for headquarters; one that was returned waits for its shopper."""

_EVERYTHING = VisitSelection()


class WaitingVisit(NamedTuple):
    """A visit that waits since it came in (``at``, UTC), and the reasons to look at it; often there are none."""

    held: LedgerVisit
    at: str
    reasons: tuple[Sayable, ...]

    def as_json(self) -> dict[str, Any]:
        """Return all of it as plain values."""
        held = self.held
        return {
            "visit": held.id,
            "revision": held.revision,
            "store": held.store,
            "shopper": held.shopper,
            "wave": held.wave,
            "day": held.day,
            "collected": self.at,
            "state": held.state,
            "reasons": [str(reason) for reason in self.reasons],
        }


def waiting_visits(ledger: Ledger, chosen: VisitSelection = _EVERYTHING) -> list[WaitingVisit]:
    """Return the visits that wait, the one that came first at the head.

    Of the reasons to look at one, what the screening of all shoppers remarked stands first.
    """
    waiting = list(select_visits(ledger, chosen, WAITING_STATES))
    numbers = [held.number for held in waiting]
    missing = marks_of(ledger, numbers)
    came = _times_of_coming(ledger, numbers)
    returned = _words_of_returns(ledger, waiting)
    contested = _open_appeals(ledger)
    remarked = remark_words(ledger)
    early = set(ledger.waiting())
    return [
        WaitingVisit(
            held,
            came[held.number],
            (
                *remarked.get(held.number, ()),
                *contested.get(held.id, ()),
                *_reasons(
                    held, missing[held.number], returned.get(held.id), is_early=(held.id, held.revision) in early
                ),
            ),
        )
        for held in waiting
    ]


def _reasons(held: LedgerVisit, missing: tuple[str, ...], returned: str | None, *, is_early: bool) -> Iterator[Sayable]:
    """Why to look at a visit, beside that nobody did."""
    if is_early:
        yield message("the revision before it has not come in yet")
    if returned is not None:
        yield message("revision {number} of a visit that was returned: {reason}", number=held.revision, reason=returned)
    if missing:
        yield missing_words(missing)
    # Few visits carry doubts, and reading a visit takes longer than all the rest.
    if b'"overrides"' in held.line:
        for override in held.visit.overrides:
            said = override.said or override.check
            yield message("let stand by the shopper: {said} ({reason})", said=said, reason=override.reason)


def _open_appeals(ledger: Ledger) -> dict[str, list[Sayable]]:
    """What stores say against visits, by the id of the visit, where nobody has decided yet."""
    reasons: dict[str, list[Sayable]] = defaultdict(list)
    for appeal in appeals(ledger.database, "decision.appeal is null"):
        text = message("{name} contests {item}: {reason}", name=appeal.name, item=appeal.item, reason=appeal.reason)
        reasons[appeal.visit].append(text)
    return reasons


def _times_of_coming(ledger: Ledger, numbers: list[int]) -> dict[int, str]:
    query = (
        "select visit.number, trail.at from visit join trail on trail.number = visit.batch "
        "where visit.number in ({places})"
    )
    return dict(select_in(ledger.database, query, numbers))


def _words_of_returns(ledger: Ledger, waiting: Iterable[LedgerVisit]) -> dict[str, str]:
    """The editor's words of visits an earlier revision of which was returned, by id; the latest of them."""
    ids = sorted({held.id for held in waiting if held.revision > 1})
    query = (
        "select visit.id, state.reason from state join visit on visit.number = state.visit "
        "where state.state = 'returned' and visit.id in ({places}) order by state.number"
    )
    return dict(select_in(ledger.database, query, ids))
