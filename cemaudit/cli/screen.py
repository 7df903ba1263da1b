"""Running lines on a terminal: how wide it is, and breaking lines that do not fit."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from cemaudit.cli.table import columns_of, cut

__all__ = ["screen_width", "wrapped"]

NARROWEST_SCREEN, WIDEST_SCREEN = 60, 100
_LEAST = 20  # a line is not broken sooner


def screen_width() -> int:
    """The columns of the terminal, 60 to 100; 100 where there is none."""
    columns = shutil.get_terminal_size((WIDEST_SCREEN, 24)).columns
    return min(max(columns, NARROWEST_SCREEN), WIDEST_SCREEN)


def wrapped(line: str, width: int, indent: str) -> Iterator[str]:
    """``line`` in pieces of at most ``width`` columns, the later ones after ``indent``.

    Broken where two spaces part it, else at a space.
    """
    while columns_of(line) > width:
        head = cut(line, width + 1)[:-1]
        places = (head.rfind("  "), head.rfind(" "))
        place = next((place for place in places if place > len(indent) + _LEAST), -1)
        if place < 0:
            break
        yield head[:place].rstrip()
        line = indent + line[place:].lstrip()
    yield cut(line, width)
