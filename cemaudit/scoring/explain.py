"""Explains a score: any measure and band unfolds to the answers behind it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal

from cemaudit.guard import PluginFailure
from cemaudit.model import Band, Item, ItemScore, Measure, Reason, SkipState, Text
from cemaudit.model.aggregator import Member
from cemaudit.model.base import shown_exactly
from cemaudit.model.measures import Rounding
from cemaudit.scoring.aggregators import BUILT_IN
from cemaudit.scoring.bands import Peers, conditions_hold, find_band
from cemaudit.scoring.exact import Evaluation, ScoreDerivation, ScoreStep, aggregator_failure
from cemaudit.scoring.groups import title_of_score
from cemaudit.scoring.items import item_is_relevant
from cemaudit.scoring.plan import MeasureInput
from cemaudit.scoring.rounding import shown

__all__ = [
    "BandExplanation",
    "ExplanationNode",
    "MissingAnswerDecision",
    "TestedCondition",
    "explain",
    "explain_band",
    "missing_answer_decision",
]

Rule = Literal["exclude", "zero", "full", "refuse", "give-to", "given"]
Maker = Literal["item", "measure", "scheme", "composition"]


@dataclass(frozen=True)
class MissingAnswerDecision:
    """What the ``rule`` of ``rule_owner`` did with an item for the ``cause`` that it has no answer.

    ``heir`` gets ``points`` where they were handed over. ``inherited`` holds what the item itself took over, by giver.
    """

    rule: Rule | None = None
    rule_owner: Maker | None = None
    cause: Reason | None = None
    heir: str = ""
    points: Fraction | None = None
    inherited: tuple[tuple[str, Fraction], ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The decision as plain JSON values."""
        record = {
            "rule": self.rule,
            "by": self.rule_owner,
            "cause": self.cause and self.cause.value,
            "heir": self.heir or None,
            "points": None if self.points is None else shown_exactly(self.points),
            "inherited": {name: shown_exactly(points) for name, points in self.inherited} or None,
        }
        return {name: value for name, value in record.items() if value is not None}


def missing_answer_decision(
    evaluation: Evaluation, number: int, measure: Measure, item: Item
) -> MissingAnswerDecision | None:
    """What was decided about an item of visit ``number`` for ``measure``; ``None`` where its answer alone counts."""
    if item.id in evaluation.given:
        return MissingAnswerDecision("given", "composition")
    decision = _unanswered(evaluation, number, measure, item)
    inherited: tuple[tuple[str, Fraction], ...] = ()
    if measure.na is None:  # a measure's own rule hands nothing over
        items, scores = evaluation.plan.checklist.items, evaluation.items_under(None)[number]
        taken_over = ((giver.id, _points_handed_over(giver, items, scores)) for giver in items.values()
                      if giver.gives_to == item.id)  # fmt: skip
        inherited = tuple((giver_id, points) for giver_id, points in taken_over if points is not None)
    return replace(decision or MissingAnswerDecision(), inherited=inherited) if inherited else decision


def _unanswered(evaluation: Evaluation, number: int, measure: Measure, item: Item) -> MissingAnswerDecision | None:
    visit, plan = evaluation.visits[number], evaluation.plan
    if item.id in visit.answers or not item_is_relevant(item, visit, plan.checklist):
        return None
    skip = visit.skipped.get(item.id)
    if skip and skip.state is SkipState.NOT_APPLICABLE:
        if measure.na:
            return MissingAnswerDecision(measure.na, "measure", Reason.NOT_APPLICABLE)
        if not item.gives_to:
            rule: Rule = item.na  # type: ignore[assignment]
            return MissingAnswerDecision(rule, "item", Reason.NOT_APPLICABLE)
        points = _points_handed_over(item, plan.checklist.items, evaluation.items_under(None)[number])
        return MissingAnswerDecision("give-to", "item", Reason.NOT_APPLICABLE, item.gives_to, points)
    if not skip and plan.scheme.unanswered == "zero" and item.possible is not None:
        return MissingAnswerDecision("zero", "scheme", Reason.UNANSWERED)
    return None


