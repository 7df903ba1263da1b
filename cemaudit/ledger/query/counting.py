"""Which visits a result is of: the states that count as the ledger is set, and how many visits that leaves out."""

from __future__ import annotations

from collections.abc import Iterator

from cemaudit.errors import Problem
from cemaudit.language import Message, message
from cemaudit.ledger.query.completeness import completeness_notes
from cemaudit.ledger.query.keys import STATE, Condition, bound
from cemaudit.ledger.query.question import LedgerQuery
from cemaudit.ledger.query.reading import Reading
from cemaudit.ledger.query.scores import visits_counted
from cemaudit.ledger.query.statement import Filter
from cemaudit.ledger.settings import state_words
from cemaudit.ledger.states import VisitState

__all__ = ["counting_notes", "left_out_by_state", "state_notes"]


def counting_notes(reading: Reading, which: Filter, scheme: str | None = None) -> Iterator[Problem]:
    """Yield what is said with every result: which states count, and how many visits are incomplete or left out."""
    yield from state_notes(reading, which, scheme)
    yield from completeness_notes(reading, which, scheme)


def state_notes(reading: Reading, which: Filter, scheme: str | None = None) -> Iterator[Problem]:
    """Yield which states count and what that leaves out, and how many visits are contested.

    Nothing of a snapshot from before that was kept.
    """
    counted = reading.counted_states
    if counted is None:
        return
    yield Problem(_which_count(reading, which, scheme, counted))
    has_contested = bool(reading.ask(f"select 1 from states where state = '{VisitState.CONTESTED}' limit 1"))
    if has_contested and not which.names_states and VisitState.CONTESTED in counted:
        contested = which._replace(conditions=(*which.conditions, Condition(STATE, (VisitState.CONTESTED,))))
        if count := _count(reading, contested, scheme):
            text = message("contested by their stores: {count} of these visits", count=f"{count:,}")
            yield Problem(text, hint=message("--where state=contested shows them"))


def _which_count(reading: Reading, which: Filter, scheme: str | None, counted: tuple[VisitState, ...]) -> Message:
    if which.names_states:
        named = {value for condition in which.conditions if condition.key == STATE for value in bound(condition)}
        states = state_words([state for state in VisitState if state in named])
        return message("visits of the states asked for: {states}", states=states)
    left_out = left_out_by_state(reading, which, scheme)
    if not left_out:
        return message("visits count that are {states}", states=state_words(counted))
    counts = ", ".join(f"{state.words} {count:,}" for state, count in left_out.items())
    return message("visits count that are {states}; left out: {counts}", states=state_words(counted), counts=counts)


def left_out_by_state(reading: Reading, which: Filter, scheme: str | None = None) -> dict[VisitState, int]:
    """Return how many of the visits asked about do not count for their state; states without any are left out."""
    reasons = {why for (why,) in reading.ask("select distinct why from gone")}
    if which.excluded:
        reasons.discard(VisitState.EXCLUDED)
    counts = {
        state: _count(reading, which._replace(left_out=state.value), scheme) for state in VisitState if state in reasons
    }
    return {state: count for state, count in counts.items() if count}


def _count(reading: Reading, which: Filter, scheme: str | None) -> int:
    return sum(visits_counted(reading, LedgerQuery((), which, scheme)).values())
