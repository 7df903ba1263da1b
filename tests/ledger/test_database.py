"""What can be wrong with the place of a ledger: one clear line each, nothing half-written."""

from __future__ import annotations

import builtins
import os
import sqlite3
import stat
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from helpers import ledgers, postgres
from helpers.ledgers import held, take, visit

from cemaudit.errors import BadEnvironment, BadInput, CemauditError
from cemaudit.ledger import Ledger, open_ledger
from cemaudit.ledger.identities import IdentityStore
from cemaudit.ledger.maintenance import backup, check
from cemaudit.ledger.postgres import Postgres
from cemaudit.ledger.sqlite import Sqlite, people_file


def wrong(step: Callable[[], object], kind: type[CemauditError]) -> str:
    """The one line that is said."""
    with pytest.raises(kind) as refusal:
        step()
    (line,) = str(refusal.value).splitlines()
    return line


def opening(url: object, *, make: bool = True) -> Callable[[], None]:
    def step() -> None:
        with open_ledger(str(url), make=make) as ledger:
            take(ledger, visit())

    return step


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """A ledger in a file, with a visit in it."""
    opening(tmp_path / "hq.db")()
    return tmp_path / "hq.db"


def test_a_ledger_is_durable_on_every_commit(durable: None, made: Path) -> None:
    with open_ledger(str(made)) as ledger:
        for schema in ("main", "people"):
            assert ledger.database.run(f"pragma {schema}.synchronous") == [(2,)]
            assert ledger.database.run(f"pragma {schema}.journal_mode") == [("truncate",)]


def test_a_ledger_and_its_people_are_for_their_owner_alone(made: Path, tmp_path: Path) -> None:
    with open_ledger(str(made)) as ledger:
        backup(ledger, tmp_path / "copy.db")
    for path in (made, people_file(made), tmp_path / "copy.db", tmp_path / "copy.people.db"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_there_is_none_yet(tmp_path: Path) -> None:
    assert wrong(opening(tmp_path / "hq.db", make=False), BadInput) == f"{tmp_path}/hq.db: no such file"
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "empty.db").write_bytes(b"")
    assert "there is no ledger yet (begin one with" in wrong(opening(tmp_path / "empty.db", make=False), BadInput)


def test_there_is_none_on_the_server_yet(server: postgres.Server) -> None:
    assert "there is no ledger yet (begin one with" in wrong(opening(server.fresh(), make=False), BadInput)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://hq/ledger", "--ledger: expected a file or postgresql://..., found mysql://"),
        ("", "--ledger: expected a file or postgresql://..., found "),
        (".", "expected a file, found a folder"),
    ],
)
def test_no_place_of_a_ledger(url: str, words: str) -> None:
    assert words in wrong(opening(url), BadInput)


def other_tools_file(path: Path) -> None:
    with sqlite3.connect(path) as link:
        link.execute("create table theirs (x)")
    link.close()


def drafts(path: Path) -> None:
    from cemaudit.entry.journal import Journal

    Journal(path).close()


@pytest.mark.parametrize("make", [other_tools_file, drafts, lambda path: path.write_bytes(b"PK\x03\x04 a zip" * 200)])
def test_another_tools_file_is_refused_and_left_as_it_is(tmp_path: Path, make: Callable[[Path], None]) -> None:
    path = tmp_path / "hq.db"
    make(path)
    before = {one: one.read_bytes() for one in tmp_path.iterdir()}
    assert wrong(opening(path), BadInput) == f"{path}: not a ledger of cemaudit (name another file)"
    assert {one: one.read_bytes() for one in tmp_path.iterdir()} == before


def test_another_tools_database_is_refused(server: postgres.Server) -> None:
    for statement in (
        "create table theirs (x int)",
        "create table ledger (x int)",
        "create table ledger (name text, value text)",
    ):
        url = server.fresh()
        database = Postgres(url)
        database.run(statement)
        assert "other tables: theirs" in (said := wrong(opening(url), BadInput)) or "not a ledger of cemaudit" in said
        assert set(database.columns()) == {statement.split()[2]}
        database.close()


def test_a_newer_ledger_is_refused(ledger: Ledger, url: str) -> None:
    with ledger.database.transaction():
        ledger.database.set_version(99)
    assert wrong(opening(url), BadEnvironment).endswith(": written by a newer cemaudit (install a newer cemaudit)")


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("alter table visit add column mood text", "table visit is not as cemaudit made it: +mood"),
        ("alter table visit rename column wave to round", "table visit is not as cemaudit made it: -wave, +round"),
        ("drop table action", "table action is not as cemaudit made it: -batch, -document, -id, -number, -since"),
    ],
)
def test_a_ledger_whose_tables_were_changed_is_refused(ledger: Ledger, url: str, statement: str, words: str) -> None:
    with ledger.database.transaction():
        ledger.database.run(statement)
    assert words in wrong(opening(url), BadInput)


