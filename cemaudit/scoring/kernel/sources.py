"""The sources of measures as arrays: points of items, emotions, expectations."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cemaudit.language import N_
from cemaudit.model import ItemScore, Reason
from cemaudit.model.answers import AnswerValue, Quantity
from cemaudit.model.measures import Measure
from cemaudit.scoring.exact import LEAST_TO_COMPARE, asks_feeling, member_value
from cemaudit.scoring.items import ItemScoreTable
from cemaudit.scoring.kernel.arithmetic import Mask, NotVectorizable, NumberColumn, lookup
from cemaudit.scoring.kernel.block import HAS_SCORE, RowBlock, reason_code
from cemaudit.scoring.kernel.columns import NO_FEELING, STATES, VisitColumns
from cemaudit.scoring.plan import MeasureInput, Plan

__all__ = [
    "CodedItem",
    "MemberColumn",
    "MemberSource",
    "critical_failures",
    "item_failures",
    "item_source",
    "make_source",
]

Codes = NDArray[Any]
LARGEST_NUMBER = 1e6  # rows whose answers lie beyond are scored exactly


@dataclass(frozen=True)
class MemberColumn:
    """A member on columns: its numbers (0 where it has none), where it has one, and the points possible."""

    number: NumberColumn
    has: Mask
    possible: NumberColumn | None = None


class CodedItem:
    """An item whose code decides all: ``values``, ``possible`` and ``why`` by level, then state, last state first."""

    def __init__(self, table: ItemScoreTable, measure: Measure, weight: Fraction, columns: VisitColumns) -> None:
        self.item = table.item
        self.weight = weight
        self.edges: list[Fraction] | None = None
        scored = [*self._levels(table, measure, columns), *(self._state(table, measure, s) for s in reversed(STATES))]
        self.values = [value for value, _, _ in scored]
        self.possible = [possible for _, possible, _ in scored]
        self.why = [HAS_SCORE if reason is None else reason_code(reason) for _, _, reason in scored]

    def _levels(self, table: ItemScoreTable, measure: Measure, columns: VisitColumns) -> list[_Entry]:
        column, kind = columns.items[table.item.id], table.item.answer
        if column.numbers is None:
            scores = [(table.answered(level), level) for level in column.levels]
            return [_entry(score, *member_value(score, measure, level)) for score, level in scores]
        if isinstance(kind, Quantity) and isinstance(kind.table, tuple):
            self.edges = [row.up_to for row in kind.table if row.up_to is not None]
            earned: list[Fraction | None] = [row.points for row in kind.table]
        else:
            is_itself = isinstance(kind, Quantity) and (kind.table == "value" or isinstance(self, PlainNumberItem))
            earned = [Fraction(0) if is_itself else None]
        answered = [ItemScore(p, table.possible, Reason.NO_POINTS if p is None else None) for p in earned]
        return [_entry(score, *member_value(score, measure, None)) for score in answered]

    def _state(self, table: ItemScoreTable, measure: Measure, state: Reason) -> _Entry:
        score = table.left_out[state]
        return _entry(score, *member_value(score, measure, None))

    def codes(self, block: RowBlock) -> Codes:
        """The codes; of a number, the row of the points table it falls in."""
        codes = block.codes(self.item.id)
        if not self.edges:
            return codes
        numbers = block.numbers(self.item.id)
        rows: Codes = np.zeros(block.rows, np.int8 if len(self.edges) < 127 else np.int32)
        for edge in self.edges:
            at = float(edge)
            # The edge is no float, so a number beside it may fall into the wrong row.
            if Fraction(repr(at)) != edge:
                block.leave_to_exact(numbers == at)
            rows += numbers > at
        return np.where(codes >= 0, rows, codes)

    def part(self, block: RowBlock) -> MemberColumn:
        codes = self.codes(block)
        return MemberColumn(
            _look_up_codes(self.values, codes),
            np.take(np.array(self.why) == HAS_SCORE, codes),
            _look_up_codes(self.possible, codes),
        )

    def reasons(self, block: RowBlock) -> Codes:
        return np.take(np.array(self.why, np.int8), self.codes(block))

    def may_refuse(self) -> bool:
        return reason_code(Reason.REFUSED) in self.why


_Entry = tuple[Fraction | None, Fraction | None, Reason | None]


def _entry(score: ItemScore, value: Fraction | None, reason: Reason | None) -> _Entry:
    return value, score.possible if value is not None else None, reason if value is None else None


def _look_up_codes(table: Sequence[Fraction | None], codes: Codes) -> NumberColumn:
    scale = math.lcm(*(entry.denominator for entry in table if entry is not None))
    wholes = [float((entry or 0) * scale) for entry in table]
    return NumberColumn(lookup(codes, wholes), scale=scale, most=max(map(abs, wholes))).float_if_overflowing()


class PlainNumberItem(CodedItem):
    """An item that counts with the very number answered."""

    def __init__(self, table: ItemScoreTable, measure: Measure, weight: Fraction, columns: VisitColumns) -> None:
        super().__init__(table, measure, weight, columns)
        numbers = columns.items[table.item.id].numbers
        largest = 0.0 if numbers is None or not len(numbers) else float(np.max(np.abs(numbers)))
        self.reach = min(largest, LARGEST_NUMBER)
        self.is_whole = isinstance(table.item.answer, Quantity) and table.item.answer.type == "count"

    def part(self, block: RowBlock) -> MemberColumn:
        codes, numbers = block.codes(self.item.id), block.numbers(self.item.id)
        left_out = super().part(block)
        answered = codes >= 0
        # A few huge numbers would cost all others their exactness.
        block.leave_to_exact(np.abs(numbers) > self.reach)
        if self.is_whole:
            block.leave_to_exact(numbers != np.rint(numbers))
        held = np.clip(numbers, -self.reach, self.reach)
        error = 0.0 if self.is_whole else self.reach * 2.0**-52
        number = NumberColumn(np.where(answered, held, 0.0), most=self.reach, error=error)
        if left_out.number.most:  # without an answer, too, something may be earned
            instead = left_out.number.as_floats()
            top = np.where(answered, number.value, instead.top)
            error = max(number.as_floats().error, instead.error)
            number = NumberColumn(top, most=max(number.most, instead.most), error=error)
        return MemberColumn(number, answered | left_out.has, left_out.possible)


class HeirItem(CodedItem):
    """An item that takes over the points of items that do not apply."""

    def __init__(
        self,
        table: ItemScoreTable,
        givers: Sequence[ItemScoreTable],
        measure: Measure,
        weight: Fraction,
        columns: VisitColumns,
    ) -> None:
        super().__init__(table, measure, weight, columns)
        self.take = measure.take
        own, by = table.possible, table.item.weight
        self.gifts = {
            giver.item.id: giver.possible * giver.item.weight / by for giver in givers if giver.possible and by
        }
        self.own = own or Fraction(0)
        if self.gifts and own is not None and (own < 0 or min(self.gifts.values()) < 0):
            raise NotVectorizable(N_("it gives negative points away"))

    def part(self, block: RowBlock) -> MemberColumn:
        column = super().part(block)
        if not self.own or not self.gifts or column.possible is None:
            return column
        shares = {name: gift / self.own for name, gift in self.gifts.items()}
        scale = math.lcm(*(share.denominator for share in shares.values()))
        # Each item that does not apply (code -1) makes its heir worth more, in proportion.
        grown = np.full(block.rows, float(scale))
        for name, share in shares.items():
            grown += (block.codes(name) == -1) * float(share * scale)
        most = float(scale * (1 + sum(shares.values())))
        number = column.number if self.take in {"share", "value"} else _scaled_number(column.number, grown, scale, most)
        return MemberColumn(number, column.has, _scaled_number(column.possible, grown, scale, most))


def _scaled_number(number: NumberColumn, grown: NDArray[np.float64], scale: int, most: float) -> NumberColumn:
    if number.is_exact:
        wider = NumberColumn(number.top, None, number.scale * scale, number.most * most)
        if wider.fits:
            return NumberColumn(number.top * grown, None, wider.scale, wider.most)
    raise NotVectorizable(N_("its numbers are too large"))


def item_source(plan: Plan, measure: Measure, member_input: MeasureInput, columns: VisitColumns) -> CodedItem:
    """The source of an item; ``NotVectorizable`` where columns cannot give it."""
    tables = plan.tables(measure.na)
    table, column = tables[member_input.ref], columns.items[member_input.ref]
    kind = table.item.answer
    givers = [other for other in tables.values() if other.heir == member_input.ref] if measure.na is None else []
    if column.numbers is not None and isinstance(kind, Quantity):
        is_itself = measure.take == "value" or (kind.table == "value" and measure.take != "possible")
        if is_itself and (givers or measure.take == "share"):
            raise NotVectorizable(N_("it changes the numbers answered"))
        if is_itself:
            return PlainNumberItem(table, measure, member_input.weight, columns)
    return (
        HeirItem(table, givers, measure, member_input.weight, columns)
        if givers
        else CodedItem(table, measure, member_input.weight, columns)
    )


def critical_failures(plan: Plan, item_id: str, columns: VisitColumns) -> Callable[[RowBlock], Mask]:
    """Where a critical item failed."""
    return _failures(plan, plan.checklist.items[item_id].fails_critically, item_id, columns)


def item_failures(plan: Plan, item_id: str, columns: VisitColumns) -> Callable[[RowBlock], Mask]:
    """Where an item failed, critical or not; nowhere where it can earn nothing."""
    if not plan.checklist.items[item_id].possible:
        return lambda block: np.zeros(block.rows, np.bool_)
    return _failures(plan, plan.checklist.items[item_id].fails_with, item_id, columns)


def duty_failures(plan: Plan, item_id: str, columns: VisitColumns) -> Callable[[RowBlock], Mask]:
    """Where an item that is a duty failed."""
    return _failures(plan, plan.checklist.items[item_id].fails_duty, item_id, columns)


def _failures(
    plan: Plan, fails: Callable[[Fraction | None], bool], item_id: str, columns: VisitColumns
) -> Callable[[RowBlock], Mask]:
    # A sum of this one item takes its points as they are, handed over ones included.
    probe_measure = Measure(id="it", how="sum", of=(item_id,))
    source = item_source(plan, probe_measure, MeasureInput("item", item_id, Fraction(1)), columns)
    item = plan.checklist.items[item_id]
    if type(source) is CodedItem:
        failed = np.array([fails(points) for points in source.values])
        return lambda block: np.take(failed, source.codes(block))

    def failed_by(block: RowBlock) -> Mask:
        column = source.part(block)
        return block.compare_with(column.number, "<=", item.failing.fails_at) & column.has

    return failed_by


IRRELEVANT = -1 - STATES.index(Reason.NOT_RELEVANT)


class MemberSource(Protocol):
    """One input of a group."""

    weight: Fraction

    def part(self, block: RowBlock) -> MemberColumn:
        """The member's numbers."""

    def reasons(self, block: RowBlock) -> Codes:
        """Why the member has no value, as reason codes."""

    def may_refuse(self) -> bool:
        """Whether one of the reasons can be that it may not be left out."""


