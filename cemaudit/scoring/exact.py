"""The definition of every score, evaluated in rationals, each step kept so that it can be explained.

Mostly of one visit; several visits are pooled by taking their answers together, as if given on one occasion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from cemaudit.model import ItemScore, Reason, Score, Visit, score_name
from cemaudit.model.aggregator import Aggregator, Member
from cemaudit.model.measures import Measure
from cemaudit.scoring.bands import hold
from cemaudit.scoring.items import is_failed, score_items
from cemaudit.scoring.plan import Group, Input, Plan
from cemaudit.scoring.rounding import round_exactly

__all__ = ["Evaluation", "Reckoning", "Step", "evaluate", "evaluate_pooled"]

_OUT_OF_QUESTION = {Reason.NOT_RELEVANT, Reason.NOT_ASKED, Reason.NO_POINTS}
ItemScores = Mapping[str, ItemScore]


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
    """All numbers of the visits: items under their own NA policies, scores by name, and how each came about.

    ``given`` holds points of items that were not answered but come from elsewhere (composition).
    """

    visits: tuple[Visit, ...]
    plan: Plan
    given: Mapping[str, Fraction] = field(default_factory=dict)
    reckonings: dict[str, Reckoning] = field(default_factory=dict)
    _items: dict[str | None, tuple[ItemScores, ...]] = field(default_factory=dict)

    @property
    def visit(self) -> Visit:
        """The visit, or the first of those pooled."""
        return self.visits[0]

    @property
    def items(self) -> dict[str, ItemScore]:
        """The visit's item scores under the items' own NA policies."""
        return dict(self.items_under(None)[0])

    @property
    def scores(self) -> dict[str, Score]:
        """Every score by name, in the order of the plan."""
        return {name: reckoning.score for name, reckoning in self.reckonings.items()}

    def items_under(self, policy: str | None) -> tuple[ItemScores, ...]:
        """Each visit's item scores under a measure's own NA policy."""
        if policy not in self._items:
            checklist, unanswered = self.plan.checklist, self.plan.scheme.unanswered
            scored = (score_items(visit, checklist, unanswered, policy) for visit in self.visits)
            self._items[policy] = tuple({**scores, **self._given(scores)} for scores in scored)
        return self._items[policy]

    def _given(self, scores: ItemScores) -> dict[str, ItemScore]:
        return {name: ItemScore(points=points, possible=scores[name].possible) for name, points in self.given.items()}


def evaluate(plan: Plan, visit: Visit, given: Mapping[str, Fraction] | None = None) -> Evaluation:
    """Every measure of the plan for one visit."""
    return _evaluated(Evaluation((visit,), plan, given or {}))


def evaluate_pooled(plan: Plan, visits: Sequence[Visit]) -> Evaluation:
    """Every measure of the plan over the answers of all the visits together."""
    return _evaluated(Evaluation(tuple(visits), plan))


def _evaluated(evaluation: Evaluation) -> Evaluation:
    for planned in evaluation.plan.measures:
        for group in planned.groups:
            reckoning = _reckon(evaluation, planned.measure, planned.aggregator, group)
            evaluation.reckonings[reckoning.name] = reckoning
    return evaluation


def _reckon(evaluation: Evaluation, measure: Measure, aggregator: Aggregator, group: Group) -> Reckoning:
    name = score_name(measure.id, group.key)
    members = tuple(member for each in group.inputs for member in _members(evaluation, measure, each))
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
    if aggregator.arity is not None and (missing or len(members) != aggregator.arity):
        return missing[0] if missing else Reason.INCOMPLETE
    if not scored and aggregator.empty == "zero":
        return None
    if not scored:
        return missing[0] if len(set(missing)) == 1 else Reason.NOTHING_TO_SCORE
    return Reason.TOO_FEW if len(scored) < measure.at_least else None


def _members(evaluation: Evaluation, measure: Measure, each: Input) -> Iterator[Member]:
    """One member for another score; one for each visit for anything noted in a visit."""
    if each.kind == "score":
        score = evaluation.reckonings[each.ref].score
        yield Member(each.ref, score.value, weight=each.weight, reason=score.reason)
        return
    for number, visit in enumerate(evaluation.visits):
        if each.kind == "item":
            yield _item_member(visit, evaluation.items_under(measure.na)[number][each.ref], measure, each)
        elif each.kind == "@critical":
            failed = _failures(evaluation, number, each.ref)
            yield Member(f"@critical[{each.ref}]", failed, weight=each.weight)
        else:
            value = _FEELINGS[each.kind](visit, each.ref)
            reason = None if value is not None else _why_no_feeling(evaluation, number, each)
            yield Member(f"{each.kind}[{each.ref}]", value, weight=each.weight, reason=reason)


def _item_member(visit: Visit, item: ItemScore, measure: Measure, each: Input) -> Member:
    value, reason = item.points, item.reason
    if measure.take == "share":
        value = item.share
    elif measure.take == "possible" and value is not None:
        value = item.possible
    elif measure.take == "value" and reason in {None, Reason.NO_POINTS} and each.ref in visit.answers:
        value = _number(visit.answers[each.ref])
        reason = None if value is not None else Reason.NO_POINTS
    if value is None and reason is None:
        reason = Reason.NO_POINTS
    return Member(each.ref, value, item.possible, each.weight, reason if value is None else None)


def _number(answer: object) -> Fraction | None:
    if isinstance(answer, str | tuple):
        return None
    return Fraction(str(int(answer) if isinstance(answer, bool) else answer))


def _failures(evaluation: Evaluation, number: int, touchpoint: str) -> Fraction:
    scores = evaluation.items_under(None)[number]
    items = evaluation.plan.checklist.touchpoint[touchpoint].items
    return Fraction(sum(is_failed(item, scores[item.id]) for item in items))


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


def _why_no_feeling(evaluation: Evaluation, number: int, each: Input) -> Reason:
    touchpoint = evaluation.plan.checklist.touchpoint[each.ref]
    scores = evaluation.items_under(None)[number]
    if all(scores[item.id].reason is Reason.NOT_RELEVANT for item in touchpoint.items):
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
    values = {name: evaluation.reckonings[name].score.value for cap in measure.caps for name in cap.where}
    found = [
        (", ".join(f"{name} {condition}" for name, condition in cap.where.items()), cap.at)
        for cap in measure.caps
        if hold(cap.where, values)
    ]
    return found + [(cap.item, cap.at) for cap in group.critical_caps if _fails(evaluation, cap.item)]


def _fails(evaluation: Evaluation, item_id: str) -> bool:
    item = evaluation.plan.checklist.items[item_id]
    return any(is_failed(item, scores[item_id]) for scores in evaluation.items_under(None))
