"""Visits chosen in the ledger itself, without a snapshot: for reviews and reports, about what came in today."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from cemaudit.errors import BadInput, Problem, nearest
from cemaudit.language import message
from cemaudit.ledger.states import LATEST, VisitState

if TYPE_CHECKING:
    from cemaudit.ledger.ledger import Ledger, LedgerVisit

__all__ = ["KEYS", "VisitSelection", "select_visits", "selection_of"]

_AT_ONCE = 2_000
_OF_STORES = ("region", "format", "brand", "owner", "pool")
_IN_DOCUMENTS = ("origin", "scenario", "step")

KEYS = (
    "store", "wave", "day", "month", "quarter", "year", "checklist", "state", "complete", *_OF_STORES, *_IN_DOCUMENTS,
)  # fmt: skip
"""What visits of a ledger can be told apart by."""


class VisitSelection(NamedTuple):
    """Visits that have one of the values of each key, on days from ``since`` to ``until``.

    An empty value stands for nothing known.
    """

    conditions: Mapping[str, tuple[str, ...]] = {}
    since: dt.date | None = None
    until: dt.date | None = None

    def limited_to(self, key: str, values: Sequence[str]) -> VisitSelection:
        """Return the selection with one more condition; nothing more without ``values``."""
        if not values:
            return self
        kept = [value for value in values if value in self.conditions.get(key, values)]
        # A value no visit has: two conditions that contradict each other leave none.
        return self._replace(conditions={**self.conditions, key: tuple(kept) or ("\0",)})


def selection_of(where: Iterable[str], since: dt.date | None = None, until: dt.date | None = None) -> VisitSelection:
    """Return the selection of conditions like ``wave=2026-4``.

    ``BadInput`` where one has an unknown key, or a value the key cannot have.
    """
    conditions: dict[str, tuple[str, ...]] = {}
    for text in where:
        key, mark, value = text.partition("=")
        if not mark:
            raise BadInput(Problem(message("expected {what}, found {value}", what="KEY=VALUE", value=text), "--where"))
        if key not in KEYS:
            hint = nearest(key, KEYS, listing=False) or message("known here: {names}", names=", ".join(KEYS))
            raise BadInput(Problem(message("no such key: {key}", key=key), "--where", hint))
        allowed = _ALLOWED.get(key)
        if allowed and value not in allowed:
            text_of = message("expected one of {names}, found {value}", names=", ".join(allowed), value=value)
            raise BadInput(Problem(text_of, f"--where {key}", nearest(value, allowed, listing=False)))
        conditions[key] = (*conditions.get(key, ()), value)
    return VisitSelection(conditions, since, until)


_ALLOWED: Mapping[str, Sequence[str]] = {
    "state": tuple(state.value for state in VisitState),
    "complete": ("yes", "no"),
}


def select_visits(ledger: Ledger, chosen: VisitSelection, states: Iterable[VisitState]) -> Iterator[LedgerVisit]:
    """Yield the visits chosen that are in one of ``states``, at their latest revision, in the order they came."""
    from cemaudit.ledger.ledger import HELD_COLUMNS, LedgerVisit  # noqa: PLC0415 (it opens ledgers, which choose visits)

    query = f"select {HELD_COLUMNS} from visit where number > ? and {LATEST} order by number limit ?"
    allowed = {state.value for state in states}
    value_of = _values_by_key(ledger, chosen.conditions)
    after = 0
    while rows := ledger.database.run(query, (after, _AT_ONCE)):
        for held in map(LedgerVisit._make, rows):
            if held.state in allowed and _is_chosen(held, chosen, value_of):
                yield held
        after = rows[-1][0]


def _is_chosen(held: LedgerVisit, chosen: VisitSelection, value_of: Mapping[str, Callable[[LedgerVisit], str]]) -> bool:
    if (chosen.since or chosen.until) and not held.day:
        return False
    if chosen.since and held.day and held.day < chosen.since.isoformat():
        return False
    if chosen.until and held.day and held.day > chosen.until.isoformat():
        return False
    for key, values in chosen.conditions.items():
        value = value_of[key](held)
        # A checklist is named with its version, or without for all of them.
        if value not in values and not (key == "checklist" and value.partition("@")[0] in values):
            return False
    return True


def _values_by_key(ledger: Ledger, keys: Iterable[str]) -> dict[str, Callable[[LedgerVisit], str]]:
    """What says the value of each key for a visit; empty where nothing is known."""
    return {key: _value_of(ledger, key) for key in keys}


def _value_of(ledger: Ledger, key: str) -> Callable[[LedgerVisit], str]:
    if key in _OF_STORES:
        from cemaudit.ledger.store_registry import registered_stores  # noqa: PLC0415 (as above)

        values = {store.id: str(getattr(store, key) or "") for store in registered_stores(ledger).values()}
        return lambda held: values.get(held.store, "")
    if key in _IN_DOCUMENTS:
        return lambda held: str(getattr(held.visit, key) or "")
    if key == "complete":
        lacking = {number for (number,) in ledger.database.run("select visit from mark where missing <> ''")}
        return lambda held: "no" if held.number in lacking else "yes"
    if key in _OF_DAYS:
        return lambda held: _OF_DAYS[key](held.day) if held.day else ""
    return lambda held: str(getattr(held, key) or "")


_OF_DAYS: Mapping[str, Callable[[str], str]] = {
    "month": lambda day: day[:7],
    "quarter": lambda day: f"{day[:4]}-Q{(int(day[5:7]) + 2) // 3}",
    "year": lambda day: day[:4],
}
