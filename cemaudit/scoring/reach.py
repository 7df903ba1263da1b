"""Which inputs reach a measure: what no visit can score on the way there has no part in it.

A touchpoint that asks no feeling has no emotion, hence no experience, and so none of its items is in a mean of
experiences, however they are answered.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction

from cemaudit.model import Checklist, Scheme, score_name
from cemaudit.model.aggregator import Aggregator, Member
from cemaudit.scoring.plan import MeasureInput, Plan, PlannedMeasure, PlannedScore, make_plan

__all__ = ["plan_without_plugins", "reaching_inputs", "reaching_touchpoints"]


def plan_without_plugins(checklist: Checklist, scheme: Scheme) -> Plan:
    """Return the plan with stand-ins for the aggregators of plugins: what is made of what, without any number."""
    options: dict[str, set[str]] = defaultdict(set)
    for measure in scheme.measures:
        options[measure.how] |= set(measure.options)
    stand_ins = {name: Aggregator(name, _nothing, options=tuple(named)) for name, named in options.items()}
    return make_plan(checklist, scheme, stand_ins)


def _nothing(members: Sequence[Member], options: Mapping[str, Fraction]) -> Fraction | None:  # noqa: ARG001
    return None


def reaching_inputs(plan: Plan, measure: str) -> frozenset[tuple[str, str]]:
    """Return the items and feelings (kind and id) that can have a part in a measure.

    These are the ones some visit can score all the way up, with a weight, and the items whose failing caps it.
    """
    scores = _Scores(plan)
    reaching: set[tuple[str, str]] = set()
    waiting = [name for name, (planned, _) in scores.groups.items() if planned.measure.id == measure]
    seen = set(waiting)
    while waiting:
        planned, group = scores.groups[waiting.pop()]
        members = [member for member in group.inputs if member.weight and scores.can_be_scored(member)]
        reaching |= {(member.kind, member.ref) for member in members if member.kind != "score"}
        reaching |= {("item", cap.item) for cap in group.critical_caps}
        needed = {member.ref for member in members if member.kind == "score"}
        needed = needed.union(*(cap.where for cap in planned.measure.caps)) & scores.groups.keys()
        waiting += needed - seen
        seen |= needed
    return frozenset(reaching)


def reaching_touchpoints(plan: Plan, measure: str) -> frozenset[str]:
    """Return the touchpoints of which an item or a feeling can have a part in a measure."""
    of_item = plan.checklist.touchpoint_of
    return frozenset(of_item[name].id if kind == "item" else name for kind, name in reaching_inputs(plan, measure))


class _Scores:
    """The scores of a plan by name, and which of them a visit can have."""

    def __init__(self, plan: Plan) -> None:
        self._checklist = plan.checklist
        self.groups: dict[str, tuple[PlannedMeasure, PlannedScore]] = {}
        self._possible: set[str] = set()
        # Measures stand after all they need, so what each is made of is known when it comes.
        for planned in plan.measures:
            for group in planned.groups:
                name = score_name(planned.measure.id, group.key)
                self.groups[name] = planned, group
                possible = [self.can_be_scored(member) for member in group.inputs]
                # An aggregator of so many members needs every one of them.
                if any(possible) and (planned.aggregator.arity is None or all(possible)):
                    self._possible.add(name)

    def can_be_scored(self, member: MeasureInput) -> bool:
        """Return whether some visit has a value for an input."""
        match member.kind:
            case "score":
                return member.ref in self._possible
            case "@emotions":
                return self._checklist.touchpoint[member.ref].emotion
            case "@expectations":
                return self._checklist.touchpoint[member.ref].expectation
            case "@critical":
                return any(item.critical for item in self._checklist.touchpoint[member.ref].items)
            case _:
                return True
