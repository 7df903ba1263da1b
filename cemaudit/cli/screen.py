"""Running lines on a terminal: how wide it is, and breaking lines that do not fit."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

from cemaudit.cli.table import columns_of, cut

__all__ = ["screen_width", "wrapped"]

NARROWEST, WIDEST = 60, 100


def screen_width() -> int:
    """The columns of the terminal, 60 to 100; 100 where there is none."""
    columns = shutil.get_terminal_size((WIDEST, 24)).columns
    return min(max(columns, NARROWEST), WIDEST)


def wrapped(line: str, width: int, indent: str) -> Iterator[str]:
    """``line`` in pieces of at most ``width`` columns, broken at spaces, the later ones after ``indent``."""
    while columns_of(line) > width:
        head = cut(line, width + 1)[:-1]
        place = head.rfind(" ")
        if place <= len(indent):
            break
        yield head[:place].rstrip()
        line = indent + line[place:].lstrip()
    yield cut(line, width)
