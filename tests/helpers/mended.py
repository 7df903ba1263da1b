"""Visits with touchpoints mended, one by one, as the definition says it."""

from __future__ import annotations

from collections.abc import Collection

from cemaudit.model import Checklist, Item, Skip, SkipState, Visit
from cemaudit.model.answers import AnswerValue
from cemaudit.scoring.items import item_is_relevant
from cemaudit.scoring.mending import best_answer


def changed(visit: Visit, checklist: Checklist, touchpoints: Collection[str], *, feelings: bool = False) -> Visit:
    """The visit with touchpoints mended, by the words of the definition: item after item, in the checklist's order."""
    mended = visit
    names: set[str] = set()
    for item in checklist.items.values():
        answers, skipped = dict(mended.answers), dict(mended.skipped)
        if item.when and names & set(item.when.names()):
            before, now = (item_is_relevant(item, one, checklist) for one in (visit, mended))
            if not now and answers.pop(item.id, None) is not None:
                names.add(item.id)
            if now and not before:
                skipped[item.id] = Skip(state=SkipState.NOT_OBSERVED)
        if checklist.touchpoint_of[item.id].id in touchpoints:
            names.add(item.id)
            if item.id in answers:
                answers[item.id] = improved(item, answers[item.id])
        mended = mended.model_copy(update={"answers": answers, "skipped": skipped})
    felt = {
        name: max(value, 0) if name in touchpoints and feelings else value for name, value in visit.emotions.items()
    }
    return mended.model_copy(update={"emotions": felt})


def improved(item: Item, answer: AnswerValue) -> AnswerValue:
    best, points = best_answer(item), item.answer.points(answer)
    return answer if best is None or points is None or points >= item.answer.points(best) else best
