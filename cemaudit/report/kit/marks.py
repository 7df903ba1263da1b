"""The marks of charts: what their tone looks like, in colour and in grey."""

from __future__ import annotations

from cemaudit.model.words import Tone
from cemaudit.report.kit.pen import Pen
from cemaudit.report.kit.style import DEEP, QUIET, WHITE, Colour, mix

__all__ = ["mark", "ring", "shade"]

SMALLEST = 1.0


def mark(pen: Pen, tone: Tone, radius: float = 2.6) -> None:
    """A disc, or for what is poor a diamond, around the pen: told apart without colours, too."""
    colour = DEEP[tone]
    if radius < SMALLEST:
        pen.at(-radius, -radius).box(2 * radius, 2 * radius, colour)
        return
    if tone not in {"poor", "worst"}:
        pen.dot(radius, colour)
        return
    for size, fill in ((radius + 1.5, WHITE), (radius + 0.8, colour)):
        pen.area(((0, -size), (size, 0), (0, size), (-size, 0)), fill)


def ring(pen: Pen, radius: float = 2.0) -> None:
    """An open circle around the pen, for a number to compare with."""
    pen.dot(radius, WHITE, edge=QUIET, width=0.7)


def shade(tone: Tone, share: float) -> Colour:
    """The tone's colour, ``share`` (0 to 1) of the way to white."""
    return mix(DEEP[tone], WHITE, share)
