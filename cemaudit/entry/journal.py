"""The drafts of a laptop: append-only events in one SQLite file; what is written stays, whatever comes next."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from cemaudit.errors import BadEnvironment, BadInput, Problem
from cemaudit.files import make_private_file, make_private_folder
from cemaudit.language import message
from cemaudit.model import Checklist
from cemaudit.model.identity import new_id

__all__ = ["APPLICATION", "VERSION", "DraftHeader", "Event", "Journal"]

APPLICATION = 0x63656D64
"""Marks the file as ours (SQLite's ``application_id``)."""

VERSION = 1
PATIENCE = 30
"""Seconds to wait for another process that is just writing."""

_TABLES = """
create table checklist (digest text primary key, document text not null);
create table draft (
  number integer primary key, id text not null unique, made text not null,
  checklist text not null references checklist (digest)
);
create table event (
  number integer primary key, draft integer not null references draft (number),
  step integer not null, at text not null, name text not null, value text not null
);
create index event_of_draft on event (draft, number);
"""


@dataclass(frozen=True)
class DraftHeader:
    """A draft's number on this laptop, its id (that of its visit too, unless it amends one), when it was begun."""

    number: int
    id: str
    made: datetime


@dataclass(frozen=True)
class Event:
    """What happened to a draft; what was asked at once shares a ``step``, what cannot be taken back has step 0."""

    step: int
    at: datetime
    name: str
    value: Any


class Journal:
    """The events of all drafts. ``BadEnvironment`` where the file cannot be used or written."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with self._told():
            make_private_folder(path.parent)
            make_private_file(path)
            self._file = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
            self._file.execute("pragma journal_mode = truncate")
            self._file.execute("pragma synchronous = full")
            self._make_or_check()

    def close(self) -> None:
        """Let the file go."""
        self._file.close()

    def begin(self, checklist: Checklist, given: Mapping[str, Any]) -> DraftHeader:
        """A new draft with what is known from the start; it keeps the checklist as it is now."""
        document = checklist.model_dump_json(by_alias=True, exclude_defaults=True)
        digest = sha256(document.encode()).hexdigest()
        made, draft_id = _now(), new_id()
        with self._transaction():
            self._file.execute("insert or ignore into checklist values (?, ?)", (digest, document))
            row = (draft_id, made.isoformat(), digest)
            cursor = self._file.execute("insert into draft (id, made, checklist) values (?, ?, ?)", row)
            number = int(cursor.lastrowid or 0)
            self._insert(number, 0, made, given)
        return DraftHeader(number, draft_id, made)

    def write(self, draft: int, step: int, changes: Mapping[str, Any]) -> None:
        """Add events, all or none; they are on the disk when this returns."""
        with self._transaction():
            self._insert(draft, step, _now(), changes)

    def headers(self) -> list[DraftHeader]:
        """Every draft, oldest first."""
        with self._told():
            rows = self._file.execute("select number, id, made from draft order by number").fetchall()
        return [DraftHeader(number, draft_id, datetime.fromisoformat(made)) for number, draft_id, made in rows]

    def checklist(self, draft: int) -> Checklist:
        """The checklist of a draft, as it was when the draft was begun."""
        query = "select document from checklist join draft on draft.checklist = digest where draft.number = ?"
        with self._told():
            (document,) = self._file.execute(query, (draft,)).fetchone()
        return Checklist.model_validate_json(document)

    def events(self, draft: int) -> list[Event]:
        """The events of a draft, in order."""
        query = "select step, at, name, value from event where draft = ? order by number"
        with self._told():
            rows = self._file.execute(query, (draft,)).fetchall()
        return [Event(step, datetime.fromisoformat(at), name, json.loads(value)) for step, at, name, value in rows]

    def _insert(self, draft: int, step: int, at: datetime, changes: Mapping[str, Any]) -> None:
        rows = [
            (draft, step, at.isoformat(), name, json.dumps(value, ensure_ascii=False))
            for name, value in changes.items()
        ]
        self._file.executemany("insert into event (draft, step, at, name, value) values (?, ?, ?, ?, ?)", rows)

    def _make_or_check(self) -> None:
        (application,) = self._file.execute("pragma application_id").fetchone()
        (version,) = self._file.execute("pragma user_version").fetchone()
        (tables,) = self._file.execute("select count(*) from sqlite_master").fetchone()
        if not tables and not application:
            self._make()
        elif application != APPLICATION:
            raise BadInput(Problem(message("not a file of drafts of cemaudit"), str(self.path)))
        elif version > VERSION:
            hint = message("install a newer cemaudit")
            raise BadEnvironment(Problem(message("written by a newer cemaudit"), str(self.path), hint))

    def _make(self) -> None:
        with self._transaction():
            if self._file.execute("select count(*) from sqlite_master").fetchone() != (0,):
                return  # another process was quicker
            for statement in filter(str.strip, _TABLES.split(";")):
                self._file.execute(statement)
            self._file.execute(f"pragma application_id = {APPLICATION}")
            self._file.execute(f"pragma user_version = {VERSION}")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._told():
            self._file.execute("begin immediate")
            try:
                yield
                self._file.execute("commit")
            except BaseException:
                if self._file.in_transaction:
                    self._file.execute("rollback")
                raise

    @contextmanager
    def _told(self) -> Iterator[None]:
        """SQLite's errors in words; the file of another kind of program is bad input."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            if "not a database" in str(error) or "malformed" in str(error):
                cause = message("not a readable file of drafts: {why}", why=error)
                raise BadInput(Problem(cause, str(self.path), message("put it aside and begin anew"))) from error
            raise BadEnvironment(_unsaved(self.path, error)) from error
        except OSError as error:
            raise BadEnvironment(_unsaved(self.path, error.strerror or error)) from error


def _unsaved(path: Path, why: object) -> Problem:
    hint = message("free space or access there, then go on with 'cemaudit resume'")
    return Problem(message("not saved: {why}", why=why), str(path), hint)


def _now() -> datetime:
    return datetime.now(UTC)