class FeelingSource:
    """A feeling or a count of complaints at a touchpoint."""

    def __init__(self, plan: Plan, member_input: MeasureInput) -> None:
        self.weight = member_input.weight
        self.ref = member_input.ref
        self.field, self.less, self.scale, self.most = _FELT[member_input.kind]
        self.is_feeling = self.field not in {"claims", "blames"}
        touchpoint = plan.checklist.touchpoint[member_input.ref]
        self.items = [item.id for item in touchpoint.items]
        is_asked = asks_feeling(touchpoint, member_input.kind)
        self.why = reason_code(Reason.UNANSWERED if is_asked else Reason.NOT_ASKED)

    def part(self, block: RowBlock) -> MemberColumn:
        column = getattr(block.columns, self.field).get(self.ref)
        if column is None:
            has = np.full(block.rows, not self.is_feeling)
            return MemberColumn(NumberColumn(np.zeros(block.rows)), has)
        codes = block.cut(column)
        has = codes != NO_FEELING if self.is_feeling else np.ones(block.rows, np.bool_)
        top = np.where(has, np.subtract(codes, self.less, dtype=np.float64), 0.0)
        if not self.is_feeling:
            block.leave_to_exact(codes > self.most)
        return MemberColumn(NumberColumn(top, scale=self.scale, most=self.most), has)

    def reasons(self, block: RowBlock) -> Codes:
        why = np.full(block.rows, self.why, np.int8)
        # A touchpoint arises where any of its items does.
        irrelevant = np.logical_and.reduce([block.codes(name) == IRRELEVANT for name in self.items])
        why[irrelevant] = reason_code(Reason.NOT_RELEVANT)
        return np.where(self.part(block).has, HAS_SCORE, why)

    def may_refuse(self) -> bool:
        return False


