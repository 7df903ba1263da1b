"""Whether all visits asked about have scores under the scheme asked for: those that came later may not yet."""

from __future__ import annotations

from collections.abc import Iterator

from cemaudit.errors import Problem
from cemaudit.language import message
from cemaudit.ledger.query.question import Question, checklists_asked
from cemaudit.ledger.query.reading import Reading

__all__ = ["partly_scored"]


def partly_scored(reading: Reading, question: Question) -> Iterator[Problem]:
    """A problem for each checklist (``id@version``) of whose visits only some are scored under ``question.scheme``."""
    if question.scheme is None:
        return
    for ref in checklists_asked(reading, question, one=False):
        there = sum(part.visits for part in reading.answers(ref).parts)
        tables = reading.scores(ref, question.scheme)
        scored = sum(part.visits for table in tables for part in table.parts)
        if scored < there:
            what = message(
                "{scored} of {all} visits are scored under {scheme}",
                scored=f"{scored:,}", all=f"{there:,}", scheme=question.scheme,
            )  # fmt: skip
            hint = message("score the others with 'cemaudit rescore --scheme {ref}'", ref=question.scheme)
            yield Problem(what, ref, hint)
