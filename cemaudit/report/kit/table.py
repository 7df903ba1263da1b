"""Tables that measure their rows, repeat their header, and break within a row taller than the page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cemaudit.language import message
from cemaudit.model.blocks import Cell, Column, Table, Tone, Words
from cemaudit.report.kit.pen import Align, Pen
from cemaudit.report.kit.stack import Slice, Stack
from cemaudit.report.kit.style import ACCENT, DEEP, GROUND, HAIRLINE, INK, QUIET, SMALL, TINIER, TINT, TINY, TextStyle
from cemaudit.report.kit.text import fits, shorten, wrap

__all__ = ["draw_table"]

PAD_X, PAD_Y = 5.0, 4.5
NARROW = 70.0
TALL = 8
"""Rows of up to so many lines stay in one piece."""


@dataclass(frozen=True)
class _Laid:
    """A cell's lines, and where and how they stand."""

    lines: list[str]
    type: TextStyle
    x: float
    width: float
    align: Align
    tone: Tone = "plain"

    def paint(self, pen: Pen, height: float) -> None:
        if self.tone != "plain":
            pen.at(self.x + 1, 1).box(self.width - 2, height - 2, TINT[self.tone])
        colour = DEEP[self.tone] if self.tone in {"best", "worst"} and self.type.bold else INK
        pen.at(self.x + PAD_X, PAD_Y).lines(self.lines, self.type, colour, self.align, self.width - 2 * PAD_X)


class _TableRow(Slice):
    """One row; cut between lines, in all its cells at the same height."""

    def __init__(self, cells: Sequence[_Laid]) -> None:
        self.cells = cells
        self.count = max(1, *(len(cell.lines) for cell in cells))
        super().__init__(self.count * SMALL.leading + 2 * PAD_Y)

    @property
    def least(self) -> float:
        return min(self.count, TALL) * SMALL.leading + 2 * PAD_Y

    def paint(self, pen: Pen) -> None:
        for cell in self.cells:
            cell.paint(pen, self.height)
        right = self.cells[-1].x + self.cells[-1].width
        pen.at(0, self.height).rule(right, 0, HAIRLINE)

    def cut(self, room: float) -> tuple[Slice, Slice] | None:
        fit = int((room - 2 * PAD_Y) // SMALL.leading)
        if self.count <= TALL or not 2 <= fit < self.count:
            return None
        upper = [replace(cell, lines=cell.lines[:fit]) for cell in self.cells]
        return _TableRow(upper), _TableRow([replace(cell, lines=cell.lines[fit:]) for cell in self.cells])


class _GroupHeading(Slice):
    """A row that names the rows below it, on a ground across the whole table."""

    keeps = True

    def __init__(self, words: Words, width: float) -> None:
        self.lines = shorten(wrap(words, SMALL.strong, width - 2 * PAD_X), 3)
        self.width = width
        super().__init__(len(self.lines) * SMALL.leading + 2 * PAD_Y)

    def paint(self, pen: Pen) -> None:
        pen.box(self.width, self.height, GROUND)
        pen.at(PAD_X, PAD_Y).lines(self.lines, SMALL.strong, ACCENT)


class _Header(Slice):
    """The columns' titles above a strong rule."""

    def __init__(self, cells: Sequence[_Laid]) -> None:
        self.cells = [replace(cell, lines=shorten(cell.lines, 4)) for cell in cells]
        super().__init__(max(len(cell.lines) for cell in self.cells) * TINY.leading + 2 * PAD_Y)

    def paint(self, pen: Pen) -> None:
        for cell in self.cells:
            down = self.height - PAD_Y - len(cell.lines) * TINY.leading
            width = cell.width - 2 * PAD_X
            pen.at(cell.x + PAD_X, down).lines(cell.lines, cell.type, QUIET, cell.align, width)
        right = self.cells[-1].x + self.cells[-1].width
        pen.at(0, self.height).rule(right, 0, ACCENT, 1)


class _Caption(Slice):
    """What the table shows."""

    def __init__(self, words: Words, width: float) -> None:
        self.lines = shorten(wrap(words, SMALL.strong, width), 3)
        super().__init__(len(self.lines) * SMALL.leading + 2)

    def paint(self, pen: Pen) -> None:
        pen.lines(self.lines, SMALL.strong)


def draw_table(block: Table, width: float) -> list[Stack]:
    """The table.

    A row whose only words are strong and in its first cell is a group: it names the rows below it and runs across.
    """
    places = _places(block.columns, width)
    header = _Header(
        [
            _laid(Cell(text=column.title), column, place, _header_type(column, place[1]))
            for column, place in zip(block.columns, places, strict=True)
        ]
    )
    rows: list[Slice] = [_row(row, block.columns, places, width) for row in block.rows]
    if not rows:
        rows = [_TableRow([_Laid([str(message("nothing here"))], SMALL, 0, width, "left")])]
    stacks = [Stack(rows, head=header, space=(4, 10))]
    if str(block.caption):
        stacks.insert(0, Stack([_Caption(block.caption, width)], space=(6, 0), keeps=True))
    return stacks


def _header_type(column: Column, width: float) -> TextStyle:
    return TINY.strong if fits(column.title, TINY.strong, width - 2 * PAD_X) else TINIER.strong


def _places(columns: Sequence[Column], width: float) -> list[tuple[float, float]]:
    total = sum(column.width for column in columns)
    places: list[tuple[float, float]] = []
    x = 0.0
    for column in columns:
        places.append((x, column.width / total * width))
        x += column.width / total * width
    return places


def _row(
    row: Sequence[Cell | Words], columns: Sequence[Column], places: Sequence[tuple[float, float]], width: float
) -> Slice:
    cells = [cell if isinstance(cell, Cell) else Cell(text=cell) for cell in row]
    if len(cells) > 1 and cells[0].strong and not any(str(cell.text) for cell in cells[1:]):
        return _GroupHeading(cells[0].text, width)
    return _TableRow(
        [
            _laid(cell, column, place, SMALL.strong if cell.strong else SMALL)
            for cell, column, place in zip(cells, columns, places, strict=False)
        ]
    )


def _laid(cell: Cell, column: Column, place: tuple[float, float], type_: TextStyle) -> _Laid:
    x, width = place
    inner = max(width - 2 * PAD_X, type_.size)
    lines = wrap(cell.text, type_, inner, anywhere=inner < NARROW) if str(cell.text) else []
    return _Laid(lines, type_, x, width, column.align, cell.tone)
