"""Labels beside their points, none over another: the important ones first, and those without room left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

__all__ = ["LabelRequest", "Rectangle", "place", "spread"]

GRAIN, GAP, AIR = 8.0, 4.5, 2.4


class Rectangle(NamedTuple):
    """A rectangle; distances run right and down."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Rectangle) -> bool:
        """Whether the two overlap."""
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def inside(self, other: Rectangle) -> bool:
        """Whether all of it lies within the other."""
        return (
            other.left <= self.left
            and other.top <= self.top
            and self.right <= other.right
            and self.bottom <= other.bottom
        )


class LabelRequest(NamedTuple):
    """A label's point and its size."""

    x: float
    y: float
    width: float
    height: float


def place(
    wanted: Sequence[LabelRequest], dots: Iterable[tuple[float, float]], taken: Iterable[Rectangle], room: Rectangle
) -> list[Rectangle | None]:
    """Where each label goes, the first ones first; ``None`` where it finds no room.

    A label stays within ``room``, off the boxes ``taken``, off the dots, and off the labels before it.
    """
    near = defaultdict[tuple[int, int], list[tuple[float, float]]](list)
    for x, y in dots:
        near[int(x // GRAIN), int(y // GRAIN)].append((x, y))
    placed: list[Rectangle | None] = []
    blocked = list(taken)
    for label in wanted:
        box = next((one for one in _around(label) if one.inside(room) and _free(one, near, blocked)), None)
        if box:
            blocked.append(box)
        placed.append(box)
    return placed


def _around(label: LabelRequest) -> Iterable[Rectangle]:
    """To the right, to the left, above, below, then the corners."""
    x, y, wide, high = label
    for left, top in (
        (x + GAP, y - high / 2),
        (x - GAP - wide, y - high / 2),
        (x - wide / 2, y - GAP - high),
        (x - wide / 2, y + GAP),
        (x + GAP, y - high - 1),
        (x + GAP, y + 1),
        (x - GAP - wide, y - high - 1),
        (x - GAP - wide, y + 1),
    ):
        yield Rectangle(left, top, left + wide, top + high)


def _free(
    box: Rectangle, near: Mapping[tuple[int, int], Sequence[tuple[float, float]]], blocked: Sequence[Rectangle]
) -> bool:
    wide = Rectangle(box.left - AIR, box.top - AIR / 2, box.right + AIR, box.bottom + AIR / 2)
    if any(wide.meets(other) for other in blocked):
        return False
    columns = range(int(wide.left // GRAIN), int(wide.right // GRAIN) + 1)
    rows = range(int(wide.top // GRAIN), int(wide.bottom // GRAIN) + 1)
    dots = (dot for column in columns for row in rows for dot in near.get((column, row), ()))
    return not any(wide.left < x < wide.right and wide.top < y < wide.bottom for x, y in dots)


def spread(places: Sequence[float], apart: float, low: float, high: float) -> list[float]:
    """The places moved as little as needed to lie at least ``apart`` from each other, between ``low`` and ``high``.

    Where there is not room for that they are spaced evenly. The order of equal places is that given.
    """
    if not places:
        return []
    apart = min(apart, (high - low) / max(len(places) - 1, 1))
    order = sorted(range(len(places)), key=lambda number: (places[number], number))
    moved = [0.0] * len(places)
    last = low - apart
    for number in order:
        last = moved[number] = max(places[number], last + apart)
    limit = high + apart
    for number in reversed(order):
        limit = moved[number] = min(moved[number], limit - apart)
    return moved
