"""How much easier than the whole list the items were that applied in a visit, which is taken off its score.

d = m(items that count in this visit) - m(all items), where m is the score that items of average points have together:
for a share of points d = 100·(Σ_counted w·x̄ / Σ_counted w) - 100·(Σ_all w·x̄ / Σ_all w), x̄ being the mean share of an
item's points over all visits compared. So no visit gains by what did not apply. (Additive fit of visits and items.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cemaudit.compare.shares import Leaf, Node

__all__ = ["EASIER", "Easier", "Means", "asked_of_items", "columns_of", "easier", "means_of", "typical"]

Means = Mapping[tuple[str, str], float]
"""The mean parts of a point of each item that counted anywhere, by what SQL counts and adds up of it."""


EASIER = "easier"
"""The column of d."""


class Easier(NamedTuple):
    """``sql``: columns, the last of them ``EASIER``: d in points, ``NULL`` where nothing counted; and their values."""

    sql: str
    values: tuple[float, ...]


def asked_of_items(node: Node) -> list[Leaf]:
    """The items whose means are needed, each once."""
    return list({_key(leaf): leaf for leaf in node.every_leaf()}.values())


def means_of(leaves: Sequence[Leaf], sums: Sequence[tuple[int, int]]) -> Means:
    """The means, of the count and the sum of each item; items that never counted have none, and do not matter."""
    return {_key(leaf): total / count for leaf, (count, total) in zip(leaves, sums, strict=True) if count}


def _key(leaf: Leaf) -> tuple[str, str]:
    return leaf.counted, leaf.earned


def typical(node: Node, means: Means) -> float | None:
    """The score that items of average points have together, where all count."""
    count = {leaf.counted: np.ones(1, bool) for leaf in node.every_leaf()}
    found = float(_expected(node, means, count)[0])
    return None if np.isnan(found) else found


def easier(node: Node, means: Means, counted: Mapping[str, NDArray[np.bool_]]) -> NDArray[np.float64]:
    """How much easier (d), visit by visit: its definition. ``counted``: whether each item counts, by that in SQL."""
    return _expected(node, means, counted) - (typical(node, means) or 0.0)


def _expected(node: Node, means: Means, counted: Mapping[str, NDArray[np.bool_]]) -> NDArray[np.float64]:
    """The score that items of average points have, visit by visit; NaN where nothing counts."""
    above = np.zeros(1)
    below = np.zeros(1)
    for leaf in node.leaves:
        if _key(leaf) in means:
            above = above + counted[leaf.counted] * (leaf.earns * means[_key(leaf)])
            below = below + counted[leaf.counted] * leaf.weighs
    for weight, inner in node.nodes:
        value = _expected(inner, means, counted)
        above = above + np.nan_to_num(value) * weight
        below = below + ~np.isnan(value) * weight
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(below > 0, np.divide(above, below), np.nan)
    return node.times * share + node.plus


def columns_of(node: Node, means: Means) -> Easier | None:
    """SQL for d: the last of several columns, which refer to those before; ``None`` where no item ever counted."""
    whole = typical(node, means)
    if whole is None:
        return None
    writing = _Writing(means)
    root = writing.add(node)
    texts = [*writing.texts, f"{root} - ? as {EASIER}"]
    return Easier(", ".join(texts), (*writing.values, whole))


class _Writing:
    """The columns of means, each after those it is made of, and the values of their gaps."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self.texts: list[str] = []
        self.values: list[float] = []

    def add(self, node: Node) -> str:
        """Write the column of a mean; its name."""
        inner = [(weight, self.add(one)) for weight, one in node.nodes]
        known = [leaf for leaf in node.leaves if _key(leaf) in self._means]
        above = [f"cast({leaf.counted} as tinyint) * ?" for leaf in known]
        below = above.copy()
        above += [f"coalesce({name}, 0) * ?" for _, name in inner]
        below += [f"cast({name} is not null as tinyint) * ?" for _, name in inner]
        weights = [weight for weight, _ in inner]
        self.values += [leaf.earns * self._means[_key(leaf)] for leaf in known]
        self.values += [*weights, *(leaf.weighs for leaf in known), *weights, node.times, node.plus]
        name = f"mean_{len(self.texts)}"
        self.texts.append(f"({_added(above)}) / nullif(greatest({_added(below)}, 0), 0) * ? + ? as {name}")
        return name


def _added(terms: Sequence[str]) -> str:
    return " + ".join(terms) or "0"
