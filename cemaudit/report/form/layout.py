"""Slices made of slices: side by side, set in, or nothing at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cemaudit.report.kit.pen import Pen
from cemaudit.report.kit.prose import TextLines
from cemaudit.report.kit.stack import Slice
from cemaudit.report.kit.style import INK, QUIET, Colour, TextStyle
from cemaudit.report.kit.text import shorten, wrap

__all__ = ["ANSWER", "LABEL", "PROSE", "Gap", "LabelledSlice", "SliceRow", "Titled", "bullets", "said"]

PROSE = TextStyle(9, 12.5)
ANSWER = TextStyle(9.5, 13.5)
LABEL = TextStyle(8, 11)
MOST_LINES = 8
BULLET = 12.0


def said(words: object, type_: TextStyle, width: float, colour: Colour = INK, most: int = MOST_LINES) -> TextLines:
    """The words, in at most so many lines of that width."""
    return TextLines(shorten(wrap(str(words), type_, width), most), type_, colour)


class Gap(Slice):
    """Nothing."""

    def paint(self, pen: Pen) -> None:
        pass


class SliceRow(Slice):
    """Slices side by side, each so far from the left, their middles on one line."""

    def __init__(self, parts: Sequence[tuple[float, Slice]], pad: float = 0) -> None:
        self.parts = parts
        super().__init__(max(part.height for _, part in parts) + 2 * pad)

    def paint(self, pen: Pen) -> None:
        for x, part in self.parts:
            part.paint(pen.at(x, (self.height - part.height) / 2))


class LabelledSlice(Slice):
    """A slice that can be cut, set in by ``x``; the label stands to the left of its beginning."""

    def __init__(self, inner: Slice, x: float, label: Slice | None = None) -> None:
        self.inner, self.x, self.label = inner, x, label
        super().__init__(max(inner.height, label.height if label else 0))

    @property
    def least(self) -> float:
        return max(self.inner.least, self.label.height if self.label else 0)

    def paint(self, pen: Pen) -> None:
        self.inner.paint(pen.at(self.x, 0))
        if self.label:
            self.label.paint(pen)

    def cut(self, room: float) -> tuple[Slice, Slice] | None:
        parts = self.inner.cut(room) if room >= self.least else None
        return parts and (LabelledSlice(parts[0], self.x, self.label), LabelledSlice(parts[1], self.x))


class Titled(Slice):
    """A slice below a small label of one line."""

    def __init__(self, label: object, inner: Slice, width: float) -> None:
        self.label, self.inner = said(label, LABEL, width, QUIET, 1), inner
        super().__init__(self.label.height + inner.height)

    def paint(self, pen: Pen) -> None:
        self.label.paint(pen)
        self.inner.paint(pen.at(0, self.label.height))


def bullets(texts: Iterable[object], type_: TextStyle, width: float) -> Iterator[Slice]:
    """Each text after a dash."""
    dash = TextLines(["–"], type_, QUIET)
    for text in texts:
        yield LabelledSlice(TextLines(wrap(str(text), type_, width - BULLET), type_), BULLET, dash)
