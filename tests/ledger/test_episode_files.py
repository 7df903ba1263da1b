"""Episodes of a snapshot, block by block: whatever happened in between, they are what one run would make of all."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from helpers import care, snapshots
from helpers.care import collect, scheme, visit
from helpers.ledgers import amended
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cemaudit.compare.queries.episodes import episode_view
from cemaudit.ledger import Ledger, open_ledger
from cemaudit.ledger.history import review_visits
from cemaudit.ledger.maintenance import check
from cemaudit.ledger.query import LedgerQuery
from cemaudit.ledger.query.reading import reading
from cemaudit.ledger.snapshot import episodes
from cemaudit.ledger.snapshot import folder as folders
from cemaudit.ledger.snapshot.folder import EPISODES, NewFile, SnapshotFolder
from cemaudit.ledger.snapshot.manifest import read_manifest
from cemaudit.ledger.snapshot.parquet import SnapshotTable, text_column, write
from cemaudit.ledger.snapshot.taking import update_snapshot
from cemaudit.ledger.states import VisitState
from cemaudit.model import Audit, Visit
from cemaudit.scoring import Engine, Plan
from cemaudit.scoring.engine import make_audit

SIZE = 4
"""Visits of a block, in these tests."""


@pytest.fixture
def engine() -> Engine:
    return care.engine()


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    snapshots.small_blocks(monkeypatch, SIZE)


def rows(folder: Path) -> list[dict[str, Any]]:
    """The rows of all files that count, with every column, by number."""
    parts = read_manifest(folder).files(EPISODES)
    return [row for part in parts for row in snapshots.read(folder / part.file)]


def scores(folder: Path) -> dict[tuple[str, str], tuple[str, int]]:
    """The members and the score of each episode."""
    return {(row["store"], row["episode"]): (row["members"], row["score"]) for row in rows(folder)}


def from_scratch(ledger: Ledger, engine: Engine, folder: Path) -> list[dict[str, Any]]:
    update_snapshot(ledger, engine, folder)
    return rows(folder)


step = st.tuples(
    st.sampled_from(["collect", "collect", "amend", "move", "exclude", "accept", "snapshot"]), st.integers(0, 5)
)


@settings(max_examples=12, suppress_health_check=list(HealthCheck), deadline=None)
@given(st.lists(step, min_size=3, max_size=14))
def test_whatever_came_in_between_they_are_what_one_run_makes(
    engine: Engine, tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, int]]
) -> None:
    home = tmp_path_factory.mktemp("ledger")
    latest: dict[str, Visit] = {}
    with open_ledger(str(home / "hq.db"), make=True, who="hq") as ledger:
        for place, (what, drawn) in enumerate(steps):
            name = f"v{drawn}"
            if what == "collect":
                number = 1 + sum(
                    one.episode is not None and one.episode.id == f"T{drawn % 3}" for one in latest.values()
                )
                new = visit(f"v{len(latest)}", f"T{drawn % 3}" if drawn < 5 else None, number, right=place % 2 == 0)
                latest[new.id] = new
                collect(ledger, new)
            elif what in {"amend", "move"} and name in latest:
                other = {"store": f"s{place % 2}"} if what == "move" else {"answers": {"I1": place % 2 == 0}}
                latest[name] = amended(latest[name], **other)
                collect(ledger, latest[name])
            elif what in {"exclude", "accept"} and name in latest:
                review_visits(ledger, [name], VisitState.EXCLUDED if what == "exclude" else VisitState.ACCEPTED, "why")
            elif what == "snapshot":
                update_snapshot(ledger, engine, home / "often")
        update_snapshot(ledger, engine, home / "often")
        often = rows(home / "often")
        assert often == from_scratch(ledger, engine, home / "once")
        counted = {one.number for one in ledger.visits() if one.visit.episode}
        assert sorted(int(number) for row in often for number in row["members"].split(",")) == sorted(counted)
        assert list(check(ledger)) == []


@pytest.fixture
def audited(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The visits that are scored, from now on."""
    names: list[str] = []
    usual = make_audit

    def noted(plan: Plan, one: Visit) -> Audit:
        names.append(one.id)
        return usual(plan, one)

    monkeypatch.setattr(episodes, "make_audit", noted)
    return names


def test_only_what_a_visit_touches_is_scored_again(
    ledger: Ledger, engine: Engine, tmp_path: Path, audited: list[str]
) -> None:
    folder = tmp_path / "snapshot"
    collect(ledger, visit("a1", "A"), visit("b1", "B"), visit("c1", "A", store="s2"), visit("d1", None))
    update_snapshot(ledger, engine, folder)
    assert sorted(audited) == ["a1", "b1", "c1"]
    audited.clear()
    collect(ledger, visit("a2", "A", 2, right=False))
    update_snapshot(ledger, engine, folder)
    assert sorted(audited) == ["a1", "a2"]
    audited.clear()
    review_visits(ledger, ["b1"], VisitState.EXCLUDED, "why")
    update_snapshot(ledger, engine, folder)
    assert audited == []
    assert scores(folder).keys() == {("s1", "A"), ("s2", "A")}
    review_visits(ledger, ["b1"], VisitState.ACCEPTED, "")
    update_snapshot(ledger, engine, folder)
    assert audited == ["b1"]
    audited.clear()
    update_snapshot(ledger, engine, folder)
    assert audited == []


