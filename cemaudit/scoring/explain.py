"""From a number to its answers: the tree behind any score, in exact numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from cemaudit.model import Reason
from cemaudit.model.aggregator import Member
from cemaudit.model.base import shown_exactly
from cemaudit.scoring.exact import Evaluation, Reckoning, Step
from cemaudit.scoring.plan import Input

__all__ = ["Node", "explain"]


@dataclass(frozen=True)
class Node:
    """One number of the tree: a measure with what went into it, or a leaf (an item, a feeling)."""

    name: str
    value: Fraction | None
    reason: Reason | None = None
    weight: Fraction = Fraction(1)
    possible: Fraction | None = None
    how: str = ""
    formula: str = ""
    aggregate: Fraction | None = None
    steps: tuple[Step, ...] = ()
    answer: str = ""
    parts: tuple[Node, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The tree as plain JSON values; numbers that are no short decimals as ``"a/b"``."""
        record: dict[str, Any] = {"name": self.name, "value": _plain(self.value)}
        optional = {
            "reason": self.reason and self.reason.value,
            "weight": _plain(self.weight) if self.weight != 1 else None,
            "possible": _plain(self.possible),
            "answer": self.answer or None,
            "how": self.how or None,
            "formula": self.formula or None,
            "aggregate": _plain(self.aggregate) if self.steps else None,
            "steps": [_step(step) for step in self.steps] or None,
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
    pairs = zip(reckoning.inputs, reckoning.members, strict=True)
    return Node(
        name=reckoning.name,
        value=reckoning.score.value,
        reason=reckoning.score.reason,
        weight=weight,
        how=reckoning.measure.how,
        formula=reckoning.aggregator.formula,
        aggregate=reckoning.aggregate,
        steps=reckoning.steps,
        parts=tuple(_part(evaluation, each, member) for each, member in pairs),
    )


def _part(evaluation: Evaluation, each: Input, member: Member) -> Node:
    if each.kind == "score":
        return _tree(evaluation, evaluation.reckonings[each.ref], each.weight)
    answer = ""
    if each.kind == "item" and each.ref in evaluation.visit.answers:
        answer = evaluation.plan.checklist.items[each.ref].answer.show(evaluation.visit.answers[each.ref])
    return Node(member.name, member.value, member.reason, member.weight, member.possible, answer=answer)


def _step(step: Step) -> dict[str, Any]:
    return {"what": step.what, "detail": step.detail, "value": _plain(step.value)}


def _plain(value: Fraction | None) -> int | float | str | None:
    return None if value is None else shown_exactly(value)