def test_a_locked_ledger(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("sqlite", "postgres"):
        monkeypatch.setattr(f"cemaudit.ledger.{module}.BUSY_TIMEOUT", 0.05)
    with open_ledger(url, make=True) as writer, open_ledger(url) as other:
        with writer.database.transaction():
            said = wrong(lambda: take(other, visit()), BadEnvironment)
        assert "another program is writing to it, and did not end in time" in said
        assert take(other, visit()) == ["collected"]


def test_a_full_disk(made: Path) -> None:
    with open_ledger(str(made)) as ledger:
        ((pages,),) = ledger.database.run("pragma page_count")
        ledger.database.run(f"pragma max_page_count = {pages + 1}")
        many = [visit("v1"), *(visit(f"w{number}", notes={"I1": str(number) * 300}) for number in range(200))]
        assert "the disk is full" in wrong(lambda: take(ledger, *many), BadEnvironment)
        assert held(ledger) == [("v1", 1)]
        ledger.database.run("pragma max_page_count = 1000000")
        assert take(ledger, *many) == ["again", *["collected"] * 200]
        assert list(check(ledger)) == []


def test_a_ledger_that_may_only_be_read(made: Path) -> None:
    with open_ledger(str(made)) as ledger:
        ledger.database.run("pragma query_only = on")
        assert "it may only be read" in wrong(lambda: take(ledger, visit("v2")), BadEnvironment)
        assert held(ledger) == [("v1", 1)]


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert "the ledger cannot be used" in wrong(opening(tmp_path / "file" / "hq.db"), BadEnvironment)


def test_a_damaged_file(made: Path) -> None:
    content = made.read_bytes()
    made.write_bytes(content[:100] + b"\xff" * 4000 + content[4100:])
    assert "the file is damaged" in wrong(opening(made), BadInput)


def test_identities_of_another_ledger(made: Path, tmp_path: Path) -> None:
    opening(tmp_path / "other.db")()
    people_file(tmp_path / "other.db").replace(people_file(made))
    said = wrong(opening(made), BadInput)
    assert said == f"{made}: the shoppers' identities beside it are those of another ledger (put the right ones back)"


def test_identities_that_are_not_there(made: Path) -> None:
    """Whoever has the scores alone can read them; nothing is collected, as nobody could say of whom."""
    people_file(made).unlink()
    said = wrong(opening(made), BadInput)
    assert said == f"{made}: the shoppers' identities are not there, or not for you to read"
    with open_ledger(str(made)) as ledger:
        assert held(ledger) == [("v1", 1)]
        assert list(check(ledger)) == []
    assert not people_file(made).exists()


def test_identities_that_are_not_for_everybody(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = os.access
    monkeypatch.setattr("os.access", lambda path, mode: usual(path, mode) and Path(path) != people_file(made))
    with open_ledger(str(made)) as ledger:
        assert held(ledger) == [("v1", 1)]
        assert "not for you to read" in wrong(lambda: take(ledger, visit("v2")), BadInput)


def test_a_damaged_secret(made: Path) -> None:
    with sqlite3.connect(people_file(made)) as link:
        link.execute("update secret set value = 'x'")
    link.close()
    assert "the shoppers' identities beside it are damaged" in wrong(opening(made), BadInput)


def test_a_ledger_without_rights_to_it_is_there_all_the_same(server: postgres.Server) -> None:
    url = server.fresh()
    opening(url)()
    guarded = url.replace("tester@", f"guarded:{postgres.PASSWORD.replace('@', '%40').replace('/', '%2F')}@")
    for make in (False, True):
        with pytest.raises(BadEnvironment, match="this user has no right to do that"), open_ledger(guarded, make=make):
            pass
    with open_ledger(url) as ledger:
        assert held(ledger) == [("v1", 1)]


def test_people_may_be_kept_from_whoever_reads(server: postgres.Server) -> None:
    url = server.fresh()
    opening(url)()
    with open_ledger(url) as ledger:
        ledger.database.run("grant select on all tables in schema public to guarded")
    guarded = url.replace("tester@", f"guarded:{postgres.PASSWORD.replace('@', '%40').replace('/', '%2F')}@")
    with open_ledger(guarded) as ledger:
        assert held(ledger) == [("v1", 1)]
        assert "the shoppers' identities are not there" in wrong(lambda: take(ledger, visit("v2")), BadInput)
        assert "this user has no right to do that" in wrong(
            lambda: ledger.write("x", lambda entry: entry.note(x=1)), BadEnvironment
        )


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("tester@", "guarded:secret-word@", "the server does not accept user and password"),
        ("tester@", "guarded@", "the server does not accept user and password"),
        ("/ledger", "/nowhere", "the server has no such database"),
        ("tester@", "nobody-we-know@", "the server does not let this user in"),
        ("tester@", "tester:secret-word @[::1/", "the server cannot be reached"),
        ("/ledger", "/ledger?nonsense=1", 'invalid URI query parameter: "nonsense"'),
        ("/ledger", "/ledger?connect_timeout=x&password=secret-word", "connect_timeout"),
        ("tester@", "tester:secret-word@ /", "the server cannot be reached"),
        ("127.0.0.1:", "127.0.0.1:1", "the server cannot be reached"),
    ],
)
def test_a_server_that_cannot_be_used(
    server: postgres.Server, monkeypatch: pytest.MonkeyPatch, old: str, new: str, words: str
) -> None:
    monkeypatch.delenv("PGPASSWORD", raising=False)
    said = wrong(opening(server.url().replace(old, new)), BadEnvironment)
    assert words in said
    assert "secret-word" not in said