_FELT: dict[str, tuple[str, int, int, float]] = {
    "@emotions": ("emotions", 0, 3, 3),
    "@expectations": ("expectations", 1, 6, 6),
    "@expected": ("expected", 1, 6, 6),
    "@perceived": ("perceived", 1, 6, 6),
    "@claims": ("claims", 0, 1, 1000),
    "@blames": ("blames", 0, 1, 1000),
}


class FailureSource:
    """How many critical items of a touchpoint failed, or how many of its duties."""

    def __init__(self, plan: Plan, member_input: MeasureInput, columns: VisitColumns) -> None:
        self.weight = member_input.weight
        items = plan.checklist.touchpoint[member_input.ref].items
        self.failing = (
            [duty_failures(plan, item.id, columns) for item in items if item.is_duty and item.possible]
            if member_input.kind == "@duties"
            else [critical_failures(plan, item.id, columns) for item in items if item.critical]
        )

    def part(self, block: RowBlock) -> MemberColumn:
        top = np.zeros(block.rows)
        for failed in self.failing:
            top += failed(block)
        return MemberColumn(NumberColumn(top, most=len(self.failing)), np.ones(block.rows, np.bool_))

    def reasons(self, block: RowBlock) -> Codes:
        return np.zeros(block.rows, np.int8)

    def may_refuse(self) -> bool:
        return False


