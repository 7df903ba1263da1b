"""What of a checklist a score can hold: worked out from the plan, before any visit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction

from cemaudit.model import Checklist, Scheme, score_name
from cemaudit.model.aggregator import Aggregator, Member
from cemaudit.scoring.exact import asks_feeling
from cemaudit.scoring.plan import MeasureInput, Plan, PlannedMeasure, PlannedScore, make_plan

__all__ = ["InputRef", "inputs_reaching", "items_reaching", "plan_without_plugins", "touchpoints_reaching"]

InputRef = tuple[str, str]
"""``("item", id)``, or a source such as ``"@emotions"`` and the id of a touchpoint or fact."""


def inputs_reaching(plan: Plan, measure: str) -> frozenset[InputRef]:
    """Return every input of visits that can move some score of a measure.

    An input cannot where a score on its way never has a value: an experience without an emotion that is asked has none.
    """
    walk = _Walk(plan)
    groups = walk.measures[measure].groups if measure in walk.measures else ()
    return frozenset().union(*(walk.inputs(score_name(measure, group.key)) for group in groups))


def items_reaching(plan: Plan, measure: str) -> frozenset[str]:
    """Return the items whose points, answers or failing can move some score of a measure."""
    checklist, items = plan.checklist, set()
    for kind, ref in inputs_reaching(plan, measure):
        if kind == "item":
            items.add(ref)
        elif kind == "@facts":
            items |= set(checklist.fact[ref].items)
        elif kind in {"@critical", "@duties"}:
            touched = checklist.touchpoint[ref].items
            items |= {item.id for item in touched if (item.critical if kind == "@critical" else item.is_duty)}
    return frozenset(items)


def touchpoints_reaching(plan: Plan, measure: str) -> frozenset[str]:
    """Return the touchpoints of which an item or a feeling can have a part in a measure."""
    feelings = {ref for kind, ref in inputs_reaching(plan, measure) if kind not in {"item", "@facts"}}
    items = {plan.checklist.touchpoint_of[item].id for item in items_reaching(plan, measure)}
    return frozenset(feelings | items)


def plan_without_plugins(
    checklist: Checklist, scheme: Scheme, aggregators: Mapping[str, Aggregator] | None = None
) -> Plan:
    """Return the plan with stand-ins for the aggregators of plugins that are not among ``aggregators``.

    It says what is made of what; scores that need a stand-in have no value.
    """
    options: dict[str, set[str]] = defaultdict(set)
    for measure in scheme.measures:
        options[measure.how] |= set(measure.options)
    stand_ins = {name: Aggregator(name, _nothing, options=tuple(named)) for name, named in options.items()}
    return make_plan(checklist, scheme, {**stand_ins, **(aggregators or {})})


def _nothing(members: Sequence[Member], options: Mapping[str, Fraction]) -> Fraction | None:  # noqa: ARG001
    return None


class _Walk:
    """A walk from scores down to what visits say, each score once."""

    def __init__(self, plan: Plan) -> None:
        self.checklist = plan.checklist
        self.measures = {planned.measure.id: planned for planned in plan.measures}
        self._groups: dict[str, tuple[PlannedMeasure, PlannedScore]] = {
            score_name(planned.measure.id, group.key): (planned, group)
            for planned in plan.measures
            for group in planned.groups
        }
        self._inputs: dict[str, frozenset[InputRef]] = {}

    def inputs(self, score: str) -> frozenset[InputRef]:
        """The inputs of a score that can have a value; none of one that cannot."""
        if score not in self._inputs:
            planned, group = self._groups[score]
            members = [self._of(member_input) for member_input in group.inputs]
            needs_all = planned.aggregator.arity is not None
            is_dead = needs_all and not all(members)
            capped = [self.inputs(name) for cap in planned.measure.caps for name in cap.where]
            critical = frozenset(("item", cap.item) for cap in group.critical_caps)
            self._inputs[score] = frozenset() if is_dead else critical.union(*members, *capped)
        return self._inputs[score]

    def _of(self, member_input: MeasureInput) -> frozenset[InputRef]:
        if member_input.kind == "score":
            return self.inputs(member_input.ref)
        is_asked = _is_asked(self.checklist, member_input) and member_input.weight != 0
        return frozenset({(member_input.kind, member_input.ref)}) if is_asked else frozenset()


def _is_asked(checklist: Checklist, member_input: MeasureInput) -> bool:
    """Whether visits are asked for it at all."""
    if member_input.kind in {"item", "@facts"}:
        return True
    touchpoint = checklist.touchpoint[member_input.ref]
    if member_input.kind == "@critical":
        return any(item.critical for item in touchpoint.items)
    if member_input.kind == "@duties":
        return any(item.is_duty for item in touchpoint.items)
    return member_input.kind in {"@claims", "@blames"} or asks_feeling(touchpoint, member_input.kind)
