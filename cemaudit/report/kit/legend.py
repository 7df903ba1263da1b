"""The head of a chart: its title, and what its marks mean."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from cemaudit.model.words import Words
from cemaudit.report.kit.pen import Pen
from cemaudit.report.kit.style import QUIET, SMALL, TINY
from cemaudit.report.kit.text import one_line, shorten, wrap

__all__ = ["Key", "Legend", "title_lines"]

SIGN, AFTER, STEP = 18.0, 14.0, 11.0
LONGEST = 240.0

Key = tuple[Callable[[Pen], None], Words]
"""How a sign is painted (the pen at its middle) and what it stands for."""


class Legend:
    """Signs and their names after each other, on as many lines as they need."""

    def __init__(self, keys: Sequence[Key], width: float) -> None:
        self.placed: list[tuple[float, int, Callable[[Pen], None], str]] = []
        x, line = 0.0, 0
        for paint, words in keys:
            if not str(words).strip():
                continue
            name = one_line(words, LONGEST)
            wide = SIGN + Pen.width(name, TINY)
            if x and x + wide > width:
                x, line = 0.0, line + 1
            self.placed.append((x, line, paint, name))
            x += wide + AFTER
        self.height = (line + 1) * STEP + 3 if self.placed else 0.0

    def paint(self, pen: Pen) -> None:
        """Draws all of it below the pen."""
        for x, line, paint, name in self.placed:
            there = pen.at(x, line * STEP)
            paint(there.at(6, 5.5))
            there.at(SIGN - 3, 8).line(name, TINY, QUIET)


def title_lines(words: Words, width: float) -> list[str]:
    """A chart's title in at most three lines."""
    return shorten(wrap(words, SMALL.strong, width), 3) if str(words).strip() else []
