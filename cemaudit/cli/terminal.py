"""Lines and tables on a terminal: Korean letters are two columns wide, and nothing is wider than the screen."""

from __future__ import annotations

import contextlib
import re
import shutil
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

import click

from cemaudit.language import translate

__all__ = [
    "SCREEN",
    "Terminal",
    "columns_of",
    "print_notes",
    "print_section",
    "print_table",
    "screen_width",
    "table_lines",
    "truncate",
    "wrapped",
]

SCREEN = 80
"""Columns of the narrowest terminal we write for."""

GAP = "  "
NARROWEST = 4

READABLE = 8
"""To so many columns texts are cut before headings of numbers are."""

_WIDE = {"W", "F"}
_WORD = re.compile(r"\w")
_NAME = re.compile(r"(\W*)(\w\S*) (\S.*)")


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]], align: str = "") -> None:
    """Print ``rows`` under ``headings``; ``align`` has one ``l`` or ``r`` for each column (all ``l`` without)."""
    for line in table_lines(headings, rows, align):
        click.echo(line)


def table_lines(
    headings: Sequence[str], rows: Sequence[Sequence[str]], align: str = "", screen: int = SCREEN
) -> list[str]:
    """The lines of the table, none wider than ``screen`` columns; the widest cells are cut first, with ``…``.

    What stands to the right, numbers, is only cut where nothing else is left to cut. Where names would be cut that all
    begin with the same word, that goes first: it tells none from another.
    """
    lines = [[_one_line(cell) for cell in row] for row in (headings, *rows)]
    sides = align or "l" * len(headings)
    widths = _widths(lines, sides, screen)
    for index, width in enumerate(widths):
        if any(columns_of(line[index]) > width for line in lines[1:]):
            for line, cell in zip(lines[1:], _without_common_word([line[index] for line in lines[1:]]), strict=True):
                line[index] = cell
    widths = _widths(lines, sides, screen)
    laid = [_format_line(line, widths, sides) for line in lines]
    return [laid[0], GAP.join("-" * width for width in widths), *laid[1:]]


def _widths(lines: Sequence[Sequence[str]], sides: str, screen: int) -> list[int]:
    column_widths = [[columns_of(cell) for cell in column] for column in zip(*lines, strict=True)]
    least = [
        max(widths[1:], default=0) if side == "r" else READABLE
        for side, widths in zip(sides, column_widths, strict=True)
    ]
    return _fit_widths(_fit_widths(list(map(max, column_widths)), screen, least), screen, [0] * len(column_widths))


def _without_common_word(cells: Sequence[str]) -> list[str]:
    """The cells without the word that all begin with, marks before it apart."""
    matches = [_NAME.fullmatch(cell) for cell in cells]
    words = {match[2] if match else cell for cell, match in zip(cells, matches, strict=True) if _WORD.search(cell)}
    if len(words) != 1 or sum(match is not None for match in matches) < 2:
        return list(cells)
    return [f"{match[1]}…{match[3]}" if match else cell for cell, match in zip(cells, matches, strict=True)]


def columns_of(text: str) -> int:
    """How many columns of a terminal ``text`` takes."""
    return sum(map(_width, text))


def truncate(text: str, most: int) -> str:
    """``text`` in at most ``most`` columns, with ``…`` where something is missing."""
    if columns_of(text) <= most:
        return text
    kept, used = [], 1
    for char in text:
        used += _width(char)
        if used > most:
            break
        kept.append(char)
    return "".join(kept).rstrip() + "…"


def _width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in _WIDE else 1


def _fit_widths(widths: Sequence[int], screen: int, least: Sequence[int]) -> list[int]:
    """The widths, the widest made narrower one by one until all fit; none narrower than ``least`` says."""
    fitting = list(widths)
    room = screen - len(GAP) * (len(widths) - 1)
    while sum(fitting) > room:
        to_spare = [index for index, width in enumerate(fitting) if width > max(least[index], NARROWEST)]
        if not to_spare:
            break
        fitting[max(to_spare, key=fitting.__getitem__)] -= 1
    return fitting


def _format_line(cells: Sequence[str], widths: Sequence[int], sides: str) -> str:
    laid = []
    for cell, width, side in zip(cells, widths, sides, strict=True):
        cell_text = truncate(cell, width)
        space = " " * (width - columns_of(cell_text))
        laid.append(space + cell_text if side == "r" else cell_text + space)
    return GAP.join(laid).rstrip()


def _one_line(cell: str) -> str:
    return "".join(char if char.isprintable() else " " for char in cell)


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
        head = truncate(line, width + 1)[:-1]
        places = (head.rfind("  "), head.rfind(" "))
        break_column = next((break_column for break_column in places if break_column > len(indent) + _LEAST), -1)
        if break_column < 0:
            break
        yield head[:break_column].rstrip()
        line = indent + line[break_column:].lstrip()
    yield truncate(line, width)


def print_notes(notes: Iterable[object]) -> None:
    """Sentences, one after the other."""
    for note in notes:
        for line in wrapped(f"- {note}", SCREEN, "  "):
            click.echo(line)


def print_section(heading: str, notes: Iterable[object]) -> None:
    """Sentences under a heading of their own; nothing where there are none."""
    if known := list(notes):
        click.echo(f"\n{translate(heading)}")
        print_notes(known)


class Terminal:
    """Shows lines and asks for them; line editing of the system where it has one, so that Hangul is deleted whole."""

    def __init__(self) -> None:
        if sys.stdin.isatty():
            with contextlib.suppress(ImportError):
                import readline  # noqa: F401 - input() edits lines through it once it is there

    def say(self, text: str = "") -> None:
        """One line, broken where the screen is narrower."""
        indent = " " * (len(text) - len(text.lstrip()) + 2)
        for line in wrapped(text, screen_width(), indent) if text else [""]:
            click.echo(line)

    def ask(self, prompt: str) -> str:
        """What is typed; ``EOFError`` at the end of the input."""
        line = input(prompt)
        if not sys.stdin.isatty():
            click.echo(line)
        return line
