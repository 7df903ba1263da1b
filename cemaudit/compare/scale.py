"""The scale scores are compared on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cemaudit.compare.adjusted import asked_of_items
from cemaudit.compare.proportions import angle_of, share_of
from cemaudit.compare.shares import Node
from cemaudit.errors import BadInput, Problem
from cemaudit.language import message

__all__ = ["UNIT", "Scale", "scale_of"]

UNIT = 10_000
"""Parts of a point that scores are counted in, so that sums are exact."""

_ANGLES = 100_000_000
_FULL, _NEARLY = 100.0, 1e-9
_STEP = 1e-3


class Scale(NamedTuple):
    """``name``: ``points`` or ``arcsine``. ``unit``: parts that scores are counted in, of a point or of a radian.
    ``items``: on the arcsine scale shares count as those of so many items (the fewest of any list).
    """

    name: str = "points"
    unit: int = UNIT
    items: int = 0

    def sql(self, points: str) -> str:
        """A score in parts, of one in parts of a point."""
        if self.name == "points":
            return points
        share = f"least(greatest(({points}) / {_FULL * UNIT}, 0), 1)"
        angle = f"asin(sqrt(({self.items} * {share} + 0.375) / ({self.items} + 0.75)))"
        return f"cast(round({angle} * {self.unit}) as bigint)"

    def to(self, points: float) -> float:
        """Points (the arcsine scale: 0 to 100) on the scale."""
        if self.name == "points":
            return points
        return float(angle_of(self.items * min(max(points / _FULL, 0.0), 1.0), self.items))

    def slope(self, value: float) -> float:
        """Points for a unit of the scale, near a value on it."""
        low, high = self.back([value - _STEP, value + _STEP])
        return float(high - low) / (2 * _STEP)

    def back(self, values: ArrayLike) -> NDArray[np.float64]:
        """Values on the scale as points (the arcsine scale: 0 to 100)."""
        if self.name == "points":
            return np.asarray(values, dtype=np.float64)
        return _FULL * share_of(values, self.items)


def scale_of(name: str, nodes: Sequence[Node | None]) -> Scale:
    """The scale of that name; ``BadInput`` where the scores are no shares of points, in percent, as arcsine needs."""
    if name != "arcsine":
        return Scale()
    shares = [node for node in nodes if node and _is_share(node)]
    if not nodes or len(shares) < len(nodes):
        raise BadInput(Problem(message("the arcsine scale is for shares of points, in percent"), "--scale"))
    return Scale(name, _ANGLES, min(len(asked_of_items(node)) for node in shares))


def _is_share(node: Node) -> bool:
    """Whether it lies between 0 and 100 where items earn between nothing and all that is possible."""
    ends = [_end(node, 0.0), _end(node, 1.0)]
    return all(end is not None and abs(end - full) < _NEARLY for end, full in zip(ends, (0.0, _FULL), strict=True))


def _end(node: Node, part: float) -> float | None:
    """The score where every item earns this part of its possible points."""
    above = sum(leaf.earns * leaf.possible * part for leaf in node.leaves)
    below = sum(leaf.weighs for leaf in node.leaves)
    for weight, inner in node.nodes:
        above += weight * (_end(inner, part) or 0.0)
        below += weight
    return node.times * above / below + node.plus if below > 0 else None