def test_nobody_listens(server: postgres.Server) -> None:
    url = server.url().replace(str(server.port), "9")
    said = wrong(opening(url), BadEnvironment)
    assert "the server cannot be reached" in said
    assert said.endswith("(see whether it runs, and that the address is right)")


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == "psycopg":
            raise ImportError(name)
        return usual(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    said = wrong(opening("postgresql://hq/ledger"), BadEnvironment)
    assert said == "a ledger on a server needs the extra postgres (install it: pip install 'cemaudit[postgres]')"


def hang_up(url: str) -> None:
    """The server ends all other connections."""
    database = Postgres(url)
    database.run(
        "select pg_terminate_backend(pid) from pg_stat_activity where pid != pg_backend_pid() and datname = 'ledger'"
    )
    database.close()


def test_a_connection_that_ended_between_batches_is_made_anew(server: postgres.Server) -> None:
    with open_ledger(server.fresh(), make=True) as ledger:
        take(ledger, visit("v1"))
        hang_up(server.url())
        assert held(ledger) == [("v1", 1)]
        hang_up(server.url())
        assert take(ledger, visit("v1"), visit("v2")) == ["again", "collected"]
        assert list(check(ledger)) == []


@pytest.mark.parametrize("step", ["lock table", "insert into trail", "insert into ledger", "commit"])
def test_a_connection_that_ends_within_a_batch(
    server: postgres.Server, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the commit came through or not, the batch is there once, and its visits count as collected."""
    ends = iter([True])
    usual_run, usual_many = Postgres._run, Postgres.many

    def run(self: Postgres, statement: str, values: Any) -> Any:
        if statement.startswith(step) and next(ends, False):
            if step == "commit":
                usual_run(self, statement, values)
                statement = "select 1"
            hang_up(server.url())
        return usual_run(self, statement, values)

    def many(self: Postgres, statement: str, rows: Any) -> Any:
        if statement.startswith(step) and next(ends, False):
            hang_up(server.url())
        return usual_many(self, statement, rows)

    with open_ledger(server.fresh(), make=True) as ledger:
        monkeypatch.setattr(Postgres, "_run", run)
        monkeypatch.setattr(Postgres, "many", many)
        assert take(ledger, visit("v1"), visit("v2")) == ["collected", "collected"]
        assert next(ends, None) is None
        assert take(ledger, visit("v1")) == ["again"]
        assert held(ledger) == [("v1", 1), ("v2", 1)]
        assert list(check(ledger)) == []


def test_a_server_that_stays_away(server: postgres.Server) -> None:
    with open_ledger(server.fresh(), make=True) as ledger:
        take(ledger, visit("v1"))
        server.stop()
        try:
            assert "the server cannot be reached" in wrong(lambda: take(ledger, visit("v2")), BadEnvironment)
        finally:
            server.start()
        assert take(ledger, visit("v1"), visit("v2")) == ["again", "collected"]


def test_a_server_killed_loses_nothing_that_was_acknowledged(server: postgres.Server) -> None:
    with open_ledger(server.fresh(), make=True) as ledger:
        for number in range(5):
            take(ledger, visit(f"v{number}"))
        server.stop("immediate")
        server.start()
        assert len(held(ledger)) == 5
        assert list(check(ledger)) == []


def test_many_begin_the_same_ledger(url: str) -> None:
    """Whoever is first makes it; one secret, one first line."""
    secrets: list[bytes] = []

    def begin() -> None:
        with open_ledger(url, make=True) as ledger:
            assert isinstance(ledger.people, IdentityStore)
            secrets.append(ledger.people.pseudonyms.secret)

    windows = [threading.Thread(target=begin) for _ in range(6)]
    for window in windows:
        window.start()
    for window in windows:
        window.join()
    assert len(secrets) == 6
    assert len(set(secrets)) == 1
    with open_ledger(url) as ledger:
        assert [line.kind for line in ledger.trail.lines()] == ["made"]
        assert take(ledger, visit()) == ["collected"]


def test_people_from_before_are_taken_over(made: Path) -> None:
    with open_ledger(str(made)) as ledger:
        before = [one.shopper for one in ledger.visits()]
    made.unlink()
    opening(made)()
    with open_ledger(str(made)) as ledger:
        assert [one.shopper for one in ledger.visits()] == before


def test_passwords_are_never_shown() -> None:
    from cemaudit.ledger.postgres import _without_password

    for url in (
        "postgresql://u:p%40w@h/db", "postgresql://h/db?password=p%40w&x=1", "postgresql://u:p%40w@h:1/db?sslmode=require",
    ):  # fmt: skip
        assert "p%40w" not in _without_password(url)
    assert _without_password("postgresql://u@h/db") == "postgresql://u@h/db"
    assert isinstance(Sqlite.types, dict)
    assert ledgers.ALL
