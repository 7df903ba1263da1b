"""Tables, notes and progress bars on a terminal, by rich: in colour, wrapped, and never cut.

Only ``cemaudit.cli.terminal`` imports this, and only where ``has_rich_screen`` holds. Nothing here is markup: every
text is drawn letter by letter as it stands, whoever wrote it. A colour only repeats what a word or a sign says.
"""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from rich.box import Box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cemaudit.cli.terminal import GAP, READABLE, columns_of, fit_widths, one_line

__all__ = ["print_bold", "print_notes", "print_table", "progress_bar"]

Step = TypeVar("Step")

NARROWEST_SCREEN = 40
"""A terminal that says it is narrower is written to as if it had so many columns."""

WIDEST_TEXT = 100
"""Sentences are broken here on wider terminals: longer lines are hard to follow."""

LONGEST_WORD = 16
"""Words of headings and names that are longer may be broken, in columns."""

REDRAWN_AFTER = 0.1
"""Seconds between two drawings of a progress bar."""

_RULE_UNDER_HEADINGS = Box("    \n    \n────\n    \n    \n    \n    \n    \n")

_MISSING = {"-", ""}


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]], sides: str, flagged: Sequence[bool]) -> None:
    """Print the rows under their headings, ``flagged`` ones in red; ``sides`` has an ``l`` or ``r`` for each column.

    Where even the narrowest columns do not fit beside each other, the table comes in pieces, what names its rows in
    each.
    """
    console = _console()
    lines = [[one_line(cell) for cell in row] for row in (headings, *rows)]
    columns = [list(column) for column in zip(*lines, strict=True)]
    least = [_least_width(column, side) for column, side in zip(columns, sides, strict=True)]
    for number, piece in enumerate(_pieces(least, sides, console.width)):
        if number:
            console.print()
        widths = fit_widths(
            [max(map(columns_of, columns[index])) for index in piece],
            console.width,
            [least[index] for index in piece],
        )
        # a column of padding and one between the cells: as wide as GAP
        table = Table(
            box=_RULE_UNDER_HEADINGS, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold"
        )
        for index, width in zip(piece, widths, strict=True):
            table.add_column(
                Text(columns[index][0]),
                justify="right" if sides[index] == "r" else "left",
                width=min(width, console.width),
                overflow="fold",
            )
        for row, is_flagged in zip(lines[1:], flagged or [False] * len(rows), strict=True):
            cells = [Text(row[index], style="dim" if row[index] in _MISSING else "") for index in piece]
            table.add_row(*cells, style="red" if is_flagged else "")
        console.print(table)


def _least_width(column: Sequence[str], side: str) -> int:
    """The columns a column needs: its numbers are whole in it, its names broken at words or, if long, in them."""
    heading, *cells = column
    natural = max(map(columns_of, column))
    heading_word = max(map(columns_of, heading.split()), default=0)
    if side == "r":
        return max([min(heading_word, LONGEST_WORD), *map(columns_of, cells)])
    cell_word = max((columns_of(word) for cell in cells for word in cell.split()), default=0)
    return min(natural, max(READABLE, min(max(heading_word, cell_word), LONGEST_WORD)))


def _pieces(least: Sequence[int], sides: str, screen: int) -> Iterator[list[int]]:
    """The numbers of the columns that stand beside each other, in each piece those first that tell rows apart.

    These are the first column and the texts that follow it, as long as they leave half of the screen free.
    """
    keys = [0]
    for index in range(1, len(sides) - len(sides.lstrip("l"))):
        if sum(least[key] + len(GAP) for key in [*keys, index]) > screen / 2:
            break
        keys.append(index)
    piece = list(keys)
    for index in range(len(keys), len(least)):
        if len(piece) > len(keys) and sum(least[other] + len(GAP) for other in piece) + least[index] > screen:
            yield piece
            piece = list(keys)
        piece.append(index)
    yield piece


def print_notes(notes: Iterable[str]) -> None:
    """Print sentences below each other, their later lines indented."""
    console = _console()
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(style="dim", width=1)
    grid.add_column(max_width=WIDEST_TEXT, overflow="fold")
    for note in notes:
        grid.add_row("-", Text(one_line(note)))
    console.print(grid)


def print_bold(text: str) -> None:
    """Print a heading."""
    _console().print(Text(one_line(text), style="bold"), overflow="fold")


def progress_bar(label: str, steps: Iterable[Step], length: int | None) -> Iterator[Step]:
    """Yield the steps, and draw on standard error how many of them are done; ``length`` is ``None`` if nobody knows."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    # rich would draw in a thread of its own and catch what others print; commands fork, and print what they made
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn() if length is not None else TextColumn("{task.completed:.0f}"),
        TimeElapsedColumn(),
        console=_console(stderr=True),
        auto_refresh=False,
        redirect_stdout=False,
        redirect_stderr=False,
    ) as progress:
        task, drawn = progress.add_task(one_line(label), total=length), 0.0
        for step in steps:
            yield step
            progress.advance(task)
            if time.monotonic() - drawn > REDRAWN_AFTER:
                progress.refresh()
                drawn = time.monotonic()


def _console(*, stderr: bool = False) -> Console:
    width = max(shutil.get_terminal_size().columns, NARROWEST_SCREEN)
    stream = sys.stderr if stderr else sys.stdout
    return Console(file=stream, width=width, markup=False, highlight=False, emoji=False)
