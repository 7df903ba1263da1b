"""The definition of every score, evaluated in rationals, each step kept so that it can be explained.

Mostly of one visit; several visits are pooled by taking their answers together, as if given on one occasion.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

from cemaudit.errors import BadEnvironment, Problem
from cemaudit.guard import PluginFailure, words_of
from cemaudit.language import message
from cemaudit.model import Item, ItemScore, Reason, Score, Touchpoint, Visit, score_name
from cemaudit.model.aggregator import Aggregator, Member
from cemaudit.model.answers import AnswerValue
from cemaudit.model.measures import Measure
from cemaudit.scoring.bands import conditions_hold
from cemaudit.scoring.items import score_items_with
from cemaudit.scoring.plan import MeasureInput, Plan, PlannedScore
from cemaudit.scoring.rounding import ScoreStep, steps_of

__all__ = [
    "Evaluation",
    "ScoreDerivation",
    "ScoreStep",
    "aggregator_failure",
    "asks_feeling",
    "evaluate",
    "evaluate_pooled",
    "member_value",
]

_NOT_COUNTED = (Reason.NOT_RELEVANT, Reason.NOT_ASKED, Reason.NO_POINTS)
MEMO_SIZE = 10_000
LEAST_TO_COMPARE = 2
"""A fact needs so many answers before they can agree."""
ItemScores = Mapping[str, ItemScore]


class ScoreDerivation(NamedTuple):
    """How one score came about: its members, the aggregate, the steps after it."""

    name: str
    measure: Measure
    aggregator: Aggregator
    inputs: tuple[MeasureInput, ...]
    members: tuple[Member, ...]
    score: Score
    aggregate: Fraction | None = None
    steps: tuple[ScoreStep, ...] = ()


@dataclass
class Evaluation:
    """All numbers of the visits: items under their own NA policies, scores by name, and how each came about.

    ``given`` holds points of items that were not answered but come from elsewhere (composition).
    """

    visits: tuple[Visit, ...]
    plan: Plan
    given: Mapping[str, Fraction] = field(default_factory=dict)
    derivations: dict[str, ScoreDerivation] = field(default_factory=dict)
    _items: dict[str | None, tuple[ItemScores, ...]] = field(default_factory=dict)
    pooled_item_scores: list[Mapping[str, AnswerValue]] = field(init=False)
    """Each visit's answers, as far as they decide what items earn."""

    def __post_init__(self) -> None:
        self.pooled_item_scores = [{}] if self.given else [visit.answers for visit in self.visits]

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
        return {name: reckoning.score for name, reckoning in self.derivations.items()}

    def items_under(self, policy: str | None) -> tuple[ItemScores, ...]:
        """Each visit's item scores under a measure's own NA policy."""
        if policy not in self._items:
            tables = self.plan.tables(policy)
            scored = (score_items_with(tables, visit, policy) for visit in self.visits)
            self._items[policy] = tuple({**scores, **self._given(scores)} for scores in scored)
        return self._items[policy]

    def _given(self, scores: ItemScores) -> dict[str, ItemScore]:
        return {name: ItemScore(points=points, possible=scores[name].possible) for name, points in self.given.items()}


def evaluate(plan: Plan, visit: Visit, input_scores: Mapping[str, Fraction] | None = None) -> Evaluation:
    """Every measure of the plan for one visit."""
    return _evaluated(Evaluation((visit,), plan, input_scores or {}))


def evaluate_pooled(plan: Plan, visits: Sequence[Visit]) -> Evaluation:
    """Every measure of the plan over the answers of all the visits together."""
    return _evaluated(Evaluation(tuple(visits), plan))


def _evaluated(evaluation: Evaluation) -> Evaluation:
    for planned in evaluation.plan.measures:
        for group in planned.groups:
            reckoning = _derive(evaluation, planned.measure, planned.aggregator, group)
            evaluation.derivations[reckoning.name] = reckoning
    return evaluation


def _derive(evaluation: Evaluation, measure: Measure, aggregator: Aggregator, group: PlannedScore) -> ScoreDerivation:
    name = score_name(measure.id, group.key)
    members = _members(evaluation, measure, group)
    scored = [member for member in members if member.value is not None]
    # Most visits miss nothing: the reasons are looked at only where something is.
    missing: list[Reason | None] = []
    width = len(members)
    if len(scored) < width:
        missing = [member.reason for member in members if member.value is None]
        width -= sum([reason in _NOT_COUNTED for reason in missing])
    reason = _reason_for_no_score(measure, aggregator, len(scored), missing)
    try:
        aggregate = None if reason else _aggregate(measure, aggregator, scored)
    except PluginFailure:  # the guard has told of it
        aggregate, reason = None, Reason.FAILED
    if aggregate is None:
        score = Score(None, reason or Reason.NOTHING_TO_SCORE, 0, width)
        return ScoreDerivation(name, measure, aggregator, group.inputs, tuple(members), score)
    steps = _steps(evaluation, measure, group, aggregate)
    score = Score(steps[-1].value if steps else aggregate, None, len(scored), width)
    return ScoreDerivation(name, measure, aggregator, group.inputs, tuple(members), score, aggregate, steps)


