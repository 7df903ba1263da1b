"""A pen that draws text and shapes, from where it stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject

from cemaudit.report.kit.fonts import face
from cemaudit.report.kit.style import INK, WHITE, Colour, TextStyle

__all__ = ["Align", "Pen", "Shape"]

Align = Literal["left", "right", "center"]
Shape = Sequence[tuple[float, float]]
"""Corners, each so far to the right of the pen and below it."""


class Pen:
    """Draws on a canvas from where it stands; distances run right and down, in points."""

    def __init__(self, canvas: Canvas, x: float, top: float) -> None:
        self.canvas, self.x, self.top = canvas, x, top

    def at(self, x: float, y: float) -> Pen:
        """A pen that stands elsewhere."""
        return Pen(self.canvas, self.x + x, self.top - y)

    @staticmethod
    def width(text: str, type_: TextStyle) -> float:
        """How wide one line of text is."""
        return face(bold=type_.bold).width(text, type_.size)

    def line(self, text: str, type_: TextStyle, colour: Colour = INK, align: Align = "left") -> None:
        """One line of text, the pen on its baseline: at its left end, its right end, or its middle."""
        font = face(bold=type_.bold)
        x = self.x - {"left": 0, "center": 0.5, "right": 1}[align] * font.width(text, type_.size)
        self.canvas.setFillColorRGB(*colour)
        for name, piece in font.runs(text):
            self.canvas.setFont(name, type_.size)
            self.canvas.drawString(x, self.top, piece)
            x += font.width(piece, type_.size)

    def lines(
        self, lines: Sequence[str], type_: TextStyle, colour: Colour = INK, align: Align = "left", width: float = 0
    ) -> None:
        """Lines below each other and below the pen, in a column ``width`` wide."""
        edge = {"left": 0, "center": width / 2, "right": width}[align]
        first = (type_.leading + type_.size * 0.72) / 2
        for number, text in enumerate(lines):
            if text:
                self.at(edge, first + number * type_.leading).line(text, type_, colour, align)

    def box(self, width: float, height: float, fill: Colour, radius: float = 0) -> None:
        """A filled rectangle to the right of the pen and below it."""
        self.canvas.setFillColorRGB(*fill)
        if radius:
            self.canvas.roundRect(self.x, self.top - height, width, height, radius, stroke=0, fill=1)
        else:
            self.canvas.rect(self.x, self.top - height, width, height, stroke=0, fill=1)

    def rule(self, right: float, down: float, colour: Colour, width: float = 0.5) -> None:
        """A straight line from the pen, so far to the right and so far down."""
        self.canvas.setStrokeColorRGB(*colour)
        self.canvas.setLineWidth(width)
        self.canvas.line(self.x, self.top, self.x + right, self.top - down)

    def dot(self, radius: float, fill: Colour, *, edge: Colour = WHITE, width: float = 0.6) -> None:
        """A filled disc around the pen, with an edge that parts it from what lies below."""
        self.canvas.setFillColorRGB(*fill)
        self.canvas.setStrokeColorRGB(*edge)
        self.canvas.setLineWidth(width)
        self.canvas.circle(self.x, self.top, radius, stroke=1 if width else 0, fill=1)

    def path(self, shape: Shape, colour: Colour, width: float = 0.5, dashes: Sequence[float] = ()) -> None:
        """A line through the corners; ``dashes``: lengths drawn and left out, in turn."""
        self.canvas.saveState()
        self.canvas.setStrokeColorRGB(*colour)
        self.canvas.setLineWidth(width)
        self.canvas.setLineJoin(1)
        self.canvas.setDash(list(dashes))
        self.canvas.drawPath(self._outline(shape), stroke=1, fill=0)
        self.canvas.restoreState()

    def area(self, shape: Shape, fill: Colour, alpha: float = 1) -> None:
        """The area between the corners, filled; below an ``alpha`` of 1 what lies under it shows through."""
        self.canvas.saveState()
        self.canvas.setFillColorRGB(*fill)
        if alpha < 1:
            self.canvas.setFillAlpha(alpha)
        outline = self._outline(shape)
        outline.close()
        self.canvas.drawPath(outline, stroke=0, fill=1)
        self.canvas.restoreState()

    @contextmanager
    def within(self, width: float, height: float) -> Iterator[None]:
        """Nothing shows beyond this rectangle to the right of the pen and below it until the block ends."""
        self.canvas.saveState()
        frame = self.canvas.beginPath()
        frame.rect(self.x, self.top - height, width, height)
        self.canvas.clipPath(frame, stroke=0, fill=0)
        yield
        self.canvas.restoreState()

    def _outline(self, shape: Shape) -> PDFPathObject:
        outline = self.canvas.beginPath()
        for number, (right, down) in enumerate(shape):
            (outline.lineTo if number else outline.moveTo)(self.x + right, self.top - down)
        return outline
