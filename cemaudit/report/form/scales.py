"""Rows of numbered circles: a scale with words at its ends, or with words at every step."""

from __future__ import annotations

from collections.abc import Sequence

from cemaudit.exchange.forms.fields import Field
from cemaudit.report.form.boxes import Tick
from cemaudit.report.form.layout import LABEL, said
from cemaudit.report.form.sheet import Sheet
from cemaudit.report.kit.pen import Pen
from cemaudit.report.kit.stack import Slice
from cemaudit.report.kit.style import GROUND, QUIET, WIDTH, Type
from cemaudit.report.kit.text import shorten, wrap

__all__ = ["Feeling", "Scale"]

STEP = Type(7.5, 9.5)
TITLE = Type(9.5, 14, bold=True)
PAD = 8.0
WIDEST = 46.0
MINUS = "\N{MINUS SIGN}"


class Scale(Slice):
    """Circles in a row, and below them what the lowest and the highest mean."""

    def __init__(self, sheet: Sheet, field: Field, width: float, ends: tuple[object, object]) -> None:
        count = len(field.options)
        self.each = min(width / count, WIDEST)
        self.ticks = [Tick(sheet.entry(field.name), (option.code, option.code)) for option in field.options]
        self.right = (count - 1) * self.each + self.ticks[-1].width
        half = max(self.right / 2, width / 3) - 4
        self.ends = [said(words, LABEL, half, QUIET, 3) if str(words) else None for words in ends]
        self.half = half
        super().__init__(self.ticks[0].height + max(end.height if end else 0 for end in self.ends))

    def paint(self, pen: Pen) -> None:
        for number, tick in enumerate(self.ticks):
            tick.paint(pen.at(number * self.each, 0))
        low, high = self.ends
        below = pen.at(0, self.ticks[0].height)
        if low:
            low.paint(below)
        if high:
            below.at(self.right - self.half, 0).lines(high.lines, LABEL, QUIET, "right", self.half)


class Feeling(Slice):
    """A question about feelings on a ground of its own: seven circles with a word for each."""

    def __init__(self, sheet: Sheet, field: Field, title: tuple[object, object], words: Sequence[object]) -> None:
        inner = WIDTH - 2 * PAD
        self.title, self.where = said(title[0], TITLE, inner * 0.65), said(title[1], LABEL, inner * 0.33, QUIET, 1)
        self.each = inner / len(field.options)
        self.ticks = [Tick(sheet.entry(field.name), number) for number in _numbers(field)]
        self.words = [shorten(wrap(str(one), STEP, self.each - 4), 3) for one in words]
        lines = max(len(one) for one in self.words)
        super().__init__(self.title.height + self.ticks[0].height + lines * STEP.leading + 2 * PAD)

    def paint(self, pen: Pen) -> None:
        pen.box(WIDTH, self.height, GROUND)
        pen = pen.at(PAD, PAD)
        self.title.paint(pen)
        pen.at(0, 1.5).lines(self.where.lines, LABEL, QUIET, "right", WIDTH - 2 * PAD)
        pen = pen.at(0, self.title.height + 1)
        for number, (tick, words) in enumerate(zip(self.ticks, self.words, strict=True)):
            left = number * self.each
            tick.paint(pen.at(left + (self.each - tick.width) / 2, 0))
            pen.at(left, tick.height).lines(words, STEP, QUIET, "center", self.each)


def _numbers(field: Field) -> list[tuple[str, str]]:
    """The numbers to choose from, and how they are printed: with their sign where some are negative."""
    codes = [option.code for option in field.options]
    signed = any(code.startswith("-") for code in codes)
    return [(code, f"{int(code):+}".replace("-", MINUS) if signed and code != "0" else code) for code in codes]
