"""The problems of a table's rows, each kind told once: by column, cause and remedy."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from io import TextIOWrapper
from pathlib import Path

from cemaudit.errors import Problem, Sayable
from cemaudit.exchange.tables.delimited import escape_formula
from cemaudit.files import replaced
from cemaudit.language import Message, message

__all__ = ["PROBLEM_COLUMNS", "ProblemGroups", "ProblemListener", "problem_table"]

MOST_GROUPS = 10_000
"""Kinds of problems kept; rows with a further one are only counted."""

ROWS_SHOWN = 3
VALUES_SHOWN = 3
LONGEST_VALUE = 40


ProblemListener = Callable[[str, int | None, Problem], None]
"""Is told of a problem: the file, the row if it has rows, and what is wrong, placed at its column."""

PROBLEM_COLUMNS = ("file", "row", "column", "problem", "remedy")
"""The columns of a table of problems."""


@contextmanager
def problem_table(path: Path) -> Iterator[ProblemListener]:
    """Write each problem of each row to a CSV file of ``PROBLEM_COLUMNS``, whole or not at all.

    UTF-8 with its mark, so that spreadsheet programs see Korean; no cell is a formula. ``BadEnvironment`` where the
    file cannot be written.
    """
    with replaced(path) as file:
        text = TextIOWrapper(file, "utf-8-sig", newline="", write_through=True)
        writer = csv.writer(text)
        writer.writerow(PROBLEM_COLUMNS)

        def add(source: str, row: int | None, problem: Problem) -> None:
            cells = (source, "" if row is None else str(row), problem.place, str(problem.what), str(problem.hint or ""))
            writer.writerow(map(escape_formula, cells))

        yield add
        text.detach()


@dataclass
class ProblemGroups:
    """Gathers the problems of the rows of ``table``, in the order of the rows.

    Problems are of one kind where column, cause and remedy are the same, whatever the cells hold. ``listener`` is told
    of each problem of each row.
    """

    table: str
    listener: ProblemListener | None = None
    _groups: dict[tuple[str, ...], _ProblemGroup] = field(default_factory=dict)

    def add(self, row: int | None, problem: Problem) -> None:
        """Add a problem of a row, placed at its column (or nowhere, where it concerns the whole row).

        ``row`` is ``None`` where the file is one form and has no rows.
        """
        if self.listener:
            self.listener(self.table, row, problem)
        kind = _kind_of(problem)
        group = self._groups.get(kind)
        if group is None:
            if len(self._groups) == MOST_GROUPS:
                return
            group = self._groups[kind] = _ProblemGroup(problem)
        group.add(row, problem)

    @property
    def problems(self) -> list[Problem]:
        """One problem for each kind, which names the first rows and counts the others."""
        return [group.told().inside(self.table) for group in self._groups.values()]


@dataclass
class _ProblemGroup:
    """Problems of one kind: the first of them, its first rows, and the first values that were found."""

    first: Problem
    rows: list[int | None] = field(default_factory=list)
    count: int = 0
    values: dict[str, dict[str, None]] = field(default_factory=dict)
    _last_row: int | None = None

    def add(self, row: int | None, problem: Problem) -> None:
        """Add a row, counted once however often it has the problem."""
        for name, value in _cell_values(problem.what):
            values = self.values.setdefault(name, {})
            if len(values) <= VALUES_SHOWN:
                values.setdefault(value)
        if self.count and row == self._last_row:
            return
        self._last_row = row
        self.count += 1
        if len(self.rows) < ROWS_SHOWN:
            self.rows.append(row)

    def told(self) -> Problem:
        """The problem of all rows; that of a single row as it is."""
        problem = replace(self.first, what=self._cause())
        if self.count == 1:
            (row,) = self.rows
            return problem if row is None else problem.inside(message("row {number}", number=row))
        problem = replace(problem, place=str(_rows(self.rows, self.count)))
        return problem.inside(message("column {name}", name=self.first.place)) if self.first.place else problem

    def _cause(self) -> Sayable:
        cause = self.first.what
        if not isinstance(cause, Message):
            return cause
        differing = {name: _listed(list(values)) for name, values in self.values.items() if len(values) > 1}
        return Message(cause.text, {**cause.values, **differing})


def _kind_of(problem: Problem) -> tuple[str, ...]:
    """Column, remedy and cause; what the cell held is no part of the cause."""
    cause = problem.what
    remedy = str(problem.hint) if problem.hint else ""
    if not isinstance(cause, Message):
        return problem.place, remedy, str(cause)
    expected = (f"{name}={value}" for name, value in cause.values.items() if isinstance(value, Message))
    return problem.place, remedy, cause.text, *expected


def _cell_values(cause: Sayable) -> Iterator[tuple[str, str]]:
    """What a sentence says of the cell itself: its values that are no sentences of ours."""
    values: Mapping[str, object] = cause.values if isinstance(cause, Message) else {}
    return ((name, str(value)) for name, value in values.items() if not isinstance(value, Message))


def _rows(rows: list[int | None], count: int) -> Message:
    numbers = ", ".join(map(str, rows))
    if count == len(rows):
        return message("rows {rows}", rows=numbers)
    return message("rows {rows} and {count} more", rows=numbers, count=f"{count - len(rows):,}")


def _listed(values: list[str]) -> str:
    """The first values of several cells, each cut to a length at which all of them can be read."""
    shortened = [value if len(value) <= LONGEST_VALUE else f"{value[: LONGEST_VALUE - 1]}…" for value in values]
    return "; ".join(shortened[:VALUES_SHOWN]) + ("; …" if values[VALUES_SHOWN:] else "")
