"""The members of one group on columns, added up together where they are plain items."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cemaudit.model import Reason
from cemaudit.model.measures import Measure
from cemaudit.scoring.kernel.arithmetic import Floats, IntegerSum, Mask, NumberColumn, weighted_sum
from cemaudit.scoring.kernel.block import RowBlock, reason_code
from cemaudit.scoring.kernel.columns import VisitColumns
from cemaudit.scoring.kernel.sources import CodedItem, MemberColumn, MemberSource, make_source
from cemaudit.scoring.plan import Plan, PlannedScore

__all__ = ["BlockMembers", "ScoreMembers"]

_WEIGHTED = {"earned", "possible", "weight"}


class _CodedItemSum:
    """One sum over the coded items: a fraction for each code, brought to whole numbers."""

    def __init__(self, tables: Sequence[Sequence[Fraction | None]], weights: Sequence[Fraction]) -> None:
        weighed = [[(entry or 0) * weight for entry in table] for table, weight in zip(tables, weights, strict=True)]
        self.scale = math.lcm(*(Fraction(entry).denominator for table in weighed for entry in table))
        wholes = {str(number): [int(entry * self.scale) for entry in table] for number, table in enumerate(weighed)}
        self.sum = IntegerSum(wholes)

    def run(self, codes: Sequence[NDArray[Any]], rows: int) -> NumberColumn:
        return NumberColumn(
            self.whole(codes, rows).astype(np.float64), scale=self.scale, most=self.sum.most
        ).float_if_overflowing()

    def whole(self, codes: Sequence[NDArray[Any]], rows: int) -> NDArray[Any]:
        """The sums times the scale."""
        return self.sum.run(lambda name: codes[int(name)], rows)


class ScoreMembers:
    """All members of a group."""

    def __init__(self, plan: Plan, measure: Measure, group: PlannedScore, columns: VisitColumns) -> None:
        self.sources: list[MemberSource] = [
            make_source(plan, measure, member_input, columns) for member_input in group.inputs
        ]
        self.weights = [source.weight for source in self.sources]
        # Items whose code decides everything are added up together; all others one after the other.
        self.coded = [source for source in self.sources if type(source) is CodedItem]
        self.others = [source for source in self.sources if type(source) is not CodedItem]
        self._sums: dict[str, _CodedItemSum] = {}

    def sum(self, sum_kind: str) -> _CodedItemSum:
        """One of the sums over the coded items, made when it is first asked for."""
        if sum_kind not in self._sums:
            weighted = sum_kind in _WEIGHTED
            weights = [source.weight if weighted else Fraction(1) for source in self.coded]
            match sum_kind:
                case "earned" | "plain":
                    tables = [source.values for source in self.coded]
                case "possible":
                    tables = [source.possible for source in self.coded]
                case _:
                    tables = [[Fraction(value is not None) for value in source.values] for source in self.coded]
            self._sums[sum_kind] = _CodedItemSum(tables, weights)
        return self._sums[sum_kind]

    def members_of_block(self, block: RowBlock) -> BlockMembers:
        """The members of a block."""
        return BlockMembers(self, block)


class BlockMembers:
    """The members of a group in one block; each sum is reckoned when it is asked for."""

    def __init__(self, members: ScoreMembers, block: RowBlock) -> None:
        self.members = members
        self.block = block
        self.size = len(members.sources)
        self._codes = [source.codes(block) for source in members.coded]
        self._others = [source.part(block) for source in members.others]
        self.scored = members.sum("count").whole(self._codes, block.rows)
        """How many members have a value, in narrow whole numbers."""
        if self._others:
            self.scored = self.scored + np.add.reduce([other_item.has for other_item in self._others], dtype=np.int32)

    @property
    def count(self) -> Floats:
        """How many members have a value."""
        return self.scored.astype(np.float64)

    def earned(self) -> NumberColumn:
        """The sum of weights times values."""
        return self._summed("earned")

    def unweighted_sum(self) -> NumberColumn:
        """The sum of the values."""
        return self._summed("plain")

    def possible(self) -> NumberColumn:
        """The sum of weights times points possible."""
        return self._summed("possible")

    def weight(self) -> NumberColumn:
        """The sum of the weights of members with a value."""
        return self._summed("weight")

    def parts(self) -> list[MemberColumn]:
        """Every member by itself, in order."""
        others = iter(self._others)
        return [
            source.part(self.block) if type(source) is CodedItem else next(others) for source in self.members.sources
        ]

    def refused(self) -> Mask | None:
        """Where a member may not be left out, and is."""
        refused = reason_code(Reason.REFUSED)
        is_refused: Mask | None = None
        for source in self.members.sources:
            if source.may_refuse():
                mine = source.reasons(self.block) == refused
                is_refused = mine if is_refused is None else is_refused | mine
        return is_refused

    def reasons(self) -> NDArray[np.int8]:
        """Why each member has no value, one row for each member."""
        rows = [source.reasons(self.block) for source in self.members.sources]
        return np.array(rows, np.int8).reshape(self.size, self.block.rows)

    def _summed(self, sum_kind: str) -> NumberColumn:
        coded = self.members.sum(sum_kind).run(self._codes, self.block.rows)
        if not self._others:
            return coded
        factors = [s.weight if sum_kind in _WEIGHTED else Fraction(1) for s in self.members.others]
        match sum_kind:
            case "earned" | "plain":
                numbers = [column.number for column in self._others]
            case "possible":
                nothing = NumberColumn(np.zeros(self.block.rows))
                numbers = [column.possible or nothing for column in self._others]
            case _:
                numbers = [NumberColumn(column.has.astype(np.float64), most=1.0) for column in self._others]
        if not self._codes:
            return weighted_sum(numbers, factors, self.block.rows)
        return weighted_sum([coded, *numbers], [Fraction(1), *factors], self.block.rows)
