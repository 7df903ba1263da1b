"""What each item of a visit earned, or why it earned nothing."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from cemaudit.model import Checklist, Item, ItemScore, Reason, SkipState, Touchpoint, Visit
from cemaudit.model.answers import AnswerValue, Choice, Nps, Scale, YesNo

__all__ = [
    "LEFT_OUT",
    "ItemScoreTable",
    "item_applies",
    "item_is_relevant",
    "make_tables",
    "score_items_with",
    "touchpoint_arises",
]

_REASON_OF = {
    SkipState.NOT_APPLICABLE: Reason.NOT_APPLICABLE,
    SkipState.NOT_OBSERVED: Reason.NOT_OBSERVED,
    SkipState.DECLINED: Reason.DECLINED,
}
LEFT_OUT = (*_REASON_OF.values(), Reason.UNANSWERED, Reason.NOT_RELEVANT)
"""Why an item may have no answer."""


def item_is_relevant(item: Item, visit: Visit, checklist: Checklist) -> bool:
    """Whether the item arises in this visit: its touchpoint belongs to the step, and its ``when`` holds."""
    return item_applies(item, checklist.touchpoint_of[item.id].steps, visit.answers, visit.step)


def touchpoint_arises(touchpoint: Touchpoint, visit: Visit, checklist: Checklist) -> bool:
    """Whether the touchpoint arises in this visit: any of its items does."""
    return any(item_is_relevant(item, visit, checklist) for item in touchpoint.items)


def item_applies(item: Item, steps: tuple[str, ...], answers: Mapping[str, AnswerValue], step: str | None) -> bool:
    """Whether an item of a touchpoint with these ``steps`` arises where these ``answers`` were given at ``step``."""
    # A touchpoint without steps belongs to every step.
    if step and steps and step not in steps:
        return False
    return item.when is None or item.when.holds({**answers, "step": step})


class ItemScoreTable:
    """What an item earns by itself: for each answer (few answers are reckoned once and kept), and without one.

    ``stands_alone``: nothing but its own answer decides what the item earns.
    """

    def __init__(self, item: Item, checklist: Checklist, unanswered: str, na: str | None) -> None:
        self.item = item
        self._id = item.id
        self.possible = item.possible
        self.heir = item.gives_to
        self.left_out = {reason: _left_out(reason, self.possible, unanswered, na or item.na) for reason in LEFT_OUT}
        steps = checklist.touchpoint_of[item.id].steps
        # A measure's own rule for what does not apply hands no points over.
        inherits = na is None and any(other.gives_to == item.id for other in checklist.items.values())
        self._steps = steps
        self._always_arises = item.when is None and not steps
        self.stands_alone = self._always_arises and not inherits
        self.answers_are_few = isinstance(item.answer, YesNo | Choice | Scale | Nps)
        self._kept: dict[AnswerValue, ItemScore] = {}

    def score(self, visit: Visit) -> ItemScore:
        """What the item earns in a visit, before points are handed over."""
        if not self._always_arises and not item_applies(self.item, self._steps, visit.answers, visit.step):
            return self.left_out[Reason.NOT_RELEVANT]
        answer = visit.answers.get(self._id)
        if answer is not None:
            return self._kept.get(answer) or self.answered(answer)
        return self.left_out[self.why_left_out(visit)]

    def why_left_out(self, visit: Visit) -> Reason:
        """Why an item that arises has no answer."""
        skip = visit.skipped.get(self._id)
        return _REASON_OF[skip.state] if skip else Reason.UNANSWERED

    def answered(self, answer: AnswerValue) -> ItemScore:
        """What an answer earns."""
        points = self.item.answer.points(answer)
        score = ItemScore(points, self.possible, Reason.NO_POINTS if points is None else None)
        if self.answers_are_few:
            self._kept[answer] = score
        return score


def make_tables(checklist: Checklist, unanswered: str = "exclude", na: str | None = None) -> dict[str, ItemScoreTable]:
    """The table of every item, by id.

    ``unanswered`` is the scheme's policy (``exclude`` or ``zero``); ``na`` overrides the items' own NA policies.
    """
    return {name: ItemScoreTable(item, checklist, unanswered, na) for name, item in checklist.items.items()}


def score_items_with(tables: Mapping[str, ItemScoreTable], visit: Visit, na: str | None = None) -> dict[str, ItemScore]:
    """The score of every item by id; points are handed over unless a measure's own policy ``na`` is in force."""
    scores = {name: table.score(visit) for name, table in tables.items()}
    if na is not None:
        return scores
    # Items that do not apply and give their points away raise what their heir can earn, in proportion.
    for name, table in tables.items():
        heir, score = table.heir, scores[name]
        if not heir or score.reason is not Reason.NOT_APPLICABLE or not score.possible:
            continue
        weight, inherited = tables[heir].item.weight, scores[heir]
        if weight and inherited.points is not None and inherited.possible:
            added_possible = inherited.possible + score.possible * table.item.weight / weight
            scores[heir] = ItemScore(inherited.points * added_possible / inherited.possible, added_possible)
    return scores


def _left_out(reason: Reason, possible: Fraction | None, unanswered: str, policy: str) -> ItemScore:
    if reason is Reason.NOT_APPLICABLE:
        if policy == "refuse":
            return ItemScore(None, possible, Reason.REFUSED)
        if possible is not None and policy in {"zero", "full"}:
            return ItemScore(possible if policy == "full" else Fraction(0), possible)
    if reason is Reason.UNANSWERED and unanswered == "zero" and possible is not None:
        return ItemScore(Fraction(0), possible)
    return ItemScore(None, possible, reason)
