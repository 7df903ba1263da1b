"""The definition of every score: one visit, evaluated in rationals, each step kept so that it can be explained."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from cemaudit.model import Band, ItemScore, Reason, Score, Visit, score_name
from cemaudit.model.aggregator import Aggregator, Member
from cemaudit.model.scheme import Measure, Scheme, bounds
from cemaudit.scoring.items import is_failed, score_items
from cemaudit.scoring.plan import Group, Input, Plan
from cemaudit.scoring.rounding import round_exactly

__all__ = ["Evaluation", "Reckoning", "Step", "evaluate", "find_band"]

_OUT_OF_QUESTION = {Reason.NOT_RELEVANT, Reason.NOT_ASKED, Reason.NO_POINTS}


@dataclass(frozen=True)
class Step:
    """One change of a value on its way: ``what`` (``transform``, ``cap``, ``round``), why, and the value after it."""

    what: str
    detail: str
    value: Fraction


@dataclass(frozen=True)
class Reckoning:
    """How one score came about: its members, the aggregate, the steps after it."""

    name: str
    measure: Measure
    aggregator: Aggregator
    inputs: tuple[Input, ...]
    members: tuple[Member, ...]
    score: Score
    aggregate: Fraction | None = None
    steps: tuple[Step, ...] = ()


@dataclass
class Evaluation:
    """All of one visit: items under their own NA policies, scores by name, and how each came about."""

    visit: Visit
    plan: Plan
    items: dict[str, ItemScore]
    reckonings: dict[str, Reckoning] = field(default_factory=dict)
    _items_by_policy: dict[str | None, dict[str, ItemScore]] = field(default_factory=dict)

    @property
    def scores(self) -> dict[str, Score]:
        """Every score by name, in the order of the plan."""
        return {name: reckoning.score for name, reckoning in self.reckonings.items()}

    def items_under(self, policy: str | None) -> dict[str, ItemScore]:
        """Item scores under a measure's own NA policy."""
        if policy not in self._items_by_policy:
            unanswered = self.plan.scheme.unanswered
            self._items_by_policy[policy] = score_items(self.visit, self.plan.checklist, unanswered, policy)
        return self._items_by_policy[policy]


def evaluate(plan: Plan, visit: Visit) -> Evaluation:
    """Evaluate every measure of the plan for one visit."""
    evaluation = Evaluation(visit, plan, {})
    evaluation.items = evaluation.items_under(None)
    for planned in plan.measures:
        for group in planned.groups:
            reckoning = _reckon(evaluation, planned.measure, planned.aggregator, group)
            evaluation.reckonings[reckoning.name] = reckoning
    return evaluation


def find_band(scheme: Scheme, scores: Mapping[str, Score]) -> Band | None:
    """The first band whose conditions all hold; ``None`` where a score it asks for is missing, or none fits."""
    for band in scheme.bands:
        values = [(scores[name].value, condition) for name, condition in band.where.items()]
        if any(value is None for value, _ in values):
            return None
        if all(_holds(value, condition) for value, condition in values):
            return band
    return None


def _holds(value: Fraction | None, condition: str) -> bool:
    return value is not None and all(bound.holds(value) for bound in bounds(condition))


def _reckon(evaluation: Evaluation, measure: Measure, aggregator: Aggregator, group: Group) -> Reckoning:
    name = score_name(measure.id, group.key)
    members = tuple(_member(evaluation, measure, each) for each in group.inputs)
    scored = [member for member in members if member.value is not None]
    asked = sum(member.reason not in _OUT_OF_QUESTION for member in members)
    reason = _why_not(measure, aggregator, members, scored)
    aggregate = None if reason else _aggregate(measure, aggregator, scored)
    if aggregate is None:
        score = Score(reason=reason or Reason.NOTHING_TO_SCORE, used=0, asked=asked)
        return Reckoning(name, measure, aggregator, group.inputs, members, score)
    steps = _steps(evaluation, measure, group, aggregate)
    value = steps[-1].value if steps else aggregate
    score = Score(value=value, used=len(scored), asked=asked)
    return Reckoning(name, measure, aggregator, group.inputs, members, score, aggregate, steps)


def _aggregate(measure: Measure, aggregator: Aggregator, scored: list[Member]) -> Fraction | None:
    if not scored:
        return Fraction(0)
    result = aggregator.function(scored, measure.options)
    return None if result is None else Fraction(result)


