"""Doubts about answers: what does not fit the checklist, what is missing, what was left out without a reason."""

from __future__ import annotations

from collections.abc import Iterator

from cemaudit.entry.doubts.completeness import missing_doubts
from cemaudit.entry.doubts.doubt import Doubt
from cemaudit.errors import Problem
from cemaudit.language import message
from cemaudit.model import Checklist, SkipState, Visit
from cemaudit.scoring.validation import check_visit, consent_problems

__all__ = ["answer_doubts", "fit_doubts"]


def fit_doubts(visit: Visit, checklist: Checklist) -> Iterator[Doubt]:
    """Yield a doubt for all that does not fit the checklist."""
    for problem in check_visit(visit, checklist):
        yield Doubt("checklist", problem, must=True)


def answer_doubts(visit: Visit, checklist: Checklist) -> Iterator[Doubt]:
    """Yield the doubts about what a visit to this checklist holds: consent, what is missing, what is left out."""
    yield from (Doubt("consent", problem, must=True) for problem in consent_problems(visit, checklist))
    yield from missing_doubts(visit, checklist)
    yield from _unreasoned(visit)


def _unreasoned(visit: Visit) -> Iterator[Doubt]:
    """Items left out as not observed or declined, without a reason and without a note that says why."""
    for item, skip in visit.skipped.items():
        if skip.state is SkipState.NOT_APPLICABLE or skip.reason or visit.notes.get(item):
            continue
        causes = {
            SkipState.NOT_OBSERVED: message("not observed, and no reason given"),
            SkipState.DECLINED: message("answer declined, and no reason given"),
        }
        hint = message("say why it could not be seen or answered")
        yield Doubt("skip.reason", Problem(causes[skip.state], f"skipped.{item}", hint))
