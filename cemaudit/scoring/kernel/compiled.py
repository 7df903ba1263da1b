"""A plan compiled: every measure as operations on columns, or audit by audit where columns cannot say it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from cemaudit.language import Message
from cemaudit.model import Reason, score_name
from cemaudit.scoring.bands import find_band
from cemaudit.scoring.exact import evaluate
from cemaudit.scoring.kernel.block import SCORED, Block, Result, reason_code
from cemaudit.scoring.kernel.columns import Columns, empty_columns
from cemaudit.scoring.kernel.forms import Form, form_of
from cemaudit.scoring.kernel.grading import grade
from cemaudit.scoring.kernel.members import Gathered, Members
from cemaudit.scoring.kernel.number import Mask, NoColumns, Number
from cemaudit.scoring.kernel.scored import NO_BAND, Scored
from cemaudit.scoring.kernel.sources import fails
from cemaudit.scoring.kernel.steps import hold, rounded, transformed
from cemaudit.scoring.plan import Group, Plan, PlannedMeasure

__all__ = ["BLOCK", "Kernel", "compile_plan"]

BLOCK = 65_536
"""Rows scored at a time: few enough to stay in the processor's cache."""


def compile_plan(plan: Plan) -> Kernel:
    """The kernel of a plan."""
    return Kernel(plan)


