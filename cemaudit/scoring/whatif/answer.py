"""The answer to a what-if: which changes, at what cost, how sure; and every single fix by what it brings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

from cemaudit.model import Band, Text, Visit
from cemaudit.model.answers import AnswerValue
from cemaudit.model.base import shown_exactly
from cemaudit.scoring.bands import find_band
from cemaudit.scoring.exact import Evaluation, evaluate
from cemaudit.scoring.plan import Plan
from cemaudit.scoring.whatif.goals import Goal, plan_for
from cemaudit.scoring.whatif.levers import Lever, evaluate_after, find_levers, shown_answer
from cemaudit.scoring.whatif.search import SearchBudget, cheapest_moves

__all__ = ["AnswerChange", "SingleChange", "WhatIf", "WhatIfTerms", "what_if"]

Status = Literal["reached", "cheapest", "at-most", "impossible", "unknown"]


@dataclass(frozen=True)
class WhatIfTerms:
    """What may change, and what it costs.

    ``costs`` (0 or more; 1 unless given) by item; ``fixed`` items stay. ``feelings``: emotions and expectations may
    change too. ``not_applicable``: items the shopper called not applicable may be answered. ``given``: points of inputs
    that come from elsewhere.
    """

    costs: Mapping[str, Fraction] = field(default_factory=dict)
    fixed: AbstractSet[str] = frozenset()
    feelings: bool = False
    not_applicable: bool = False
    given: Mapping[str, Fraction] = field(default_factory=dict)


@dataclass(frozen=True)
class AnswerChange:
    """One answer that would have been another: as people read it before (empty: none) and after, and what it costs."""

    name: str
    title: Text
    before: str
    after: str
    answer: AnswerValue
    cost: Fraction

    def as_json(self) -> dict[str, Any]:
        """The change as plain JSON values."""
        return {"item": self.name, "before": self.before or None, "after": self.after, "cost": shown_exactly(self.cost)}


@dataclass(frozen=True)
class SingleChange:
    """One change alone: the value and band it leads to, and by how much the value gets better (``None``: unscored)."""

    change: AnswerChange
    value: Fraction | None
    gain: Fraction | None
    band: Band | None

    def as_json(self) -> dict[str, Any]:
        """The fix as plain JSON values."""
        numbers = {"value": _plain(self.value), "gain": _plain(self.gain), "band": self.band and self.band.label}
        return self.change.as_json() | numbers


@dataclass(frozen=True)
class WhatIf:
    """``status``: already ``reached``; ``cheapest`` (proved); ``at-most`` (changes that do, perhaps not the
    cheapest); ``impossible`` (proved); ``unknown`` (none found before the search was cut off).
    """

    goal: Goal
    status: Status
    before: tuple[Fraction | None, Band | None]
    after: tuple[Fraction | None, Band | None]
    changes: tuple[AnswerChange, ...]
    cost: Fraction
    fixes: tuple[SingleChange, ...]

    def as_json(self) -> dict[str, Any]:
        """The answer as plain JSON values."""
        return {
            "status": self.status,
            "measure": self.goal.measure,
            "before": _state_json(self.before),
            "after": _state_json(self.after),
            "cost": shown_exactly(self.cost),
            "changes": [change.as_json() for change in self.changes],
            "fixes": [fix.as_json() for fix in self.fixes],
        }


def what_if(
    plan: Plan, visit: Visit, goal: Goal, terms: WhatIfTerms | None = None, budget: SearchBudget | None = None
) -> WhatIf:
    """The cheapest changes of answers with which ``visit`` reaches ``goal``, and every single fix, the best first."""
    terms = terms or WhatIfTerms()
    base = evaluate(plan_for(plan, goal), visit, terms.given)
    levers = find_levers(base, feelings=terms.feelings, not_applicable=terms.not_applicable, fixed=terms.fixed)
    priced = {lever.name: terms.costs.get(lever.name, Fraction(1)) for lever in levers}
    fixes = tuple(sorted(_fixes(base, goal, levers, priced), key=_rank))
    if goal.is_reached(base):
        return WhatIf(goal, "reached", _value_and_band(base, goal), _value_and_band(base, goal), (), Fraction(0), fixes)
    best_moves = cheapest_moves(base, levers, goal, priced, budget or SearchBudget())
    moves = best_moves.moves or {}
    then = (evaluate_after(base, moves) if moves else None) or base
    status: Status = "cheapest" if best_moves.is_proved else "at-most"
    lacking: Status = "impossible" if best_moves.is_proved else "unknown"
    changes = tuple(_change(base, lever, moves[lever.name], priced) for lever in levers if lever.name in moves)
    return WhatIf(
        goal=goal,
        status=lacking if best_moves.moves is None else status,
        before=_value_and_band(base, goal),
        after=_value_and_band(then, goal),
        changes=changes,
        cost=sum((change.cost for change in changes), Fraction(0)),
        fixes=fixes,
    )


def _fixes(base: Evaluation, goal: Goal, levers: list[Lever], costs: Mapping[str, Fraction]) -> Iterator[SingleChange]:
    """The best option of every lever that makes anything better by itself."""
    now, band = _value_and_band(base, goal)
    labels = [row.label for row in base.plan.scheme.bands]
    better = goal.better_direction(base.plan.scheme)
    for lever in levers:
        fixes = []
        for option in lever.options:
            evaluation = evaluate_after(base, {lever.name: option})
            if evaluation is not None:
                value, then = _value_and_band(evaluation, goal)
                gain = None if value is None or now is None else better * (value - now)
                fixes.append(SingleChange(_change(base, lever, option, costs), value, gain, then))
        best = min(fixes, key=_rank, default=None)
        if best is None:
            continue
        is_gain = (best.gain or 0) > 0 or (now is None and best.value is not None)
        is_better_band = best.band is not None and (
            band is None or labels.index(best.band.label) < labels.index(band.label)
        )
        if is_gain or is_better_band:
            yield best


def _rank(fix: SingleChange) -> tuple[bool, Fraction, Fraction]:
    return fix.gain is None, -(fix.gain or Fraction(0)), fix.change.cost


def _value_and_band(evaluation: Evaluation, goal: Goal) -> tuple[Fraction | None, Band | None]:
    value = evaluation.derivations[goal.measure].score.value
    band = find_band(evaluation.plan.scheme, evaluation.scores, goal.peers) if goal.label else None
    return value, band


def _change(base: Evaluation, lever: Lever, option: AnswerValue, costs: Mapping[str, Fraction]) -> AnswerChange:
    checklist, visit = base.plan.checklist, base.visit
    kind, _, touchpoint = lever.name.rstrip("]").partition("[")
    return AnswerChange(
        name=lever.name,
        title=checklist.touchpoint[touchpoint].title if touchpoint else checklist.items[kind].ask,
        before=shown_answer(visit, checklist, lever.name),
        after=shown_answer(visit, checklist, lever.name, option),
        answer=option,
        cost=costs[lever.name],
    )


def _state_json(where: tuple[Fraction | None, Band | None]) -> dict[str, Any]:
    value, band = where
    return {"value": _plain(value), "band": band and band.label}


def _plain(value: Fraction | None) -> int | float | str | None:
    return None if value is None else shown_exactly(value)
