"""A few lines over the same categories, with the bands they lie in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

from cemaudit.model.charts import Axis, Line, Lines
from cemaudit.report.kit import prose
from cemaudit.report.kit.legend import title_lines
from cemaudit.report.kit.pen import Pen
from cemaudit.report.kit.placement import spread
from cemaudit.report.kit.plane import LEFT, Plane
from cemaudit.report.kit.ruler import Ruler
from cemaudit.report.kit.stack import Slice, Stack
from cemaudit.report.kit.style import DEEP, INK, QUIET, SMALL, TINY, Colour
from cemaudit.report.kit.text import one_line, wrap

__all__ = ["draw_lines"]

Thing = TypeVar("Thing")

HIGH, NAMES, BELOW, ABOVE = 150.0, 92.0, 18.0, 14.0
ALONE, SHEER = 2.0, 0.16
DASHES: tuple[tuple[float, ...], ...] = ((), (5, 2), (1.5, 2), (7, 2, 1.5, 2), (3, 3), (1, 3))
COLOURS: tuple[Colour, ...] = (DEEP["plain"], DEEP["poor"], DEEP["good"], DEEP["fair"], DEEP["worst"], DEEP["best"])


class _Series:
    """A line, cut where it has gaps."""

    def __init__(self, line: Line, number: int, count: int) -> None:
        self.line, self.dashes = line, DASHES[number]
        self.colour = DEEP[line.tone] if line.tone != "plain" else COLOURS[number]
        self.values = [*line.values, *[None] * count][:count]
        self.bands = [*line.bands, *[None] * count][:count]

    @property
    def last(self) -> tuple[int, float] | None:
        """Its last value, and the category that belongs to."""
        return next(
            ((number, value) for number, value in reversed(list(enumerate(self.values))) if value is not None), None
        )

    def paint_band(self, pen: Pen, plane: Plane) -> None:
        for run in _runs(self.bands):
            ends = [(number, *sorted((span.low, span.high))) for number, span in run]
            upper = [plane.at(number, high) for number, _, high in ends]
            lower = [plane.at(number, low) for number, low, _ in reversed(ends)]
            if len(run) == 1:
                upper, lower = [(x - ALONE, y) for x, y in upper + lower], [(x + ALONE, y) for x, y in lower + upper]
            pen.area([*upper, *lower], self.colour, SHEER)

    def paint_line(self, pen: Pen, plane: Plane) -> None:
        for run in _runs(self.values):
            shape = [plane.at(number, value) for number, value in run]
            pen.path(shape, self.colour, 1.4, self.dashes)
            for right, down in shape if len(self.values) <= 40 else ():
                pen.at(right, down).dot(2.0, self.colour)


class _TrendPlot(Slice):
    """Bands, lines, their names at the right, the categories below."""

    def __init__(self, block: Lines, width: float) -> None:
        self.block = block
        count = len(block.categories)
        self.series = [_Series(line, number, count) for number, line in enumerate(block.lines)]
        across = Axis(low=-0.5 if count == 1 else 0, high=max(count - 1, 0.5))
        self.inset = 14.0
        length = width - LEFT - NAMES - 2 * self.inset
        self.plane = Plane(Ruler(across, (), length), Ruler(block.axis, self._numbers(), HIGH, 4))
        super().__init__(ABOVE + HIGH + BELOW)

    def _numbers(self) -> Iterator[float]:
        for series in self.series:
            yield from (value for value in series.values if value is not None)
            for span in filter(None, series.bands):
                yield from (span.low, span.high)
        if self.block.target is not None:
            yield self.block.target

    def paint(self, pen: Pen) -> None:
        field = pen.at(LEFT + self.inset, ABOVE)
        plane = self.plane
        wide = Plane(Ruler(Axis(low=0, high=1), (), plane.x.length + 2 * self.inset), plane.y)
        edge = field.at(-self.inset, 0)
        for series in self.series:
            series.paint_band(field, plane)
        wide.paint_levels(edge, self.block.axis.title)
        plane.paint_names(field, self.block.categories)
        self._paint_target(edge, wide.x.length)
        for series in self.series:
            series.paint_line(field, plane)
        self._paint_ends(field)

    def _paint_target(self, pen: Pen, length: float) -> None:
        target = self.block.target
        if target is None or not self.plane.y.holds(target):
            return
        there = pen.at(0, self.plane.at(0, target)[1])
        there.rule(length, 0, INK, 0.7)
        name = one_line(self.block.target_name, length)
        there.at(2, -2.5).line(name, TINY, INK)

    def _paint_ends(self, pen: Pen) -> None:
        ends = [(series, *series.last) for series in self.series if series.last and str(series.line.label).strip()]
        down = spread([self.plane.at(0, value)[1] for _, _, value in ends], TINY.leading, 2, HIGH - 2)
        for (series, _, _), height in zip(ends, down, strict=True):
            name = one_line(series.line.label, NAMES - 14, TINY.strong)
            pen.at(self.plane.x.length + 10, height + 2.5).line(name, TINY.strong, series.colour)


def draw_lines(block: Lines, width: float) -> list[Stack]:
    """The lines below their title."""
    head = prose.TextLines(title_lines(block.title, width), SMALL.strong)
    stacks = [Stack([_TrendPlot(block, width)], head=head, space=(8, 6))]
    if str(block.note).strip():
        stacks.append(Stack([prose.TextLines(wrap(block.note, TINY, width), TINY, QUIET)], space=(2, 10)))
    return stacks


def _runs(things: Sequence[Thing | None]) -> Iterator[list[tuple[int, Thing]]]:
    """What stands next to each other without a gap, with its places."""
    run: list[tuple[int, Thing]] = []
    for number, thing in enumerate(things):
        if thing is not None:
            run.append((number, thing))
        elif run:
            yield run
            run = []
    if run:
        yield run
