"""Doubts about answers: what does not fit the checklist, what is still open, what lacks evidence or words."""

from __future__ import annotations

from collections.abc import Iterator

from cemaudit.entry.doubts.doubt import Doubt
from cemaudit.errors import Problem
from cemaudit.language import message
from cemaudit.model import Checklist, Visit
from cemaudit.scoring.items import item_is_relevant
from cemaudit.scoring.validation import check_visit, consent_problems, missing_evidence, short_note

__all__ = ["answer_doubts"]


def answer_doubts(visit: Visit, checklist: Checklist) -> Iterator[Doubt]:
    """All that stands, or does not stand, in ``visit`` against its checklist."""
    for problem in check_visit(visit, checklist):
        yield Doubt("checklist", problem, must=True)
    if visit.checklist == checklist.ref:
        yield from (Doubt("consent", problem, must=True) for problem in consent_problems(visit, checklist))
        yield from _open(visit, checklist)
        yield from _proof(visit, checklist)


def _open(visit: Visit, checklist: Checklist) -> Iterator[Doubt]:
    for item in checklist.items.values():
        if item.id in visit.answers or item.id in visit.skipped or not item_is_relevant(item, visit, checklist):
            continue
        problem = Problem(message("not answered"), f"answers.{item.id}", message("answer it, or skip it with a reason"))
        yield Doubt("item.open", problem, must=True)


def _proof(visit: Visit, checklist: Checklist) -> Iterator[Doubt]:
    """What answers that fit must come with, and do not."""
    for item in checklist.items.values():
        value = visit.answers.get(item.id)
        if value is None or item.answer.problem(value):
            continue
        missing, short = missing_evidence(visit, item, value), short_note(visit, item, value)
        if missing:
            yield Doubt("evidence.missing", missing)
        if short:
            yield Doubt("note.short", short)
