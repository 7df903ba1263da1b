"""A pen that draws text and shapes, from where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from reportlab.pdfgen.canvas import Canvas

from cemaudit.report.kit.fonts import face
from cemaudit.report.kit.style import INK, Colour, Type

__all__ = ["Align", "Pen"]

Align = Literal["left", "right", "center"]


class Pen:
    """Draws on a canvas from where it stands; distances run right and down, in points."""

    def __init__(self, canvas: Canvas, x: float, top: float) -> None:
        self.canvas, self.x, self.top = canvas, x, top

    def at(self, x: float, y: float) -> Pen:
        """A pen that stands elsewhere."""
        return Pen(self.canvas, self.x + x, self.top - y)

    def width(self, text: str, type_: Type) -> float:
        """How wide one line of text is."""
        return face(bold=type_.bold).width(text, type_.size)

    def line(self, text: str, type_: Type, colour: Colour = INK, align: Align = "left") -> None:
        """One line of text, the pen on its baseline: at its left end, its right end, or its middle."""
        font = face(bold=type_.bold)
        x = self.x - {"left": 0, "center": 0.5, "right": 1}[align] * font.width(text, type_.size)
        self.canvas.setFillColorRGB(*colour)
        self.canvas.setFont(font.name, type_.size)
        self.canvas.drawString(x, self.top, text)

    def lines(
        self, lines: Sequence[str], type_: Type, colour: Colour = INK, align: Align = "left", width: float = 0
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
