"""Headquarters gives visits states, each with its reason; a new one leaves the earlier ones."""

from __future__ import annotations

from typing import NamedTuple

from cemaudit.errors import BadInput, Problem
from cemaudit.language import message
from cemaudit.ledger.ledger import Ledger
from cemaudit.ledger.states import State
from cemaudit.ledger.trail import Entry

__all__ = ["Review", "review", "reviews_of"]


class Review(NamedTuple):
    """One state a visit was given: why, by whom, when (UTC)."""

    state: State
    reason: str
    who: str
    at: str


def review(ledger: Ledger, visits: list[str], state: State, reason: str, revision: int | None = None) -> None:
    """Give visits a state, all or none: their latest revision, or the one given.

    ``BadInput`` where one is not in the ledger, or a reason is missing for ``returned`` or ``excluded``.
    """
    if not reason and state is not State.ACCEPTED:
        raise BadInput(Problem(message("a visit is {state} only with a reason", state=state.words), "--reason"))
    ledger.write(
        "reviewed", lambda entry: _review(entry, visits, Review(state, reason, ledger.who, entry.at), revision)
    )


def _review(entry: Entry, visits: list[str], given: Review, revision: int | None) -> None:
    numbers = [_number(entry, visit, revision) for visit in dict.fromkeys(visits)]
    ((last,),) = entry.database.run("select coalesce(max(number), 0) from state")
    entry.add("state", [(last + place, number, *given) for place, number in enumerate(numbers, 1)])
    entry.subject = given.state.value


def _number(entry: Entry, visit: str, revision: int | None) -> int:
    """The number of a revision of a visit, the latest unless said."""
    found: dict[int, int] = dict(entry.database.run("select revision, number from visit where id = ?", (visit,)))
    if not found:
        raise BadInput(Problem(message("no such visit: {id}", id=visit), entry.database.place))
    if revision is not None and revision not in found:
        what = message("visit {id} has no revision {revision}", id=visit, revision=revision)
        raise BadInput(Problem(what, entry.database.place))
    return int(found[revision if revision is not None else max(found)])


def reviews_of(ledger: Ledger, number: int) -> list[Review]:
    """The states the visit of that number was given, oldest first."""
    query = "select state, reason, who, at from state where visit = ? order by number"
    return [Review(State(state), *rest) for state, *rest in ledger.database.run(query, (number,))]