def _points_handed_over(giver: Item, items: Mapping[str, Item], scores: Mapping[str, ItemScore]) -> Fraction | None:
    """The points possible that moved from ``giver`` to its heir, in the heir's own measure; ``None`` where none did."""
    heir, score = items[str(giver.gives_to)], scores[giver.id]
    inheriting = scores[heir.id]
    if score.reason is not Reason.NOT_APPLICABLE or not score.possible or not heir.weight:
        return None
    if inheriting.points is None or not inheriting.possible:
        return None
    return score.possible * giver.weight / heir.weight


@dataclass(frozen=True)
class ExplanationNode:
    """One number of the tree: a measure with what went into it, or a leaf (an item, a feeling).

    ``aggregate`` is what the aggregator made of the parts, ``working`` its formula with their numbers put in (empty
    where the aggregator writes none), ``steps`` what happened to it on its way to ``value``;
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
    working: str = ""
    aggregate: Fraction | None = None
    steps: tuple[ScoreStep, ...] = ()
    shown: str = ""
    rounding: Rounding | None = None
    answer: str = ""
    decision: MissingAnswerDecision | None = None
    parts: tuple[ExplanationNode, ...] = ()

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
            "steps": [{"what": step.what, "detail": step.detail, "value": _plain(step.value)} for step in self.steps]
            or None,
            "shown": self.shown or None,
            "parts": [child.as_json() for child in self.parts] or None,
        }
        return record | {name: value for name, value in optional.items() if value is not None}

    def walk(self, depth: int = 0) -> Iterator[tuple[int, ExplanationNode]]:
        """Every node with its depth, the parent before its parts."""
        yield depth, self
        for child in self.parts:
            yield from child.walk(depth + 1)


def explain(evaluation: Evaluation, score: str) -> ExplanationNode:
    """The tree behind a score named ``overall`` or ``touchpoint.gap[greeting]``; ``KeyError`` for no such score."""
    return _tree(evaluation, evaluation.derivations[score], Fraction(1))


def _tree(evaluation: Evaluation, reckoning: ScoreDerivation, weight: Fraction) -> ExplanationNode:
    measure, value = reckoning.measure, reckoning.score.value
    parts, members = [], iter(reckoning.members)
    for member_input in reckoning.inputs:
        if member_input.kind == "score":
            next(members)
            parts.append(_tree(evaluation, evaluation.derivations[member_input.ref], member_input.weight))
        else:  # of visits that are pooled, each has its own answer
            parts.extend(
                _leaf(evaluation, number, measure, member_input, next(members))
                for number in range(len(evaluation.visits))
            )
    return ExplanationNode(
        name=reckoning.name,
        value=value,
        reason=reckoning.score.reason,
        title=title_of_score(evaluation.plan.checklist, measure, reckoning.name),
        weight=weight,
        how=measure.how,
        formula=reckoning.aggregator.formula,
        working=_working(reckoning),
        aggregate=reckoning.aggregate,
        steps=tuple(_steps(evaluation, reckoning)),
        shown=shown(value, measure) if value is not None and measure.round else "",
        rounding=measure.round,
        parts=tuple(parts),
    )


def _working(reckoning: ScoreDerivation) -> str:
    aggregator, scored = reckoning.aggregator, [member for member in reckoning.members if member.value is not None]
    if aggregator.working is None or reckoning.aggregate is None or not scored:
        return ""
    try:
        return aggregator.working(reckoning.aggregate, scored)
    except PluginFailure:  # the guard has told of it
        return ""
    except Exception as error:
        raise aggregator_failure(reckoning.measure, error) from error


def _leaf(
    evaluation: Evaluation, number: int, measure: Measure, member_input: MeasureInput, member: Member
) -> ExplanationNode:
    checklist = evaluation.plan.checklist
    if member_input.kind != "item":
        places = checklist.fact if member_input.kind == "@facts" else checklist.touchpoint
        title, reason = places[member_input.ref].title, member.reason
        field = _SKIPPABLE.get(member_input.kind)
        skip = evaluation.visits[number].feelings_skipped.get(f"{field}.{member_input.ref}")
        if skip and reason is Reason.UNANSWERED:
            reason = Reason(skip.state.value)
        return ExplanationNode(member.name, member.value, reason, title, member.weight, member.possible)
    item, answers = checklist.items[member_input.ref], evaluation.visits[number].answers
    aggregator = BUILT_IN.get(measure.how)
    is_of_points = measure.take == "points" or (aggregator is not None and aggregator.mean_over == "possible")
    is_heeded = member_input.ref in answers and member_input.ref not in evaluation.given
    return ExplanationNode(
        name=member.name,
        value=member.value,
        reason=member.reason,
        title=item.ask,
        weight=member.weight,
        possible=member.possible if is_of_points else None,
        answer=item.answer.show(answers[member_input.ref]) if is_heeded else "",
        decision=missing_answer_decision(evaluation, number, measure, item),
    )


_SKIPPABLE = {
    "@emotions": "emotions",
    "@expectations": "expectations",
    "@expected": "expectations",
    "@perceived": "perceived",
}
"""The field of a visit that a source of feelings is read from."""


def _steps(evaluation: Evaluation, reckoning: ScoreDerivation) -> Iterator[ScoreStep]:
    """The evaluator's own steps, its transform taken apart, and caps told apart by what brings them."""
    if reckoning.aggregate is None:
        return
    transform, value = reckoning.measure.transform, reckoning.aggregate
    if transform.times != 1:
        value *= transform.times
        yield ScoreStep("times", str(shown_exactly(transform.times)), value)
    if transform.plus:
        value += transform.plus
        yield ScoreStep("plus", str(shown_exactly(transform.plus)), value)
    if transform.table:
        value = next(rung.value for rung in transform.table if rung.up_to is None or value <= rung.up_to)
        yield ScoreStep("table", "", value)
    if transform.clamp and not transform.clamp[0] <= value <= transform.clamp[1]:
        low, high = transform.clamp
        yield ScoreStep("clamp", f"{shown_exactly(low)}..{shown_exactly(high)}", min(max(value, low), high))
    for step in reckoning.steps:
        # The evaluator calls both a cap; only the item's id tells them apart.
        if step.what == "cap" and step.detail in evaluation.plan.checklist.items:
            yield ScoreStep("critical", step.detail, step.value)
        elif step.what != "transform":
            yield step


