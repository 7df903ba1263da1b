"""What became of an item that nobody answered, and whose points an item took over: which rule decided, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal

from cemaudit.model import Item, ItemScore, Measure, Reason, SkipState
from cemaudit.model.base import shown_exactly
from cemaudit.scoring.exact import Evaluation
from cemaudit.scoring.items import is_relevant

__all__ = ["Decision", "decide"]

Rule = Literal["exclude", "zero", "full", "refuse", "give-to", "given"]
Maker = Literal["item", "measure", "scheme", "composition"]


@dataclass(frozen=True)
class Decision:
    """What the ``rule`` of ``maker`` did with an item for the ``cause`` that it has no answer.

    ``heir`` gets ``points`` where they were handed over. ``inherited`` holds what the item itself took over, by giver.
    """

    rule: Rule | None = None
    maker: Maker | None = None
    cause: Reason | None = None
    heir: str = ""
    points: Fraction | None = None
    inherited: tuple[tuple[str, Fraction], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The decision as plain JSON values."""
        record = {
            "rule": self.rule,
            "by": self.maker,
            "cause": self.cause and self.cause.value,
            "heir": self.heir or None,
            "points": None if self.points is None else shown_exactly(self.points),
            "inherited": {name: shown_exactly(points) for name, points in self.inherited} or None,
        }
        return {name: value for name, value in record.items() if value is not None}


def decide(evaluation: Evaluation, number: int, measure: Measure, item: Item) -> Decision | None:
    """What was decided about an item of visit ``number`` for ``measure``; ``None`` where its answer alone counts."""
    if item.id in evaluation.given:
        return Decision("given", "composition")
    decision = _unanswered(evaluation, number, measure, item)
    inherited = () if measure.na else _inherited(evaluation, number, item)
    return replace(decision or Decision(), inherited=inherited) if inherited else decision


def _unanswered(evaluation: Evaluation, number: int, measure: Measure, item: Item) -> Decision | None:
    visit, plan = evaluation.visits[number], evaluation.plan
    if item.id in visit.answers or not is_relevant(item, visit, plan.checklist):
        return None
    skip = visit.skipped.get(item.id)
    if skip and skip.state is SkipState.NOT_APPLICABLE:
        return _not_applicable(evaluation, number, measure, item)
    if not skip and plan.scheme.unanswered == "zero" and item.possible is not None:
        return Decision("zero", "scheme", Reason.UNANSWERED)
    return None


def _not_applicable(evaluation: Evaluation, number: int, measure: Measure, item: Item) -> Decision:
    if measure.na:
        return Decision(measure.na, "measure", Reason.NOT_APPLICABLE)
    if not item.gives_to:
        rule: Rule = item.na  # type: ignore[assignment]
        return Decision(rule, "item", Reason.NOT_APPLICABLE)
    points = _handed_over(item, evaluation.plan.checklist.items, evaluation.items_under(None)[number])
    return Decision("give-to", "item", Reason.NOT_APPLICABLE, item.gives_to, points)


def _inherited(evaluation: Evaluation, number: int, heir: Item) -> tuple[tuple[str, Fraction], ...]:
    items, scores = evaluation.plan.checklist.items, evaluation.items_under(None)[number]
    givers = (item for item in items.values() if item.gives_to == heir.id)
    given = ((giver.id, _handed_over(giver, items, scores)) for giver in givers)
    return tuple((name, points) for name, points in given if points is not None)


def _handed_over(giver: Item, items: Mapping[str, Item], scores: Mapping[str, ItemScore]) -> Fraction | None:
    """The points possible that moved from ``giver`` to its heir, in the heir's own measure; ``None`` where none did."""
    heir, score = items[str(giver.gives_to)], scores[giver.id]
    inheriting = scores[heir.id]
    if score.reason is not Reason.NOT_APPLICABLE or not score.possible or not heir.weight:
        return None
    if inheriting.points is None or not inheriting.possible:
        return None
    return score.possible * giver.weight / heir.weight
