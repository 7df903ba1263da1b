"""A score as weighted means of the points of items: what it is made of, where it is that."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from cemaudit.compare.asked import Source
from cemaudit.ledger.snapshot.answers import points_units
from cemaudit.ledger.snapshot.names import Names, code_of, quoted
from cemaudit.model import Checklist, Measure, Scheme, score_name
from cemaudit.model.aggregator import Aggregator
from cemaudit.scoring.plan import Input, Plan, make_plan

__all__ = ["Leaf", "Node", "share_of_points"]

_MEANS = {"ratio", "weighted-mean", "mean"}


class Leaf(NamedTuple):
    """An item in a mean.

    ``points`` and ``state``: its columns in the snapshot, as SQL names them, points in parts, ``unit`` to one.
    ``left_out``: what it earns, in parts, for each code of a reason it may have no answer for, where it earns
    something then; for other reasons it does not count. ``possible``: the most parts it can earn. It adds ``earns``
    times its points to the mean's numerator and ``weighs`` to the denominator.
    """

    points: str
    state: str
    unit: int
    left_out: tuple[tuple[int, int], ...]
    possible: float
    earns: float
    weighs: float

    @property
    def counted(self) -> str:
        """SQL: whether it counts in a visit."""
        has_points = f"{self.points} is not null"
        return f"({has_points} or {self._left_out_in})" if self.left_out else has_points

    @property
    def earned(self) -> str:
        """SQL: the parts of a point it earned; ``NULL`` where it does not count."""
        worth = " ".join(f"when {self.state} = {code} then {parts}" for code, parts in self.left_out)
        return f"case when {self.points} is not null then {self.points} {worth} end" if worth else self.points

    @property
    def _left_out_in(self) -> str:
        return f"coalesce({self.state} in ({', '.join(str(code) for code, _ in self.left_out)}), false)"


@dataclass(frozen=True)
class Node:
    """A mean of ``members``: ``times`` Σ earns·points / Σ weighs, ``plus``; of other means, each with its weight."""

    leaves: tuple[Leaf, ...]
    nodes: tuple[tuple[float, Node], ...]
    times: float
    plus: float

    def every_leaf(self) -> Iterator[Leaf]:
        """The items it is made of, as often as they count."""
        yield from self.leaves
        for _, node in self.nodes:
            yield from node.every_leaf()


class _NoMean(Exception):
    """A score is something else."""


def share_of_points(source: Source) -> Node | None:
    """What the score is made of, where it is a mean of points (or a mean of such means); else ``None``."""
    if source.column is None:
        return None
    plan = _plan_of(source.table.checklist, source.scheme)
    try:
        return _Making(plan).node(source.column.measure, source.column.name)
    except _NoMean:
        return None


def _plan_of(checklist: Checklist, scheme: Scheme) -> Plan:
    """The plan, in which plugins' aggregators, of which nothing is known here, stand for themselves."""
    strange = {measure.how: Aggregator(measure.how, lambda members, options: None) for measure in scheme.measures}  # noqa: ARG005
    return make_plan(checklist, scheme, strange)


class _Making:
    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._names, self._units = Names(plan.checklist), points_units(plan.checklist)
        self._planned = {planned.measure.id: planned for planned in plan.measures}
        self._groups = {
            score_name(planned.measure.id, group.key): (planned.measure, group)
            for planned in plan.measures
            for group in planned.groups
        }

    def node(self, measure_id: str, name: str) -> Node:
        """The score of that name."""
        measure, group = self._groups[name]
        if measure.how not in _MEANS or measure.transform.table or self._planned[measure_id].measure.take not in _TAKEN:
            raise _NoMean
        leaves = tuple(self._leaf(measure, each) for each in group.inputs if each.kind == "item")
        nodes = tuple(self._part(measure, each) for each in group.inputs if each.kind != "item")
        return Node(leaves, nodes, float(measure.transform.times), float(measure.transform.plus))

    def _part(self, measure: Measure, each: Input) -> tuple[float, Node]:
        if each.kind != "score" or measure.how == "ratio":
            raise _NoMean
        inner, _ = self._groups[each.ref]
        return float(_weight(measure, each)), self.node(inner.id, each.ref)

    def _leaf(self, measure: Measure, each: Input) -> Leaf:
        item = self._plan.checklist.items[each.ref]
        if item.gives_to or each.ref not in self._units:
            raise _NoMean
        unit, possible, weight = self._units[each.ref], item.possible, _weight(measure, each)
        if measure.take == "share" and not possible:
            raise _NoMean
        share = Fraction(1) / possible if measure.take == "share" and possible else Fraction(1)
        return Leaf(
            quoted(self._names.item("points", each.ref)),
            quoted(self._names.item("state", each.ref)),
            unit,
            tuple(self._left_out(measure, each.ref, unit)),
            float((possible or 0) * unit),
            float(weight * share / unit),
            float(weight * (possible or 0) if measure.how == "ratio" else weight),
        )

    def _left_out(self, measure: Measure, item: str, unit: int) -> Iterator[tuple[int, int]]:
        for reason, score in self._plan.tables(measure.na)[item].left_out.items():
            if score.points is not None:
                yield code_of(reason.value), int(score.points * unit)


_TAKEN = {"points", "share"}


def _weight(measure: Measure, each: Input) -> Fraction:
    return Fraction(1) if measure.how == "mean" else each.weight
