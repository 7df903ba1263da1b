"""A plan compiled: every measure as operations on columns, or audit by audit where columns cannot say it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

import numpy as np

from cemaudit.language import N_, Message
from cemaudit.model import Score, score_name
from cemaudit.scoring.bands import find_band
from cemaudit.scoring.exact import evaluate
from cemaudit.scoring.kernel.block import SCORED, Block, Result
from cemaudit.scoring.kernel.columns import Columns, empty_columns
from cemaudit.scoring.kernel.forms import form_of
from cemaudit.scoring.kernel.grading import grade
from cemaudit.scoring.kernel.groups import ColumnGroup, result_of
from cemaudit.scoring.kernel.items import fails
from cemaudit.scoring.kernel.members import Members
from cemaudit.scoring.kernel.number import NoColumns, Number
from cemaudit.scoring.kernel.scored import NO_BAND, Scored
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
        doubtful, ungraded = set(columns.kept), set()
        for start in range(0, columns.rows, BLOCK):
            block = Block(columns, start, min(start + BLOCK, columns.rows))
            program.run(block, scored)
            doubtful |= _rows(block)
            program.grade(block, scored)
            ungraded |= _rows(block)
        for row in sorted(doubtful):
            self._decide(columns, row, scored)
        for row in sorted(ungraded - doubtful):
            self._decide_band(columns, row, scored)
        return Scored(**{**vars(scored), "decided": len(doubtful | ungraded)})

    def _has_usual_levels(self, columns: Columns) -> bool:
        """Whether the codes stand for what the checklist alone says, so that nothing need be compiled again."""
        usual = self._none.items
        return all(c.numbers is None and c.levels == usual[name].levels for name, c in columns.items.items())

    def _decide(self, columns: Columns, row: int, scored: Scored) -> None:
        scores = evaluate(self.plan, columns.visit(row)).scores
        for name, score in scores.items():
            scored.put(row, name, score)
        self._put_band(row, scores, scored)

    def _decide_band(self, columns: Columns, row: int, scored: Scored) -> None:
        """The band alone of a row whose scores are beyond doubt."""
        self._put_band(row, evaluate(self._of_bands, columns.visit(row)).scores, scored)

    def _put_band(self, row: int, scores: Mapping[str, Score], scored: Scored) -> None:
        band = find_band(self.plan.scheme, scores)
        scored.bands[row] = NO_BAND if band is None else self.plan.scheme.bands.index(band)

    @cached_property
    def _of_bands(self) -> Plan:
        return self.plan.part(_asked_by_bands(self.plan))


def _rows(block: Block) -> set[int]:
    """The rows left to the exact evaluator, as rows of the columns."""
    return {block.start + int(row) for row in np.flatnonzero(block.doubt)}


class _Program:
    """The steps for one set of columns, whose answers decide what the codes stand for."""

    def __init__(self, plan: Plan, columns: Columns) -> None:
        self.plan = plan
        self.groups: list[ColumnGroup] = []
        self.fallbacks: dict[str, Message] = {}
        trial = Block(columns, 0, 0)
        for planned in plan.measures:
            measure = planned.measure
            try:
                self._refuse_dependent(planned)
                groups = [self._group(planned, group, columns) for group in planned.groups]
                for group in groups:
                    trial.scores[group.name] = result_of(group, trial)
            except NoColumns as error:
                self.fallbacks[measure.id] = error.why
            else:
                self.groups += groups
        self.wanted = set(_wanted(plan))
        self.by_visit = plan.part(self.fallbacks) if self.fallbacks else None
        self.by_visit_names = [
            score_name(planned.measure.id, group.key)
            for planned in plan.measures
            if planned.measure.id in self.fallbacks
            for group in planned.groups
        ]

    def _refuse_dependent(self, planned: PlannedMeasure) -> None:
        for name in sorted({score.partition("[")[0] for score in planned.needs}):
            if name in self.fallbacks:
                raise NoColumns(N_("it needs {name}"), name=name)

    def _group(self, planned: PlannedMeasure, group: Group, columns: Columns) -> ColumnGroup:
        caps = tuple((fails(self.plan, cap.item, columns), cap.at) for cap in group.critical_caps)
        members = Members(self.plan, planned.measure, group, columns)
        name = score_name(planned.measure.id, group.key)
        return ColumnGroup(name, planned, members, form_of(planned.aggregator), caps)

    def run(self, block: Block, scored: Scored) -> None:
        """Score one block, but for its bands."""
        if self.by_visit is not None:
            self._run_by_visit(self.by_visit, block, scored)
        for group in self.groups:
            result = result_of(group, block)
            if group.name in self.wanted:
                block.scores[group.name] = result
            values = block.cut(scored.values[group.name])
            result.number.write(values)
            if result.reasons is not None:
                values[result.reasons != SCORED] = np.nan
                block.cut(scored.reasons[group.name])[:] = result.reasons

    def grade(self, block: Block, scored: Scored) -> None:
        """The bands of a block that has its scores."""
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


_LARGEST = 1e6  # rows beyond are scored exactly


def _wanted(plan: Plan) -> Iterator[str]:
    """The scores that other scores or the bands look at."""
    for planned in plan.measures:
        yield from (each.ref for group in planned.groups for each in group.inputs if each.kind == "score")
        yield from (name for cap in planned.measure.caps for name in cap.where)
    yield from _asked_by_bands(plan)


def _asked_by_bands(plan: Plan) -> Iterator[str]:
    for conditions in [row.where for row in plan.scheme.bands] + [row.where for row in plan.scheme.downgrades]:
        yield from conditions
