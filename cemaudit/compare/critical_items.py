"""Names the stores that failed a critical item: what headquarters acts on whatever the means say."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from cemaudit.compare.selection import Selection
from cemaudit.errors import BadInput
from cemaudit.language import Message, message
from cemaudit.ledger.query.coverage import store_label
from cemaudit.ledger.query.critical import CriticalFailure, critical_failures
from cemaudit.ledger.query.question import LedgerQuery, checklists_asked
from cemaudit.ledger.query.reading import Reading

__all__ = [
    "MOST_STORES",
    "NO_CRITICAL",
    "CriticalSummary",
    "StoreFailures",
    "critical_sentences",
    "critical_summary",
    "failures_by_store",
]

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


class CriticalSummary(NamedTuple):
    """Critical items not met, in ``sentences``; ``failed``: why to act on a store, by its id."""

    sentences: tuple[Message, ...]
    failed: Mapping[str, Message]


NO_CRITICAL = CriticalSummary((), {})


def critical_sentences(reading: Reading, selection: Selection) -> tuple[Message, ...]:
    """Return a sentence for each store that failed a critical item; see ``critical_summary``."""
    return critical_summary(reading, selection).sentences


def critical_summary(reading: Reading, selection: Selection) -> CriticalSummary:
    """Return a sentence for each store that failed a critical item, the latest first, or why nothing is known.

    Nothing where no item of the checklists is critical, or where single visits may not be shown.
    """
    query = LedgerQuery((), selection.visit_filter, selection.scheme, lenses=selection.lenses)
    checklists = [reading.checklist(ref) for ref in checklists_asked(reading, query, one=False)]
    has_critical = any(item.critical for checklist in checklists for item in checklist.items.values())
    if not has_critical or any(checklist.least_sheets > 1 for checklist in checklists):
        return NO_CRITICAL
    try:
        failures = [failure for _, failure in critical_failures(reading, query)]
    except BadInput:
        text = message("Which critical items failed is not known; make the snapshot again with 'cemaudit snapshot'.")
        return CriticalSummary((text,), {})
    if not failures:
        return CriticalSummary((message("No visit failed a critical item."),), {})
    stores, why = failures_by_store(failures), message("critical item not met (see below)")
    sentences = tuple(_failure_sentences(stores, reading.store_names()))
    return CriticalSummary(sentences, {of_store.store: why for of_store in stores})


def _failure_sentences(stores: Sequence[StoreFailures], names: Mapping[str | None, str]) -> Iterator[Message]:
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
