"""Intervals below each other: a caterpillar plot."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from cemaudit.model.charts import Intervals, Ranged
from cemaudit.model.text import Text
from cemaudit.report.kit.field import PlotArea
from cemaudit.report.kit.legend import Legend, title_lines
from cemaudit.report.kit.marks import mark, ring, shade
from cemaudit.report.kit.pen import Pen
from cemaudit.report.kit.prose import TextLines
from cemaudit.report.kit.ruler import shown
from cemaudit.report.kit.stack import Slice, Stack
from cemaudit.report.kit.style import INK, QUIET, SMALL, TINY
from cemaudit.report.kit.text import one_line, shorten, wrap

__all__ = ["draw_intervals"]

ROOMY, ON_A_PAGE, MOST_ROWS, NAMED, TOGETHER = 36, 60, 180, 15, 5
TALL, LOW = 13.0, 10.2
DENSE, MOST_LINES, TICK = 264.0, 300, 76.0


class _IntervalRow(Slice):
    """One value with its intervals, between its name and its number."""

    def __init__(self, row: Ranged, field: PlotArea, height: float, group: str | None) -> None:
        self.row, self.field, self.group = row, field, group
        type_ = SMALL if height >= TALL else TINY
        self.type = type_.strong if row.strong else type_
        self.label = one_line(row.label, field.left - 10, self.type)
        super().__init__(height)

    def paint(self, pen: Pen) -> None:
        field, row, middle = self.field, self.row, self.height / 2
        base = middle + self.type.size * 0.36
        field.paint_ground(pen, self.height, str(row.group))
        pen.at(4, base).line(self.label, self.type)
        number = shown(row.value, field.decimals)
        pen.at(field.numbers, base).line(number, self.type, INK, "right")
        if self.group:
            field.paint_group(pen.at(0, base), self.group)
        field.paint_range(pen.at(0, middle), row, shade(row.tone, 0.25), 0.8)
        if row.inner:
            field.paint_range(pen.at(0, middle), row.inner, shade(row.tone, 0.45), 3.0)
        line = pen.at(field.left, middle)
        if row.mark is not None:
            ring(line.at(field.ruler.at(row.mark), 0))
        mark(line.at(field.ruler.at(row.value), 0), row.tone)


class _Dense(Slice):
    """Thin lines without names, as many as can be told apart."""

    def __init__(self, rows: Sequence[Ranged], field: PlotArea) -> None:
        self.rows, self.field = rows, field
        super().__init__(DENSE)

    def paint(self, pen: Pen) -> None:
        field, step = self.field, self.height / len(self.rows)
        down = 0.0
        for group, members in groupby(self.rows, key=lambda row: str(row.group)):
            tall = len(list(members)) * step
            field.paint_ground(pen.at(0, down), tall, group)
            if group and tall > TINY.leading:
                field.paint_group(pen.at(0, down + TINY.leading), group)
            down += tall
        for number, row in enumerate(self.rows):
            field.paint_range(pen.at(0, (number + 0.5) * step), row, shade(row.tone, 0.6), 0.4)
        for number, row in enumerate(self.rows):
            pen.at(field.left + field.ruler.at(row.value), (number + 0.5) * step).dot(0.7, shade(row.tone, 0), width=0)


class _IntervalsHead(Slice):
    """Title, legend and the numbers of the axis."""

    def __init__(self, block: Intervals, field: PlotArea, width: float) -> None:
        self.title = title_lines(block.title, width)
        self.field, self.axis = field, one_line(block.axis.title, field.ruler.length)
        self.legend = Legend(
            (
                (lambda pen: mark(pen, "plain"), block.value_name),
                (lambda pen: pen.at(-6, 0).rule(12, 0, shade("plain", 0.45), 3.0), block.inner_name),
                (lambda pen: pen.at(-6, 0).rule(12, 0, shade("plain", 0.25), 0.8), block.range_name),
                (ring, block.mark_name),
                (lambda pen: pen.at(0, -4).rule(0, 8, INK, 0.7), block.target_name if block.target is not None else ""),
            ),
            width,
        )
        self.words = len(self.title) * SMALL.leading + self.legend.height
        super().__init__(self.words + (TINY.leading if self.axis else 0) + 13)

    def paint(self, pen: Pen) -> None:
        pen.lines(self.title, SMALL.strong)
        self.legend.paint(pen.at(0, len(self.title) * SMALL.leading))
        ruler = self.field.ruler
        if self.axis:
            pen.at(self.field.left + ruler.length / 2, self.words + 7).line(self.axis, TINY, QUIET, "center")
        for tick in ruler.ticks:
            pen.at(self.field.left + ruler.at(tick), self.height - 4).line(
                one_line(ruler.show(tick), TICK), TINY, QUIET, "center"
            )


def draw_intervals(block: Intervals, width: float) -> list[Stack]:
    """A row for each value; of very many the first and the last, and thin lines for those between."""
    if not block.rows:
        return [Stack([TextLines([*title_lines(block.title, width), "–"], SMALL)], space=(8, 10))]
    field = PlotArea.of(block, width)
    height = TALL if len(block.rows) <= ROOMY or len(block.rows) > ON_A_PAGE else LOW
    slices = _all(block.rows, field, height) if len(block.rows) <= MOST_ROWS else _ends(block.rows, field, width)
    stacks = [Stack(slices, head=_IntervalsHead(block, field, width), space=(8, 6), whole=True)]
    if str(block.note).strip():
        stacks.append(Stack([TextLines(wrap(block.note, TINY, width), TINY, QUIET)], space=(2, 10)))
    return stacks


def _all(rows: Sequence[Ranged], field: PlotArea, height: float) -> list[Slice]:
    """A row each; a group is named where it begins."""
    before: str | None = None
    slices: list[Slice] = []
    for row in rows:
        group = str(row.group)
        slices.append(_IntervalRow(row, field, height, group if group != before else None))
        before = group
    for one in slices[:TOGETHER]:
        one.keeps = True
    return slices


def _ends(rows: Sequence[Ranged], field: PlotArea, width: float) -> list[Slice]:
    """The first and last rows by name, and evenly thinned those between."""
    between = rows[NAMED:-NAMED]
    count = min(len(between), MOST_LINES)
    drawn = [between[number * len(between) // count] for number in range(count)]
    words = Text(
        ko=f"그 사이의 {len(between):,}곳 (선 {count:,}개로 고르게 줄여 그림)",
        en=f"{len(between):,} between them, drawn as {count:,} evenly chosen lines",
    )
    said = TextLines(shorten(wrap(words, TINY, width), 1), TINY, QUIET)
    top, bottom = _all(rows[:NAMED], field, LOW), _all(rows[-NAMED:], field, LOW)
    return [*top, said, _Dense(drawn, field), *bottom]
