"""How many of the visits asked about are incomplete, and how many the ledger's setting leaves out for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from cemaudit.entry.doubts import incomplete_count
from cemaudit.errors import Problem
from cemaudit.language import message
from cemaudit.ledger.query.keys import COMPLETE, Condition
from cemaudit.ledger.query.question import LedgerQuery
from cemaudit.ledger.query.reading import Reading
from cemaudit.ledger.query.scores import visits_counted
from cemaudit.ledger.query.statement import Filter

__all__ = ["CompletenessCount", "completeness_notes", "count_completeness"]


class CompletenessCount(NamedTuple):
    """Of the ``visits`` asked about that count, so many are ``incomplete``; ``left_out``: incomplete, and not counted.

    Visits are counted whether or not they have a score.
    """

    visits: int
    incomplete: int
    left_out: int


def count_completeness(reading: Reading, which: Filter, scheme: str | None = None) -> CompletenessCount | None:
    """Return how many of the visits are incomplete; ``None`` where the snapshot is from before that was kept."""
    if not reading.knows_completeness:
        return None
    visits = _count(reading, which, scheme)
    if not reading.has_incomplete:
        return CompletenessCount(visits, 0, 0)
    incomplete = which._replace(conditions=(*which.conditions, Condition(COMPLETE, ("no",))))
    return CompletenessCount(
        visits, _count(reading, incomplete, scheme), _count(reading, which._replace(left_out="incomplete"), scheme)
    )


def _count(reading: Reading, which: Filter, scheme: str | None) -> int:
    return sum(visits_counted(reading, LedgerQuery((), which, scheme)).values())


def completeness_notes(reading: Reading, which: Filter, scheme: str | None = None) -> Iterator[Problem]:
    """Yield what is said with every result: how many visits in it are incomplete, and how many are left out for it."""
    count = count_completeness(reading, which, scheme) if reading.has_incomplete else None
    if count and count.incomplete:
        hint = message("--where complete=yes leaves them out")
        yield Problem(incomplete_count(count.incomplete, count.visits), hint=hint)
    if count and count.left_out:
        what = message("left out as the ledger is set: {count} incomplete visits", count=f"{count.left_out:,}")
        yield Problem(what, hint=message("'cemaudit ledger set incomplete count' lets them count"))
