"""Grouped horizontal bars."""

from __future__ import annotations

from collections.abc import Sequence

from cemaudit.language import message
from cemaudit.model.blocks import Bars, Words
from cemaudit.report.kit.numbers import NumberScale, finite
from cemaudit.report.kit.pen import Pen
from cemaudit.report.kit.stack import Slice, Stack
from cemaudit.report.kit.style import ACCENT, DEEP, INK, PALE, QUIET, SMALL, TINY, Colour
from cemaudit.report.kit.text import shorten, wrap

__all__ = ["draw_bars"]

LABELS, VALUES = 128.0, 52.0
THICK, STEP, AIR = 8.0, 11.0, 8.0
COLOURS: tuple[Colour, ...] = (ACCENT, DEEP["good"], Colour.of("b3bec8"), Colour.of("d8b26a"))


class _BarGroup(Slice):
    """The bars of one category, one below the other."""

    def __init__(
        self, label: Words, values: Sequence[float | None], scale: NumberScale, unit: str, width: float
    ) -> None:
        self.label = shorten(wrap(label, SMALL, LABELS - 10), 3)
        self.values, self.scale, self.unit, self.width = values, scale, unit, width
        super().__init__(max(len(values) * STEP, len(self.label) * SMALL.leading) + AIR)

    def paint(self, pen: Pen) -> None:
        track = self.width - LABELS - VALUES
        field = pen.at(LABELS, 0)
        for share in (0, 0.5, 1):
            field.at(share * track, 0).rule(0, self.height, PALE)
        field.at(self.scale.origin * track, 0).rule(0, self.height, QUIET, 0.7)
        pen.at(0, (self.height - len(self.label) * SMALL.leading) / 2).lines(self.label, SMALL)
        top = (self.height - len(self.values) * STEP) / 2
        for number, value in enumerate(self.values):
            self._bar(field.at(0, top + number * STEP), value, COLOURS[number], track)

    def _bar(self, pen: Pen, value: float | None, colour: Colour, track: float) -> None:
        if value is None:
            pen.at(self.scale.origin * track + 4, 8).line(str(message("not scored")), TINY, QUIET)
            return
        start, stop = sorted((self.scale.origin, self.scale.at(value)))
        pen.at(start * track, (STEP - THICK) / 2).box(max((stop - start) * track, 0.8), THICK, colour)
        pen.at(track + VALUES, 8.2).line(self.scale.show(value, self.unit), SMALL.strong, INK, "right")


class _BarsHead(Slice):
    """Title, legend and the numbers of the scale."""

    def __init__(self, block: Bars, scale: NumberScale, width: float) -> None:
        self.title = shorten(wrap(block.title, SMALL.strong, width), 3)
        self.names = [shorten(wrap(series.label, TINY, 150), 1)[0] for series in block.series]
        self.scale, self.width = scale, width
        self.legend = 16 if len(self.names) > 1 else 0
        super().__init__(len(self.title) * SMALL.leading + self.legend + 14)

    def paint(self, pen: Pen) -> None:
        pen.lines(self.title, SMALL.strong)
        down = len(self.title) * SMALL.leading
        if self.legend:
            self._paint_legend(pen.at(0, down))
        track = self.width - LABELS - VALUES
        for share in (0, 0.5, 1):
            text = self.scale.end(self.scale.low + share * (self.scale.high - self.scale.low))
            pen.at(LABELS + share * track, self.height - 3).line(text, TINY, QUIET, "center")

    def _paint_legend(self, pen: Pen) -> None:
        x = 0.0
        for name, colour in zip(self.names, COLOURS, strict=False):
            pen.at(x, 4).box(8, 8, colour)
            pen.at(x + 12, 10.5).line(name, TINY, QUIET)
            x += 12 + pen.width(name, TINY) + 16


def draw_bars(block: Bars, width: float) -> list[Stack]:
    """One group of bars for each category."""
    columns = [[finite(value) for value in series.values] for series in block.series]
    scale = NumberScale(block.low, block.high, [value for column in columns for value in column])
    groups: list[Slice] = [
        _BarGroup(
            category, [column[number] if number < len(column) else None for column in columns], scale, block.unit, width
        )
        for number, category in enumerate(block.categories)
    ]
    return [Stack(groups, head=_BarsHead(block, scale, width), space=(8, 12), whole=True)]
