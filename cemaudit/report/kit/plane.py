"""A field with two axes: ticks, numbers and titles, and where points of it lie on the page."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from cemaudit.model.words import Words
from cemaudit.report.kit.pen import Pen
from cemaudit.report.kit.ruler import Ruler
from cemaudit.report.kit.style import HAIRLINE, PALE, QUIET, TINY
from cemaudit.report.kit.text import one_line

__all__ = ["BELOW", "LEFT", "RIGHT", "Plane"]

LEFT, RIGHT, BELOW, TICK = 36.0, 22.0, 26.0, 3.0


class Plane(NamedTuple):
    """Two rulers, the upright one counting up; the pen stands at the field's upper left corner."""

    x: Ruler
    y: Ruler

    def at(self, x: float, y: float) -> tuple[float, float]:
        """How far right of the field's upper left corner and below it a point lies."""
        return self.x.at(x), self.y.length - self.y.at(y)

    def paint(self, pen: Pen, x_title: Words = "", y_title: Words = "") -> None:
        """Both axes with ticks, numbers and titles."""
        pen.rule(0, self.y.length, HAIRLINE, 0.7)
        for tick in self.y.ticks:
            pen.at(-TICK, self.y.length - self.y.at(tick)).rule(TICK, 0, HAIRLINE, 0.7)
        self._paint_numbers(pen, y_title)
        foot = pen.at(0, self.y.length)
        foot.rule(self.x.length, 0, HAIRLINE, 0.7)
        for tick in self.x.ticks:
            there = foot.at(self.x.at(tick), 0)
            there.rule(0, TICK, HAIRLINE, 0.7)
            there.at(0, TICK + 8).line(one_line(self.x.show(tick), 2 * RIGHT), TINY, QUIET, "center")
        foot.at(self.x.length, TICK + 18).line(one_line(x_title, self.x.length), TINY, QUIET, "right")

    def paint_levels(self, pen: Pen, title: Words = "") -> None:
        """The upright axis as faint lines across, each with its number."""
        for tick in self.y.ticks:
            pen.at(0, self.y.length - self.y.at(tick)).rule(self.x.length, 0, PALE)
        self._paint_numbers(pen, title)

    def paint_names(self, pen: Pen, names: Sequence[Words]) -> None:
        """Categories below the field, each so many of them left out that the others fit."""
        short = [one_line(name, 2 * LEFT) for name in names]
        widest = max((Pen.width(name, TINY) for name in short), default=0) + 8
        every = max(1, math.ceil(widest / (self.x.at(1) - self.x.at(0))))
        for number in range(0, len(short), every):
            pen.at(self.x.at(number), self.y.length + TICK + 8).line(short[number], TINY, QUIET, "center")

    def _paint_numbers(self, pen: Pen, title: Words) -> None:
        for tick in self.y.ticks:
            there = pen.at(-TICK - 3, self.y.length - self.y.at(tick) + 2.5)
            there.line(one_line(self.y.show(tick), LEFT - TICK - 3), TINY, QUIET, "right")
        pen.at(-LEFT, -5).line(one_line(title, self.x.length), TINY, QUIET)
