"""Compiles a checklist and schemes into one pass over columns of answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cemaudit.language import N_, Message
from cemaudit.model import Reason, Scheme, Score, score_name
from cemaudit.model.conditions import bounds
from cemaudit.model.measures import Rounding, Transform
from cemaudit.scoring.bands import find_band
from cemaudit.scoring.exact import evaluate
from cemaudit.scoring.finding_columns import FindingCounter, count_exactly, no_findings
from cemaudit.scoring.kernel.arithmetic import EDGE, MOST, Floats, Mask, NotVectorizable, NumberColumn
from cemaudit.scoring.kernel.block import HAS_SCORE, NO_BAND, BlockScore, RowBlock, ScoredVisits, reason_code
from cemaudit.scoring.kernel.column_forms import ColumnForm, column_form
from cemaudit.scoring.kernel.columns import VisitColumns, empty_columns
from cemaudit.scoring.kernel.members import BlockMembers, ScoreMembers
from cemaudit.scoring.kernel.sources import critical_failures
from cemaudit.scoring.plan import Plan, PlannedMeasure, PlannedScore

__all__ = [
    "BLOCK",
    "CompiledPlan",
    "CompiledScore",
    "compile_plan",
    "conditions_mask",
    "grade_rows",
    "rounded",
    "score_block",
    "transformed",
]


def transformed(number: NumberColumn, transform: Transform, block: RowBlock) -> NumberColumn:
    """The transformed numbers."""
    moved = number.times(transform.times).plus(transform.plus)
    if transform.table:
        # The value of the first row of the table whose ``up_to`` is not exceeded.
        scale = int(np.lcm.reduce([rung.value.denominator for rung in transform.table]))
        wholes = [float(rung.value * scale) for rung in transform.table]
        top = np.full(block.rows, wholes[-1])
        for rung, rung_value in reversed(list(zip(transform.table, wholes, strict=True))):
            if rung.up_to is not None:
                top = np.where(block.compare_with(moved, "<=", rung.up_to), rung_value, top)
        moved = NumberColumn(top, scale=scale, most=max(map(abs, wholes))).float_if_overflowing()
    if transform.clamp:
        moved = moved.at_least(transform.clamp[0]).at_most(transform.clamp[1])
    return moved


def conditions_mask(conditions: Mapping[str, str], block: RowBlock) -> Mask | None:
    """Where all conditions hold; never where a score is missing. ``None``: everywhere."""
    mask: Mask | None = None
    for name, condition in conditions.items():
        result = block.scores[name]
        mask = _and(mask, result.has)
        for bound in bounds(condition):
            if bound.is_percentile:
                raise NotVectorizable(N_("it is compared with its peers"))
            mask = _and(mask, block.compare_with(result.number, bound.sign, bound.edge))
    return mask


def _and(first: Mask | None, other: Mask | None) -> Mask | None:
    if first is None or other is None:
        return other if first is None else first
    return first & other


def rounded(number: NumberColumn, rounding: Rounding, block: RowBlock) -> NumberColumn:
    """The numbers rounded; rows too close to where rounding turns are left to the exact evaluator."""
    unit = 10 ** abs(rounding.digits)
    up, down = (unit, 1) if rounding.digits >= 0 else (1, unit)
    most = number.reach * up / down + 1
    if number.is_exact and 2 * number.most * up + number.denominator_bound * number.scale * down < MOST:
        bottom: Floats | int = number.scale * down
        if number.bottom is not None:
            bottom = np.multiply(number.bottom, bottom, out=number.bottom) if bottom != 1 else number.bottom
        scaled_value = _to_whole(np.multiply(number.top, up, out=number.top), bottom, rounding.mode)
    else:
        scaled = number.as_floats().top * up / down
        turned = scaled + 0.5 if rounding.mode.startswith("half") else scaled
        # Rounding turns at whole numbers; beside one, a float may fall either way.
        block.leave_to_exact(np.abs(turned - np.rint(turned)) <= 2 * EDGE * up / down)
        scaled_value = _to_whole(scaled, 1, rounding.mode)
    # Rounded numbers are compared with edges later and must be exact.
    if most * down >= MOST:
        raise NotVectorizable(N_("its numbers are too large"))
    return NumberColumn(scaled_value * down if down != 1 else scaled_value, scale=up, most=most * down)


def _to_whole(top: Floats, bottom: Floats | int, mode: str) -> Floats:
    """``top / bottom`` as whole numbers; both arrays are used up."""
    if mode in {"half-up", "half-even"}:
        return _halved(top, bottom, mode)
    quotient: Floats = np.divide(top, bottom, out=top)
    if mode == "up":
        return np.copysign(np.ceil(np.abs(quotient)), quotient)
    rounded: Floats = _WHOLE[mode](quotient, out=quotient)
    return rounded


_WHOLE: dict[str, np.ufunc] = {"floor": np.floor, "ceiling": np.ceil, "down": np.trunc}


def _halved(top: Floats, bottom: Floats | int, mode: str) -> Floats:
    """The nearest whole number; of two equally near ones the even one, or the one away from zero."""
    signs = np.sign(top) if mode == "half-up" and len(top) and top.min() < 0 else None
    if signs is not None:
        top *= signs
    top *= 2
    top += bottom
    twice = bottom * 2 if isinstance(bottom, int) else np.multiply(bottom, 2, out=bottom)
    quotient: Floats = np.divide(top, twice, out=top)
    whole_part = np.floor(quotient)
    if mode == "half-even":
        whole_part -= (quotient == whole_part) & (whole_part % 2 != 0)
    return whole_part if signs is None else whole_part * signs


@dataclass
class CompiledScore:
    """One score of a measure on columns."""

    name: str
    planned: PlannedMeasure
    members: ScoreMembers
    form: ColumnForm
    critical: tuple[tuple[Callable[[RowBlock], Mask], Fraction], ...]


def score_block(group: CompiledScore, block: RowBlock) -> BlockScore:
    """The score of every row of a block."""
    measure = group.planned.measure
    members = group.members.members_of_block(block)
    scored = _scored(group, members)
    number, aggregated = NumberColumn(np.zeros(block.rows)), None
    if members.size:
        number, aggregated = group.form(members, measure.options, block)
        # Of nothing scored the number is 0, whatever the form made of the empty members.
        if group.planned.aggregator.empty == "zero":
            something = members.scored > 0
            number, aggregated = number.kept(something), None if aggregated is None else aggregated | ~something
    valid = scored if aggregated is None else scored & aggregated
    number = transformed(number, measure.transform, block)
    for cap in measure.caps:
        number = number.at_most(cap.at, conditions_mask(cap.where, block))
    for failed, at in group.critical:
        number = number.at_most(at, failed(block))
    if measure.round and measure.round.stage == "value":
        number = rounded(number, measure.round, block)
    if valid.all():
        return BlockScore(number)
    return BlockScore(number, _reasons(group, members, valid, scored))


def _scored(group: CompiledScore, members: BlockMembers) -> Mask:
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


def _reasons(group: CompiledScore, members: BlockMembers, valid: Mask, scored: Mask) -> NDArray[np.int8]:
    """Why rows have no score, as ``exact`` says it."""
    why = np.zeros(len(valid), np.int8)
    rows = ~valid
    member_reasons = members.reasons()[:, rows]
    count = len(member_reasons) - (member_reasons != HAS_SCORE).sum(axis=0)
    # The first reason stands for all where all are the same.
    first = np.zeros(member_reasons.shape[1], np.int8)
    if len(member_reasons):
        first_missing = (member_reasons != HAS_SCORE).argmax(axis=0)
        first = member_reasons[first_missing, np.arange(member_reasons.shape[1])]
    alike = ((member_reasons == first) | (member_reasons == HAS_SCORE)).all(axis=0)
    if group.planned.aggregator.arity is not None:
        reason_codes = np.where(first == HAS_SCORE, reason_code(Reason.INCOMPLETE), first)
    else:
        nothing = np.where(alike & (first != HAS_SCORE), first, reason_code(Reason.NOTHING_TO_SCORE))
        reason_codes = np.where(count == 0, nothing, reason_code(Reason.TOO_FEW))
    reason_codes[(member_reasons == reason_code(Reason.REFUSED)).any(axis=0)] = reason_code(Reason.REFUSED)
    reason_codes[scored[rows]] = reason_code(Reason.NOTHING_TO_SCORE)
    why[rows] = reason_codes
    return why


def grade_rows(scheme: Scheme, block: RowBlock, bands: NDArray[np.int8]) -> None:
    """Write each row's place among the scheme's bands into ``bands`` (-1: none); peers are not known here."""
    waiting = np.ones(block.rows, np.bool_)
    for number, band in enumerate(scheme.bands):
        if any(bound.is_percentile for condition in band.where.values() for bound in bounds(condition)):
            break  # whoever knows the peers decides, from this row on
        for name in band.where:
            has = block.scores[name].has
            if has is not None:
                waiting &= has
        meets = conditions_mask(band.where, block)
        mine = waiting if meets is None else waiting & meets
        bands[mine] = number
        waiting = waiting & ~mine
    if not scheme.downgrades:
        return
    graded = bands >= 0
    lowered = bands.astype(np.int64)
    for downgrade in scheme.downgrades:
        held: Mask | None = conditions_mask(downgrade.where, block)
        lowered += downgrade.by if held is None else downgrade.by * held
    bands[graded] = np.minimum(lowered, len(scheme.bands) - 1)[graded]


BLOCK = 65_536
"""Rows scored at a time: few enough to stay in the processor's cache."""