def _plain(value: Fraction | None) -> int | float | str | None:
    return None if value is None else shown_exactly(value)


@dataclass(frozen=True)
class TestedCondition:
    """One condition on a measure, the measure's value, and whether it held (never where the value is missing)."""

    measure: str
    condition: str
    value: Fraction | None
    holds: bool


@dataclass(frozen=True)
class BandExplanation:
    """The band, the rows tried in their order with their conditions, and the downgrades that held."""

    band: Band | None
    rows: tuple[tuple[Band, tuple[TestedCondition, ...]], ...]
    downgrades: tuple[tuple[int, tuple[TestedCondition, ...]], ...]

    def as_json(self) -> dict[str, Any]:
        """The story as plain JSON values."""
        rows = [
            {"label": band.label, "where": [_plain_condition(condition) for condition in tried]}
            for band, tried in self.rows
        ]
        lowered = [
            {"by": by, "where": [_plain_condition(condition) for condition in tried]} for by, tried in self.downgrades
        ]
        return {"label": self.band.label if self.band else None, "tried": rows, "downgrades": lowered}


def explain_band(evaluation: Evaluation, peers: Peers | None = None) -> BandExplanation:
    """Why the visit has its band, or none."""
    scheme = evaluation.plan.scheme
    rows = []
    for band in scheme.bands:
        tried = _tried(evaluation, band.where, peers)
        rows.append((band, tried))
        if all(condition.holds for condition in tried) or any(condition.value is None for condition in tried):
            break
    lowered = ((down.by, _tried(evaluation, down.where, peers)) for down in scheme.downgrades)
    held = tuple((by, tried) for by, tried in lowered if all(condition.holds for condition in tried))
    return BandExplanation(find_band(scheme, evaluation.scores, peers), tuple(rows), held)


def _tried(evaluation: Evaluation, conditions: Mapping[str, str], peers: Peers | None) -> tuple[TestedCondition, ...]:
    tried = []
    for name, condition in conditions.items():
        value = evaluation.derivations[name].score.value
        is_answerable = peers is not None or "p" not in condition  # a percentile needs others to compare with
        holds = is_answerable and conditions_hold({name: condition}, {name: value}, peers)
        tried.append(TestedCondition(name, condition, value, holds=holds))
    return tuple(tried)


def _plain_condition(tried: TestedCondition) -> dict[str, Any]:
    value = None if tried.value is None else shown_exactly(tried.value)
    return {"measure": tried.measure, "condition": tried.condition, "value": value, "holds": tried.holds}
