"""What is in a ledger, in a few numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cemaudit.ledger.states import LATEST, STATE_NOW, State

if TYPE_CHECKING:
    from cemaudit.ledger.ledger import Ledger

__all__ = ["info"]


def info(ledger: Ledger) -> dict[str, Any]:
    """Numbers by name; ``states`` and ``checklists`` count visits, at their latest revision."""
    run = ledger.database.run
    number, last = ledger.trail.head()
    ((revisions, visits, shoppers, first, latest),) = run(
        "select count(*), count(distinct id), count(distinct shopper), min(day), max(day) from visit"
    )
    standing = f"from visit where {LATEST}"
    states: dict[str, int] = dict(
        run(f"select state, count(*) from (select {STATE_NOW} as state {standing}) counted group by state")
    )
    checklists = run(f"select checklist, count(*) {standing} group by checklist")
    ((stores,),) = run("select count(distinct id) from store")
    return {
        "place": ledger.database.place,
        "version": ledger.database.version(),
        "bytes": ledger.database.size(),
        "visits": visits,
        "revisions": revisions,
        "waiting": len(ledger.waiting()),
        "states": {state.value: states.get(state.value, 0) for state in State},
        "checklists": dict(sorted(checklists)),
        "schemes": run("select count(*) from scheme")[0][0],
        "stores": stores,
        "shoppers": shoppers,
        "first_day": first,
        "last_day": latest,
        "entries": number,
        "hash": last,
    }
