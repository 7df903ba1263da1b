"""The field rows of a caterpillar plot share: names at the left, the axis, numbers and groups at the right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from cemaudit.model.charts import Intervals, Ranged, Span
from cemaudit.report.kit.pen import Pen
from cemaudit.report.kit.ruler import Ruler
from cemaudit.report.kit.style import GROUND, INK, PALE, QUIET, TINY, Colour
from cemaudit.report.kit.text import one_line

__all__ = ["PlotArea"]

LABELS, NUMBERS, GROUPS = 132.0, 40.0, 74.0


@dataclass(frozen=True)
class PlotArea:
    """Where things lie across the page: the axis begins at ``left``, numbers end at ``numbers``."""

    width: float
    left: float
    numbers: float
    decimals: int
    ruler: Ruler
    target: float | None
    shaded: frozenset[str]

    @classmethod
    def of(cls, block: Intervals, width: float) -> Self:
        """The field of all rows of ``block``."""
        groups = list(dict.fromkeys(str(row.group) for row in block.rows))
        length = width - LABELS - NUMBERS - (GROUPS if any(groups) else 0)
        return cls(
            width=width,
            left=LABELS,
            numbers=LABELS + length + NUMBERS,
            decimals=0 if all(row.value == int(row.value) for row in block.rows) else 1,
            ruler=Ruler(block.axis, _numbers(block), length),
            target=block.target,
            shaded=frozenset(groups[::2]) if any(groups) else frozenset(),
        )

    def paint_ground(self, pen: Pen, height: float, group: str) -> None:
        """What lies behind a row of that group: its ground, the axis's lines, the target."""
        shaded = group in self.shaded
        if shaded:
            pen.box(self.width, height + 0.1, GROUND)
        for tick in self.ruler.ticks:
            pen.at(self.left + self.ruler.at(tick), 0).rule(0, height, PALE)
        if self.target is not None and self.ruler.holds(self.target):
            pen.at(self.left + self.ruler.at(self.target), 0).rule(0, height, INK, 0.7)

    def paint_group(self, pen: Pen, group: str) -> None:
        """The group's name in the last column, the pen on its baseline."""
        name = one_line(group, GROUPS - 12)
        pen.at(self.width - GROUPS + 10, 0).line(name, TINY, QUIET)

    def paint_range(self, pen: Pen, span: Ranged | Span, colour: Colour, width: float) -> None:
        """A line from its one end to the other, the pen at the row's left end and half its height."""
        start, stop = sorted((self.ruler.at(span.low), self.ruler.at(span.high)))
        pen.at(self.left + start, 0).rule(stop - start, 0, colour, width)


def _numbers(block: Intervals) -> Iterator[float]:
    for row in block.rows:
        yield from (row.value, row.low, row.high)
        if row.inner:
            yield from (row.inner.low, row.inner.high)
        if row.mark is not None:
            yield row.mark
    if block.target is not None:
        yield block.target
