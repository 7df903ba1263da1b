"""What a visit's answers must come with, and do not: evidence and narrative."""

from __future__ import annotations

from collections.abc import Iterator

from cemaudit.errors import Problem
from cemaudit.language import message
from cemaudit.model import Checklist, Item, Visit
from cemaudit.model.answers import AnswerValue

__all__ = ["missing_evidence", "missing_proof", "short_note"]


def missing_proof(visit: Visit, checklist: Checklist) -> Iterator[Problem]:
    """Every answer without the evidence or narrative it needs; for visits that fit the checklist."""
    for item_id, value in visit.answers.items():
        item = checklist.items[item_id]
        yield from filter(None, (missing_evidence(visit, item, value), short_note(visit, item, value)))


def missing_evidence(visit: Visit, item: Item, value: AnswerValue) -> Problem | None:
    """The problem of an answer whose evidence is required and is not there."""
    if not item.wants_evidence(value) or visit.evidence.get(item.id):
        return None
    return Problem(
        message("this answer needs evidence"), f"evidence.{item.id}", message("add a photo, receipt or recording")
    )


def short_note(visit: Visit, item: Item, value: AnswerValue) -> Problem | None:
    """The problem of an answer whose narrative is too short."""
    least, found = item.least_note(value), len("".join(visit.notes.get(item.id, "").split()))
    if found >= least:
        return None
    what = message("this answer needs a note of {least} characters, found {found}", least=least, found=found)
    return Problem(what, f"notes.{item.id}", message("say what you saw, heard and did"))
