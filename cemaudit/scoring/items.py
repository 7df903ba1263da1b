"""What each item of a visit earned, or why it earned nothing."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from cemaudit.model import Checklist, Item, ItemScore, Reason, SkipState, Visit

__all__ = ["is_failed", "is_relevant", "score_items"]

_REASON_OF = {
    SkipState.NOT_APPLICABLE: Reason.NOT_APPLICABLE,
    SkipState.NOT_OBSERVED: Reason.NOT_OBSERVED,
    SkipState.DECLINED: Reason.DECLINED,
}


def is_relevant(item: Item, visit: Visit, checklist: Checklist) -> bool:
    """Whether the item arises in this visit: its touchpoint belongs to the step, and its ``when`` holds."""
    steps = checklist.touchpoint_of[item.id].steps
    if visit.step and steps and visit.step not in steps:
        return False
    return item.when is None or item.when.holds({**visit.answers, "step": visit.step})


def is_failed(item: Item, score: ItemScore) -> bool:
    """Whether a critical item fell to its failing points."""
    return item.critical is not None and score.points is not None and score.points <= item.critical.fails_at


def score_items(
    visit: Visit, checklist: Checklist, unanswered: str = "exclude", na: str | None = None
) -> dict[str, ItemScore]:
    """The score of every item, by id.

    ``unanswered`` is the scheme's policy (``exclude`` or ``zero``); ``na`` overrides the items' own NA policies.
    """
    scores = {item.id: _score(item, visit, checklist, unanswered, na) for item in checklist.items.values()}
    if na is None:
        _hand_over(scores, checklist.items)
    return scores


def _score(item: Item, visit: Visit, checklist: Checklist, unanswered: str, na: str | None) -> ItemScore:
    possible = item.possible
    if not is_relevant(item, visit, checklist):
        return ItemScore(possible=possible, reason=Reason.NOT_RELEVANT)
    if item.id in visit.answers:
        points = item.answer.points(visit.answers[item.id])
        return ItemScore(points=points, possible=possible, reason=Reason.NO_POINTS if points is None else None)
    if item.id in visit.skipped:
        reason = _REASON_OF[visit.skipped[item.id].state]
        return (
            _not_applicable(na or item.na, possible) if reason is Reason.NOT_APPLICABLE else _without(possible, reason)
        )
    if unanswered == "zero" and possible is not None:
        return ItemScore(points=Fraction(0), possible=possible)
    return _without(possible, Reason.UNANSWERED)


def _not_applicable(policy: str, possible: Fraction | None) -> ItemScore:
    if policy == "refuse":
        return _without(possible, Reason.REFUSED)
    if possible is not None and policy in {"zero", "full"}:
        return ItemScore(points=possible if policy == "full" else Fraction(0), possible=possible)
    return _without(possible, Reason.NOT_APPLICABLE)


def _without(possible: Fraction | None, reason: Reason) -> ItemScore:
    return ItemScore(possible=possible, reason=reason)


def _hand_over(scores: dict[str, ItemScore], items: Mapping[str, Item]) -> None:
    """Items that do not apply and give their points away raise what their heir can earn, in proportion."""
    for item in items.values():
        heir, score = item.gives_to, scores[item.id]
        if not heir or score.reason is not Reason.NOT_APPLICABLE or not score.possible or not items[heir].weight:
            continue
        inherited = scores[heir]
        if inherited.points is not None and inherited.possible:
            more = inherited.possible + score.possible * item.weight / items[heir].weight
            scores[heir] = ItemScore(points=inherited.points * more / inherited.possible, possible=more)
