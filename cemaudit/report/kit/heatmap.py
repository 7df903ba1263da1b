"""Heat maps: from orange to blue by way of near white, with the number in each cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cemaudit.model.blocks import HeatMap, Words
from cemaudit.report.kit.numbers import NumberScale, finite
from cemaudit.report.kit.pen import Pen
from cemaudit.report.kit.prose import TextLines
from cemaudit.report.kit.stack import Slice, Stack
from cemaudit.report.kit.style import DEEP, GROUND, HAIRLINE, QUIET, SMALL, TINIER, TINY, Colour, mix, on
from cemaudit.report.kit.text import fits, shorten, wrap

__all__ = ["colour_at", "draw_heat_map"]

CELL, GAP = 25.0, 2.0
LABELS, LABELS_BESIDE_MANY, MANY = 104.0, 84.0, 9
MOST_COLUMNS = 14
STOPS: tuple[Colour, ...] = (
    DEEP["worst"],
    Colour.of("eaa262"),
    Colour.of("f3f1ec"),
    Colour.of("8dbbe0"),
    DEEP["best"],
)


def colour_at(share: float) -> Colour:
    """The colour at ``share`` (0 worst .. 1 best) of the scale."""
    place = min(max(share, 0.0), 1.0) * (len(STOPS) - 1)
    lower = min(int(place), len(STOPS) - 2)
    return mix(STOPS[lower], STOPS[lower + 1], place - lower)


class _Grid(NamedTuple):
    """Where the cells stand: to the right of the rows' names, each so wide."""

    labels: float
    each: float

    @classmethod
    def of(cls, columns: int, width: float) -> _Grid:
        labels = LABELS if columns <= MANY else LABELS_BESIDE_MANY
        return cls(labels, (width - labels) / max(columns, 1))


class _HeatMapRow(Slice):
    """One row of coloured cells."""

    def __init__(
        self,
        label: Words,
        values: Sequence[float | None],
        counts: Sequence[int],
        scale: NumberScale,
        grid: _Grid,
    ) -> None:
        self.label = shorten(wrap(label, SMALL, grid.labels - 8), 3)
        self.values, self.counts, self.scale, self.grid = values, counts, scale, grid
        super().__init__(max(CELL, len(self.label) * SMALL.leading + 3))

    def paint(self, pen: Pen) -> None:
        pen.at(0, (self.height - GAP - len(self.label) * SMALL.leading) / 2).lines(self.label, SMALL)
        for number, value in enumerate(self.values):
            count = self.counts[number] if number < len(self.counts) else None
            self._cell(pen.at(self.grid.labels + number * self.grid.each, 0), value, count)

    def _cell(self, pen: Pen, value: float | None, count: int | None) -> None:
        wide, high = self.grid.each - GAP, self.height - GAP
        if value is None:
            pen.box(wide, high, GROUND)
            pen.at(wide / 2 - 3, high / 2).rule(6, 0, HAIRLINE, 1)
            return
        ground = colour_at(self.scale.goodness(value))
        pen.box(wide, high, ground)
        type_ = SMALL.strong if wide > 30 else TINY.strong
        # A count below moves the value up by half a line.
        middle = high / 2 - (TINIER.leading / 2 if count is not None else 0)
        pen.at(wide / 2, middle + type_.size * 0.36).line(self.scale.show(value), type_, on(ground), "center")
        if count is not None:
            pen.at(wide / 2, high - 3).line(f"n={count:,}", TINIER, on(ground), "center")


class _HeatMapHead(Slice):
    """Title and the columns' names."""

    def __init__(self, title: Words, columns: Sequence[Words], width: float) -> None:
        self.title = shorten(wrap(title, SMALL.strong, width), 3)
        self.grid = _Grid.of(len(columns), width)
        self.type = TINY if all(fits(column, TINY, self.grid.each - 3) for column in columns) else TINIER
        self.columns = [shorten(wrap(column, self.type, self.grid.each - 3), 3) for column in columns]
        self.names = max((len(column) for column in self.columns), default=0) * self.type.leading
        super().__init__(len(self.title) * SMALL.leading + 6 + self.names + 3)

    def paint(self, pen: Pen) -> None:
        pen.lines(self.title, SMALL.strong)
        for number, column in enumerate(self.columns):
            left = self.grid.labels + number * self.grid.each
            there = pen.at(left, self.height - 3 - len(column) * self.type.leading)
            there.lines(column, self.type, QUIET, "center", self.grid.each - GAP)


class _Legend(Slice):
    """The colour scale with its two ends."""

    def __init__(self, scale: NumberScale, width: float) -> None:
        self.scale, self.width = scale, width
        super().__init__(20)

    def paint(self, pen: Pen) -> None:
        steps, wide = 48, 120.0
        left = self.width - wide - 24
        for number in range(steps):
            pen.at(left + number * wide / steps, 6).box(wide / steps + 1, 5, colour_at(number / (steps - 1)))
        pen.at(left - 5, 11).line(self.scale.end(self.scale.worst), TINY, QUIET, "right")
        pen.at(left + wide + 6, 11).line(self.scale.end(self.scale.best), TINY, QUIET)


def draw_heat_map(block: HeatMap, width: float) -> list[Stack]:
    """The map; one with very many columns is drawn as several below each other."""
    values = [[finite(value) for value in row] for row in block.values]
    scale = NumberScale(block.low, block.high, [value for row in values for value in row])
    starts = range(0, max(len(block.columns), 1), MOST_COLUMNS)
    stacks = [_part(block, values, scale, width, slice(start, start + MOST_COLUMNS)) for start in starts]
    if str(block.note):
        stacks.append(Stack([TextLines(wrap(block.note, TINY, width), TINY, QUIET)], space=(2, 10)))
    return stacks


def _part(
    block: HeatMap, values: Sequence[Sequence[float | None]], scale: NumberScale, width: float, columns: slice
) -> Stack:
    names = block.columns[columns]
    grid = _Grid.of(len(names), width)
    rows: list[Slice] = [
        _HeatMapRow(label, row[columns], (block.counts[number][columns] if block.counts else ()), scale, grid)
        for number, (label, row) in enumerate(zip(block.rows, values, strict=False))
    ]
    head = _HeatMapHead(block.title, names, width)
    return Stack([*rows, _Legend(scale, width)], head=head, space=(8, 6), whole=True)
