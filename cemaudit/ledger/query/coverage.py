"""What visits a question is about: which registered stores have none, and whether simulated ones are among them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from cemaudit.errors import Problem
from cemaudit.language import Message, message
from cemaudit.ledger.query.keys import Condition
from cemaudit.ledger.query.reading import Reading
from cemaudit.ledger.query.statement import Filter

__all__ = ["mixed_origins", "registered_in_snapshot", "store_label", "unvisited_note"]

_ATTRIBUTES = ("store", "region", "format", "brand", "owner", "pool")
_MOST_NAMED = 10
_SIMULATED = "select count(*), count(case when origin = 'simulated' then 1 end) from coverage_visits"
_STORES = "select distinct store from coverage_visits"


def registered_in_snapshot(reading: Reading, conditions: Sequence[Condition] = ()) -> dict[str, str]:
    """Return the names of the registered stores by their ids: all that ``conditions`` on stores leave."""
    rows = reading.ask(f"select {', '.join(_ATTRIBUTES)}, name from stores order by store")
    return {
        row[0]: row[-1] or row[0]
        for row in rows
        if all(
            (row[_ATTRIBUTES.index(condition.key)] or "") in condition.values
            for condition in conditions
            if condition.key in _ATTRIBUTES
        )
    }


def store_label(store: str, name: str | None) -> str:
    """Return the id of a store with its name beside it, where it has one of its own."""
    return f"{store} {name}" if name and name != store else store


def unvisited_note(
    reading: Reading, conditions: Sequence[Condition], checklists: Iterable[str], visited: Collection[str | None]
) -> Message | None:
    """Return the sentence that names the registered stores without a visit; ``None`` where each has one.

    Stores that are visited by other ``checklists`` only (``id@version``) are of another trade, and are left out.
    """
    registered = registered_in_snapshot(reading, conditions)
    missing = [store for store in registered if store not in visited]
    if missing:
        elsewhere = _visited_by_others(reading, checklists)
        registered = {store: name for store, name in registered.items() if store in visited or store not in elsewhere}
        missing = [store for store in registered if store not in visited]
    if not missing:
        return None
    named = [store_label(store, registered[store]) for store in missing]
    names = ", ".join(named[:_MOST_NAMED]) + (f" ... (+{len(named) - _MOST_NAMED})" if len(named) > _MOST_NAMED else "")
    return message(
        "Not visited: {count} of {all} registered stores: {names}.", count=len(named), all=len(registered), names=names
    )


def _visited_by_others(reading: Reading, checklists: Iterable[str]) -> set[str]:
    """The stores that have visits, none of them by any version of ``checklists``."""
    ids = {ref.partition("@")[0] for ref in checklists}
    stores: dict[bool, set[str]] = {True: set(), False: set()}
    for ref in reading.refs:
        reading.view("coverage_visits", reading.answers(ref).parts)
        stores[ref.partition("@")[0] in ids] |= {store for (store,) in reading.ask(_STORES)}
    return stores[False] - stores[True]


def mixed_origins(reading: Reading, which: Filter) -> Iterator[Problem]:
    """A problem for each checklist (``id@version``) of whose visits some are simulated and some are not."""
    if any(condition.key == "origin" for condition in which.conditions):
        return
    wanted = [condition.values for condition in which.conditions if condition.key == "checklist"]
    for ref in reading.refs:
        if not all(ref in values or ref.partition("@")[0] in values for values in wanted):
            continue
        reading.view("coverage_visits", reading.answers(ref).parts)
        [(visits, simulated)] = reading.ask(_SIMULATED)
        if simulated and simulated < visits:
            text = message("{simulated} of {all} visits are simulated", simulated=f"{simulated:,}", all=f"{visits:,}")
            yield Problem(text, ref, message("leave them out with --where origin=shopper"))
