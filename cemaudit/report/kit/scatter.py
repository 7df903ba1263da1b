"""Points in a field: a funnel with its limits, a map with its quarters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cemaudit.model.charts import Curve, Quadrants, Scatter
from cemaudit.report.kit.legend import title_lines
from cemaudit.report.kit.marks import mark
from cemaudit.report.kit.pen import Pen
from cemaudit.report.kit.placement import LabelRequest, Rectangle, place, spread
from cemaudit.report.kit.plane import BELOW, LEFT, RIGHT, Plane
from cemaudit.report.kit.prose import TextLines
from cemaudit.report.kit.ruler import AIR, Ruler
from cemaudit.report.kit.stack import Slice, Stack
from cemaudit.report.kit.style import DEEP, INK, QUIET, SMALL, TINY, WHITE
from cemaudit.report.kit.text import one_line, wrap

__all__ = ["draw_scatter"]

HIGH, NAMES, LABEL = 290.0, 62.0, 110.0
MOST_LABELS = 80
SIZES = ((100, 2.6), (400, 1.9), (2000, 1.3), (20_000, 0.5))
DASHES = (3.0, 2.0)


class _ScatterPlot(Slice):
    """Axes, limits and points, with their names where they find room."""

    def __init__(self, block: Scatter, width: float) -> None:
        self.block = block
        named = any(str(curve.label).strip() for curve in block.curves)
        length = width - LEFT - (NAMES if named else RIGHT)
        xs, ys = zip(*_extent(block), strict=True) if list(_extent(block)) else ((), ())
        self.plane = Plane(Ruler(block.x, xs, length), Ruler(block.y, ys, HIGH, air=0.09 if block.quadrants else AIR))
        self.radius = next(radius for most, radius in SIZES if len(block.points) <= most)
        super().__init__(HIGH + BELOW + 12)

    def paint(self, pen: Pen) -> None:
        block, plane = self.block, self.plane
        field = pen.at(LEFT, 12)
        plane.paint(field, block.x.title, block.y.title)
        taken: list[Rectangle] = []
        if block.quadrants:
            taken = _paint_quadrants(field, plane, block.quadrants)
        for curve in block.curves:
            with field.within(plane.x.length, plane.y.length):
                field.path(_bent(plane, curve), QUIET, 0.7, DASHES if curve.dashed else ())
        _name_curves(field, plane, block.curves)
        for point in reversed(block.points):
            mark(field.at(*plane.at(point.x, point.y)), point.tone, self.radius)
        self._name_points(field, taken)

    def _name_points(self, pen: Pen, taken: Sequence[Rectangle]) -> None:
        plane = self.plane
        named = [point for point in self.block.points if str(point.label).strip()][:MOST_LABELS]
        names = [one_line(point.label, LABEL) for point in named]
        wanted = [
            LabelRequest(*plane.at(point.x, point.y), Pen.width(name, TINY), TINY.size + 1)
            for point, name in zip(named, names, strict=True)
        ]
        dots = [plane.at(point.x, point.y) for point in self.block.points]
        room = Rectangle(0, 0, plane.x.length, plane.y.length)
        for name, point, box in zip(names, named, place(wanted, dots, taken, room), strict=True):
            if box:
                colour = INK if point.tone == "plain" else DEEP[point.tone]
                pen.at(box.left, box.bottom - 1.8).line(name, TINY, colour)


def draw_scatter(block: Scatter, width: float) -> list[Stack]:
    """The field below its title."""
    head = TextLines(title_lines(block.title, width), SMALL.strong)
    stacks = [Stack([_ScatterPlot(block, width)], head=head, space=(8, 6))]
    if str(block.note).strip():
        stacks.append(Stack([TextLines(wrap(block.note, TINY, width), TINY, QUIET)], space=(2, 10)))
    return stacks


def _extent(block: Scatter) -> Iterator[tuple[float, float]]:
    """All that the axes must hold: the points, the quadrants' lines, the ends of curves; without points all of them."""
    yield from ((point.x, point.y) for point in block.points)
    yield from (curve.points[-1] for curve in block.curves)
    if block.quadrants:
        yield block.quadrants.x, block.quadrants.y
    if not block.points:
        yield from (corner for curve in block.curves for corner in curve.points)


def _bent(plane: Plane, curve: Curve) -> list[tuple[float, float]]:
    """The curve's corners; those beyond the field lie at its edge or far outside of it, to be cut off."""
    return [(_beyond(plane.x, x), plane.y.length - _beyond(plane.y, y)) for x, y in curve.points]


def _beyond(ruler: Ruler, value: float) -> float:
    share = (value - ruler.low) / (ruler.high - ruler.low)
    return min(max(share, -20.0), 21.0) * ruler.length


def _name_curves(pen: Pen, plane: Plane, curves: Sequence[Curve]) -> None:
    """Each curve's name at its right end, where that lies in the field."""
    ends = [(curve, curve.points[-1]) for curve in curves if str(curve.label).strip()]
    ends = [(curve, end) for curve, end in ends if plane.y.holds(end[1]) and end[0] >= plane.x.low]
    heights = spread([plane.at(*end)[1] for _, end in ends], TINY.leading, 0, plane.y.length)
    for (curve, end), height in zip(ends, heights, strict=True):
        name = one_line(curve.label, NAMES - 6)
        right = plane.x.length if end[0] > plane.x.low else 0.0
        pen.at(right + 5, height + 2.5).line(name, TINY, QUIET)


def _paint_quadrants(pen: Pen, plane: Plane, quadrants: Quadrants) -> list[Rectangle]:
    """The two lines and the four names in the corners; the room they take."""
    right, down = plane.at(quadrants.x, quadrants.y)
    wide, high = plane.x.length, plane.y.length
    pen.at(right, 0).rule(0, high, QUIET, 0.5)
    pen.at(0, down).rule(wide, 0, QUIET, 0.5)
    corners = (
        (quadrants.upper_left, 0.0, 0.0),
        (quadrants.upper_right, 1.0, 0.0),
        (quadrants.lower_left, 0.0, 1.0),
        (quadrants.lower_right, 1.0, 1.0),
    )
    lines = [Rectangle(right, 0, right, high), Rectangle(0, down, wide, down)]
    return lines + [
        _paint_corner(pen, str(words), Rectangle(0, 0, wide, high), x, y) for words, x, y in corners if words
    ]


def _paint_corner(pen: Pen, words: str, field: Rectangle, x: float, y: float) -> Rectangle:
    name = one_line(words, field.right / 2 - 12, TINY.strong)
    wide, high = Pen.width(name, TINY.strong), TINY.leading + 2
    left, top = 6 + x * (field.right - wide - 12), 3 + y * (field.bottom - high - 6)
    pen.at(left, top).box(wide, high, WHITE)
    pen.at(left, top + 8).line(name, TINY.strong, QUIET)
    return Rectangle(left, top, left + wide, top + high)