class FactSource:
    """Whether the answers to a fact's items are the same: 1, or 0; nothing where fewer than two are answered."""

    def __init__(self, plan: Plan, member_input: MeasureInput, columns: VisitColumns) -> None:
        self.weight = member_input.weight
        self.items = plan.checklist.fact[member_input.ref].items
        # The same answer has the same place in all columns: each column's levels are looked up in the first's, and
        # those that are not there are given places behind them.
        places: dict[AnswerValue, int] = {}
        self.places = {
            name: np.array([places.setdefault(level, len(places)) for level in columns.items[name].levels])
            for name in self.items
        }

    def part(self, block: RowBlock) -> MemberColumn:
        answered = np.zeros(block.rows, np.int8)
        lowest, highest = np.full(block.rows, np.inf), np.full(block.rows, -np.inf)
        for name in self.items:
            if not len(self.places[name]) and block.columns.items[name].numbers is None:
                continue  # none of these visits answers it
            codes = block.codes(name)
            has = codes >= 0
            held = np.take(self.places[name], np.maximum(codes, 0)) if len(self.places[name]) else block.numbers(name)
            answered += has
            lowest = np.where(has, np.minimum(lowest, held), lowest)
            highest = np.where(has, np.maximum(highest, held), highest)
        has = answered >= LEAST_TO_COMPARE
        return MemberColumn(NumberColumn(np.where(has, lowest == highest, 0.0), most=1), has)

    def reasons(self, block: RowBlock) -> Codes:
        arising = np.sum([block.codes(name) != IRRELEVANT for name in self.items], axis=0)
        unseen, irrelevant = reason_code(Reason.NOT_OBSERVED), reason_code(Reason.NOT_RELEVANT)
        why = np.where(arising >= LEAST_TO_COMPARE, unseen, irrelevant).astype(np.int8)
        return np.where(self.part(block).has, HAS_SCORE, why)

    def may_refuse(self) -> bool:
        return False


def different_facts(plan: Plan, first_item: str, columns: VisitColumns) -> Callable[[RowBlock], Mask]:
    """Where the answers to the fact that begins with an item differ."""
    fact = plan.checklist.fact_of_first_item[first_item]
    source = FactSource(plan, MeasureInput("@facts", fact.id, Fraction(1)), columns)

    def differ(block: RowBlock) -> Mask:
        column = source.part(block)
        are_different: Mask = column.has & (column.number.top == 0)
        return are_different

    return differ


class MeasureSource:
    """Another measure's score."""

    def __init__(self, member_input: MeasureInput) -> None:
        self.ref = member_input.ref
        self.weight = member_input.weight

    def part(self, block: RowBlock) -> MemberColumn:
        result = block.scores[self.ref]
        if result.has is None:
            return MemberColumn(result.number, np.ones(block.rows, np.bool_))
        return MemberColumn(result.number.kept(result.has), result.has)

    def reasons(self, block: RowBlock) -> Codes:
        reasons = block.scores[self.ref].reasons
        return np.zeros(block.rows, np.int8) if reasons is None else reasons

    def may_refuse(self) -> bool:
        return True


def make_source(plan: Plan, measure: Measure, member_input: MeasureInput, columns: VisitColumns) -> MemberSource:
    """The source of an input; ``NotVectorizable`` where columns cannot give it."""
    match member_input.kind:
        case "item":
            return item_source(plan, measure, member_input, columns)
        case "score":
            return MeasureSource(member_input)
        case "@critical" | "@duties":
            return FailureSource(plan, member_input, columns)
        case "@facts":
            return FactSource(plan, member_input, columns)
        case _:
            return FeelingSource(plan, member_input)
