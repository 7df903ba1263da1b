"""Key figures in a row of cards, each with its gauge."""

from __future__ import annotations

from cemaudit.model.blocks import Figure, Figures
from cemaudit.report.kit.numbers import NumberScale, finite
from cemaudit.report.kit.pen import Pen
from cemaudit.report.kit.stack import Slice, Stack
from cemaudit.report.kit.style import DEEP, GROUND, HAIRLINE, INK, QUIET, SMALL, TINY, WHITE, Colour, TextStyle
from cemaudit.report.kit.text import shorten, wrap

__all__ = ["draw_figures", "gauge"]

GAP, PAD = 10.0, 11.0
VALUE = TextStyle(21, 27, bold=True)
GAUGE = 25.0


class _Card:
    """One figure, laid out for its width."""

    def __init__(self, figure: Figure, width: float) -> None:
        inner = width - 2 * PAD
        self.figure, self.width = figure, width
        self.label = shorten(wrap(figure.label, SMALL.strong, inner), 2)
        self.value = shorten(wrap(figure.value, VALUE, inner), 2)
        self.note = shorten(wrap(figure.note, TINY, inner), 6) if str(figure.note) else []
        self.at = finite(figure.at)
        self.height = (
            2 * PAD
            + len(self.label) * SMALL.leading
            + len(self.value) * VALUE.leading
            + (GAUGE if self.at is not None else 0)
            + len(self.note) * TINY.leading
        )

    def paint(self, pen: Pen, height: float) -> None:
        pen.box(self.width, height, GROUND)
        y = PAD
        pen.at(PAD, y).lines(self.label, SMALL.strong, QUIET)
        y += len(self.label) * SMALL.leading
        colour = INK if self.figure.tone == "plain" else DEEP[self.figure.tone]
        pen.at(PAD, y).lines(self.value, VALUE, colour)
        y += len(self.value) * VALUE.leading
        if self.at is not None:
            scale = NumberScale(self.figure.low, self.figure.high)
            gauge(pen.at(PAD, y + 4), self.width - 2 * PAD, self.at, scale, DEEP[self.figure.tone])
            y += GAUGE
        pen.at(PAD, y).lines(self.note, TINY, QUIET)


class _CardRow(Slice):
    """The cards beside each other, all as tall as the tallest."""

    def __init__(self, cards: list[_Card]) -> None:
        super().__init__(max(card.height for card in cards))
        self.cards = cards

    def paint(self, pen: Pen) -> None:
        x = 0.0
        for card in self.cards:
            card.paint(pen.at(x, 0), self.height)
            x += card.width + GAP


def gauge(pen: Pen, width: float, at: float, scale: NumberScale, colour: Colour) -> None:
    """A bar from the scale's zero (or lower end) to the value, with the ends of the scale below it."""
    pen.box(width, 5, WHITE, radius=2.5)
    start, stop = sorted((scale.origin, scale.at(at)))
    if stop > start:
        pen.at(start * width, 0).box((stop - start) * width, 5, colour, radius=min(2.5, (stop - start) * width / 2))
    if scale.signed:
        pen.at(scale.origin * width, -2).rule(0, 9, HAIRLINE, 0.8)
        pen.at(scale.origin * width, 14).line("0", TINY, QUIET, "center")
    pen.at(0, 14).line(scale.end(scale.low), TINY, QUIET)
    pen.at(width, 14).line(scale.end(scale.high), TINY, QUIET, "right")


def draw_figures(block: Figures, width: float) -> list[Stack]:
    """All figures beside each other."""
    count = max(len(block.figures), 3)
    each = (width - GAP * (count - 1)) / count
    return [Stack([_CardRow([_Card(figure, each) for figure in block.figures])], space=(6, 10))]
