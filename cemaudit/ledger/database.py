"""Where a ledger lies: in a file of SQLite, or on a PostgreSQL server. The same statements serve both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from cemaudit.errors import BadEnvironment

__all__ = ["BUSY_TIMEOUT", "ConnectionLost", "Database", "Row", "Value", "columns_by_table", "select_in", "statements"]

BUSY_TIMEOUT = 30
"""Seconds to wait for another process that is just writing."""

_MOST_VALUES = 500

Value = str | int | bytes | None
Row = tuple[Any, ...]


class ConnectionLost(BadEnvironment):
    """The server went away; what was not committed is not there."""


class Database(Protocol):
    """What a ledger asks of its database. Errors of drivers come as ``BadInput`` or ``BadEnvironment``, in one line."""

    place: str
    """For people; without a password."""

    file: Path | None
    """The file, where it is one."""

    types: Mapping[str, str]
    """What ``{blob}`` and ``{number}`` are called in the statements that make tables."""

    def run(self, statement: str, values: Sequence[Value] = ()) -> list[Row]:
        """The rows of a statement with ``?`` for its values. Outside a transaction only to read."""

    def many(self, statement: str, rows: Iterable[Sequence[Value]]) -> None:
        """A statement for every row of values."""

    def transaction(self, *, making: bool = False) -> AbstractContextManager[None]:
        """All or nothing, and one writer at a time; ``making``: the tables may not be there yet."""

    def version(self) -> int:
        """Which version the ledger is of, 0 where there is none; ``BadInput`` where something else is there."""

    def set_version(self, version: int) -> None:
        """Mark the database as a ledger of that version."""

    def columns(self) -> dict[str, tuple[str, ...]]:
        """The columns of each of its tables."""

    def knows_people(self) -> bool:
        """Whether the shoppers' identities can be read."""

    def make_people(self) -> None:
        """Make room for the shoppers' identities, where there is none."""

    def faults(self) -> list[str]:
        """What the database itself finds damaged."""

    def size(self) -> int:
        """How many bytes it takes."""

    def reconnect(self) -> None:
        """Connect anew where the server went away."""

    def close(self) -> None:
        """Let it go."""


def select_in(database: Database, statement: str, values: Sequence[Value]) -> list[Row]:
    """Return the rows of a statement that asks for something ``in ({places})``, for any number of values."""
    rows: list[Row] = []
    # In pieces: how many values a statement may have is limited, by each database in its own way.
    for start in range(0, len(values), _MOST_VALUES):
        chunk = values[start : start + _MOST_VALUES]
        rows += database.run(statement.format(places=", ".join("?" * len(chunk))), chunk)
    return rows


def statements(text: str) -> list[str]:
    """Return the single statements of a text."""
    return [statement.strip() for statement in text.split(";") if statement.strip()]


def columns_by_table(rows: Iterable[Row]) -> dict[str, tuple[str, ...]]:
    """Return pairs of a table and a column as one entry for each table."""
    columns: dict[str, tuple[str, ...]] = {}
    for table, column in rows:
        columns[table] = (*columns.get(table, ()), column)
    return columns
