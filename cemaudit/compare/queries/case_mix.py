"""Case-mix adjustment: how easy the items were that applied in a visit, and the scale scores are compared on.

d = m(items that count in this visit) - m(all items), where m is the score that items of average points have together:
for a share of points d = 100·(Σ_counted w·x̄ / Σ_counted w) - 100·(Σ_all w·x̄ / Σ_all w), x̄ being the mean share of an
item's points over all visits compared. So no visit gains by what did not apply. (Additive fit of visits and items.)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cemaudit.compare.score_scale import ARCSINE_UNITS, FULL_POINTS, POINT_UNITS, ScoreScale
from cemaudit.compare.selection import ScoreSource
from cemaudit.errors import BadInput, Problem
from cemaudit.language import message
from cemaudit.ledger.snapshot.answer_columns import points_units
from cemaudit.ledger.snapshot.names import ColumnNames, code_of, quoted
from cemaudit.model import Measure, score_name
from cemaudit.scoring.aggregators import BUILT_IN
from cemaudit.scoring.plan import MeasureInput, Plan
from cemaudit.scoring.reach import plan_without_plugins

__all__ = [
    "EASINESS",
    "EasinessColumns",
    "ItemTerm",
    "Means",
    "PointsMean",
    "easiness",
    "easiness_sql",
    "expected_score",
    "item_means",
    "items_needed",
    "make_scale",
    "points_mean",
    "score_sql",
]


@dataclass(frozen=True, slots=True)
class ItemTerm:
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
    def counted_sql(self) -> str:
        """SQL: whether it counts in a visit."""
        has_points = f"{self.points} is not null"
        return f"({has_points} or {self._left_out_in})" if self.left_out else has_points

    @property
    def earned(self) -> str:
        """SQL: the parts of a point it earned; ``NULL`` where it does not count."""
        worth = " ".join(f"when {self.state} = {code} then {units_out}" for code, units_out in self.left_out)
        return f"case when {self.points} is not null then {self.points} {worth} end" if worth else self.points

    @property
    def _left_out_in(self) -> str:
        return f"coalesce({self.state} in ({', '.join(str(code) for code, _ in self.left_out)}), false)"


@dataclass(frozen=True)
class PointsMean:
    """A mean: ``times`` Σ earns·points / Σ weighs + ``plus``, over ``leaves`` (items) or ``nodes`` (weighted means)."""

    leaves: tuple[ItemTerm, ...]
    nodes: tuple[tuple[float, PointsMean], ...]
    times: float
    plus: float

    def all_items(self) -> Iterator[ItemTerm]:
        """Yield the items it is made of, as often as they count."""
        yield from self.leaves
        for _, node in self.nodes:
            yield from node.all_items()


class _NotAMean(Exception):
    """A score is something else."""


def points_mean(source: ScoreSource) -> PointsMean | None:
    """Return what the score is made of, where it is a mean of points (or a mean of such means); else ``None``."""
    # Plugins' aggregators are not loaded here; a measure that uses one is no mean of points.
    plan = plan_without_plugins(source.table.checklist, source.scheme)
    builder = _PointsMeanBuilder(plan)
    try:
        nodes = [builder.node(column.measure, column.name) for column in source.columns]
    except _NotAMean:
        return None
    if len(nodes) < 2:
        return nodes[0] if nodes else None
    return PointsMean((), tuple(zip(map(float, source.weights), nodes, strict=True)), 1.0, 0.0)


class _PointsMeanBuilder:
    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._names, self._units = ColumnNames(plan.checklist), points_units(plan.checklist)
        self._planned = {planned.measure.id: planned for planned in plan.measures}
        self._groups = {
            score_name(planned.measure.id, group.key): (planned.measure, group)
            for planned in plan.measures
            for group in planned.groups
        }

    def node(self, measure_id: str, name: str) -> PointsMean:
        """Return the mean that the score of that name is; ``_NotAMean`` where it is none."""
        measure, group = self._groups[name]
        if (
            _mean_over(measure) is None
            or measure.transform.table
            or self._planned[measure_id].measure.take not in _POINT_MEASURES
        ):
            raise _NotAMean
        leaves = tuple(
            self._item_term(measure, member_input) for member_input in group.inputs if member_input.kind == "item"
        )
        nodes = tuple(self._term(measure, member_input) for member_input in group.inputs if member_input.kind != "item")
        return PointsMean(leaves, nodes, float(measure.transform.times), float(measure.transform.plus))

    def _term(self, measure: Measure, member_input: MeasureInput) -> tuple[float, PointsMean]:
        if member_input.kind != "score" or _mean_over(measure) == "possible":
            raise _NotAMean
        inner, _ = self._groups[member_input.ref]
        return float(_weight(measure, member_input)), self.node(inner.id, member_input.ref)

    def _item_term(self, measure: Measure, member_input: MeasureInput) -> ItemTerm:
        item = self._plan.checklist.items[member_input.ref]
        if item.gives_to or member_input.ref not in self._units:
            raise _NotAMean
        unit, possible, weight = self._units[member_input.ref], item.possible, _weight(measure, member_input)
        if measure.take == "share" and not possible:
            raise _NotAMean
        share = Fraction(1) / possible if measure.take == "share" and possible else Fraction(1)
        return ItemTerm(
            quoted(self._names.item("points", member_input.ref)),
            quoted(self._names.item("state", member_input.ref)),
            unit,
            tuple(self._left_out(measure, member_input.ref, unit)),
            float((possible or 0) * unit),
            float(weight * share / unit),
            float(weight * (possible or 0) if _mean_over(measure) == "possible" else weight),
        )

    def _left_out(self, measure: Measure, item: str, unit: int) -> Iterator[tuple[int, int]]:
        for reason, score in self._plan.tables(measure.na)[item].left_out.items():
            if score.points is not None:
                yield code_of(reason.value), int(score.points * unit)


_POINT_MEASURES = {"points", "share"}


def _mean_over(measure: Measure) -> str | None:
    """Return what the measure's sum is divided by, where it is a mean; ``None`` of a plugin's aggregator."""
    aggregator = BUILT_IN.get(measure.how)
    return aggregator.mean_over if aggregator else None


def _weight(measure: Measure, member_input: MeasureInput) -> Fraction:
    return Fraction(1) if _mean_over(measure) == "members" else member_input.weight


Means = Mapping[tuple[str, str], float]
"""The mean parts of a point of each item that counted anywhere, by what SQL counts and adds up of it."""

EASINESS = "easier"
"""The column of d."""


class EasinessColumns(NamedTuple):
    """The columns ``sql`` of d, with their ``values``; the last, ``EASINESS``, is ``NULL`` where nothing counted."""

    sql: str
    values: tuple[float, ...]


def items_needed(node: PointsMean) -> list[ItemTerm]:
    """Return the items whose means are needed, each once."""
    return list({_key(leaf): leaf for leaf in node.all_items()}.values())


def item_means(leaves: Sequence[ItemTerm], sums: Sequence[tuple[int, int]]) -> Means:
    """Return the means, of the count and the sum of each item; items that never counted have none."""
    return {_key(leaf): total / count for leaf, (count, total) in zip(leaves, sums, strict=True) if count}


def _key(leaf: ItemTerm) -> tuple[str, str]:
    return leaf.counted_sql, leaf.earned


def expected_score(node: PointsMean, means: Means) -> float | None:
    """Return the score that items of average points have together, where all count."""
    count = {leaf.counted_sql: np.ones(1, bool) for leaf in node.all_items()}
    expected = float(_expected_scores(node, means, count)[0])
    return None if np.isnan(expected) else expected


def easiness(node: PointsMean, means: Means, counted: Mapping[str, NDArray[np.bool_]]) -> NDArray[np.float64]:
    """Return how much easier (d) each visit was: the definition. ``counted``: whether each item counts, by its SQL."""
    return _expected_scores(node, means, counted) - (expected_score(node, means) or 0.0)


def _expected_scores(node: PointsMean, means: Means, counted: Mapping[str, NDArray[np.bool_]]) -> NDArray[np.float64]:
    """Return the score that items of average points have, visit by visit; NaN where nothing counts."""
    above = np.zeros(1)
    below = np.zeros(1)
    for leaf in node.leaves:
        if _key(leaf) in means:
            above = above + counted[leaf.counted_sql] * (leaf.earns * means[_key(leaf)])
            below = below + counted[leaf.counted_sql] * leaf.weighs
    for weight, inner in node.nodes:
        value = _expected_scores(inner, means, counted)
        above = above + np.nan_to_num(value) * weight
        below = below + ~np.isnan(value) * weight
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(below > 0, np.divide(above, below), np.nan)
    return node.times * share + node.plus


def easiness_sql(node: PointsMean, means: Means) -> EasinessColumns | None:
    """Return the SQL of d: the last of several columns, each built on those before; ``None`` where no item counted."""
    network_expected = expected_score(node, means)
    if network_expected is None:
        return None
    writing = _MeanColumns(means)
    root = writing.add(node)
    texts = [*writing.texts, f"{root} - ? as {EASINESS}"]
    return EasinessColumns(", ".join(texts), (*writing.values, network_expected))


class _MeanColumns:
    """The columns of means, each after those it is made of, and the values of their gaps."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self.texts: list[str] = []
        self.values: list[float] = []

    def add(self, node: PointsMean) -> str:
        """Write the column of a mean; its name."""
        inner = [(weight, self.add(child_mean)) for weight, child_mean in node.nodes]
        known_terms = [leaf for leaf in node.leaves if _key(leaf) in self._means]
        above = [f"cast({leaf.counted_sql} as tinyint) * ?" for leaf in known_terms]
        below = above.copy()
        above += [f"coalesce({name}, 0) * ?" for _, name in inner]
        below += [f"cast({name} is not null as tinyint) * ?" for _, name in inner]
        weights = [weight for weight, _ in inner]
        self.values += [leaf.earns * self._means[_key(leaf)] for leaf in known_terms]
        self.values += [*weights, *(leaf.weighs for leaf in known_terms), *weights, node.times, node.plus]
        name = f"mean_{len(self.texts)}"
        self.texts.append(f"({_sum_sql(above)}) / nullif(greatest({_sum_sql(below)}, 0), 0) * ? + ? as {name}")
        return name


