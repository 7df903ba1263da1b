"""Callouts: a short text on a coloured ground."""

from __future__ import annotations

from cemaudit.model.blocks import Callout
from cemaudit.report.kit.pen import Pen
from cemaudit.report.kit.prose import TextLines
from cemaudit.report.kit.stack import Slice, Stack
from cemaudit.report.kit.style import BODY, DEEP, INK, SMALL, TINT, WIDTH, Colour
from cemaudit.report.kit.text import wrap

__all__ = ["draw_callout"]

EDGE, PAD, INSET = 3.5, 9.0, 16.0


class _Grounded(Slice):
    """A slice on a coloured ground with a darker left edge."""

    def __init__(self, inner: Slice, ground: Colour, edge: Colour) -> None:
        self.inner, self.ground, self.edge = inner, ground, edge
        super().__init__(inner.height)

    @property
    def least(self) -> float:
        return self.inner.least

    def paint(self, pen: Pen) -> None:
        pen.at(0, -0.2).box(WIDTH, self.height + 0.4, self.ground)
        pen.at(0, -0.2).box(EDGE, self.height + 0.4, self.edge)
        self.inner.paint(pen.at(INSET, 0))

    def cut(self, room: float) -> tuple[Slice, Slice] | None:
        parts = self.inner.cut(room)
        if parts is None:
            return None
        upper, rest = parts
        return _Grounded(upper, self.ground, self.edge), _Grounded(rest, self.ground, self.edge)


class _Gap(Slice):
    """Nothing."""

    def paint(self, pen: Pen) -> None:
        pass


def draw_callout(block: Callout, width: float) -> list[Stack]:
    """Title and text on the ground of the callout's tone."""
    inner = width - INSET - PAD
    edge = DEEP[block.tone]
    slices: list[Slice] = [_Gap(PAD), TextLines(wrap(block.title, BODY.strong, inner), BODY.strong, INK)]
    if str(block.text):
        slices += [_Gap(2), TextLines(wrap(block.text, SMALL, inner), SMALL, INK)]
    slices.append(_Gap(PAD))
    return [Stack([_Grounded(one, TINT[block.tone], edge) for one in slices], space=(6, 8), whole=True)]
