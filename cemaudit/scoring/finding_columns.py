"""The core's findings of very many visits at once: the rules of ``findings``, met with columns of scores."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cemaudit.model import ItemScore, Visit, score_name
from cemaudit.model.conditions import Bound, bounds
from cemaudit.scoring.exact import evaluate
from cemaudit.scoring.findings import (
    CORE_RULES,
    SCORE_KINDS,
    FindingPlace,
    FindingRule,
    finding_places,
    touchpoint_scores,
)
from cemaudit.scoring.items import score_items_with
from cemaudit.scoring.kernel.arithmetic import MOST, Floats, Mask, NotVectorizable, NumberColumn
from cemaudit.scoring.kernel.block import HAS_SCORE, BlockScore, RowBlock, compare
from cemaudit.scoring.kernel.columns import VisitColumns
from cemaudit.scoring.kernel.sources import critical_failures, different_facts, item_failures
from cemaudit.scoring.plan import Plan, PlannedMeasure, PlannedScore

__all__ = ["FindingCounter", "FindingCounts", "count_exactly", "no_findings"]

FindingCounts = Mapping[FindingPlace, NDArray[Any]]
"""How often each visit has each finding, a whole number for each visit: 0 or 1 but for claims and blames."""


def no_findings(plan: Plan, rows: int) -> FindingCounts:
    """The counts of so many visits, all 0, to be written into."""
    return {
        place: np.zeros(rows, np.int32 if CORE_RULES[place.rule].of in {"claims", "blames"} else np.int8)
        for place in finding_places(plan.checklist)
    }


def count_exactly(plan: Plan, visit: Visit) -> Counter[FindingPlace]:
    """The findings of one visit, by the exact scores alone."""
    evaluation = evaluate(plan, visit)
    items, scores = evaluation.items, evaluation.scores
    complaints = {
        "claims": Counter(claim.touchpoint for claim in visit.claims),
        "blames": Counter(blame.touchpoint for blame in visit.blames),
    }
    counts: Counter[FindingPlace] = Counter()
    for place in finding_places(plan.checklist):
        rule = CORE_RULES[place.rule]
        if place.item is not None:
            counts[place] = int(_is_found(plan, rule, place.item, visit, items))
        elif rule.of == "scores":
            counts[place] = int(rule.holds(touchpoint_scores(scores, place.touchpoint)))
        else:
            counts[place] = complaints[rule.of][place.touchpoint]
    return counts


def _is_found(plan: Plan, rule: FindingRule, item_id: str, visit: Visit, items: Mapping[str, ItemScore]) -> bool:
    """Whether a visit has the finding of a rule about an item, or about the fact that begins with it."""
    if rule.of == "facts":
        return plan.checklist.fact_of_first_item[item_id].differs(visit.answers)
    item, points = plan.checklist.items[item_id], items[item_id].points
    return item.fails_critically(points) if rule.of == "items" else item.fails_with(points)


class FindingCounter:
    """Counts the core's findings in blocks that have their scores; equal to ``count_exactly``, visit by visit.

    ``columns`` decide what the codes of answers stand for.
    """

    def __init__(self, plan: Plan, columns: VisitColumns) -> None:
        self.plan = plan
        self.places = list(finding_places(plan.checklist))
        self._item_masks = {place: _item_mask(plan, place, columns) for place in self.places if place.item is not None}
        self._planned = {
            score_name(planned.measure.id, group.key): (planned, group)
            for planned in plan.measures
            for group in planned.groups
        }
        self._exact_values: dict[tuple[str, Bound, bytes], bool] = {}

    @property
    def score_names(self) -> set[str]:
        """The scores that must stay in a block until its findings are counted."""
        names = {score_name(f"touchpoint.{kind}", (place.touchpoint,)) for place in self.places for kind in SCORE_KINDS}
        members = {
            member_input.ref
            for name in names & self._planned.keys()
            for member_input in self._planned[name][1].inputs
            if member_input.kind == "score"
        }
        return names | members

    def count(self, block: RowBlock, counts: FindingCounts) -> None:
        """Write the findings of a block into its rows of ``counts``; rows left to the exact evaluator are marked."""
        held: dict[tuple[str, str], Mask] = {}
        for place in self.places:
            rule, rows = CORE_RULES[place.rule], block.cut(counts[place])
            if place.item is not None:
                rows[:] = self._item_masks[place](block)
            elif rule.of == "scores":
                held[place.rule, place.touchpoint] = mask = self._mask(rule, place.touchpoint, block)
                if rule.unless:
                    mask &= ~held[rule.unless.rule, place.touchpoint]
                rows[:] = mask
            else:
                complaints = getattr(block.columns, rule.of).get(place.touchpoint)
                rows[:] = 0 if complaints is None else block.cut(complaints)

    def _mask(self, rule: FindingRule, touchpoint: str, block: RowBlock) -> Mask:
        """Where all conditions of a rule hold."""
        mask = np.ones(block.rows, np.bool_)
        for kind, condition in rule.where.items():
            name = score_name(f"touchpoint.{kind}", (touchpoint,))
            if name not in block.scores:
                return np.zeros(block.rows, np.bool_)
            score = block.scores[name]
            if score.has is not None:
                mask &= score.has
            for bound in bounds(condition):
                mask &= self._holds(name, score, bound, block)
        return mask

    def _holds(self, name: str, score: BlockScore, bound: Bound, block: RowBlock) -> Mask:
        """Where a score lies on the right side of a bound; of no meaning where there is no score."""
        holds = compare(score.number.value, bound.sign, float(bound.edge))
        undecided = score.number.undecided(bound.edge)
        if undecided is None:
            return holds
        rows = np.flatnonzero(undecided if score.has is None else undecided & score.has)
        if not len(rows):
            return holds
        planned, group = self._planned[name]
        members = _exact_members(planned, group, block, rows)
        if members is None:
            block.undecided_rows[rows] = True
            return holds
        # Scores of the same exact members are equal, so one visit of each kind is evaluated: feelings of exactly zero
        # make experiences of exactly zero so often that one by one they would cost more than all the rest.
        _, first, kinds = np.unique(members, axis=0, return_index=True, return_inverse=True)
        exact = [self._holds_exactly(name, bound, members[row].tobytes(), block, int(rows[row])) for row in first]
        holds[rows] = np.array(exact)[kinds.reshape(-1)]
        return holds

    def _holds_exactly(self, name: str, bound: Bound, members: bytes, block: RowBlock, row: int) -> bool:
        key = (name, bound, members)
        if key not in self._exact_values:
            score = evaluate(self.plan.part([name]), block.columns.visit(block.start + row)).scores[name]
            self._exact_values[key] = score.value is not None and bound.holds(score.value)
        return self._exact_values[key]


def _exact_members(planned: PlannedMeasure, group: PlannedScore, block: RowBlock, rows: NDArray[Any]) -> Floats | None:
    """What decides a score in each of these rows: the scores it is made of, where they are all exact; else ``None``."""
    if planned.measure.caps or group.critical_caps:
        return None
    columns = []
    for member_input in group.inputs:
        score = block.scores.get(member_input.ref) if member_input.kind == "score" else None
        if score is None or not _tells_apart(score.number):
            return None
        reasons = np.full(len(rows), HAS_SCORE) if score.reasons is None else score.reasons[rows]
        columns += [np.where(reasons == HAS_SCORE, score.number.value[rows], 0.0), reasons]
    return np.column_stack(columns)


def _tells_apart(number: NumberColumn) -> bool:
    """Whether different exact numbers are always different floats: of denominators up to d they differ by 1 / d²."""
    return number.is_exact and (number.denominator_bound * number.scale) ** 2 * max(number.reach, 1) < MOST


def _item_mask(plan: Plan, place: FindingPlace, columns: VisitColumns) -> Callable[[RowBlock], Mask]:
    """Where something is found at an item; visit by visit where columns do not say it."""
    rule, item_id = CORE_RULES[place.rule], str(place.item)
    if rule.of == "facts":
        return different_facts(plan, item_id, columns)
    failures = critical_failures if rule.of == "items" else item_failures
    try:
        failed_by_codes = failures(plan, item_id, columns)
        failed_by_codes(RowBlock(columns, 0, 0))  # some say only when they are run that they cannot
    except NotVectorizable:
        tables = plan.tables()
    else:
        return failed_by_codes

    def failed(block: RowBlock) -> Mask:
        visits = map(block.columns.visit, range(block.start, block.stop))
        return np.array(
            [_is_found(plan, rule, item_id, visit, score_items_with(tables, visit)) for visit in visits], np.bool_
        )

    return failed
