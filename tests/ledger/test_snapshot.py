"""A snapshot is what the ledger holds: however often it was taken, wherever it was stopped, whatever was amended."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any, NoReturn
from uuid import uuid4

import pytest
from helpers import ledgers, samples, snapshots
from helpers.ledgers import amended
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cemaudit.errors import BadEnvironment, BadInput
from cemaudit.ledger import Ledger, open_ledger
from cemaudit.ledger.history import review_visits
from cemaudit.ledger.maintenance import check
from cemaudit.ledger.purging import purge, visits_to_purge
from cemaudit.ledger.query.question import LedgerQuery
from cemaudit.ledger.query.reading import reading
from cemaudit.ledger.query.statement import Filter, SqlStatement
from cemaudit.ledger.query.views import show
from cemaudit.ledger.snapshot import folder as folders
from cemaudit.ledger.snapshot import parquet, taking
from cemaudit.ledger.snapshot.folder import write_stores
from cemaudit.ledger.snapshot.manifest import MANIFEST_FILE, read_manifest, snapshot_folder
from cemaudit.ledger.snapshot.parquet import commit_file, connected
from cemaudit.ledger.snapshot.taking import SnapshotUpdate, update_snapshot
from cemaudit.ledger.states import VisitState
from cemaudit.ledger.store_registry import Store, import_stores
from cemaudit.model import Scheme, Visit
from cemaudit.scoring import Engine

SCHEME = samples.scheme({"id": "it", "how": "sum"}, bands=[{"label": "A", "where": {"it": ">= 1"}}, {"label": "B"}])
SIZE = 4
"""Visits of a block, in these tests."""


@pytest.fixture(scope="module")
def engine() -> Engine:
    found = Engine()
    found.library.schemes[SCHEME.ref] = SCHEME
    return found


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    snapshots.small_blocks(monkeypatch, SIZE)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return str(tmp_path / "hq.db")


def visit(name: str, **keys: Any) -> Visit:
    return ledgers.visit(name, **{"answers": {"I1": len(name) % 2 == 0}, **keys})


def take(ledger: Ledger, engine: Engine, folder: Path) -> SnapshotUpdate:
    return update_snapshot(ledger, engine, folder)


def counted(folder: Path, **which: Any) -> list[tuple[str, int, int]]:
    """Each store with its visits and the sum of their scores, in hundredths."""
    with reading(folder) as snapshot:
        rows = show(snapshot, "scores", LedgerQuery(by=("store",), which=Filter(**which))).rows
    return [(row["store"], row["visits"], round(row["mean"] * row["visits"] * 100)) for row in rows]


def content(folder: Path) -> dict[str, bytes]:
    """The files that count and what is in them; ``gone`` and ``stores`` by kind."""
    parts = read_manifest(folder).parts
    return {
        part.kind if part.kind in {"gone", "stores"} else part.file: (folder / part.file).read_bytes() for part in parts
    }


def test_what_counts_is_the_latest_that_is_not_excluded(ledger: Ledger, engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "snapshot"
    first = visit("v1")
    ledgers.take(ledger, first, visit("v2", store="s2"), visit("v3"), visit("v4", store="s2", answers={"I1": True}))
    take(ledger, engine, folder)
    assert counted(folder) == [("s1", 2, 200), ("s2", 2, 200)]
    ledgers.take(ledger, amended(first, answers={"I1": False}, store="s3"))
    review_visits(ledger, ["v2"], VisitState.EXCLUDED, "not in a store of ours")
    assert counted(folder) == [("s1", 2, 200), ("s2", 2, 200)]
    take(ledger, engine, folder)
    assert counted(folder) == [("s1", 1, 100), ("s2", 1, 100), ("s3", 1, 0)]
    assert counted(folder, excluded=True) == [("s1", 1, 100), ("s2", 2, 200), ("s3", 1, 0)]
    review_visits(ledger, ["v2"], VisitState.ACCEPTED, "")
    review_visits(ledger, ["v1"], VisitState.EXCLUDED, "no visit after all")
    take(ledger, engine, folder)
    assert counted(folder) == [("s1", 1, 100), ("s2", 2, 200)]
    assert list(check(ledger)) == []


def test_only_new_blocks_are_written(ledger: Ledger, engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "snapshot"
    ledgers.take(ledger, *(visit(f"a{number}") for number in range(SIZE + 1)))
    assert (take(ledger, engine, folder).visits, take(ledger, engine, folder).visits) == (SIZE + 1, 0)
    old = {path: path.stat().st_mtime_ns for path in folder.rglob("0000000001-0000000004-*")}
    assert len(old) == 6
    ledgers.take(ledger, *(visit(f"b{number}") for number in range(SIZE)))
    assert take(ledger, engine, folder) == SnapshotUpdate(visits=SIZE + 1, files=12, covered=2 * SIZE + 1)
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("0000000001-0000000004-*")} == old
    assert len(list(folder.rglob("*.parquet"))) == len(read_manifest(folder).parts)


step = st.sampled_from(["collect", "collect", "amend", "exclude", "accept", "store", "snapshot"])


@pytest.mark.slow
@settings(max_examples=6, suppress_health_check=list(HealthCheck))
@given(st.lists(step, min_size=2, max_size=12))
def test_however_it_was_taken_it_is_what_one_run_makes(
    engine: Engine, tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    home = tmp_path_factory.mktemp("ledger")
    latest: dict[str, Visit] = {}
    with open_ledger(str(home / "hq.db"), make=True, who="hq") as ledger:
        for number, what in enumerate(steps):
            name = f"v{number % 3}"
            if what == "collect":
                latest |= {
                    one: visit(one, store=f"s{number % 2}") for one in (f"v{number}", f"w{number}") if one not in latest
                }
                ledgers.take(ledger, *latest.values())
            elif what == "amend" and name in latest:
                latest[name] = amended(latest[name], answers={"I1": number % 2 == 0})
                ledgers.take(ledger, latest[name])
            elif what in {"exclude", "accept"} and name in latest:
                review_visits(ledger, [name], VisitState.EXCLUDED if what == "exclude" else VisitState.ACCEPTED, "why")
            elif what == "store":
                import_stores(ledger, [Store(id="s1", name=f"Shop {number % 2}")])
            elif what == "snapshot":
                take(ledger, engine, home / "often")
        take(ledger, engine, home / "often")
        take(ledger, engine, home / "once")
        assert content(home / "often") == content(home / "once")
        assert list(check(ledger)) == []
        if latest:
            expected = list(ledger.visits())
            found = sum(visits for _, visits, _ in counted(home / "often"))
            assert found == len(expected)


class Killed(BaseException):
    """As if the process ended here."""


def doomed(patch: pytest.MonkeyPatch, owner: object, name: str, at: int, *, after: bool = False) -> None:
    """End at a call of a function, before or after it does its work."""
    function: Callable[..., Any] = getattr(owner, name)
    calls = count(1)

    def call(*arguments: Any, **keys: Any) -> Any:
        number = next(calls)
        if number == at and not after:
            raise Killed
        result = function(*arguments, **keys)
        if number == at:
            raise Killed
        return result

    patch.setattr(owner, name, call)


PLACES: list[tuple[object, str]] = [
    (parquet, "_copy"),
    (parquet, "_sync"),
    (parquet, "_read_again"),
    (Path, "replace"),
    (Ledger, "write"),
    (folders, "write_manifest"),
    (Path, "unlink"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("owner", "name"), PLACES, ids=[name for _, name in PLACES])
def test_ended_anywhere_the_last_snapshot_stays_and_the_next_run_goes_on(
    ledger: Ledger, engine: Engine, tmp_path: Path, owner: object, name: str
) -> None:
    folder, first = tmp_path / "snapshot", visit("v1")
    ledgers.take(ledger, first, *(visit(f"a{number}") for number in range(SIZE)))
    take(ledger, engine, folder)
    before = counted(folder)
    ledgers.take(ledger, *(visit(f"b{number}") for number in range(SIZE)), amended(first, store="s2"))
    ended, at = 0, 1
    while True:
        with pytest.MonkeyPatch.context() as patch:
            doomed(patch, owner, name, at, after=at % 2 == 0)
            try:
                take(ledger, engine, folder)
            except Killed:
                ended += 1
            else:
                break
        assert counted(folder) in (before, expected(ledger))
        at += 1
    assert ended
    assert before != counted(folder) == expected(ledger)
    assert list(check(ledger)) == []


def expected(ledger: Ledger) -> list[tuple[str, int, int]]:
    """What ``counted`` must find, from the visits of the ledger themselves."""
    stores: dict[str, list[int]] = {}
    for one in ledger.visits():
        stores.setdefault(one.store, []).append(100 if one.visit.answers["I1"] else 0)
    return [(store, len(points), sum(points)) for store, points in sorted(stores.items())]


def test_a_file_that_is_missing_or_cut_is_told_and_made_again(ledger: Ledger, engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "snapshot"
    ledgers.take(ledger, *(visit(f"a{number}") for number in range(2 * SIZE)))
    take(ledger, engine, folder)
    whole = content(folder)
    for kind in ("answers", "scores", "gone", "stores"):
        path = min((folder / kind).rglob("*.parquet"))
        for harm in (Path.unlink, lambda damaged: damaged.write_bytes(damaged.read_bytes()[:-1])):
            harm(path)
            with pytest.raises(BadInput, match="missing, or not as it was written"):
                counted(folder)
            take(ledger, engine, folder)
            assert content(folder) == whole


def test_a_snapshot_can_be_made_anew_from_the_ledger(ledger: Ledger, engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "snapshot"
    ledgers.take(ledger, *(visit(f"a{number}") for number in range(2 * SIZE)))
    take(ledger, engine, folder)
    folder.rename(tmp_path / "kept")
    take(ledger, engine, folder)
    assert content(folder) == content(tmp_path / "kept")


def test_a_snapshot_without_circumstances_gets_them_when_it_is_made_again(
    ledger: Ledger, engine: Engine, tmp_path: Path
) -> None:
    """As it was before they were kept: the next run adds their files, and touches no other."""
    folder = tmp_path / "snapshot"
    moment = dt.datetime(2026, 11, 21, 0, 30, tzinfo=dt.timezone(dt.timedelta(hours=9)))
    ledgers.take(
        ledger,
        ledgers.visit("v1", date=None, started=moment, occasion="gift", persona="parent", place="Mapo"),
        ledgers.visit("v2", date=dt.date(2026, 11, 22)),
        ledgers.visit("v3", date=None),
    )
    update_snapshot(ledger, engine, folder)
    (path,) = folder.glob("circumstances/**/*.parquet")
    rows = snapshots.read(path)
    path.unlink()
    ledger.database.run("delete from snapshot where file like 'circumstances/%'")
    kept = {path: path.stat().st_mtime_ns for path in folder.rglob("*.parquet") if path.parts[-3] == "scores"}
    done = update_snapshot(ledger, engine, folder)
    assert (done.visits, done.files) == (0, 1)
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    (path,) = folder.glob("circumstances/**/*.parquet")
    assert snapshots.read(path) == rows
    with reading(folder) as opened:
        opened.view("circumstances", opened.manifest.files("circumstances", ledgers.SHOP.ref))
        found = opened.ask("select weekday, hour, occasion, place, persona from circumstances order by number")
    # In the visit's own zone: in UTC it was still Friday afternoon.
    assert found == [
        ("sat", "00", "gift", "Mapo", "parent"),
        ("sun", None, None, None, None),
        (None, None, None, None, None),
    ]


def test_what_nobody_finished_is_swept_away_after_a_day(ledger: Ledger, engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "snapshot"
    ledgers.take(ledger, visit("v1"))
    take(ledger, engine, folder)
    new, old = (folder / "answers" / f".{uuid4().hex}.parquet.tmp" for _ in range(2))
    named = folder / "answers" / "0000000001-0000000002-0123456789abcdef.parquet"
    strangers = [folder / "notes.txt", folder / "sales.parquet", folder / "answers" / "sales.parquet.tmp"]
    for path in (new, old, named, *strangers):
        path.write_text("x")
    for path in (old, named, *strangers):
        os.utime(path, (0, 0))
    ledgers.take(ledger, visit("v2"))
    take(ledger, engine, folder)
    assert (new.exists(), old.exists(), named.exists()) == (True, False, False)
    assert all(path.exists() for path in strangers)


def test_the_snapshot_of_another_ledger_stays_as_it_is(ledger: Ledger, engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "snapshot"
    ledgers.take(ledger, visit("v1"))
    take(ledger, engine, folder)
    before = content(folder)
    with open_ledger(str(tmp_path / "other.db"), make=True) as other:
        ledgers.take(other, visit("w1"), visit("w2"))
        with pytest.raises(BadInput, match="the snapshot there is of another ledger"):
            take(other, engine, folder)
    assert content(folder) == before


def test_what_happens_while_it_is_taken_counts_next_time(
    ledger: Ledger, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "snapshot"
    ledgers.take(ledger, visit("v1"), visit("v2", store="s2"))

    def in_between(*given: Any) -> Any:
        review_visits(ledger, ["v1"], VisitState.EXCLUDED, "closed")
        return write_stores(*given)

    with monkeypatch.context() as patch:
        patch.setattr(taking, "write_stores", in_between)
        take(ledger, engine, folder)
    take(ledger, engine, folder)
    assert counted(folder) == [("s2", 1, 100)]
    lines = ledger.trail.head()
    take(ledger, engine, folder)
    assert ledger.trail.head() == lines


def test_two_that_take_it_at_once_make_one(
    ledger: Ledger, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "snapshot"
    ledgers.take(ledger, visit("v1"), visit("v2", store="s2"))

    def meanwhile(path: Path, name: str) -> None:
        monkeypatch.setattr(folders, "commit_file", commit_file)
        with open_ledger(str(ledger.database.file)) as other:
            take(other, engine, folder)
        commit_file(path, name)

    monkeypatch.setattr(folders, "commit_file", meanwhile)
    take(ledger, engine, folder)
    assert counted(folder) == [("s1", 1, 100), ("s2", 1, 100)]
    assert list(check(ledger)) == []


def test_purged_visits_keep_their_scores_under_other_pseudonyms(ledger: Ledger, engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "snapshot"
    ledgers.take(ledger, *(visit(f"a{number}", date="2020-01-01") for number in range(SIZE)), visit("b"))
    take(ledger, engine, folder)
    before, shoppers = counted(folder), pseudonyms(folder)
    purge(ledger, visits_to_purge(ledger, dt.date(2021, 1, 1)), "old", None)
    take(ledger, engine, folder)
    assert counted(folder) == before
    assert not shoppers & (pseudonyms(folder) - {next(ledger.visits(SIZE)).shopper})
    assert take(ledger, engine, folder).files == 0


def pseudonyms(folder: Path) -> set[str | None]:
    with reading(folder) as snapshot:
        return {
            row[0]
            for row in snapshot.rows(snapshot.answers(ledgers.SHOP.ref), SqlStatement("select shopper from visits", ()))
        }


@pytest.mark.slow
def test_several_processes_make_the_same_files(ledger: Ledger, tmp_path: Path) -> None:
    engine = Engine(scheme="cem.performance@1")
    of = ledgers.SHOP.model_copy(update={"scheme": "cem.performance@1"})
    ledgers.take(ledger, *(visit(f"a{number}") for number in range(3 * SIZE)), checklist=of)
    update_snapshot(ledger, engine, tmp_path / "two", processes=2)
    update_snapshot(ledger, engine, tmp_path / "one", processes=1)
    assert content(tmp_path / "two") == content(tmp_path / "one")


def test_the_scheme_in_force_on_the_day_counts(ledger: Ledger, tmp_path: Path) -> None:
    engine, of = Engine(), ledgers.SHOP.model_copy(update={"scheme": "test.scheme"})
    for version, day, times in (("1", "2020-01-01", 1), ("2", "2024-01-01", 50)):
        measure = {"id": "it", "how": "sum", "transform": {"times": times}}
        data = {**samples.scheme_data(measure), "version": version, "valid_from": day}
        engine.library.schemes[f"test.scheme@{version}"] = Scheme.model_validate(data)
    dated = [visit(f"a{year}", date=f"{year}-03-01", answers={"I1": True}) for year in (2021, 2023, 2025)]
    ledgers.take(ledger, *dated, checklist=of)
    take(ledger, engine, tmp_path / "snapshot")
    with reading(tmp_path / "snapshot") as snapshot:
        rows = show(snapshot, "scores", LedgerQuery(by=("scheme",))).rows
    assert [(row["scheme"], row["mean"]) for row in rows] == [("test.scheme@1", 1.0), ("test.scheme@2", 50.0)]
    assert list(ledger.shelf.schemes()) == ["test.scheme@1", "test.scheme@2"]


def test_a_scheme_that_is_missing_or_another_one_is_one_line(ledger: Ledger, engine: Engine, tmp_path: Path) -> None:
    ledgers.take(ledger, visit("v1"))
    without = take(ledger, Engine(), tmp_path / "snapshot")
    assert [(why.partition(" (")[0], ids) for why, ids in without.left_out.items()] == [
        (f"no such scheme: {SCHEME.ref}", ["v1"])
    ]
    assert take(ledger, engine, tmp_path / "snapshot").visits == 1
    assert take(ledger, Engine(), tmp_path / "snapshot").files == 0
    other = Engine()
    other.library.schemes[SCHEME.ref] = SCHEME.model_copy(update={"headline": "it"})
    ledgers.take(ledger, visit("v2"))
    with pytest.raises(BadInput, match="is not the one in the ledger"):
        take(ledger, other, tmp_path / "snapshot")


def test_no_visits_make_a_snapshot_too(ledger: Ledger, engine: Engine, tmp_path: Path) -> None:
    assert take(ledger, engine, tmp_path / "snapshot") == SnapshotUpdate()
    with reading(tmp_path / "snapshot") as snapshot, pytest.raises(BadInput, match="no visits of this checklist"):
        show(snapshot, "league", LedgerQuery())


def test_a_disk_that_does_not_take_it_is_told(
    ledger: Ledger, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> NoReturn:
        raise OSError(28, "No space left on device")

    ledgers.take(ledger, visit("v1"))
    monkeypatch.setattr(parquet.os, "fsync", full)
    with pytest.raises(BadEnvironment, match="cannot be written: No space left on device"):
        take(ledger, engine, tmp_path / "snapshot")
    assert not list((tmp_path / "snapshot").rglob("*.parquet*"))


def test_the_extra_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(BadEnvironment, match=r"pip install 'cemaudit\[hq\]'"):
        connected()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 99}', '{"format": 1, "parts": [{}]}', "{"])
def test_another_file_of_that_name_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / MANIFEST_FILE).write_text(text)
    with pytest.raises(BadInput, match=r"not the manifest of a snapshot|another version of cemaudit"):
        read_manifest(tmp_path)


def test_where_a_snapshot_lies(tmp_path: Path) -> None:
    assert snapshot_folder(str(tmp_path / "hq.db")) == tmp_path / "hq-snapshot"
    assert snapshot_folder("postgresql://somewhere/hq", tmp_path) == tmp_path
    for url in ("postgresql://somewhere/hq", None):
        with pytest.raises(BadInput, match="no folder is named"):
            snapshot_folder(url)
    with pytest.raises(BadInput, match="there is no snapshot yet"):
        read_manifest(tmp_path)


def test_folders_with_signs_in_their_names(ledger: Ledger, engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "it's [a] b=c *?"
    ledgers.take(ledger, visit("v1"))
    take(ledger, engine, folder)
    assert counted(folder) == [("s1", 1, 100)]
