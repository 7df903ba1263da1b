"""Levers: the answers that could change, and what each change does to points."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import chain, combinations, pairwise
from typing import Literal, NamedTuple

from cemaudit.model import Checklist, Item, Skip, SkipState, Visit, score_name
from cemaudit.model.aggregator import Member
from cemaudit.model.answers import AnswerType, AnswerValue, Choice, Choices, Nps, Quantity, Scale, YesNo
from cemaudit.model.expression import Comparison, Constant, Logic, Name, Node
from cemaudit.scoring.exact import Evaluation, evaluate
from cemaudit.scoring.items import item_is_relevant

__all__ = [
    "AnswerPosition",
    "Lever",
    "MoveEffects",
    "Moves",
    "SingleMove",
    "evaluate_after",
    "find_levers",
    "names_of_levers",
    "shown_answer",
    "visit_after_moves",
]

MOST_STEPS = 101
MOST_OPTIONS = 10
Side = Literal["inside", "above", "below"]
Gap = frozenset[Side]
NO_GAP: Gap = frozenset()
INSIDE: Gap = frozenset(("inside",))
EVERYWHERE: Gap = frozenset(("inside", "above", "below"))

Moves = Mapping[str, AnswerValue]
"""Lever name -> the answer, or feeling, it is moved to."""


@dataclass(frozen=True)
class Lever:
    """An item, or a feeling (``@emotions[greeting]``), and every other answer that counts.

    ``gap``: where answers of another worth are left out, ``inside`` the range of the options, ``above`` or ``below``
    it. ``is_switch``: its answer decides whether other items arise, or what they can earn.
    """

    name: str
    options: tuple[AnswerValue, ...]
    gap: Gap = NO_GAP
    is_switch: bool = False


def find_levers(
    evaluation: Evaluation, *, feelings: bool, not_applicable: bool, fixed: AbstractSet[str]
) -> list[Lever]:
    """The levers of a visit, in the order of the checklist.

    Items: whatever carries points and may arise in the visit, answered or not; one the shopper skipped as not
    applicable only where ``not_applicable`` says so. ``feelings`` adds emotions and expectations.
    """
    visit, checklist = evaluation.visit, evaluation.plan.checklist
    shut = fixed | evaluation.given.keys()
    raw = {
        member_input.ref
        for planned in evaluation.plan.measures
        if planned.measure.take == "value"
        for group in planned.groups
        for member_input in group.inputs
        if member_input.kind == "item"
    }
    # A table of points counts even where it has no most of them, as with a point for every unit.
    counting = [
        item
        for item in checklist.items.values()
        if item.possible is not None
        or (isinstance(item.answer, Quantity) and item.answer.table is not None)
        or item.id in raw
    ]
    item_levers = [_of_item(item, visit, checklist, is_raw=item.id in raw) for item in counting if item.id not in shut]
    levers = [lever for lever in item_levers if lever.options and (not_applicable or not _is_out(lever.name, visit))]
    return levers + [lever for lever in (_of_feelings(evaluation) if feelings else ()) if lever.name not in fixed]


_FEELINGS = {"@emotions": "emotions", "@expectations": "expectations", "@perceived": "perceived"}
"""The field of a visit that holds each kind of feeling."""


def names_of_levers(checklist: Checklist) -> set[str]:
    """Every name a lever of the checklist can have."""
    return {*checklist.items, *(f"{kind}[{name}]" for kind in _FEELINGS for name in checklist.touchpoint)}


def visit_after_moves(visit: Visit, checklist: Checklist, moves: Moves) -> Visit | None:
    """The visit with its levers moved; answers that no longer arise are dropped.

    ``None`` where a moved item itself does not arise.
    """
    answers: dict[str, AnswerValue] = dict(visit.answers)
    felt: dict[str, dict[str, int]] = {kind: dict(getattr(visit, field)) for kind, field in _FEELINGS.items()}
    for name, value in moves.items():
        kind, _, touchpoint = name.rstrip("]").partition("[")
        if touchpoint:
            felt[kind][touchpoint] = int(str(value))
        else:
            answers[name] = value
    skipped: dict[str, Skip] = {name: skip for name, skip in visit.skipped.items() if name not in answers}
    changes: dict[str, object] = {"answers": answers, "skipped": skipped}
    changes |= {field: felt[kind] for kind, field in _FEELINGS.items()}
    visit = visit.model_copy(update=changes)
    conditional = [item for item in checklist.items.values() if item.when]
    while True:  # an answer that leaves may take others along
        strays = {
            item.id for item in conditional if item.id in visit.answers and not item_is_relevant(item, visit, checklist)
        }
        if not strays:
            return visit
        if strays & moves.keys():
            return None
        kept = {name: answer for name, answer in visit.answers.items() if name not in strays}
        visit = visit.model_copy(update={"answers": kept})


def shown_answer(visit: Visit, checklist: Checklist, name: str, value: AnswerValue | None = None) -> str:
    """What is answered to a lever, or ``value``, as a person reads it; empty where there is no answer."""
    kind, _, touchpoint = name.rstrip("]").partition("[")
    if touchpoint:
        felt: int | None = getattr(visit, _FEELINGS[kind]).get(touchpoint)
        return "" if value is None and felt is None else str(felt if value is None else value)
    answer = visit.answers.get(name) if value is None else value
    return "" if answer is None else checklist.items[name].answer.show(answer)


def _is_out(name: str, visit: Visit) -> bool:
    return name in visit.skipped and visit.skipped[name].state is SkipState.NOT_APPLICABLE


def _of_item(item: Item, visit: Visit, checklist: Checklist, *, is_raw: bool) -> Lever:
    # Its answer may decide whether other items arise.
    conditions = [other.when for other in checklist.items.values() if other.when and item.id in other.when.names()]
    options, gap = representative_answers(
        item.answer, [mark for condition in conditions for mark in _thresholds(condition)]
    )
    # Where the number itself counts, those between the options are answers of another worth.
    if isinstance(item.answer, Quantity) and not item.answer.one_of and (is_raw or any(map(_is_open, conditions))):
        gap |= INSIDE
    now, worth = visit.answers.get(item.id), item.answer.points
    options = [option for option in options if option != now and (item.possible is None or worth(option) is not None)]
    is_switch = bool(conditions) or bool(item.gives_to and _is_out(item.id, visit))
    steps = checklist.touchpoint_of[item.id].steps
    arises = not (visit.step and steps and visit.step not in steps)
    return Lever(item.id, tuple(options) if arises else (), gap, is_switch)


def _thresholds(condition: Node) -> Iterator[Fraction]:
    """The numbers a condition compares answers with."""
    match condition:
        case Constant(constant):
            members = constant if isinstance(constant, tuple) else (constant,)
            yield from (Fraction(member) for member in members if isinstance(member, Decimal))
        case Comparison(_, left, right):
            yield from (*_thresholds(left), *_thresholds(right))
        case Logic(_, parts):
            yield from (mark for operand in parts for mark in _thresholds(operand))


def _is_open(condition: Node) -> bool:
    """Whether answers are compared with each other, not with numbers that are written down."""
    match condition:
        case Comparison(_, left, right):
            return isinstance(left, Name) and isinstance(right, Name)
        case Logic(_, parts):
            return any(map(_is_open, parts))
    return False


def _of_feelings(evaluation: Evaluation) -> Iterator[Lever]:
    visit = evaluation.visit
    for touchpoint in evaluation.plan.checklist.touchpoints:
        if visit.step and touchpoint.steps and visit.step not in touchpoint.steps:
            continue
        kinds = (
            ("@emotions", touchpoint.emotion, visit.emotions, range(-3, 4)),
            ("@expectations", touchpoint.expectation, visit.expectations, range(1, 8)),
            ("@perceived", touchpoint.perceived, visit.perceived, range(1, 8)),
        )
        for kind, is_asked, felt, scale in kinds:
            now = felt.get(touchpoint.id)
            if is_asked or now is not None:
                yield Lever(f"{kind}[{touchpoint.id}]", tuple(value for value in scale if value != now))


def representative_answers(answer: AnswerType, marks: Iterable[Fraction] = ()) -> tuple[list[AnswerValue], Gap]:
    """Answers that stand for all others, and where they do not."""
    match answer:
        case YesNo():
            return [True, False], NO_GAP
        case Choice():
            return [option.id for option in answer.options], NO_GAP
        case Choices():
            ids = [option.id for option in answer.options]
            if len(ids) <= MOST_OPTIONS:
                sets: list[AnswerValue] = [*chain.from_iterable(combinations(ids, n) for n in range(len(ids) + 1))]
                gap = NO_GAP
            else:
                sets = [(), tuple(ids), *((option_id,) for option_id in ids)]
                gap = EVERYWHERE
            return sets, gap
        case Scale() | Nps():
            low, high = (0, 10) if isinstance(answer, Nps) else (answer.lowest, answer.highest)
            return list(range(low, high + 1)), NO_GAP
        case Quantity():
            return _quantities(answer, marks)
    return [], NO_GAP


def _quantities(answer: Quantity, marks: Iterable[Fraction]) -> tuple[list[AnswerValue], Gap]:
    """One number for each row of a points table; else the numbers allowed, or, where they are many, some of them."""
    if answer.one_of:
        return [_value(number) for number in answer.one_of], NO_GAP
    if isinstance(answer.table, tuple):
        edges = [row.up_to for row in answer.table if row.up_to is not None]
        rising = sorted({*edges, *marks}) or [Fraction(0)]
        # On and between all edges, and beyond the last ones, every row of the table is met.
        between = [(low + high) / 2 for low, high in pairwise(rising)]
        around = [number for edge in rising for number in (edge - 1, edge + 1)]
        return _allowed(answer, [*rising, *around, *between, *_ends(answer)]), NO_GAP
    if answer.min is None or answer.max is None:
        start = math.floor(answer.max) - 10 if answer.max is not None else math.ceil(answer.min or 0)
        few = [Fraction(number) for number in range(start, start + 11)]
        above: Gap = frozenset(("above",)) if answer.max is None else NO_GAP
        below: Gap = frozenset(("below",)) if answer.min is None else NO_GAP
        return _allowed(answer, [*_ends(answer), *few]), INSIDE | above | below
    allowed_range = range(math.ceil(answer.min), math.floor(answer.max) + 1)
    few = [Fraction(number) for number in allowed_range] if len(allowed_range) <= MOST_STEPS else []
    is_whole = answer.type == "count" and len(few) == len(allowed_range)
    return _allowed(answer, [*_ends(answer), *few]), NO_GAP if is_whole else INSIDE


def _ends(answer: Quantity) -> list[Fraction]:
    return [end for end in (answer.min, answer.max) if end is not None]


def _allowed(answer: Quantity, numbers: Iterable[Fraction]) -> list[AnswerValue]:
    values = [_value(number) for number in dict.fromkeys(numbers)]
    return [value for value in values if answer.problem(value) is None]


def _value(number: Fraction) -> AnswerValue:
    return number.numerator if number.denominator == 1 else Decimal(number.numerator) / Decimal(number.denominator)


class AnswerPosition(NamedTuple):
    """Where an answer enters: a member of a score, or (``position`` -1) the points of the critical item ``score``."""

    score: str
    position: int


class SingleMove(NamedTuple):
    """One lever moved to one option, and all numbers after it."""

    lever: str
    option: AnswerValue
    after: Evaluation


def evaluate_after(base: Evaluation, moves: Moves) -> Evaluation | None:
    """All numbers after some moves; ``None`` where one of them cannot be made."""
    visit = visit_after_moves(base.visit, base.plan.checklist, moves)
    return None if visit is None else evaluate(base.plan, visit, base.given)


class MoveEffects:
    """The visit as it is (``base``) and after every single move of some levers; those that do nothing are left out.

    None of the levers may be a switch: then what one does to a leaf, it does in any company.
    """

    def __init__(self, base: Evaluation, levers: Iterable[Lever]) -> None:
        self.base = base
        self.levers: dict[str, Lever] = {}
        self.singles: dict[str, list[SingleMove]] = {}
        self.moving: dict[AnswerPosition, dict[str, list[SingleMove]]] = {}
        groups = ((measure.measure.id, group) for measure in base.plan.measures for group in measure.groups)
        self.caps = {score_name(name, group.key): group.critical_caps for name, group in groups}
        self.leaves = tuple(self._find_leaves())
        for lever in levers:
            self._try(lever)

    def member(self, leaf: AnswerPosition, evaluation: Evaluation | None = None) -> Member:
        """The member at a leaf, in the visit as it is or in another evaluation."""
        evaluation = evaluation or self.base
        if leaf.position >= 0:
            return evaluation.derivations[leaf.score].members[leaf.position]
        points = evaluation.items_under(None)[0][leaf.score].points
        return Member(leaf.score, points)

    def _find_leaves(self) -> Iterator[AnswerPosition]:
        for name, reckoning in self.base.derivations.items():
            for position, member_input in enumerate(reckoning.inputs):
                if member_input.kind != "score":
                    yield AnswerPosition(name, position)
        for item in {cap.item for caps in self.caps.values() for cap in caps}:
            yield AnswerPosition(item, -1)

    def _try(self, lever: Lever) -> None:
        for option in lever.options:
            evaluation = evaluate_after(self.base, {lever.name: option})
            if evaluation is None:
                return
            single = SingleMove(lever.name, option, evaluation)
            # What changes nothing is no way to anything.
            touched = [leaf for leaf in self.leaves if self.member(leaf, evaluation) != self.member(leaf)]
            if touched:
                self.levers[lever.name] = lever
                self.singles.setdefault(lever.name, []).append(single)
            for leaf in touched:
                self.moving.setdefault(leaf, {}).setdefault(lever.name, []).append(single)
