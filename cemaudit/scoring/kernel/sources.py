"""Where a measure's members come from, on columns: items, feelings, complaints, critical failures, other scores."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from cemaudit.model import Reason
from cemaudit.model.measures import Measure
from cemaudit.scoring.kernel.block import SCORED, Block, reason_code
from cemaudit.scoring.kernel.columns import NOT_FELT, STATES, Columns
from cemaudit.scoring.kernel.items import Part, fails, item_source
from cemaudit.scoring.kernel.number import Number
from cemaudit.scoring.plan import Input, Plan

__all__ = ["Source", "make_source"]

Codes = NDArray[Any]
IRRELEVANT = -1 - STATES.index(Reason.NOT_RELEVANT)


class Source(Protocol):
    """One input of a group."""

    weight: Fraction

    def part(self, block: Block) -> Part:
        """The member's numbers."""

    def reasons(self, block: Block) -> Codes:
        """Why the member has no value, as reason codes."""

    def may_refuse(self) -> bool:
        """Whether one of the reasons can be that it may not be left out."""


class Felt:
    """A feeling or a count of complaints at a touchpoint."""

    def __init__(self, plan: Plan, each: Input) -> None:
        self.weight = each.weight
        self.ref = each.ref
        self.field, self.less, self.scale, self.most = _FELT[each.kind]
        self.is_feeling = self.field in {"emotions", "expectations"}
        touchpoint = plan.checklist.touchpoint[each.ref]
        self.items = [item.id for item in touchpoint.items]
        asked = touchpoint.emotion if each.kind == "@emotions" else touchpoint.expectation
        self.why = reason_code(Reason.UNANSWERED if asked else Reason.NOT_ASKED)

    def part(self, block: Block) -> Part:
        column = getattr(block.columns, self.field).get(self.ref)
        if column is None:
            has = np.full(block.rows, not self.is_feeling)
            return Part(Number(np.zeros(block.rows)), has)
        codes = block.cut(column)
        has = codes != NOT_FELT if self.is_feeling else np.ones(block.rows, np.bool_)
        top = np.where(has, np.subtract(codes, self.less, dtype=np.float64), 0.0)
        if not self.is_feeling:
            block.doubtful(codes > self.most)
        return Part(Number(top, scale=self.scale, most=self.most), has)

    def reasons(self, block: Block) -> Codes:
        why = np.full(block.rows, self.why, np.int8)
        irrelevant = np.logical_and.reduce([block.codes(name) == IRRELEVANT for name in self.items])
        why[irrelevant] = reason_code(Reason.NOT_RELEVANT)
        return np.where(self.part(block).has, SCORED, why)

    def may_refuse(self) -> bool:
        return False


_FELT: dict[str, tuple[str, int, int, float]] = {
    "@emotions": ("emotions", 0, 3, 3),
    "@expectations": ("expectations", 1, 6, 6),
    "@claims": ("claims", 0, 1, 1000),
    "@blames": ("blames", 0, 1, 1000),
}


class Failures:
    """How many critical items of a touchpoint failed."""

    def __init__(self, plan: Plan, each: Input, columns: Columns) -> None:
        self.weight = each.weight
        items = plan.checklist.touchpoint[each.ref].items
        self.failing = [fails(plan, item.id, columns) for item in items if item.critical]

    def part(self, block: Block) -> Part:
        top = np.zeros(block.rows)
        for failed in self.failing:
            top += failed(block)
        return Part(Number(top, most=len(self.failing)), np.ones(block.rows, np.bool_))

    def reasons(self, block: Block) -> Codes:
        return np.zeros(block.rows, np.int8)

    def may_refuse(self) -> bool:
        return False


class Scores:
    """Another measure's score."""

    def __init__(self, each: Input) -> None:
        self.ref = each.ref
        self.weight = each.weight

    def part(self, block: Block) -> Part:
        result = block.scores[self.ref]
        if result.has is None:
            return Part(result.number, np.ones(block.rows, np.bool_))
        return Part(result.number.kept(result.has), result.has)

    def reasons(self, block: Block) -> Codes:
        reasons = block.scores[self.ref].reasons
        return np.zeros(block.rows, np.int8) if reasons is None else reasons

    def may_refuse(self) -> bool:
        return True


def make_source(plan: Plan, measure: Measure, each: Input, columns: Columns) -> Source:
    """The source of an input; ``NoColumns`` where columns cannot give it."""
    match each.kind:
        case "item":
            return item_source(plan, measure, each, columns)
        case "score":
            return Scores(each)
        case "@critical":
            return Failures(plan, each, columns)
        case _:
            return Felt(plan, each)
