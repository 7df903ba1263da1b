"""Lines and tables on a terminal: Korean letters are two columns wide, and nothing is wider than the screen."""

from __future__ import annotations

import os
import re
import shutil
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Sequence, Sized
from typing import TextIO, TypeVar

import click

from cemaudit.cli.typed_ahead import edit_lines, read_waiting_lines
from cemaudit.language import message, translate

__all__ = [
    "SCREEN",
    "Terminal",
    "columns_of",
    "fit_widths",
    "has_rich_screen",
    "one_line",
    "print_bold",
    "print_notes",
    "print_section",
    "print_table",
    "print_wrapped",
    "progress",
    "screen_width",
    "table_lines",
    "truncate",
    "wrapped",
]

Step = TypeVar("Step")

SCREEN = 80
"""Columns of the narrowest terminal we write for."""

GAP = "  "
NARROWEST = 4

READABLE = 8
"""To so many columns texts are cut before headings of numbers are."""

_WIDE = {"W", "F"}
_JOINED_JAMO = re.compile("[\u1160-\u11ff\ud7b0-\ud7ff]")
"""Vowels and final consonants of syllables in pieces: they stand where the consonant before them stands."""

_WORD = re.compile(r"\w")
_NAME = re.compile(r"(\W*)(\w\S*) (\S.*)")
_DRAWN = "─…가"
"""What a rich screen must have letters for."""


def has_rich_screen(stream: TextIO | None = None) -> bool:
    """Whether ``stream`` (standard output) is a terminal that has colours and the letters, and plain text is not asked.

    ``NO_COLOR`` and ``TERM=dumb`` ask for plain text.
    """
    stream = stream or sys.stdout
    if not stream.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") in {"dumb", "unknown"}:
        return False
    try:
        _DRAWN.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def print_table(
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    align: str = "",
    *,
    width: int = SCREEN,
    gap: bool = False,
    flagged: Sequence[bool] = (),
    in_pieces: bool = False,
    verbatim: bool = False,
) -> None:
    """Print ``rows`` under ``headings``, in the language in force; nothing where there are no rows.

    Parameters
    ----------
    headings : in English, or words in any language that are shown as they are where ``verbatim``
    align : one ``l`` or ``r`` for each column (all ``l`` without)
    width : columns the plain table may take; a rich one takes those of the terminal
    gap : whether an empty line comes first
    flagged : whether each row is drawn in colour; its cells say so, too
    in_pieces : whether a plain table that is too wide is printed in pieces, its first column in each, not cut
    """
    if not rows:
        return
    if gap:
        click.echo()
    shown_headings = list(headings) if verbatim else list(map(translate, headings))
    sides = align or "l" * len(headings)
    if has_rich_screen():
        from cemaudit.cli import rich_screen

        rich_screen.print_table(shown_headings, rows, sides, flagged)
        return
    columns = list(zip(shown_headings, *rows, strict=True))
    pieces = _pieces(columns, width) if in_pieces else [list(range(len(columns)))]
    for number, piece in enumerate(pieces):
        if number:
            click.echo()
        piece_rows = list(zip(*(columns[index][1:] for index in piece), strict=True))
        piece_sides = "".join(sides[index] for index in piece)
        for line in table_lines([shown_headings[index] for index in piece], piece_rows, piece_sides, width):
            click.echo(line)


_WIDEST_HEADING = 14


def _pieces(columns: Sequence[Sequence[str]], screen: int) -> Iterator[list[int]]:
    """The numbers of the columns in pieces as wide as the screen, the first one in each."""
    widths = [max(map(columns_of, [heading[:_WIDEST_HEADING], *cells])) for heading, *cells in columns]
    piece, used = [0], widths[0]
    for index in range(1, len(widths)):
        if len(piece) > 1 and used + len(GAP) + widths[index] > screen:
            yield piece
            piece, used = [0], widths[0]
        piece.append(index)
        used += len(GAP) + widths[index]
    yield piece