class Kernel:
    """A plan that scores columns. ``fallbacks`` says which measures are scored audit by audit, and why."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._none = empty_columns(plan.checklist)
        self._program = _Program(plan, self._none)
        self.fallbacks: dict[str, Message] = self._program.fallbacks

    def run(self, columns: Columns) -> Scored:
        """The scores of all visits of ``columns``, equal to the exact ones."""
        program = self._program if self._has_usual_levels(columns) else _Program(self.plan, columns)
        names = [group.name for group in program.groups] + program.by_visit_names
        scored = Scored(
            rows=columns.rows,
            values={name: np.empty(columns.rows) for name in names},
            reasons={name: np.zeros(columns.rows, np.int8) for name in names},
            bands=np.full(columns.rows, NO_BAND, np.int8),
            scheme_bands=self.plan.scheme.bands,
        )
        doubtful = set(columns.kept)
        for start in range(0, columns.rows, BLOCK):
            block = Block(columns, start, min(start + BLOCK, columns.rows))
            program.run(block, scored)
            doubtful |= {start + int(row) for row in np.flatnonzero(block.doubt)}
        for row in sorted(doubtful):
            self._decide(columns, row, scored)
        return Scored(**{**vars(scored), "decided": len(doubtful)})

    def _has_usual_levels(self, columns: Columns) -> bool:
        """Whether the codes stand for what the checklist alone says, so that nothing need be compiled again."""
        usual = self._none.items
        return all(c.numbers is None and c.levels == usual[name].levels for name, c in columns.items.items())

    def _decide(self, columns: Columns, row: int, scored: Scored) -> None:
        scores = evaluate(self.plan, columns.visit(row)).scores
        for name, score in scores.items():
            scored.put(row, name, score)
        band = find_band(self.plan.scheme, scores)
        scored.bands[row] = NO_BAND if band is None else self.plan.scheme.bands.index(band)


@dataclass
class _Group:
    """One score of a measure on columns."""

    name: str
    planned: PlannedMeasure
    members: Members
    form: Form
    critical: tuple[tuple[Callable[[Block], Mask], Fraction], ...]


class _Program:
    """The steps for one set of columns, whose answers decide what the codes stand for."""

    def __init__(self, plan: Plan, columns: Columns) -> None:
        self.plan = plan
        self.groups: list[_Group] = []
        self.fallbacks: dict[str, Message] = {}
        trial = Block(columns, 0, 0)
        for planned in plan.measures:
            measure = planned.measure
            try:
                self._refuse_dependent(planned)
                groups = [self._group(planned, group, columns) for group in planned.groups]
                for group in groups:
                    trial.scores[group.name] = _result(group, trial)
            except NoColumns as error:
                self.fallbacks[measure.id] = error.why
            else:
                self.groups += groups
        self.wanted = set(_wanted(plan))
        self.by_visit = self._only(self.fallbacks)
        self.by_visit_names = [
            score_name(planned.measure.id, group.key)
            for planned in plan.measures
            if planned.measure.id in self.fallbacks
            for group in planned.groups
        ]

    def _refuse_dependent(self, planned: PlannedMeasure) -> None:
        for name in _needed(planned):
            if name in self.fallbacks:
                raise NoColumns("it needs {name}", name=name)

    def _group(self, planned: PlannedMeasure, group: Group, columns: Columns) -> _Group:
        caps = tuple((fails(self.plan, cap.item, columns), cap.at) for cap in group.critical_caps)
        members = Members(self.plan, planned.measure, group, columns)
        name = score_name(planned.measure.id, group.key)
        return _Group(name, planned, members, form_of(planned.aggregator), caps)

    def _only(self, wanted: dict[str, Message]) -> Plan | None:
        """The part of the plan that some measures need."""
        needed, measures = set(wanted), []
        for planned in reversed(self.plan.measures):
            if planned.measure.id in needed:
                measures.append(planned)
                needed |= set(_needed(planned))
        return Plan(self.plan.checklist, self.plan.scheme, tuple(reversed(measures))) if measures else None

    def run(self, block: Block, scored: Scored) -> None:
        """Score one block."""
        if self.by_visit is not None:
            self._run_by_visit(self.by_visit, block, scored)
        for group in self.groups:
            result = _result(group, block)
            if group.name in self.wanted:
                block.scores[group.name] = result
            values = block.cut(scored.values[group.name])
            result.number.write(values)
            if result.reasons is not None:
                values[result.reasons != SCORED] = np.nan
                block.cut(scored.reasons[group.name])[:] = result.reasons
        grade(self.plan.scheme, block, block.cut(scored.bands))

    def _run_by_visit(self, plan: Plan, block: Block, scored: Scored) -> None:
        for row in range(block.start, block.stop):
            scores = evaluate(plan, block.columns.visit(row)).scores
            for name in self.by_visit_names:
                scored.put(row, name, scores[name])
        for name in self.by_visit_names:
            values = np.nan_to_num(block.cut(scored.values[name]), posinf=_LARGEST, neginf=-_LARGEST)
            block.doubtful(np.abs(values) >= _LARGEST)
            number = Number(np.clip(values, -_LARGEST, _LARGEST), most=_LARGEST, error=_LARGEST * 2.0**-52)
            block.scores[name] = Result(number, block.cut(scored.reasons[name]))


_LARGEST = 1e6


def _wanted(plan: Plan) -> Iterator[str]:
    """The scores that other scores or the bands look at."""
    for planned in plan.measures:
        yield from (each.ref for group in planned.groups for each in group.inputs if each.kind == "score")
        yield from (name for cap in planned.measure.caps for name in cap.where)
    for conditions in [row.where for row in plan.scheme.bands] + [row.where for row in plan.scheme.downgrades]:
        yield from conditions


def _needed(planned: PlannedMeasure) -> Iterator[str]:
    for group in planned.groups:
        yield from (each.ref.partition("[")[0] for each in group.inputs if each.kind == "score")
    for cap in planned.measure.caps:
        yield from cap.where


def _result(group: _Group, block: Block) -> Result:
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


def _aggregate(group: _Group, members: Gathered, block: Block) -> tuple[Number, Mask | None]:
    if not members.size:
        return Number(np.zeros(block.rows)), None
    number, said = group.form(members, group.planned.measure.options, block)
    if group.planned.aggregator.empty == "zero" and group.planned.aggregator.name != "count":
        something = members.scored > 0
        return number.kept(something), None if said is None else said | ~something
    return number, said


def _scored(group: _Group, members: Gathered) -> Mask:
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


def _reasons(group: _Group, members: Gathered, valid: Mask, scored: Mask) -> NDArray[np.int8]:
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