def _aggregate(measure: Measure, aggregator: Aggregator, scored: list[Member]) -> Fraction | None:
    if not scored:
        return Fraction(0)
    try:
        result = aggregator.function(scored, measure.options)
        return result if result is None or isinstance(result, Fraction) else Fraction(result)
    except PluginFailure:
        raise
    except Exception as error:
        raise aggregator_failure(measure, error) from error


def aggregator_failure(measure: Measure, error: Exception) -> BadEnvironment:
    """Return what to raise where the code of the measure's aggregator breaks."""
    text = message("aggregator {name} failed: {error}", name=measure.how, error=words_of(error))
    return BadEnvironment(Problem(text, f"measures.{measure.id}"))


def _reason_for_no_score(
    measure: Measure, aggregator: Aggregator, scored: int, missing: Sequence[Reason | None]
) -> Reason | None:
    """Why the measure has no score, before anything is computed; ``None`` where it has one."""
    # Without a part that failed, the rest would be another measure under the same name.
    for barring in (Reason.REFUSED, Reason.FAILED):
        if barring in missing:
            return barring
    if aggregator.arity is not None and (missing or scored != aggregator.arity):
        return missing[0] if missing else Reason.INCOMPLETE
    if not scored and aggregator.empty == "zero":
        return None
    if not scored:
        return missing[0] if len(set(missing)) == 1 else Reason.NOTHING_TO_SCORE
    return Reason.TOO_FEW if scored < measure.at_least else None


def _members(evaluation: Evaluation, measure: Measure, group: PlannedScore) -> list[Member]:
    """One member for another score; one for each visit for anything noted in a visit."""
    # One visit is the usual case and the fast one.
    sheets = evaluation.pooled_item_scores
    if len(sheets) == 1:
        answers = sheets[0]
        return [
            memo(answers.get(ref)) or _member_from_input(evaluation, 0, measure, member_input)
            for member_input, ref, memo in group.lookups
        ]
    return [
        member_input.member_of_answer.get(answers.get(member_input.ref))
        or _member_from_input(evaluation, number, measure, member_input)
        for member_input in group.inputs
        for number, answers in enumerate(sheets[:1] if member_input.kind == "score" else sheets)
    ]


def _member_from_input(evaluation: Evaluation, number: int, measure: Measure, member_input: MeasureInput) -> Member:
    if member_input.kind == "score":
        score = evaluation.derivations[member_input.ref].score
        return Member(member_input.ref, score.value, weight=member_input.weight, reason=score.reason)
    if member_input.kind == "item":
        return _item_member(evaluation, number, measure, member_input)
    if member_input.kind == "@facts":
        return _fact_member(evaluation, number, member_input)
    return _felt_member(evaluation, number, member_input)


def _fact_member(evaluation: Evaluation, number: int, member_input: MeasureInput) -> Member:
    """1 where all answers to a fact's items are the same, 0 where they differ, nothing where fewer than two are."""
    visit, fact = evaluation.visits[number], evaluation.plan.checklist.fact[member_input.ref]
    value, reason = None, None
    if len(fact.said(visit.answers)) >= LEAST_TO_COMPARE:
        value = Fraction(not fact.differs(visit.answers))
    else:
        scores = evaluation.items_under(None)[number]
        arises = [name for name in fact.items if scores[name].reason is not Reason.NOT_RELEVANT]
        reason = Reason.NOT_OBSERVED if len(arises) >= LEAST_TO_COMPARE else Reason.NOT_RELEVANT
    return Member(f"@facts[{fact.id}]", value, weight=member_input.weight, reason=reason)


def asks_feeling(touchpoint: Touchpoint, kind: str) -> bool:
    """Whether a touchpoint asks for a feeling of this kind, as ``@emotions``."""
    match kind:
        case "@emotions":
            return touchpoint.emotion
        case "@perceived":
            return touchpoint.perceived
        case _:
            return touchpoint.expectation


def _share_of_seven(mark: int) -> Fraction:
    """A mark from 1 to 7 as a share of the way between them."""
    return Fraction(mark - 1, 6)