def table_lines(
    headings: Sequence[str], rows: Sequence[Sequence[str]], align: str = "", screen: int = SCREEN
) -> list[str]:
    """The lines of the table, none wider than ``screen`` columns; the widest cells are cut first, with ``…``.

    What stands to the right, numbers, is only cut where nothing else is left to cut. Where names would be cut that all
    begin with the same word, that goes first: it tells none from another.
    """
    lines = [[one_line(cell) for cell in row] for row in (headings, *rows)]
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
    columns = list(zip(*lines, strict=True))
    fitting = [max(map(columns_of, column)) for column in columns]
    apart = [_width_apart(column[1:]) for column in columns]
    numbers = [columns_of(max(column[1:], key=columns_of, default="")) for column in columns]
    readable = [
        max(number if side == "r" else READABLE, least)
        for side, number, least in zip(sides, numbers, apart, strict=True)
    ]
    # Names cut to the same text would tell nothing, so what keeps them apart is cut only where nothing else is left.
    for least in (readable, apart, [0] * len(columns)):
        fitting = fit_widths(fitting, screen, least)
    return fitting


def _width_apart(cells: Sequence[str]) -> int:
    """The least width at which cells that differ are cut to texts that differ."""
    different = set(cells)
    widest = max(map(columns_of, different), default=0)
    widths = range(NARROWEST, widest)
    return next(
        (width for width in widths if len({truncate(cell, width) for cell in different}) == len(different)), widest
    )


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
    if unicodedata.combining(char) or _JOINED_JAMO.match(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in _WIDE else 1


def fit_widths(widths: Sequence[int], screen: int, least: Sequence[int]) -> list[int]:
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


def one_line(cell: str) -> str:
    """The text without line ends and control characters, each of which becomes a space."""
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


def print_wrapped(text: object, *, width: int = 0, indent: str = "  ") -> None:
    """Print a sentence, broken at ``width`` columns (else those of the terminal), its later lines after ``indent``."""
    for line in wrapped(str(text), width or screen_width(), indent):
        click.echo(line)


def print_notes(notes: Iterable[object]) -> None:
    """Print sentences, one after the other."""
    if has_rich_screen():
        from cemaudit.cli import rich_screen

        rich_screen.print_notes(map(str, notes))
        return
    for note in notes:
        print_wrapped(f"- {note}", width=SCREEN)


def print_bold(text: object) -> None:
    """Print a heading."""
    if has_rich_screen():
        from cemaudit.cli import rich_screen

        rich_screen.print_bold(str(text))
        return
    click.echo(str(text))


def print_section(heading: str, notes: Iterable[object]) -> None:
    """Print sentences under a heading of their own; nothing where there are none."""
    if shown_notes := list(notes):
        click.echo()
        print_bold(translate(heading))
        print_notes(shown_notes)


def progress(label: object, steps: Iterable[Step], length: int | None = None) -> Iterator[Step]:
    """Yield ``steps``, with a progress bar on standard error where that is a terminal; silently where it is piped."""
    if not sys.stderr.isatty():
        yield from steps
        return
    if length is None and isinstance(steps, Sized):
        length = len(steps)
    context = click.get_current_context(silent=True)
    is_for_programs = context is not None and context.params.get("as_json")
    if has_rich_screen() and has_rich_screen(sys.stderr) and not is_for_programs:
        from cemaudit.cli import rich_screen

        yield from rich_screen.progress_bar(str(label), steps, length)
        return
    with click.progressbar(steps, length=length, label=str(label), file=sys.stderr) as bar:
        yield from bar


class Terminal:
    """Shows lines and asks for them; line editing of the system where it has one, so that Hangul is deleted whole."""

    def __init__(self) -> None:
        if sys.stdin.isatty():
            edit_lines()

    def say(self, text: str = "") -> None:
        """One line, broken where the screen is narrower."""
        indent = " " * (len(text) - len(text.lstrip()) + 2)
        for line in wrapped(text, screen_width(), indent) if text else [""]:
            click.echo(line)

    @staticmethod
    def waiting() -> list[str]:
        """The lines that were typed before anything was asked, taken out of the input."""
        return read_waiting_lines()

    def ask(self, prompt: str) -> str:
        """What is typed; ``EOFError`` at the end of the input. A line that is no text is asked for again."""
        while True:
            line = input(prompt)
            shown = _STRAY_BYTE.sub("\N{REPLACEMENT CHARACTER}", line)
            if not sys.stdin.isatty():
                click.echo(shown)
            if shown == line:
                return line
            encoding = sys.stdin.encoding.upper()
            refusal = message("this line is not {encoding} text and was not taken; type it again", encoding=encoding)
            self.say(f"  ! {refusal}")


_STRAY_BYTE = re.compile("[\udc80-\udcff]")
"""What stands for a byte that could not be decoded (``surrogateescape``)."""
