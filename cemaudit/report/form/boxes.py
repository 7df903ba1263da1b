"""Boxes to write into and to tick: drawn for paper, with a field over them for the screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cemaudit.report.form.acroform import Box
from cemaudit.report.form.layout import ANSWER, LABEL, said
from cemaudit.report.form.marks import SIDE
from cemaudit.report.form.sheet import PdfField
from cemaudit.report.kit.fonts import face
from cemaudit.report.kit.pen import Pen
from cemaudit.report.kit.prose import TextLines
from cemaudit.report.kit.stack import Slice
from cemaudit.report.kit.style import GROUND, INK, QUIET, WHITE, Colour, TextStyle

__all__ = ["ANY_WIDTH", "HEIGHT", "PLAIN", "QUIETLY", "STRONG", "Blank", "Drop", "LabelStyle", "Tick"]

HEIGHT = 18.0
"""Of a line to write on, in points."""

ANY_WIDTH = 1e6
TICK_GAP = 5.0


class LabelStyle(NamedTuple):
    """How a label is set."""

    type: TextStyle
    colour: Colour


PLAIN, STRONG, QUIETLY = LabelStyle(ANSWER, INK), LabelStyle(ANSWER.strong, INK), LabelStyle(LABEL, QUIET)


class Blank(Slice):
    """A box to write into."""

    def __init__(self, entry: PdfField, box: Box, *, long: bool = False) -> None:
        self.entry, self.box, self.long = entry, box, long
        super().__init__(box[1])

    def paint(self, pen: Pen) -> None:
        _paint_blank(pen, self.box)
        self.entry.text(pen, self.box, long=self.long)


class Drop(Slice):
    """A box with a list that drops down; on paper a code is written into it."""

    def __init__(self, entry: PdfField, width: float, options: Sequence[tuple[str, str]]) -> None:
        self.entry, self.options, self.box = entry, options, (width, HEIGHT)
        super().__init__(HEIGHT)

    def paint(self, pen: Pen) -> None:
        _paint_blank(pen, self.box)
        self.entry.pick(pen, self.box, self.options)


class Tick(Slice):
    """A circle (one of several) or a square (any of several), and its label in the room to the right."""

    def __init__(
        self,
        entry: PdfField,
        option: tuple[str, object],
        room: float = ANY_WIDTH,
        *,
        square: bool = False,
        look: LabelStyle = PLAIN,
    ) -> None:
        self.entry, self.square = entry, square
        self.code, self.label = option[0], str(option[1])
        self.lines: TextLines = said(self.label, look.type, room - SIDE - TICK_GAP, look.colour)
        super().__init__(max(self.lines.height, SIDE))

    @property
    def width(self) -> float:
        """The room it takes, in points."""
        measure = face(bold=self.lines.type.bold).width
        return SIDE + TICK_GAP + max(measure(line, self.lines.type.size) for line in self.lines.lines)

    def paint(self, pen: Pen) -> None:
        box = pen.at(0, (self.lines.type.leading - SIDE) / 2)
        _paint_outline(box, square=self.square)
        make = self.entry.check if self.square else self.entry.tick
        make(box, self.code, self.label)
        self.lines.paint(pen.at(SIDE + TICK_GAP, 0))


def _paint_blank(pen: Pen, box: Box) -> None:
    pen.box(*box, GROUND)
    pen.at(0, box[1]).rule(box[0], 0, QUIET, 0.6)


def _paint_outline(pen: Pen, *, square: bool) -> None:
    canvas, inner = pen.canvas, SIDE - 0.8
    canvas.setStrokeColorRGB(*QUIET)
    canvas.setFillColorRGB(*WHITE)
    canvas.setLineWidth(0.8)
    if square:
        canvas.roundRect(pen.x + 0.4, pen.top - SIDE + 0.4, inner, inner, 1.2, stroke=1, fill=1)
    else:
        canvas.circle(pen.x + SIDE / 2, pen.top - SIDE / 2, inner / 2, stroke=1, fill=1)