def test_an_episode_lies_in_the_block_of_its_last_visit_and_in_no_other(
    ledger: Ledger, engine: Engine, tmp_path: Path
) -> None:
    folder = tmp_path / "snapshot"
    collect(ledger, visit("a1", "A"), visit("b1", "B"))
    update_snapshot(ledger, engine, folder)
    assert scores(folder) == {("s1", "A"): ("1", 200), ("s1", "B"): ("2", 200)}
    collect(ledger, *(visit(f"x{number}", None) for number in range(4)), visit("a2", "A", 2, right=False))
    update_snapshot(ledger, engine, folder)
    parts = read_manifest(folder).files(EPISODES)
    assert [[row["episode"] for row in snapshots.read(folder / part.file)] for part in parts] == [["B"], ["A"]]
    # The last visit on site counts double: (2 + 2 * 0) / 3 points.
    assert scores(folder)["s1", "A"] == ("1,7", 67)


def test_a_scheme_that_comes_into_force_scores_its_episodes_again(
    ledger: Ledger, engine: Engine, tmp_path: Path, audited: list[str]
) -> None:
    folder = tmp_path / "snapshot"
    collect(ledger, visit("a1", "A"))
    update_snapshot(ledger, engine, folder)
    engine.library.schemes["test.care@2"] = scheme("2", "2026-06-01", 3)
    collect(ledger, visit("x", None))
    audited.clear()
    update_snapshot(ledger, engine, folder)
    assert (audited, scores(folder)["s1", "A"]) == (["a1"], ("1", 600))


def test_the_one_file_of_an_older_snapshot_gives_way_to_those_of_blocks(
    ledger: Ledger, engine: Engine, tmp_path: Path
) -> None:
    folder = tmp_path / "snapshot"
    collect(ledger, *(visit(f"a{number}", f"T{number}") for number in range(SIZE + 1)))
    update_snapshot(ledger, engine, folder)
    whole = rows(folder)
    ledger.database.run("delete from snapshot where file like 'episodes/%'")
    for path in (folder / EPISODES).iterdir():
        path.unlink()
    store = SnapshotFolder(ledger, folder)
    old = write(SnapshotTable(1, [text_column("episode", ["T0"])]), folder / EPISODES)
    store.commit([NewFile(EPISODES, "", "", 0, SIZE + 1, old)], folders.KIND, "x", covered=SIZE + 1, seen=0, whole=True)
    folders.publish_manifest(store, SIZE + 1)
    assert len(read_manifest(folder).files(EPISODES)) == 1
    update_snapshot(ledger, engine, folder)
    assert rows(folder) == whole
    assert [path.name[:10] for path in sorted((folder / EPISODES).iterdir())] == ["0000000001", "0000000005"]


@pytest.mark.parametrize("harm", ["unlink", "garble"])
def test_a_file_that_is_gone_or_garbled_is_made_again(
    ledger: Ledger, engine: Engine, tmp_path: Path, harm: str
) -> None:
    folder = tmp_path / "snapshot"
    collect(ledger, *(visit(f"a{number}", f"T{number}") for number in range(SIZE + 1)))
    update_snapshot(ledger, engine, folder)
    whole = rows(folder)
    path = min((folder / EPISODES).iterdir())
    if harm == "unlink":
        path.unlink()
    else:
        path.write_bytes(b"x" * path.stat().st_size)
        collect(ledger, visit("z", None))
    update_snapshot(ledger, engine, folder)
    assert rows(folder) == whole


class Killed(BaseException):
    """As if the process ended here."""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("owner", "name"), [(Path, "replace"), (Ledger, "write"), (folders, "write_manifest"), (Path, "unlink")]
)
def test_ended_anywhere_the_old_episodes_stay_or_the_new_ones_are_there(
    ledger: Ledger, engine: Engine, tmp_path: Path, owner: object, name: str
) -> None:
    folder = tmp_path / "snapshot"
    collect(ledger, visit("a1", "A"), visit("b1", "B"))
    update_snapshot(ledger, engine, folder)
    before = scores(folder)
    after = {("s1", "A"): ("1,7", 67)}
    collect(ledger, *(visit(f"x{number}", None) for number in range(4)), visit("a2", "A", 2, right=False))
    review_visits(ledger, ["b1"], VisitState.EXCLUDED, "why")
    at, is_done = 0, False
    while not is_done:
        at += 1
        with pytest.MonkeyPatch.context() as patch:
            _end_at_call(patch, owner, name, at)
            try:
                update_snapshot(ledger, engine, folder)
                is_done = True
            except Killed:
                pass
        assert scores(folder) in (before, after)
    assert at > 1
    assert scores(folder) == after
    assert list(check(ledger)) == []


def _end_at_call(patch: pytest.MonkeyPatch, owner: object, name: str, at: int) -> None:
    """End at a call of a function, before it does its work."""
    function: Callable[..., Any] = getattr(owner, name)
    calls = count(1)

    def call(*arguments: Any, **keys: Any) -> Any:
        if next(calls) == at:
            raise Killed
        return function(*arguments, **keys)

    patch.setattr(owner, name, call)


def test_query_shows_the_episodes_of_all_blocks(ledger: Ledger, engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "snapshot"
    collect(ledger, *(visit(f"a{number}", f"T{number}", right=number % 2 == 0) for number in range(SIZE + 1)))
    update_snapshot(ledger, engine, folder)
    with reading(folder) as opened:
        (whole,) = episode_view(opened, LedgerQuery(("store",))).rows
    assert (whole["episodes"], whole["mean"]) == (5, pytest.approx(3 * 2 / 5))
