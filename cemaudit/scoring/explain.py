"""From a number to its answers: the tree behind any score, in exact numbers that add up at every node."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from cemaudit.model import Measure, Reason, Text
from cemaudit.model.aggregator import Member
from cemaudit.model.base import shown_exactly
from cemaudit.model.measures import Rounding
from cemaudit.scoring.decisions import Decision, decide
from cemaudit.scoring.exact import Evaluation, Reckoning, Step
from cemaudit.scoring.plan import Input
from cemaudit.scoring.rounding import shown

__all__ = ["Node", "explain"]


@dataclass(frozen=True)
class Node:
    """One number of the tree: a measure with what went into it, or a leaf (an item, a feeling).

    ``aggregate`` is what the aggregator made of the parts, ``steps`` what happened to it on its way to ``value``;
    ``shown`` is the value as printed, where ``rounding`` is for display alone. ``decision`` says what became of an item
    without an answer, or of points handed over.
    """

    name: str
    value: Fraction | None
    reason: Reason | None = None
    title: Text | None = None
    weight: Fraction = Fraction(1)
    possible: Fraction | None = None
    how: str = ""
    formula: str = ""
    aggregate: Fraction | None = None
    steps: tuple[Step, ...] = ()
    shown: str = ""
    rounding: Rounding | None = None
    answer: str = ""
    decision: Decision | None = None
    parts: tuple[Node, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The tree as plain JSON values; numbers that are no short decimals as ``"a/b"``."""
        record: dict[str, Any] = {"name": self.name, "value": _plain(self.value)}
        optional = {
            "reason": self.reason and self.reason.value,
            "title": self.title.model_dump(exclude_none=True) if self.title else None,
            "weight": _plain(self.weight) if self.weight != 1 else None,
            "possible": _plain(self.possible),
            "answer": self.answer or None,
            "decision": self.decision.as_json() if self.decision else None,
            "how": self.how or None,
            "formula": self.formula or None,
            "aggregate": _plain(self.aggregate),
            "steps": [_step(step) for step in self.steps] or None,
            "shown": self.shown or None,
            "parts": [part.as_json() for part in self.parts] or None,
        }
        return record | {name: value for name, value in optional.items() if value is not None}

    def walk(self, depth: int = 0) -> Iterator[tuple[int, Node]]:
        """Every node with its depth, the parent before its parts."""
        yield depth, self
        for part in self.parts:
            yield from part.walk(depth + 1)


def explain(evaluation: Evaluation, score: str) -> Node:
    """The tree behind a score named ``overall`` or ``touchpoint.gap[greeting]``; ``KeyError`` for no such score."""
    return _tree(evaluation, evaluation.reckonings[score], Fraction(1))


def _tree(evaluation: Evaluation, reckoning: Reckoning, weight: Fraction) -> Node:
    measure, value = reckoning.measure, reckoning.score.value
    return Node(
        name=reckoning.name,
        value=value,
        reason=reckoning.score.reason,
        title=measure.title,
        weight=weight,
        how=measure.how,
        formula=reckoning.aggregator.formula,
        aggregate=reckoning.aggregate,
        steps=tuple(_steps(evaluation, reckoning)),
        shown=shown(value, measure) if value is not None and measure.round else "",
        rounding=measure.round,
        parts=tuple(_parts(evaluation, reckoning)),
    )


def _parts(evaluation: Evaluation, reckoning: Reckoning) -> Iterator[Node]:
    """One part for another score, one for each visit for anything noted in a visit."""
    members = iter(reckoning.members)
    for each in reckoning.inputs:
        if each.kind == "score":
            next(members)
            yield _tree(evaluation, evaluation.reckonings[each.ref], each.weight)
        else:
            for number in range(len(evaluation.visits)):
                yield _leaf(evaluation, number, reckoning.measure, each, next(members))


def _leaf(evaluation: Evaluation, number: int, measure: Measure, each: Input, member: Member) -> Node:
    checklist = evaluation.plan.checklist
    if each.kind != "item":
        title = checklist.touchpoint[each.ref].title
        return Node(member.name, member.value, member.reason, title, member.weight, member.possible)
    item, answers = checklist.items[each.ref], evaluation.visits[number].answers
    is_heeded = each.ref in answers and each.ref not in evaluation.given
    return Node(
        name=member.name,
        value=member.value,
        reason=member.reason,
        title=item.ask,
        weight=member.weight,
        possible=member.possible if measure.take == "points" or measure.how == "ratio" else None,
        answer=item.answer.show(answers[each.ref]) if is_heeded else "",
        decision=decide(evaluation, number, measure, item),
    )


def _steps(evaluation: Evaluation, reckoning: Reckoning) -> Iterator[Step]:
    """The evaluator's own steps, its transform taken apart, and caps told apart by what brings them."""
    if reckoning.aggregate is None:
        return
    yield from _transform(reckoning.measure, reckoning.aggregate)
    for step in reckoning.steps:
        if step.what == "cap" and step.detail in evaluation.plan.checklist.items:
            yield Step("critical", step.detail, step.value)
        elif step.what != "transform":
            yield step


def _transform(measure: Measure, value: Fraction) -> Iterator[Step]:
    transform = measure.transform
    if transform.times != 1:
        value *= transform.times
        yield Step("times", str(shown_exactly(transform.times)), value)
    if transform.plus:
        value += transform.plus
        yield Step("plus", str(shown_exactly(transform.plus)), value)
    if transform.table:
        value = next(rung.value for rung in transform.table if rung.up_to is None or value <= rung.up_to)
        yield Step("table", "", value)
    if transform.clamp and not transform.clamp[0] <= value <= transform.clamp[1]:
        low, high = transform.clamp
        yield Step("clamp", f"{shown_exactly(low)}..{shown_exactly(high)}", min(max(value, low), high))


def _step(step: Step) -> dict[str, Any]:
    return {"what": step.what, "detail": step.detail, "value": _plain(step.value)}


def _plain(value: Fraction | None) -> int | float | str | None:
    return None if value is None else shown_exactly(value)
