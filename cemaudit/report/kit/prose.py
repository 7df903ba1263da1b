"""Headings and running text."""

from __future__ import annotations

from collections.abc import Sequence

from cemaudit.model.blocks import Heading, Paragraph, Words
from cemaudit.report.kit.pen import Pen
from cemaudit.report.kit.stack import Slice, Stack
from cemaudit.report.kit.style import ACCENT, BODY, INK, QUIET, SMALL, Colour, TextStyle
from cemaudit.report.kit.text import shorten, visible, wrap

__all__ = ["TextLines", "draw_heading", "draw_paragraph", "headline"]

SIZES = {1: TextStyle(15, 21, bold=True), 2: TextStyle(11, 16, bold=True), 3: TextStyle(9.5, 14, bold=True)}
SPACE = {1: (30, 10), 2: (18, 6), 3: (12, 4)}
LONGEST_HEADING = 6
OUTLINED = 2


class TextLines(Slice):
    """Lines of text below each other, cut between any two."""

    def __init__(self, lines: Sequence[str], type_: TextStyle, colour: Colour = INK) -> None:
        self.lines, self.type, self.colour = lines, type_, colour
        super().__init__(len(lines) * type_.leading)

    @property
    def least(self) -> float:
        return min(len(self.lines), 2) * self.type.leading

    def paint(self, pen: Pen) -> None:
        pen.lines(self.lines, self.type, self.colour)

    def cut(self, room: float) -> tuple[Slice, Slice] | None:
        fit = int(room // self.type.leading)
        if not 2 <= fit < len(self.lines):
            return None
        return TextLines(self.lines[:fit], self.type, self.colour), TextLines(self.lines[fit:], self.type, self.colour)


class _HeadingLine(Slice):
    """A heading's words, entered in the outline when they are drawn."""

    def __init__(self, words: Words, level: int, width: float) -> None:
        self.words, self.level, self.type = words, level, SIZES[level]
        self.lines = shorten(wrap(words, self.type, width), LONGEST_HEADING)
        self.mark = 9 if level == 1 else 0
        super().__init__(len(self.lines) * self.type.leading + self.mark)

    def paint(self, pen: Pen) -> None:
        if self.mark:
            pen.box(26, 2.5, ACCENT)
        pen.at(0, self.mark).lines(self.lines, self.type)
        if self.level <= OUTLINED:
            self._enter(pen)

    def _enter(self, pen: Pen) -> None:
        _, height = pen.canvas.absolutePosition(pen.x, pen.top)
        key = f"page-{pen.canvas.getPageNumber()}-{height:.1f}"
        pen.canvas.bookmarkHorizontal(key, pen.x, pen.top)
        pen.canvas.addOutlineEntry(visible(self.words).replace("\n", " "), key, self.level - 1)


def headline(words: Words, level: int, width: float) -> Stack:
    """A heading of level 1 (a section's title) to 3; it stays with what follows."""
    before, after = SPACE[level]
    return Stack([_HeadingLine(words, level, width)], space=(before, after), keeps=True)


def draw_heading(block: Heading, width: float) -> list[Stack]:
    """A heading inside a section."""
    return [headline(block.text, block.level, width)]


def draw_paragraph(block: Paragraph, width: float) -> list[Stack]:
    """Running text; smaller and paler where it is quiet."""
    type_, colour = (SMALL, QUIET) if block.quiet else (BODY, INK)
    return [Stack([TextLines(wrap(block.text, type_, width), type_, colour)], space=(4, 6))]
