"""A ledger of every earlier version opens, and everything in it is there."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.ledgers import held, take, visit

from cemaudit.ledger import open_ledger, schema
from cemaudit.ledger.ledger import open_database
from cemaudit.ledger.maintenance import check


def forget() -> None:
    for known in (schema._tables, schema.keys_of):
        known.cache_clear()


@pytest.fixture
def next_version(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A cemaudit that has learned something: its ledgers are of one version more."""
    further = (
        "create table mood (visit bigint primary key, mood text, batch bigint not null); create index x on mood (batch)"
    )
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, further))
    forget()
    yield
    monkeypatch.undo()
    forget()


def test_an_empty_database_is_version_0(url: str) -> None:
    database = open_database(url, make=True)
    assert database.version() == 0
    database.close()
    with open_ledger(url, make=True) as ledger:
        assert ledger.database.version() == schema.latest_version()
        (line,) = ledger.trail.lines()
        assert (line.kind, line.said["before"]) == ("made", 0)


def test_a_ledger_is_brought_forward(url: str, next_version: None, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as earlier:
        earlier.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:-1])
        forget()
        with open_ledger(url, make=True) as ledger:
            take(ledger, visit("v1"))
            before = ledger.database.version()
    forget()
    with open_ledger(url) as ledger:
        assert ledger.database.version() == before + 1
        assert held(ledger) == [("v1", 1)]
        assert take(ledger, visit("v1"), visit("v2")) == ["again", "collected"]
        assert [line.kind for line in ledger.trail.lines()] == ["made", "collected", "brought up to date", "collected"]
        assert "mood" in ledger.database.columns()
        assert list(check(ledger)) == []


def test_nothing_is_changed_where_a_step_fails(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_ledger(url, make=True) as ledger:
        take(ledger, visit("v1"))
        before = ledger.database.columns()
    monkeypatch.setattr(
        schema, "MIGRATIONS", (*schema.MIGRATIONS, "create table mood (x text); create table visit (x text)")
    )
    forget()
    with pytest.raises(Exception, match="visit"), open_ledger(url):
        pass
    monkeypatch.undo()
    forget()
    with open_ledger(url) as ledger:
        assert ledger.database.columns() == before
        assert held(ledger) == [("v1", 1)]
        assert list(check(ledger)) == []


STORED = Path(__file__).parent / "versions"
"""Ledgers as earlier versions left them, a folder each: ``1/hq.sql`` and ``1/hq.people.sql``, as SQLite dumps them."""


def dumped(file: Path) -> str:
    """A file of SQLite as text; the marks of a ledger go with it."""
    link = sqlite3.connect(file)
    marks = [
        f"pragma {name} = {link.execute(f'pragma {name}').fetchone()[0]};"
        for name in ("application_id", "user_version")
    ]
    text = "\n".join([*link.iterdump(), *marks])
    link.close()
    return text


def loaded(texts: Path, folder: Path) -> str:
    for text in texts.glob("*.sql"):
        link = sqlite3.connect(folder / f"{text.stem}.db")
        link.executescript(text.read_text(encoding="utf-8"))
        link.close()
    return str(folder / "hq.db")


def opens_whole(url: str) -> None:
    with open_ledger(url) as ledger:
        assert ledger.database.version() == schema.latest_version()
        assert list(check(ledger)) == []
        assert held(ledger) == [("v1", 1), ("v2", 1)]
        assert take(ledger, visit("v1"), visit("v3")) == ["again", "collected"]
        assert list(check(ledger)) == []


def test_a_ledger_of_every_earlier_version_opens(tmp_path: Path) -> None:
    versions = sorted(int(folder.name) for folder in STORED.glob("*")) if STORED.exists() else []
    assert versions == list(range(1, schema.latest_version()))
    for version in versions:
        (tmp_path / str(version)).mkdir()
        opens_whole(loaded(STORED / str(version), tmp_path / str(version)))


def test_a_ledger_that_was_stored_opens(tmp_path: Path) -> None:
    """What is stored when the version changes: this ledger's text."""
    with open_ledger(str(tmp_path / "hq.db"), make=True) as ledger:
        take(ledger, visit("v1"), visit("v2"))
    texts, elsewhere = tmp_path / "texts", tmp_path / "elsewhere"
    for folder in (texts, elsewhere):
        folder.mkdir()
    for file in tmp_path.glob("*.db"):
        (texts / f"{file.stem}.sql").write_text(dumped(file), encoding="utf-8")
    opens_whole(loaded(texts, elsewhere))