def compile_plan(plan: Plan) -> CompiledPlan:
    """The kernel of a plan."""
    return CompiledPlan(plan)


class CompiledPlan:
    """A plan that scores columns. ``fallbacks`` says which measures are scored audit by audit, and why."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._none = empty_columns(plan.checklist)
        self._program = _Program(plan, self._none)
        self.fallbacks: dict[str, Message] = self._program.fallbacks

    def run(self, columns: VisitColumns, *, with_findings: bool = False) -> ScoredVisits:
        """The scores of all visits of ``columns``, equal to the exact ones; on request the core's findings, too."""
        # Answers that the checklist does not list change what codes stand for; such columns are compiled anew.
        program = self._program if self._has_usual_levels(columns) else _Program(self.plan, columns)
        names = [group.name for group in program.groups] + program.by_visit_names
        scored = ScoredVisits(
            rows=columns.rows,
            values={name: np.empty(columns.rows) for name in names},
            reasons={name: np.zeros(columns.rows, np.int8) for name in names},
            bands=np.full(columns.rows, NO_BAND, np.int8),
            scheme_bands=self.plan.scheme.bands,
            findings=no_findings(self.plan, columns.rows) if with_findings else {},
        )
        doubtful, ungraded, unsearched = set(columns.kept), set(), set()
        for start in range(0, columns.rows, BLOCK):
            block = RowBlock(columns, start, min(start + BLOCK, columns.rows))
            program.run(block, scored)
            doubtful |= _rows(block)
            program.grade_rows(block, scored)
            ungraded |= _rows(block)
            if with_findings:
                block.undecided_rows = np.zeros(block.rows, np.bool_)
                program.findings.count(block, scored.findings)
                unsearched |= _rows(block)
        # Float64 cannot say on which side of an edge these lie, so that the definition has the last word.
        for row in sorted(doubtful):
            self._decide(columns, row, scored)
        for row in sorted(ungraded - doubtful):
            self._decide_band(columns, row, scored)
        for row in sorted(doubtful | unsearched if with_findings else ()):
            counts = count_exactly(self._of_findings, columns.visit(row))
            for place, rows in scored.findings.items():
                rows[row] = counts[place]
        return ScoredVisits(**{**vars(scored), "decided": len(doubtful | ungraded)})

    def _has_usual_levels(self, columns: VisitColumns) -> bool:
        """Whether the codes stand for what the checklist alone says, so that nothing need be compiled again."""
        usual = self._none.items
        return all(c.numbers is None and c.levels == usual[name].levels for name, c in columns.items.items())

    def _decide(self, columns: VisitColumns, row: int, scored: ScoredVisits) -> None:
        scores = evaluate(self.plan, columns.visit(row)).scores
        for name, score in scores.items():
            scored.put(row, name, score)
        self._put_band(row, scores, scored)

    def _decide_band(self, columns: VisitColumns, row: int, scored: ScoredVisits) -> None:
        """The band alone of a row whose scores are beyond doubt."""
        self._put_band(row, evaluate(self._of_bands, columns.visit(row)).scores, scored)

    def _put_band(self, row: int, scores: Mapping[str, Score], scored: ScoredVisits) -> None:
        band = find_band(self.plan.scheme, scores)
        scored.bands[row] = NO_BAND if band is None else self.plan.scheme.bands.index(band)

    @cached_property
    def _of_findings(self) -> Plan:
        return self.plan.part(self._program.findings.score_names)

    @cached_property
    def _of_bands(self) -> Plan:
        return self.plan.part(_asked_by_bands(self.plan))


