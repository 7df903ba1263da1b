"""One score of a measure on columns: its members, its aggregate, what happens to it, or why there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from cemaudit.model import Reason
from cemaudit.scoring.kernel.block import SCORED, Block, Result, reason_code
from cemaudit.scoring.kernel.forms import Form
from cemaudit.scoring.kernel.members import Gathered, Members
from cemaudit.scoring.kernel.number import Mask, Number
from cemaudit.scoring.kernel.steps import hold, rounded, transformed
from cemaudit.scoring.plan import PlannedMeasure

__all__ = ["ColumnGroup", "result_of"]


@dataclass
class ColumnGroup:
    """One score of a measure on columns."""

    name: str
    planned: PlannedMeasure
    members: Members
    form: Form
    critical: tuple[tuple[Callable[[Block], Mask], Fraction], ...]


def result_of(group: ColumnGroup, block: Block) -> Result:
    """The score of every row of a block."""
    measure = group.planned.measure
    members = group.members.gather(block)
    scored = _scored(group, members)
    number, said = _aggregate(group, members, block)
    valid = scored if said is None else scored & said
    number = transformed(number, measure.transform, block)
    for cap in measure.caps:
        number = number.at_most(cap.at, hold(cap.where, block))
    for failed, at in group.critical:
        number = number.at_most(at, failed(block))
    if measure.round and measure.round.stage == "value":
        number = rounded(number, measure.round, block)
    if valid.all():
        return Result(number)
    return Result(number, _reasons(group, members, valid, scored))


def _aggregate(group: ColumnGroup, members: Gathered, block: Block) -> tuple[Number, Mask | None]:
    if not members.size:
        return Number(np.zeros(block.rows)), None
    number, said = group.form(members, group.planned.measure.options, block)
    if group.planned.aggregator.empty == "zero" and group.planned.aggregator.name != "count":
        something = members.scored > 0
        return number.kept(something), None if said is None else said | ~something
    return number, said


def _scored(group: ColumnGroup, members: Gathered) -> Mask:
    """Where the measure has a score, as far as its members say."""
    aggregator, measure = group.planned.aggregator, group.planned.measure
    if aggregator.arity is not None:
        enough: Mask = members.scored == aggregator.arity
    else:
        enough = members.scored >= measure.at_least
        if aggregator.empty == "zero":
            enough |= members.scored == 0
    refused = members.refused()
    return enough if refused is None else enough & ~refused


def _reasons(group: ColumnGroup, members: Gathered, valid: Mask, scored: Mask) -> NDArray[np.int8]:
    """Why rows have no score, as ``exact`` says it."""
    why = np.zeros(len(valid), np.int8)
    rows = ~valid
    each = members.reasons()[:, rows]
    count = len(each) - (each != SCORED).sum(axis=0)
    first = _first_missing(each)
    alike = ((each == first) | (each == SCORED)).all(axis=0)
    if group.planned.aggregator.arity is not None:
        found = np.where(first == SCORED, reason_code(Reason.INCOMPLETE), first)
    else:
        nothing = np.where(alike & (first != SCORED), first, reason_code(Reason.NOTHING_TO_SCORE))
        found = np.where(count == 0, nothing, reason_code(Reason.TOO_FEW))
    found[(each == reason_code(Reason.REFUSED)).any(axis=0)] = reason_code(Reason.REFUSED)
    found[scored[rows]] = reason_code(Reason.NOTHING_TO_SCORE)
    why[rows] = found
    return why


def _first_missing(each: NDArray[np.int8]) -> NDArray[np.int8]:
    if not len(each):
        return np.zeros(each.shape[1], np.int8)
    place = (each != SCORED).argmax(axis=0)
    first: NDArray[np.int8] = each[place, np.arange(each.shape[1])]
    return first