def _felt_member(evaluation: Evaluation, number: int, member_input: MeasureInput) -> Member:
    """A feeling, complaint or critical failure at a touchpoint."""
    visit, touchpoint = evaluation.visits[number], member_input.ref
    value: Fraction | None = None
    match member_input.kind:
        case "@emotions" if touchpoint in visit.emotions:
            value = Fraction(visit.emotions[touchpoint], 3)
        case "@expectations" if touchpoint in visit.expectations:
            value = _share_of_seven(visit.expectations[touchpoint])
        case "@expected" if touchpoint in visit.expected_before:
            value = _share_of_seven(visit.expected_before[touchpoint])
        case "@perceived" if touchpoint in visit.perceived:
            value = _share_of_seven(visit.perceived[touchpoint])
        case "@claims":
            value = Fraction(sum(claim.touchpoint == touchpoint for claim in visit.claims))
        case "@blames":
            value = Fraction(sum(blame.touchpoint == touchpoint for blame in visit.blames))
        case "@critical" | "@duties" as kind:
            scores = evaluation.items_under(None)[number]
            items = evaluation.plan.checklist.touchpoint[touchpoint].items
            fails = Item.fails_critically if kind == "@critical" else Item.fails_duty
            value = Fraction(sum(fails(item, scores[item.id].points) for item in items))
    reason = None
    if value is None:
        spot = evaluation.plan.checklist.touchpoint[touchpoint]
        is_asked = asks_feeling(spot, member_input.kind)
        scores = evaluation.items_under(None)[number]
        # A feeling that was asked for and is missing counts against completeness; one never asked does not.
        reason = Reason.UNANSWERED if is_asked else Reason.NOT_ASKED
        if all(scores[item.id].reason is Reason.NOT_RELEVANT for item in spot.items):
            reason = Reason.NOT_RELEVANT
    return Member(f"{member_input.kind}[{member_input.ref}]", value, weight=member_input.weight, reason=reason)


def _item_member(evaluation: Evaluation, number: int, measure: Measure, member_input: MeasureInput) -> Member:
    """An item's part in a measure; kept by answer where nothing else decides it."""
    visit, table = evaluation.visits[number], evaluation.plan.tables(measure.na)[member_input.ref]
    answer = visit.answers.get(member_input.ref)
    # Conditions, handed over points and composed inputs make the same answer worth different points.
    if not table.stands_alone or evaluation.given:
        return _make_member(evaluation.items_under(measure.na)[number][member_input.ref], measure, member_input, answer)
    if answer is None:
        reason = table.why_left_out(visit)
        member = member_input.left_out.get(reason)
        if member is None:
            member = member_input.left_out[reason] = _make_member(table.left_out[reason], measure, member_input, None)
        return member
    member = _make_member(table.score(visit), measure, member_input, answer)
    if table.answers_are_few:
        member_input.member_of_answer[answer] = member
    return member


def _make_member(item: ItemScore, measure: Measure, member_input: MeasureInput, answer: AnswerValue | None) -> Member:
    value, reason = member_value(item, measure, answer)
    return Member(member_input.ref, value, item.possible, member_input.weight, reason if value is None else None)


def member_value(
    item: ItemScore, measure: Measure, answer: AnswerValue | None
) -> tuple[Fraction | None, Reason | None]:
    """What a measure takes of an item, or why nothing."""
    value, reason = item.points, item.reason
    if measure.take == "share":
        value = item.share
    elif measure.take == "possible" and value is not None:
        value = item.possible
    elif measure.take == "value" and reason in {None, Reason.NO_POINTS} and answer is not None:
        # A raw answer is exact as it was written; words and sets of options are no numbers.
        is_number = not isinstance(answer, str | tuple)
        value = Fraction(str(int(answer) if isinstance(answer, bool) else answer)) if is_number else None
        reason = None if value is not None else Reason.NO_POINTS
    return value, Reason.NO_POINTS if value is None and reason is None else reason


def _steps(evaluation: Evaluation, measure: Measure, group: PlannedScore, value: Fraction) -> tuple[ScoreStep, ...]:
    # Most measures have no caps, and this runs for every score of every visit.
    is_capped = measure.caps or group.critical_caps
    caps = _caps_in_force(evaluation, measure, group) if is_capped else []
    key: tuple[int | str, ...] = (value.numerator, value.denominator, *[detail for detail, _ in caps])
    memo_entry = group.steps_of_value.get(key)
    if memo_entry is None:
        memo_entry = steps_of(measure, value, caps)
        if len(group.steps_of_value) < MEMO_SIZE:
            group.steps_of_value[key] = memo_entry
    return memo_entry


def _caps_in_force(evaluation: Evaluation, measure: Measure, group: PlannedScore) -> list[tuple[str, Fraction]]:
    caps = []
    if measure.caps:
        values = {name: evaluation.derivations[name].score.value for cap in measure.caps for name in cap.where}
        caps = [
            (", ".join(f"{name} {condition}" for name, condition in cap.where.items()), cap.at)
            for cap in measure.caps
            if conditions_hold(cap.where, values)
        ]
    for cap in group.critical_caps:
        table = evaluation.plan.tables()[cap.item]
        if table.stands_alone and not evaluation.given:
            item_scores = [table.score(visit) for visit in evaluation.visits]
        else:
            item_scores = [scores[cap.item] for scores in evaluation.items_under(None)]
        if any([table.item.fails_critically(score.points) for score in item_scores]):  # noqa: C419 (faster)
            caps.append((cap.item, cap.at))
    return caps