def _sum_sql(terms: Sequence[str]) -> str:
    return " + ".join(terms) or "0"


def score_sql(scale: ScoreScale, points: str) -> str:
    """Return the SQL of a score in parts of the scale, of one in parts of a point."""
    if scale.name == "points":
        return points
    share = f"least(greatest(({points}) / {FULL_POINTS * POINT_UNITS}, 0), 1)"
    angle = f"asin(sqrt(({scale.items} * {share} + 0.375) / ({scale.items} + 0.75)))"
    return f"cast(round({angle} * {scale.unit}) as bigint)"


_NEARLY = 1e-9


def make_scale(name: str, nodes: Sequence[PointsMean | None]) -> ScoreScale:
    """Return the scale of that name; ``BadInput`` where arcsine is wanted of what is no share of points in percent."""
    if name != "arcsine":
        return ScoreScale()
    shares = [node for node in nodes if node and _is_share(node)]
    if not nodes or len(shares) < len(nodes):
        raise BadInput(Problem(message("the arcsine scale is for shares of points, in percent"), "--scale"))
    return ScoreScale(name, ARCSINE_UNITS, min(len(items_needed(node)) for node in shares))


def _is_share(node: PointsMean) -> bool:
    """Return whether the score lies between 0 and 100 where items earn between nothing and all that is possible."""
    lowest, highest = _score_if_all_earn(node, 0.0), _score_if_all_earn(node, 1.0)
    if lowest is None or highest is None:
        return False
    return abs(lowest) < _NEARLY and abs(highest - FULL_POINTS) < _NEARLY


def _score_if_all_earn(node: PointsMean, share_earned: float) -> float | None:
    """Return the score where every item earns this part of its possible points."""
    above = sum(leaf.earns * leaf.possible * share_earned for leaf in node.leaves)
    below = sum(leaf.weighs for leaf in node.leaves)
    for weight, inner in node.nodes:
        above += weight * (_score_if_all_earn(inner, share_earned) or 0.0)
        below += weight
    return node.times * above / below + node.plus if below > 0 else None
