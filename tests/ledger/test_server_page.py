"""The page for administrators of a server: its SQL gives each the rights it says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers import postgres
from helpers.ledgers import held, take, visit

from cemaudit.errors import BadEnvironment, BadInput
from cemaudit.ledger import open_ledger
from cemaudit.ledger.maintenance import check

PAGE = Path(__file__).parents[2] / "docs" / "server.md"
ROLES = ("hq", "kim", "lee")


def sql(title: str) -> list[str]:
    """The statements of a block of the page."""
    found = re.search(
        rf'^```sql title="{title}"\n(.*?)^```$', PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    assert found
    return [one for one in re.sub(r"--.*", "", found[1]).split(";") if one.strip()]


def run(url: str, statements: list[str]) -> None:
    psycopg = pytest.importorskip("psycopg")
    with psycopg.connect(url, autocommit=True) as link:
        for statement in statements:
            link.execute(statement)


@pytest.fixture
def hq(server: postgres.Server) -> Iterator[postgres.Server]:
    """The server with the roles and the database of the page."""
    run(server.url("postgres"), sql("roles.sql"))
    try:
        yield server
    finally:
        gone = [f"drop owned by {role}; drop role {role}" for role in reversed(ROLES)]
        run(server.url("postgres"), ["drop database hq with (force)", *gone])


def test_who_collects_may_do_everything_and_who_analyses_may_read(hq: postgres.Server) -> None:
    kim, lee = (hq.url("hq", name) for name in ("kim", "lee"))
    with open_ledger(kim, make=True) as ledger:
        assert take(ledger, visit()) == ["collected"]
    with pytest.raises(BadEnvironment, match="this user has no right to do that"), open_ledger(lee):
        pass
    run(kim, sql("rights.sql"))
    with open_ledger(lee) as ledger:
        assert held(ledger) == [("v1", 1)]
        assert not list(check(ledger))
        with pytest.raises(BadInput, match="identities are not there"):
            take(ledger, visit("v2"))
        with pytest.raises(BadEnvironment, match="no right"):
            ledger.write("x", lambda entry: entry.note(x=1))


def test_all_who_collect_own_the_ledger_together(hq: postgres.Server) -> None:
    run(hq.url("postgres"), ["create role park login in role hq", "alter role park in database hq set role hq"])
    run(hq.url("postgres"), ["grant connect on database hq to park"])
    try:
        for number, name in enumerate(("kim", "park", "kim")):
            with open_ledger(hq.url("hq", name), make=True) as ledger:
                assert take(ledger, visit(f"v{number}")) == ["collected"]
                assert not list(check(ledger))
    finally:
        run(hq.url("postgres"), ["drop owned by park; drop role park"])
