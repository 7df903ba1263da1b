"""A ledger on a PostgreSQL server; the shoppers' identities lie in a schema of their own, ``people``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from cemaudit.errors import BadEnvironment, BadInput, Problem, Sayable
from cemaudit.language import N_, message
from cemaudit.ledger.database import BUSY_TIMEOUT, ConnectionLost, Row, Value, columns_by_table

if TYPE_CHECKING:
    import psycopg

__all__ = ["Postgres"]

_OURS = 0x63656D6C
"""The number of the lock that is held while tables are made."""

_WHY = {
    "28P01": N_("the server does not accept user and password"),
    "28000": N_("the server does not let this user in"),
    "3D000": N_("the server has no such database"),
    "42501": N_("this user has no right to do that"),
    "53100": N_("the disk is full"),
    "53300": N_("the server has too many connections"),
    "55P03": N_("another program is writing to it, and did not end in time"),
    "25006": N_("it may only be read"),
}

_MARKS_OF_CODES = {
    "password authentication failed": "28P01",
    "no password supplied": "28P01",
    "no pg_hba.conf entry": "28000",
    'role "': "28000",
    'database "': "3D000",
    "too many clients": "53300",
}
"""By their words the SQLSTATEs of errors while connecting, of which libpq keeps nothing else."""

_NOT_OURS = {"42P01", "42703"}  # no such table, no such column
_CONNECT = 10


class Postgres:
    """The database at ``url``; see ``Database``."""

    types: Mapping[str, str] = {"blob": "bytea", "number": "bigint"}
    file: Path | None = None

    def __init__(self, url: str) -> None:
        try:
            import psycopg  # noqa: PLC0415 (an extra)
        except ImportError as error:
            hint = message("install it: {command}", command="pip install 'cemaudit[postgres]'")
            text = message("a ledger on a server needs the extra {extra}", extra="postgres")
            raise BadEnvironment(Problem(text, hint=hint)) from error
        self._driver: Any = psycopg
        self._url = url
        self._passwords = _passwords(url)
        self.place = _without_password(url)
        self._inside = False
        self._link = self._connected()

    def run(self, statement: str, values: Sequence[Value] = ()) -> list[Row]:
        try:
            return self._run(statement, values)
        except ConnectionLost:
            if self._inside:
                raise
            # Outside a transaction it was only to read, which can be done once more.
            self.reconnect()
            return self._run(statement, values)

    def many(self, statement: str, rows: Iterable[Sequence[Value]]) -> None:
        with self._told(), self._link.cursor() as cursor:
            cursor.executemany(_ours(statement), rows)

    @contextmanager
    def transaction(self, *, making: bool = False) -> Iterator[None]:
        self.run("begin")
        self._inside = True
        try:
            # While tables are made there may be none to lock yet.
            if making:
                self.run(f"select pg_advisory_xact_lock({_OURS})")
            # One writer at a time, as each line of the trail holds the hash of the one before; others read on.
            if not making or "trail" in self.columns():
                self.run("lock table trail in exclusive mode")
            yield
            self.run("commit")
        except BaseException:
            with suppress(BadEnvironment):
                self.run("rollback")
            raise
        finally:
            self._inside = False

    def version(self) -> int:
        tables = self.columns()
        if "ledger" in tables:
            if {"name", "value"} <= set(tables["ledger"]):
                rows = self.run("select value from ledger where name = 'version'")
                if rows and str(rows[0][0]).isdecimal():
                    return int(rows[0][0])
            raise BadInput(Problem(message("not a ledger of cemaudit"), self.place, message("name another database")))
        if tables:
            text = message("this database holds other tables: {names}", names=", ".join(tables))
            raise BadInput(Problem(text, self.place, message("make a database for the ledger alone")))
        return 0

    def set_version(self, version: int) -> None:
        self.run("delete from ledger where name = 'version'")
        self.run("insert into ledger (name, value) values ('version', ?)", (str(version),))

    def columns(self) -> dict[str, tuple[str, ...]]:
        """Of all tables there are, also those this user has no right to: what is not seen would seem to be missing."""
        query = (
            "select relname::text, attname::text from pg_class join pg_namespace n on n.oid = relnamespace "
            "join pg_attribute on attrelid = pg_class.oid where nspname = current_schema() "
            "and relkind in ('r', 'p', 'v', 'm', 'f') and attnum > 0 and not attisdropped order by relname, attnum"
        )
        return columns_by_table(self.run(query))

    def knows_people(self) -> bool:
        query = "select count(*) from pg_namespace where nspname = 'people' and has_schema_privilege(oid, 'usage')"
        return self.run(query) == [(1,)]

    def make_people(self) -> None:
        with self.transaction(making=True):
            self.run("create schema if not exists people")

    def faults(self) -> list[str]:
        return []

    def size(self) -> int:
        ((size,),) = self.run("select pg_database_size(current_database())")
        return int(size)

    def reconnect(self) -> None:
        with suppress(self._driver.Error):
            self._link.close()
        self._link = self._connected()

    def close(self) -> None:
        self._link.close()

    def _connected(self) -> psycopg.Connection[Row]:
        with self._told(connecting=True):
            options: dict[str, Any] = {} if "connect_timeout" in self._url else {"connect_timeout": _CONNECT}
            link: psycopg.Connection[Row] = self._driver.connect(
                self._url, autocommit=True, application_name="cemaudit", **options
            )
            # A writer waits for another one as long as with a file.
            link.execute(f"set lock_timeout = '{int(BUSY_TIMEOUT * 1000)}ms'")
            link.execute("set client_min_messages = warning")
            return link

    def _run(self, statement: str, values: Sequence[Value]) -> list[Row]:
        with self._told():
            cursor = self._link.execute(_ours(statement), values or None)
            return cursor.fetchall() if cursor.description else []

    @contextmanager
    def _told(self, *, connecting: bool = False) -> Iterator[None]:
        """The driver's errors in words, without the password."""
        try:
            yield
        except self._driver.Error as error:
            gone = not connecting and self._link.closed
            # Without the driver's own error behind it, in which the password might stand.
            raise self._in_words(error, gone=gone, connecting=connecting) from None

    def _in_words(self, error: psycopg.Error, *, gone: bool, connecting: bool) -> BadInput | BadEnvironment:
        code = error.sqlstate or next((code for mark, code in _MARKS_OF_CODES.items() if mark in str(error)), None)
        if code in _NOT_OURS:
            return BadInput(Problem(message("not a ledger of cemaudit"), self.place, message("name another database")))
        # The driver's words may repeat the address, password and all.
        driver_message = " ".join(str(error).split())
        for secret in self._passwords:
            driver_message = driver_message.replace(secret, "***")
        why: Sayable = message(_WHY[code]) if code in _WHY else message("{value}", value=driver_message)
        if gone:
            hint = message("run the same again: nothing is collected twice")
            return ConnectionLost(
                Problem(message("the connection to the server was lost: {why}", why=why), self.place, hint)
            )
        if connecting and code not in _WHY:
            text = message("the server cannot be reached: {why}", why=why)
            return BadEnvironment(
                Problem(text, self.place, message("see whether it runs, and that the address is right"))
            )
        return BadEnvironment(Problem(message("the ledger cannot be used: {why}", why=why), self.place))


def _ours(statement: str) -> str:
    return statement.replace("?", "%s")


_BEFORE_HOST = re.compile(r"^(\w+://[^/@]*?):([^/]*)@")
_AS_VALUE = re.compile(r"([?&]password=)([^&]*)")


def _passwords(url: str) -> set[str]:
    """Whatever in ``url`` may be one, as it is written and as it is meant; also where it is no address."""
    passwords = [match[2] for pattern in (_BEFORE_HOST, _AS_VALUE) for match in pattern.finditer(url)]
    return {secret for written in passwords for secret in (written, unquote(written)) if secret}


def _without_password(url: str) -> str:
    """``url`` as it may be shown."""
    return _AS_VALUE.sub(r"\1***", _BEFORE_HOST.sub(r"\1@", url))
