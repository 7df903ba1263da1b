"""Rows of numbered circles: a scale with words at its ends, or with words at every step."""

from __future__ import annotations

from collections.abc import Sequence

from cemaudit.exchange.forms.fields import FormField
from cemaudit.report.form.boxes import Tick
from cemaudit.report.form.layout import LABEL, said
from cemaudit.report.form.sheet import PdfForm
from cemaudit.report.kit.fonts import face
from cemaudit.report.kit.pen import Pen
from cemaudit.report.kit.prose import TextLines
from cemaudit.report.kit.stack import Slice
from cemaudit.report.kit.style import GROUND, QUIET, WIDTH, TextStyle
from cemaudit.report.kit.text import shorten, visible, wrap

__all__ = ["FEELING_WIDTH", "FeelingScale", "ScaleRow"]

STEP = TextStyle(7.5, 9.5)
TITLE = TextStyle(9.5, 14, bold=True)
PAD = 8.0
SKIPS_GAP = 5.0
FEELING_WIDTH = WIDTH - 2 * PAD
"""Of what stands on the ground of a feeling."""

WIDEST, BETWEEN = 46.0, 12.0
MINUS = "\N{MINUS SIGN}"


class ScaleRow(Slice):
    """Circles in a row, and below them what the lowest and the highest mean."""

    def __init__(self, sheet: PdfForm, field: FormField, width: float, ends: tuple[object, object]) -> None:
        self.each = min(width / len(field.options), WIDEST)
        self.ticks = [Tick(sheet.entry(field.name), (option.code, option.code)) for option in field.options]
        self.below = self._ends(visible(str(ends[0])), visible(str(ends[1])), width)
        super().__init__(self.ticks[0].height + max((lines.height for _, lines in self.below), default=0))

    def _ends(self, low: str, high: str, width: float) -> list[tuple[float, TextLines]]:
        """The words below their circles; where they are too long for that, one after the other."""
        if not low and not high:
            return []
        last = (len(self.ticks) - 1) * self.each
        at = min(last, width - face().width(high, LABEL.size))
        if face().width(low, LABEL.size) + BETWEEN <= at and "\n" not in low + high:
            return [(0, TextLines([low], LABEL, QUIET)), (at, TextLines([high], LABEL, QUIET))]
        said_both = [
            f"{tick.code} = {words}" for tick, words in ((self.ticks[0], low), (self.ticks[-1], high)) if words
        ]
        return [(0, said("\n".join(said_both), LABEL, width, QUIET))]

    def paint(self, pen: Pen) -> None:
        for number, tick in enumerate(self.ticks):
            tick.paint(pen.at(number * self.each, 0))
        for x, lines in self.below:
            lines.paint(pen.at(x, self.ticks[0].height))


class FeelingScale(Slice):
    """A question about feelings on a ground of its own: seven circles with a word for each, and below them ``skips``.

    ``title``: the question, and the touchpoint it is asked of.
    """

    def __init__(
        self, sheet: PdfForm, field: FormField, title: tuple[object, object], words: Sequence[object], skips: Slice
    ) -> None:
        self.skips = skips
        self.title = said(title[0], TITLE, FEELING_WIDTH * 0.65)
        self.where = said(title[1], LABEL, FEELING_WIDTH * 0.33, QUIET, 1)
        self.each = FEELING_WIDTH / len(field.options)
        self.ticks = [Tick(sheet.entry(field.name), number) for number in _numbers(field)]
        self.words = [shorten(wrap(str(one), STEP, self.each - 4), 3) for one in words]
        lines = max(len(one) for one in self.words)
        self.scale_height = self.title.height + self.ticks[0].height + lines * STEP.leading
        super().__init__(self.scale_height + SKIPS_GAP + skips.height + 2 * PAD)

    def paint(self, pen: Pen) -> None:
        pen.box(WIDTH, self.height, GROUND)
        pen = pen.at(PAD, PAD)
        self.title.paint(pen)
        pen.at(0, 1.5).lines(self.where.lines, LABEL, QUIET, "right", FEELING_WIDTH)
        pen = pen.at(0, self.title.height + 1)
        for number, (tick, words) in enumerate(zip(self.ticks, self.words, strict=True)):
            left = number * self.each
            tick.paint(pen.at(left + (self.each - tick.width) / 2, 0))
            pen.at(left, tick.height).lines(words, STEP, QUIET, "center", self.each)
        # Last, for one tabs through the boxes in the order they are painted in.
        self.skips.paint(pen.at(0, self.scale_height - self.title.height - 1 + SKIPS_GAP))


def _numbers(field: FormField) -> list[tuple[str, str]]:
    """The numbers to choose from, and how they are printed: with their sign where some are negative."""
    codes = [option.code for option in field.options]
    signed = any(code.startswith("-") for code in codes)
    return [(code, f"{int(code):+}".replace("-", MINUS) if signed and code != "0" else code) for code in codes]
