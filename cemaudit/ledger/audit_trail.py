"""The ledger's own audit trail: a chain of hashes that vouches for every row the ledger holds."""

from __future__ import annotations

import getpass
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from operator import itemgetter
from typing import Any, NamedTuple

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.canonical_json import canonical
from cemaudit.language import message
from cemaudit.ledger.database import Database, Row, Value
from cemaudit.ledger.schema import UNAUDITED_COLUMNS, columns_of, keys_of

__all__ = ["FIRST", "Trail", "TrailEntry", "TrailLine", "current_user", "digest_of", "rows_of", "utc_now"]

FIRST = "0" * 64
"""What the hash of the first line is chained to."""

_AT_ONCE = 1_000


class TrailLine(NamedTuple):
    """One line of the trail: what was done, to what; ``document`` (JSON): by whom, and the rows that came with it."""

    number: int
    at: str
    kind: str
    subject: str
    document: str
    hash: str

    @property
    def said(self) -> Mapping[str, Any]:
        """Return the document."""
        content: Mapping[str, Any] = json.loads(self.document)
        return content

    def hashed(self, before: str) -> str:
        """Return the hash the line must have after a line of hash ``before``."""
        return hashlib.sha256(before.encode() + canonical(self[:-1])).hexdigest()


class TrailEntry:
    """A line in the making: rows are added to it while its transaction is open. ``number`` is their ``batch``."""

    def __init__(self, database: Database, number: int, before: str, kind: str, who: str) -> None:
        self.database, self.number, self.kind, self.who, self.at = database, number, kind, who, utc_now()
        self.subject = ""
        self.hash = ""
        self._before = before
        self._document: dict[str, Any] = {"by": who}
        self._brought: dict[str, list[Row]] = {}

    @property
    def has_content(self) -> bool:
        """Whether there is anything to write down."""
        return bool(self._brought) or len(self._document) > 1

    def note(self, **members: Any) -> None:
        """Write something down, as JSON; no person's data, for it stays."""
        self._document |= members

    def add(self, table: str, rows: Sequence[Sequence[Value]]) -> None:
        """Add rows, each with all columns of ``table`` but the last one, ``batch``."""
        if not rows:
            return
        columns = columns_of(table)
        # Written with their batch, so that the line can be held against its rows at any time.
        places = ", ".join("?" * len(columns))
        whole = [(*row, self.number) for row in rows]
        self.database.many(f"insert into {table} ({', '.join(columns)}) values ({places})", whole)
        left_out = UNAUDITED_COLUMNS.get(table, set())
        kept = [number for number, name in enumerate(columns) if name not in left_out]
        self._brought.setdefault(table, []).extend(map(itemgetter(*kept), whole))

    def next_number(self, table: str) -> int:
        """Return the number that the next row of a table gets."""
        ((last,),) = self.database.run(f"select coalesce(max(number), 0) from {table}")
        return int(last) + 1

    def rehash(self, table: str, batch: int) -> None:
        """Vouch for what the rows of an earlier entry have become, after some of their columns were changed."""
        again = self._document.setdefault("again", {}).setdefault(table, {})
        again[str(batch)] = digest_of(table, rows_of(self.database, table, batch))

    def line(self) -> TrailLine:
        """Return the line as it is written."""
        brought = {table: digest_of(table, rows) for table, rows in self._brought.items()}
        document = canonical(self._document | ({"brought": brought} if brought else {})).decode()
        line = TrailLine(self.number, self.at, self.kind, self.subject, document, "")
        return line._replace(hash=line.hashed(self._before))


class Trail:
    """The lines of a ledger's trail; what is written is written in the name of ``who``."""

    def __init__(self, database: Database, who: str) -> None:
        self._database, self._who = database, who

    def begin(self, kind: str) -> TrailEntry:
        """Return a new entry; a transaction must be open."""
        number, before = self.head()
        return TrailEntry(self._database, number + 1, before, kind, self._who)

    def end(self, entry: TrailEntry) -> None:
        """Write the entry down, where it says something."""
        # What changed nothing leaves no line: the same visits collected twice change nothing at all.
        if not entry.has_content:
            return
        line = entry.line()
        entry.hash = line.hash
        columns = ", ".join(TrailLine._fields)
        # The hash of the last line is noted apart: lines deleted from the end would break no chain.
        self._database.many(f"insert into trail ({columns}) values (?, ?, ?, ?, ?, ?)", [line])
        self._database.run("delete from ledger where name = 'head'")
        self._database.run("insert into ledger (name, value) values ('head', ?)", (f"{line.number} {line.hash}",))

    def head(self) -> tuple[int, str]:
        """Return number and hash of the last line; raise ``BadInput`` where that is no longer told."""
        rows = self._database.run("select value from ledger where name = 'head'")
        number, _, last = str(rows[0][0]).partition(" ") if rows else ("0", "", FIRST)
        if not number.isdecimal():
            raise BadInput(Problem(message("the trail does not end where it did"), "trail"))
        return int(number), last

    def has(self, entry: TrailEntry) -> bool:
        """Whether that very entry is written down."""
        return self._database.run("select hash from trail where number = ?", (entry.number,)) == [(entry.hash,)]

    def lines(self, after: int = 0) -> Iterator[TrailLine]:
        """Yield the lines after number ``after``, in order."""
        query = f"select {', '.join(TrailLine._fields)} from trail where number > ? order by number limit ?"
        while rows := self._database.run(query, (after, _AT_ONCE)):
            yield from (TrailLine(*row) for row in rows)
            after = rows[-1][0]


def rows_of(database: Database, table: str, batch: int) -> list[Row]:
    """Return what the trail vouches for in the rows an entry brought to a table."""
    left_out = UNAUDITED_COLUMNS.get(table, set())
    columns = ", ".join(name for name in columns_of(table) if name not in left_out)
    return database.run(f"select {columns} from {table} where batch = ?", (batch,))


def digest_of(table: str, rows: Iterable[Row]) -> dict[str, Any]:
    """Return how many rows, and the SHA-256 over them in the order of their keys."""
    left_out = UNAUDITED_COLUMNS.get(table, set())
    columns = [name for name in columns_of(table) if name not in left_out]
    # A database gives rows in any order; in that of their keys they have one digest in SQLite and PostgreSQL.
    in_order = sorted(rows, key=itemgetter(*(columns.index(name) for name in keys_of(table))))
    return {"rows": len(in_order), "sha256": hashlib.sha256(canonical(in_order)).hexdigest()}


def utc_now() -> str:
    """Return the time, UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def current_user() -> str:
    """Return the name of whoever runs this, as the system knows it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "?"