def _rows(block: RowBlock) -> set[int]:
    """The rows left to the exact evaluator, as rows of the columns."""
    return {block.start + int(row) for row in np.flatnonzero(block.undecided_rows)}


class _Program:
    """The steps for one set of columns, whose answers decide what the codes stand for."""

    def __init__(self, plan: Plan, columns: VisitColumns) -> None:
        self.plan = plan
        self.groups: list[CompiledScore] = []
        self.fallbacks: dict[str, Message] = {}
        # Numbers outgrow what floats hold exactly by their bounds alone, so a block of no rows tells beforehand.
        trial = RowBlock(columns, 0, 0)
        for planned in plan.measures:
            measure = planned.measure
            try:
                self._refuse_dependent(planned)
                groups = [self._group(planned, group, columns) for group in planned.groups]
                for group in groups:
                    trial.scores[group.name] = score_block(group, trial)
            except NotVectorizable as error:
                self.fallbacks[measure.id] = error.why
            else:
                self.groups += groups
        self.findings = FindingCounter(plan, columns)
        # Scores that no other score, no band and no finding looks at need not be kept for the rest of the block.
        needed = set(_asked_by_bands(plan)).union(*(planned.needs for planned in plan.measures))
        self.wanted = needed | set(self.findings.score_names)
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
                raise NotVectorizable(N_("it needs {name}"), name=name)

    def _group(self, planned: PlannedMeasure, group: PlannedScore, columns: VisitColumns) -> CompiledScore:
        caps = tuple((critical_failures(self.plan, cap.item, columns), cap.at) for cap in group.critical_caps)
        members = ScoreMembers(self.plan, planned.measure, group, columns)
        name = score_name(planned.measure.id, group.key)
        return CompiledScore(name, planned, members, column_form(planned.aggregator), caps)

    def run(self, block: RowBlock, scored: ScoredVisits) -> None:
        """Score one block, but for its bands."""
        if self.by_visit is not None:
            self._run_by_visit(self.by_visit, block, scored)
        for group in self.groups:
            result = score_block(group, block)
            if group.name in self.wanted:
                block.scores[group.name] = result
            values = block.cut(scored.values[group.name])
            result.number.write(values)
            if result.reasons is not None:
                values[result.reasons != HAS_SCORE] = np.nan
                block.cut(scored.reasons[group.name])[:] = result.reasons

    def grade_rows(self, block: RowBlock, scored: ScoredVisits) -> None:
        """The bands of a block that has its scores."""
        grade_rows(self.plan.scheme, block, block.cut(scored.bands))

    def _run_by_visit(self, plan: Plan, block: RowBlock, scored: ScoredVisits) -> None:
        for row in range(block.start, block.stop):
            scores = evaluate(plan, block.columns.visit(row)).scores
            for name in self.by_visit_names:
                scored.put(row, name, scores[name])
        for name in self.by_visit_names:
            # Scored one by one, exactly; for what is made of them, floats with their error.
            values = np.nan_to_num(block.cut(scored.values[name]), posinf=_LARGEST, neginf=-_LARGEST)
            block.leave_to_exact(np.abs(values) >= _LARGEST)
            number = NumberColumn(np.clip(values, -_LARGEST, _LARGEST), most=_LARGEST, error=_LARGEST * 2.0**-52)
            block.scores[name] = BlockScore(number, block.cut(scored.reasons[name]))


_LARGEST = 1e6  # rows beyond are scored exactly


def _asked_by_bands(plan: Plan) -> Iterator[str]:
    for conditions in [row.where for row in plan.scheme.bands] + [row.where for row in plan.scheme.downgrades]:
        yield from conditions
