"""Names the stores that failed a critical item: what headquarters acts on whatever the means say."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cemaudit.compare.selection import Selection
from cemaudit.errors import BadInput
from cemaudit.language import Message, message
from cemaudit.ledger.query.coverage import store_label
from cemaudit.ledger.query.critical import CriticalFailure, critical_failures
from cemaudit.ledger.query.question import LedgerQuery, checklists_asked
from cemaudit.ledger.query.reading import Reading

__all__ = ["MOST_STORES", "StoreFailures", "critical_sentences", "failures_by_store"]

MOST_STORES = 10
"""So many stores are named in words; ``query critical`` has all of them."""


class StoreFailures(NamedTuple):
    """How often a store failed each critical item, by what the item asks, the latest first; and on which day last."""

    store: str
    last_day: dt.date | None
    times: Counter[str]


def failures_by_store(failures: Sequence[CriticalFailure]) -> list[StoreFailures]:
    """Return the failures store by store, in the order they come in: of the latest first, those that failed last."""
    by_store: dict[str, StoreFailures] = {}
    for failure in failures:
        of_store = by_store.setdefault(failure.store, StoreFailures(failure.store, failure.day, Counter()))
        of_store.times[str(failure.ask)] += 1
    return list(by_store.values())


def critical_sentences(reading: Reading, selection: Selection) -> Iterator[Message]:
    """Yield a sentence for each store that failed a critical item, the latest first, or why nothing is known.

    Nothing where no item of the checklists is critical, or where single visits may not be shown.
    """
    query = LedgerQuery((), selection.visit_filter, selection.scheme, lenses=selection.lenses)
    checklists = [reading.checklist(ref) for ref in checklists_asked(reading, query, one=False)]
    has_critical = any(item.critical for checklist in checklists for item in checklist.items.values())
    if not has_critical or any(checklist.least_sheets > 1 for checklist in checklists):
        return
    try:
        failures = [failure for _, failure in critical_failures(reading, query)]
    except BadInput:
        yield message("Which critical items failed is not known; make the snapshot again with 'cemaudit snapshot'.")
        return
    if not failures:
        yield message("No visit failed a critical item.")
        return
    names, stores = reading.store_names(), failures_by_store(failures)
    for of_store in stores[:MOST_STORES]:
        items = ", ".join(f"{title} ({times})" if times > 1 else title for title, times in of_store.times.items())
        yield message(
            "{store}: not met: {items}. Last on {day}.",
            store=store_label(of_store.store, names.get(of_store.store)),
            items=items.rstrip("."),
            day=of_store.last_day or message("not known"),
        )
    if len(stores) > MOST_STORES:
        yield message("More stores: {count}.", count=f"{len(stores) - MOST_STORES:,}")
    yield message("Every such visit: 'cemaudit query critical'.")