def _why_not(
    measure: Measure, aggregator: Aggregator, members: tuple[Member, ...], scored: list[Member]
) -> Reason | None:
    """Why the measure has no score, before anything is computed; ``None`` where it has one."""
    missing = [member.reason for member in members if member.value is None]
    if Reason.REFUSED in missing:
        return Reason.REFUSED
    if aggregator.arity is not None and missing:
        return missing[0]
    if not scored and aggregator.empty == "zero":
        return None
    if not scored:
        return missing[0] if len(set(missing)) == 1 else Reason.NOTHING_TO_SCORE
    return Reason.TOO_FEW if len(scored) < measure.at_least else None


def _member(evaluation: Evaluation, measure: Measure, each: Input) -> Member:
    if each.kind == "item":
        return _item_member(evaluation, measure, each)
    if each.kind == "score":
        score = evaluation.reckonings[each.ref].score
        return Member(each.ref, score.value, weight=each.weight, reason=score.reason)
    value = _FEELINGS[each.kind](evaluation.visit, each.ref)
    reason = None if value is not None else _why_no_feeling(evaluation, each)
    return Member(f"{each.kind}[{each.ref}]", value, weight=each.weight, reason=reason)


def _item_member(evaluation: Evaluation, measure: Measure, each: Input) -> Member:
    item = evaluation.items_under(measure.na)[each.ref]
    value, reason = item.points, item.reason
    if measure.take == "share":
        value = item.share
    elif measure.take == "value" and reason in {None, Reason.NO_POINTS}:
        value = _number(evaluation.visit.answers.get(each.ref))
        reason = None if value is not None else Reason.NO_POINTS
    if value is None and reason is None:
        reason = Reason.NO_POINTS
    return Member(each.ref, value, item.possible, each.weight, reason if value is None else None)


def _number(answer: object) -> Fraction | None:
    return (
        None
        if answer is None or isinstance(answer, str | tuple)
        else Fraction(str(int(answer) if isinstance(answer, bool) else answer))
    )


def _emotion(visit: Visit, touchpoint: str) -> Fraction | None:
    return Fraction(visit.emotions[touchpoint], 3) if touchpoint in visit.emotions else None


def _expectation(visit: Visit, touchpoint: str) -> Fraction | None:
    return Fraction(visit.expectations[touchpoint] - 1, 6) if touchpoint in visit.expectations else None


def _claims(visit: Visit, touchpoint: str) -> Fraction:
    return Fraction(sum(claim.touchpoint == touchpoint for claim in visit.claims))


def _blames(visit: Visit, touchpoint: str) -> Fraction:
    return Fraction(sum(blame.touchpoint == touchpoint for blame in visit.blames))


_FEELINGS: dict[str, Callable[[Visit, str], Fraction | None]] = {
    "@emotions": _emotion,
    "@expectations": _expectation,
    "@claims": _claims,
    "@blames": _blames,
}


def _why_no_feeling(evaluation: Evaluation, each: Input) -> Reason:
    touchpoint = evaluation.plan.checklist.touchpoint[each.ref]
    if all(evaluation.items[item.id].reason is Reason.NOT_RELEVANT for item in touchpoint.items):
        return Reason.NOT_RELEVANT
    asked = touchpoint.emotion if each.kind == "@emotions" else touchpoint.expectation
    return Reason.UNANSWERED if asked else Reason.NOT_ASKED


def _steps(evaluation: Evaluation, measure: Measure, group: Group, value: Fraction) -> tuple[Step, ...]:
    """What happens to the aggregate, in this order: transform, caps by other measures, critical items, rounding."""
    steps = []
    moved = measure.transform.apply(value)
    if moved != value:
        steps.append(Step("transform", "", moved))
    for detail, at in _caps_in_force(evaluation, measure, group):
        if moved > at:
            moved = at
            steps.append(Step("cap", detail, moved))
    if measure.round and measure.round.stage == "value":
        moved = round_exactly(moved, measure.round)
        steps.append(Step("round", f"{measure.round.mode} {measure.round.digits}", moved))
    return tuple(steps)


def _caps_in_force(evaluation: Evaluation, measure: Measure, group: Group) -> list[tuple[str, Fraction]]:
    found = []
    for cap in measure.caps:
        values = [(evaluation.reckonings[name].score.value, condition) for name, condition in cap.where.items()]
        if all(_holds(value, condition) for value, condition in values):
            found.append((", ".join(f"{name} {condition}" for name, condition in cap.where.items()), cap.at))
    items = evaluation.plan.checklist.items
    failed = [cap for cap in group.critical_caps if is_failed(items[cap.item], evaluation.items[cap.item])]
    return found + [(cap.item, cap.at) for cap in failed]
