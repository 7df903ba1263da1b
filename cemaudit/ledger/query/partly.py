"""Whether all visits asked about have scores under the scheme asked for: those that came later may not yet."""

from __future__ import annotations

from collections.abc import Iterator

from cemaudit.errors import Problem
from cemaudit.language import message
from cemaudit.ledger.query.question import LedgerQuery, checklists_asked
from cemaudit.ledger.query.reading import Reading
from cemaudit.ledger.query.statement import Filter

__all__ = ["partly_scored"]


def partly_scored(reading: Reading, which: Filter, scheme: str | None) -> Iterator[Problem]:
    """A problem for each checklist (``id@version``) of whose visits only some are scored under ``scheme``, if any."""
    if scheme is None:
        return
    for ref in checklists_asked(reading, LedgerQuery(which=which), one=False):
        there = sum(part.visits for part in reading.answers(ref).parts)
        tables = reading.scores(ref, scheme)
        scored = sum(part.visits for table in tables for part in table.parts)
        if scored < there:
            what = message(
                "{scored} of {all} visits are scored under {scheme}",
                scored=f"{scored:,}", all=f"{there:,}", scheme=scheme,
            )  # fmt: skip
            hint = message("score the others with 'cemaudit rescore --scheme {ref}'", ref=scheme)
            yield Problem(what, ref, hint)
