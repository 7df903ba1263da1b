"""A ledger in a file of SQLite, with the shoppers' identities in a second file beside it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from cemaudit.errors import BadEnvironment, BadInput, Problem, Sayable
from cemaudit.files import make_private_file, refuse_unreadable
from cemaudit.language import N_, message
from cemaudit.ledger.database import BUSY_TIMEOUT, Row, Value, columns_by_table

__all__ = ["APPLICATION", "Sqlite", "media_folder_of", "people_file"]

APPLICATION = 0x63656D6C
"""Marks the file as a ledger (SQLite's ``application_id``)."""

_CACHE = 64_000
"""Kilobytes of the file that are kept in memory."""

_WHY = {
    sqlite3.SQLITE_BUSY: N_("another program is writing to it, and did not end in time"),
    sqlite3.SQLITE_LOCKED: N_("another program is writing to it, and did not end in time"),
    sqlite3.SQLITE_FULL: N_("the disk is full"),
    sqlite3.SQLITE_READONLY: N_("it may only be read"),
    sqlite3.SQLITE_PERM: N_("it may only be read"),
    sqlite3.SQLITE_CANTOPEN: N_("it cannot be opened"),
    sqlite3.SQLITE_IOERR: N_("the disk does not answer as it should"),
}
_RIGHTS = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN}
_LAST_OF_PRIMARY_CODE = 0xFF


class Sqlite:
    """A database in the file ``path``; see ``Database``."""

    types: Mapping[str, str] = {"blob": "blob", "number": "integer"}

    def __init__(self, path: Path, *, make: bool = False) -> None:
        self.place = str(path)
        self.file: Path | None = path
        self._path = path
        if path.is_dir() or not make:
            refuse_unreadable(path)
        with self._told():
            path.parent.mkdir(parents=True, exist_ok=True)
            # Before SQLite makes the file, which would then be open to more than its owner.
            make_private_file(path)
            # Without an isolation level: transactions are begun by statements, as on a server.
            self._link = sqlite3.connect(path, timeout=BUSY_TIMEOUT, isolation_level=None)
            try:
                self._begin()
            except BaseException:
                self._link.close()
                raise

    def run(self, statement: str, values: Sequence[Value] = ()) -> list[Row]:
        with self._told():
            return self._link.execute(statement, values).fetchall()

    def many(self, statement: str, rows: Iterable[Sequence[Value]]) -> None:
        with self._told():
            self._link.executemany(statement, rows)

    @contextmanager
    def transaction(self, *, making: bool = False) -> Iterator[None]:  # noqa: ARG002 (one way serves both)
        # The right to write is taken at once: two that read first could not both write then.
        self.run("begin immediate")
        try:
            yield
            self.run("commit")
        except BaseException:
            if self._link.in_transaction:
                self.run("rollback")
            raise

    def version(self) -> int:
        # In one statement: another process may make the ledger between two of them.
        ((application, version, tables),) = self.run(
            "select (select application_id from pragma_application_id), "
            "(select user_version from pragma_user_version), (select count(*) from main.sqlite_master)"
        )
        if application == APPLICATION:
            return int(version)
        # Another program's database: nothing is ever added to it.
        if tables or application:
            raise BadInput(Problem(message("not a ledger of cemaudit"), self.place, message("name another file")))
        return 0

    def set_version(self, version: int) -> None:
        self.run(f"pragma application_id = {APPLICATION}")
        self.run(f"pragma user_version = {version}")

    def columns(self) -> dict[str, tuple[str, ...]]:
        query = "select m.name, c.name from main.sqlite_master m join pragma_table_info(m.name, 'main') c"
        return columns_by_table(self.run(f"{query} where m.type = 'table' order by m.name, c.cid"))

    def knows_people(self) -> bool:
        return any(name == "people" for _, name, _ in self.run("pragma database_list"))

    def make_people(self) -> None:
        if not self.knows_people():
            with self._told():
                make_private_file(people_file(self._path))
                self._attach()
                self._make_durable()

    def faults(self) -> list[str]:
        schemas = ["main", *(["people"] if self.knows_people() else [])]
        messages = [str(fault) for schema in schemas for (fault,) in self.run(f"pragma {schema}.integrity_check")]
        return [fault for fault in messages if fault != "ok"]

    def size(self) -> int:
        return sum(path.stat().st_size for path in (self._path, people_file(self._path)) if path.exists())

    def reconnect(self) -> None:
        """A file does not go away."""

    def close(self) -> None:
        self._link.close()

    def copy_to(self, copies: Mapping[str, Path]) -> None:
        """Copy ``main`` and ``people`` to new files, both as they stand at one moment; who writes meanwhile waits."""
        self.run("begin")
        # With the first read of each, both are held as they are.
        try:
            for schema in copies:
                self.run(f"select count(*) from {schema}.sqlite_master")
            for schema, path in copies.items():
                self._copy(schema, path)
        finally:
            self.run("rollback")

    def _copy(self, schema: str, path: Path) -> None:
        with self._told():
            make_private_file(path)
            copy = sqlite3.connect(path, isolation_level=None)
            try:
                self._link.backup(copy, name=schema)
            finally:
                copy.close()

    def _begin(self) -> None:
        self._link.execute(f"pragma cache_size = -{_CACHE}")
        if os.access(people_file(self._path), os.R_OK):  # they may be kept from whoever runs this
            self._attach()
        self._make_durable()

    def _attach(self) -> None:
        self._link.execute("attach database ? as people", (str(people_file(self._path)),))

    def _make_durable(self) -> None:
        """A rollback journal, and every commit on the disk before it counts, in both files."""
        self._link.execute("pragma journal_mode = truncate")
        for _, name, _ in self._link.execute("pragma database_list").fetchall():
            self._link.execute(f"pragma {name}.synchronous = full")

    @contextmanager
    def _told(self) -> Iterator[None]:
        """SQLite's errors in words."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            raise _in_words(error, self.place) from error
        except OSError as error:
            text = message("the ledger cannot be used: {why}", why=error.strerror or error)
            raise BadEnvironment(Problem(text, self.place)) from error


def people_file(ledger: Path) -> Path:
    """Return where the identities of a ledger's shoppers lie: ``hq.people.db`` for ``hq.db``."""
    return ledger.with_suffix(".people.db")


def media_folder_of(ledger_file: Path) -> Path:
    """Return where the evidence of a ledger in a file lies, unless it is said otherwise: ``hq-media`` for ``hq.db``."""
    return ledger_file.with_name(f"{ledger_file.stem}-media")


def _in_words(error: sqlite3.DatabaseError, place: str) -> BadInput | BadEnvironment:
    code = getattr(error, "sqlite_errorcode", 0) & _LAST_OF_PRIMARY_CODE
    if code == sqlite3.SQLITE_NOTADB:
        return BadInput(Problem(message("not a ledger of cemaudit"), place, message("name another file")))
    if code == sqlite3.SQLITE_CORRUPT:
        return BadInput(Problem(message("the file is damaged: {why}", why=error), place, message("take a backup")))
    why: Sayable = message(_WHY[code]) if code in _WHY else message("{value}", value=error)
    hint = message("the file and its folder must both be open to you for writing") if code in _RIGHTS else None
    return BadEnvironment(Problem(message("the ledger cannot be used: {why}", why=why), place, hint))
