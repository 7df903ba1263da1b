"""Ledgers of both kinds, new for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers import postgres

from cemaudit.ledger import Ledger, open_ledger
from cemaudit.ledger.sqlite import Sqlite


@pytest.fixture(autouse=True)
def disk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing waits for the disk, but where a test asks for ``durable``."""
    if "durable" in request.fixturenames:
        return
    usual = Sqlite._make_durable

    def without_waiting(self: Sqlite) -> None:
        usual(self)
        for _, name, _ in self.run("pragma database_list"):
            self.run(f"pragma {name}.synchronous = off")

    monkeypatch.setattr(Sqlite, "_make_durable", without_waiting)
    monkeypatch.setattr("os.fsync", lambda _: None)


@pytest.fixture
def durable() -> None:
    """Everything is as durable as it is in use."""


@pytest.fixture(scope="session")
def server() -> Iterator[postgres.Server]:
    """A PostgreSQL server, for all tests of the session."""
    pytest.importorskip("psycopg")
    home = postgres.binaries()
    if home is None:
        pytest.skip("no PostgreSQL server's programs on this machine")
    with postgres.running(home) as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a ledger can be made, on either kind of database."""
    if request.param == "sqlite":
        return str(tmp_path / "hq.db")
    found: str = request.getfixturevalue("server").fresh()
    return found


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    """A new ledger."""
    with open_ledger(url, make=True, who="hq") as made:
        yield made
