"""Ledgers of both kinds, new for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import servers

from cemaudit.ledger import Ledger, opened


@pytest.fixture(scope="session")
def server() -> Iterator[servers.Server]:
    """A PostgreSQL server, for all tests of the session."""
    pytest.importorskip("psycopg")
    home = servers.binaries()
    if home is None:
        pytest.skip("no PostgreSQL server's programs on this machine")
    with servers.running(home) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a ledger can be made, on either kind of database."""
    if request.param == "sqlite":
        return str(tmp_path / "hq.db")
    found: str = request.getfixturevalue("server").fresh()
    return found


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    """A new ledger."""
    with opened(url, make=True, who="hq") as made:
        yield made
