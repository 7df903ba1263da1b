"""A pen that draws text and shapes, with ``y`` running down from where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from reportlab.pdfgen.canvas import Canvas

from cemaudit.report.kit.fonts import face
from cemaudit.report.kit.style import INK, Colour, Type

__all__ = ["Align", "Pen"]

Align = Literal["left", "right", "center"]


class Pen:
    """Draws on a canvas; (0, 0) is where the pen stands, ``x`` runs right, ``y`` runs down, in points."""

    def __init__(self, canvas: Canvas, x: float, top: float) -> None:
        self.canvas, self.x, self.top = canvas, x, top

    def at(self, x: float, y: float) -> Pen:
        """A pen that stands elsewhere."""
        return Pen(self.canvas, self.x + x, self.top - y)

    def width(self, text: str, type_: Type) -> float:
        """How wide one line of text is."""
        return face(bold=type_.bold).width(text, type_.size)

    def line(self, x: float, y: float, text: str, type_: Type, colour: Colour = INK, align: Align = "left") -> None:
        """One line of text; ``y`` is its baseline. Right or centred text leans on ``x``."""
        font = face(bold=type_.bold)
        if align != "left":
            x -= self.width(text, type_) * (1 if align == "right" else 0.5)
        self.canvas.setFillColorRGB(*colour)
        self.canvas.setFont(font.name, type_.size)
        self.canvas.drawString(self.x + x, self.top - y, text)

    def lines(
        self,
        x: float,
        y: float,
        lines: Sequence[str],
        type_: Type,
        colour: Colour = INK,
        align: Align = "left",
        width: float = 0,
    ) -> None:
        """Lines below each other, the first one's line box starting at ``y``, in a column ``width`` wide."""
        edge = {"left": x, "center": x + width / 2, "right": x + width}[align]
        first = y + (type_.leading + type_.size * 0.72) / 2
        for number, text in enumerate(lines):
            if text:
                self.line(edge, first + number * type_.leading, text, type_, colour, align)

    def box(self, x: float, y: float, width: float, height: float, fill: Colour, radius: float = 0) -> None:
        """A filled rectangle."""
        self.canvas.setFillColorRGB(*fill)
        if radius:
            self.canvas.roundRect(self.x + x, self.top - y - height, width, height, radius, stroke=0, fill=1)
        else:
            self.canvas.rect(self.x + x, self.top - y - height, width, height, stroke=0, fill=1)

    def rule(self, x1: float, y1: float, x2: float, y2: float, colour: Colour, width: float = 0.5) -> None:
        """A straight line."""
        self.canvas.setStrokeColorRGB(*colour)
        self.canvas.setLineWidth(width)
        self.canvas.line(self.x + x1, self.top - y1, self.x + x2, self.top - y2)

    def dot(self, x: float, y: float, radius: float, fill: Colour) -> None:
        """A filled circle."""
        self.canvas.setFillColorRGB(*fill)
        self.canvas.circle(self.x + x, self.top - y, radius, stroke=0, fill=1)
