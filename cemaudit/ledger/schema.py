"""The tables of a ledger, and how an older ledger is brought up to date. Columns are explained in docs/ledger.md.

Rows are added, never changed (but for what a purge takes away): each names the ``batch``, the entry of the trail that
brought it and vouches for it.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import cache

from cemaudit.errors import BadEnvironment, BadInput, Problem
from cemaudit.language import message
from cemaudit.ledger.database import Database, statements

__all__ = [
    "AUDITED_TABLES",
    "MIGRATIONS",
    "UNAUDITED_COLUMNS",
    "check_columns",
    "columns_of",
    "keys_of",
    "latest_version",
    "migrate",
]

MIGRATIONS: tuple[str, ...] = (
    """
create table ledger (name text primary key, value text not null);
create table trail (
  number {number} primary key, at text not null, kind text not null, subject text not null, document text not null,
  hash text not null
);
create table checklist (
  ref text primary key, digest text not null, document text not null, batch bigint not null
);
create table scheme (
  ref text primary key, digest text not null, document text not null, batch bigint not null
);
create table store (
  number {number} primary key, id text not null, name text not null, region text, format text, brand text, owner text,
  opened text, pool text, document text not null, batch bigint not null
);
create index store_by_id on store (id, number);
create index store_by_batch on store (batch);
create table visit (
  number {number} primary key, id text not null, revision bigint not null, checklist text not null,
  store text not null, shopper text, wave text, day text, digest text not null, supersedes text, stored text not null,
  sealed text, signer text, document {blob} not null, batch bigint not null,
  unique (id, revision)
);
create index visit_by_batch on visit (batch);
create index visit_amended on visit (id, revision) where revision > 1;
create table state (
  number {number} primary key, visit bigint not null, state text not null, reason text not null, who text not null,
  at text not null, batch bigint not null
);
create index state_by_visit on state (visit, number);
create index state_by_batch on state (batch);
create table audit (
  visit bigint not null, scheme text not null, band text, scores text not null, batch bigint not null,
  primary key (visit, scheme)
);
create index audit_by_batch on audit (batch);
create table snapshot (
  file text primary key, checklist text not null, scheme text not null, visits bigint not null, first bigint not null,
  last bigint not null, sha256 text not null, made text not null, batch bigint not null
);
create table if not exists people.secret (value text not null);
create table if not exists people.person (pseudonym text primary key, kind text not null, code text not null);
create table if not exists people.paper (
  visit text not null, revision bigint not null, name text not null, document text not null, digest text not null,
  primary key (visit, revision, name)
)
""",
    """
create table action (
  number {number} primary key, id text not null, since text not null, document text not null, batch bigint not null
);
create index action_by_id on action (id, number);
create index action_by_batch on action (batch)
""",
    "drop table audit",  # nothing was ever in it: scores are in snapshots
    """
create table mark (
  visit bigint primary key, missing text not null, started text, finished text, batch bigint not null
);
create index mark_by_batch on mark (batch);
create table setting (
  number {number} primary key, name text not null, value text not null, who text not null, at text not null,
  batch bigint not null
);
create index setting_by_batch on setting (batch);
create index visit_by_shopper on visit (shopper, day)
""",
    """
create table appeal (
  number {number} primary key, visit bigint not null, item text not null, reason text not null, evidence text,
  who text not null, at text not null, batch bigint not null
);
create index appeal_by_visit on appeal (visit);
create index appeal_by_batch on appeal (batch);
create table decision (
  appeal bigint primary key, outcome text not null, reason text not null, revision bigint, signature text,
  who text not null, at text not null, batch bigint not null
);
create index decision_by_batch on decision (batch);
create table action_update (
  number {number} primary key, action text not null, status text not null, day text, comment text not null,
  photo text, who text not null, at text not null, batch bigint not null
);
create index action_update_by_action on action_update (action, number);
create index action_update_by_batch on action_update (batch);
create table screening (
  number {number} primary key, visit bigint not null, rule text not null, place text not null, other bigint,
  figure text not null, at text not null, batch bigint not null
);
create index screening_by_visit on screening (visit);
create index screening_by_batch on screening (batch);
create table picture_hash (file text primary key, hash text not null)
""",
)
"""The statements that bring a ledger from each version to the next one, from 0: nothing there."""

AUDITED_TABLES = (
    "checklist", "scheme", "store", "visit", "state", "snapshot", "action", "mark", "setting", "appeal", "decision",
    "action_update", "screening",
)  # fmt: skip
"""The tables whose rows the trail vouches for."""

UNAUDITED_COLUMNS = {"visit": {"document"}}
"""Columns the trail does not repeat: ``stored`` is the SHA-256 of ``document``."""


def latest_version() -> int:
    """Return the version of a ledger of today."""
    return len(MIGRATIONS)


def migrate(database: Database) -> int:
    """Make the tables, or bring them up to date, in the open transaction; return the version there was before.

    ``BadEnvironment`` where a newer cemaudit made the ledger.
    """
    before = database.version()
    if before > latest_version():
        hint = message("install a newer cemaudit")
        raise BadEnvironment(Problem(message("written by a newer cemaudit"), database.place, hint))
    for text in MIGRATIONS[before:]:
        for statement in statements(text.format(**database.types)):
            database.run(statement)
    if before < latest_version():
        database.set_version(latest_version())
    return before


def check_columns(database: Database) -> None:
    """Raise ``BadInput`` where a table is not as it was made."""
    present = database.columns()
    for table, columns in _tables().items():
        missing, strange = set(columns) - set(present.get(table, ())), set(present.get(table, ())) - set(columns)
        if missing or strange:
            columns_changed = ", ".join(
                [*(f"-{name}" for name in sorted(missing)), *(f"+{name}" for name in sorted(strange))]
            )
            text = message("table {table} is not as cemaudit made it: {columns}", table=table, columns=columns_changed)
            raise BadInput(Problem(text, database.place, message("undo what changed it, or take a backup")))


def columns_of(table: str) -> tuple[str, ...]:
    """Return the columns of a table, in order; ``batch`` is the last one of those the trail vouches for."""
    return tuple(_tables()[table])


@cache
def keys_of(table: str) -> tuple[str, ...]:
    """Return the columns of its primary key."""
    keys = {place: column for column, place in _tables()[table].items() if place}
    return tuple(keys[place] for place in sorted(keys))


@cache
def _tables() -> dict[str, dict[str, int]]:
    """The tables of a ledger of today: the columns of each, with their place in its key (0: in none)."""
    # Made in memory and asked of SQLite: the statements alone say which columns there are.
    query = "select m.name, c.name, c.pk from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table'"
    columns_by_table: dict[str, dict[str, int]] = {}
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as link:
        link.execute("attach database ':memory:' as people")
        for text in MIGRATIONS:
            for statement in statements(text.format(blob="blob", number="integer")):
                link.execute(statement)
        for table, column, key_position in link.execute(f"{query} order by m.name, c.cid"):
            columns_by_table.setdefault(table, {})[column] = key_position
    return columns_by_table
