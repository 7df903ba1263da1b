"""A plugin is asked about each visit once, when it enters the snapshot; what it found is carried on from there."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from helpers import ledgers, samples, snapshots
from helpers.ledgers import amended

from cemaudit.compare.queries.findings import count_findings
from cemaudit.compare.report_records import FindingSummary
from cemaudit.compare.selection import Selection
from cemaudit.errors import BadEnvironment
from cemaudit.language import use
from cemaudit.ledger import Ledger
from cemaudit.ledger.history import review_visits
from cemaudit.ledger.query.reading import reading
from cemaudit.ledger.rescoring.run import rescore_history
from cemaudit.ledger.snapshot.manifest import read_manifest
from cemaudit.ledger.snapshot.taking import SnapshotUpdate, update_snapshot
from cemaudit.ledger.states import VisitState
from cemaudit.model import Visit
from cemaudit.scoring import Engine

SCHEME = samples.scheme({"id": "it", "how": "sum"}, bands=[{"label": "A", "where": {"it": ">= 1"}}, {"label": "B"}])
OTHER = SCHEME.model_copy(update={"id": "test.other"})
SOURCE = """
from cemaudit.hookspecs import hookimpl
from cemaudit.model import Finding, Text

CALLS = []


@hookimpl
def cemaudit_findings(audit, history):
    visit = audit.visit
    CALLS.append((visit.id, visit.revision, [past.visit.id for past in history]))
    if visit.answers.get("I1") is False:
        for _ in range(2):
            yield Finding(rule="count.no", severity="minor", touchpoint="t",
                          title=Text(ko="아니요라고 답함", en="Said no"), text=Text(en="..."))
    if visit.occasion == "raise":
        raise ValueError(visit.id)
    if visit.occasion == "rubbish":
        yield "rubbish"
"""
Make = Callable[[], Engine]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    snapshots.small_blocks(monkeypatch, 4)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return str(tmp_path / "hq.db")


def engine_of_now() -> Engine:
    engine = Engine()
    for scheme in (SCHEME, OTHER):
        engine.library.schemes[scheme.ref] = scheme
    return engine


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], None]]:
    """Puts a plugin on the path that counts what it is asked."""

    def make() -> None:
        metadata = tmp_path / "counting" / "counting-1.0.dist-info"
        metadata.mkdir(parents=True)
        (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: counting\nVersion: 1.0\n")
        (metadata / "entry_points.txt").write_text("[cemaudit]\ncounting = counting_module")
        (tmp_path / "counting" / "counting_module.py").write_text(dedent(SOURCE))
        monkeypatch.syspath_prepend(tmp_path / "counting")

    yield make
    sys.modules.pop("counting_module", None)


@pytest.fixture
def engine(install: Callable[[], None]) -> Engine:
    install()
    return engine_of_now()


def calls() -> list[Any]:
    """What the plugin was asked since the last time."""
    made: list[Any] = sys.modules["counting_module"].CALLS
    asked = made[:]
    made.clear()
    return asked


def visit(name: str, answer: bool = True, **keys: Any) -> Visit:
    return ledgers.visit(name, answers={"I1": answer}, **keys)


def counts(folder: Path, **keys: Any) -> FindingSummary:
    with reading(folder) as snapshot:
        return count_findings(snapshot, Selection(**keys))


def numbers(summary: FindingSummary) -> list[tuple[str, int, int]]:
    assert summary.counts is not None
    with use("en"):
        return [(str(one.title), one.times, one.stores) for one in summary.counts]


def test_each_visit_is_asked_once_and_its_findings_go_on(ledger: Ledger, engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "snapshot"
    ledgers.take(ledger, visit("v1", answer=False), visit("v2", store="s2", answer=False), visit("v3"))
    update_snapshot(ledger, engine, folder)
    assert calls() == [("v1", 1, []), ("v3", 1, ["v1"]), ("v2", 1, [])]
    assert numbers(counts(folder)) == [("Said no", 4, 2)]
    assert update_snapshot(ledger, engine, folder) == SnapshotUpdate(covered=3)
    assert calls() == []
    ledgers.take(ledger, *(visit(f"w{number}", answer=False, date="2026-11-22") for number in range(3)))
    update_snapshot(ledger, engine, folder)  # the first block is written anew
    assert [(name, len(history)) for name, _, history in calls()] == [("w0", 2), ("w1", 3), ("w2", 4)]
    assert numbers(counts(folder)) == [("Said no", 10, 2)]
    assert len(list(folder.rglob("*.parquet"))) == len(read_manifest(folder).parts)


def test_an_amended_visit_is_asked_anew_and_is_no_history_of_itself(
    ledger: Ledger, engine: Engine, tmp_path: Path
) -> None:
    folder, first = tmp_path / "snapshot", visit("v1", answer=False)
    ledgers.take(ledger, first, visit("v2", date="2026-11-22"))
    update_snapshot(ledger, engine, folder)
    calls()
    ledgers.take(ledger, amended(first, answers={"I1": True}), visit("v3", date="2026-11-23"))
    update_snapshot(ledger, engine, folder)
    assert calls() == [("v1", 2, []), ("v3", 1, ["v1", "v2"])]
    assert numbers(counts(folder)) == []


def test_an_excluded_visit_is_no_history(ledger: Ledger, engine: Engine, tmp_path: Path) -> None:
    ledgers.take(ledger, visit("v1"), visit("v2", date="2026-11-22"))
    review_visits(ledger, ["v1"], VisitState.EXCLUDED, "no visit after all")
    update_snapshot(ledger, engine, tmp_path / "snapshot")
    assert calls() == [("v1", 1, []), ("v2", 1, [])]


def test_scoring_again_does_not_ask(ledger: Ledger, url: str, engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "snapshot"
    ledgers.take(ledger, visit("v1", answer=False), visit("v2"))
    update_snapshot(ledger, engine, folder)
    calls()
    rescore_history(ledger, url, engine, folder, OTHER.ref)
    assert calls() == []
    assert numbers(counts(folder, scheme=OTHER.ref)) == [("Said no", 2, 1)]


def test_a_damaged_file_of_scores_does_not_ask(ledger: Ledger, engine: Engine, tmp_path: Path) -> None:
    folder = tmp_path / "snapshot"
    ledgers.take(ledger, visit("v1", answer=False))
    update_snapshot(ledger, engine, folder)
    calls()
    for path in (folder / "scores").rglob("*.parquet"):
        path.unlink()
    assert update_snapshot(ledger, engine, folder).visits == 1
    assert calls() == []
    assert numbers(counts(folder)) == [("Said no", 2, 1)]


def test_a_plugin_installed_later_is_asked_about_all(
    ledger: Ledger, install: Callable[[], None], tmp_path: Path
) -> None:
    folder = tmp_path / "snapshot"
    ledgers.take(ledger, visit("v1", answer=False), visit("v2"))
    update_snapshot(ledger, engine_of_now(), folder)
    assert not (folder / "plugin-findings").exists()
    assert numbers(counts(folder)) == []
    install()
    assert update_snapshot(ledger, engine_of_now(), folder) == SnapshotUpdate(files=1, covered=2)
    assert len(calls()) == 2
    assert numbers(counts(folder)) == [("Said no", 2, 1)]
    without = Engine(["counting"])
    without.library.schemes[SCHEME.ref] = SCHEME
    ledgers.take(ledger, visit("v3", answer=False))
    update_snapshot(ledger, without, folder)
    assert numbers(counts(folder)) == [("Said no", 2, 1)]
    update_snapshot(ledger, engine_of_now(), folder)
    assert [name for name, *_ in calls()] == ["v3"]
    assert numbers(counts(folder)) == [("Said no", 4, 1)]


@pytest.mark.parametrize("failing", ["raise", "rubbish"])
def test_a_plugin_that_fails_is_told_once_and_counts_nothing(
    ledger: Ledger, engine: Engine, tmp_path: Path, failing: str
) -> None:
    folder = tmp_path / "snapshot"
    bad = (visit(f"b{number}", answer=False, occasion=failing) for number in range(6))
    ledgers.take(ledger, visit("v1", answer=False), *bad)
    update_snapshot(ledger, engine, folder)
    with use("en"):
        (problem,) = map(str, engine.plugins.problems)
        assert problem.startswith("plugin counting: the findings of 6 visits are not known: cemaudit_findings ")
        summary = counts(folder)
        assert numbers(summary) == [("Said no", 2, 1)]
        (note,) = map(str, summary.notes)
        assert note == "The plugin counting failed for 6 visits; what it would have found there is not known."
    calls()
    again = engine_of_now()
    update_snapshot(ledger, again, folder)
    assert (calls(), again.plugins.problems) == ([], [])


def test_strict_mode_stops_with_the_snapshot_whole(ledger: Ledger, engine: Engine, tmp_path: Path) -> None:
    ledgers.take(ledger, visit("v1", occasion="raise"))
    engine.plugins.strict = True
    with pytest.raises(BadEnvironment, match="1"):
        update_snapshot(ledger, engine, tmp_path / "snapshot")
    assert counts(tmp_path / "snapshot").notes


def test_a_run_that_is_stopped_while_asking_leaves_the_last_snapshot(
    ledger: Ledger, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "snapshot"
    ledgers.take(ledger, visit("v1", answer=False))
    update_snapshot(ledger, engine, folder)
    ledgers.take(ledger, *(visit(f"w{number}", answer=False) for number in range(6)))
    with monkeypatch.context() as patch:
        patch.setattr(engine.plugins, "ask", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            update_snapshot(ledger, engine, folder)
    assert read_manifest(folder).covered == 1
    assert numbers(counts(folder)) == [("Said no", 2, 1)]
    calls()
    update_snapshot(ledger, engine, folder)
    assert len(calls()) == 6
    assert numbers(counts(folder)) == [("Said no", 14, 1)]


def test_plugins_are_asked_about_their_own_sectors_alone() -> None:
    engine = Engine()
    for sector in ("retail", "hospital", "ecommerce"):
        assert [plugin.name for plugin in engine.plugins_finding(sector)] == [sector]
    assert engine.plugins_finding("bank") == []


def test_a_snapshot_without_findings_gets_them_when_it_is_made_again(
    ledger: Ledger, url: str, engine: Engine, tmp_path: Path
) -> None:
    """As commit abcc385 left it: no files of findings, of the core or of plugins."""
    folder = tmp_path / "snapshot"
    ledgers.take(ledger, visit("v1", answer=False, claims=[{"touchpoint": "t", "text": "x"}] * 2))
    update_snapshot(ledger, engine, folder)
    rescore_history(ledger, url, engine, folder, OTHER.ref)
    before = counts(folder), counts(folder, scheme=OTHER.ref)
    for path in [*folder.glob("findings/**/*.parquet"), *folder.glob("plugin-findings/**/*.parquet")]:
        path.unlink()
    ledger.database.run("delete from snapshot where file like '%findings/%'")
    kept = {path: path.stat().st_mtime_ns for path in folder.rglob("*.parquet") if path.parts[-3] != "findings"}
    done = update_snapshot(ledger, engine, folder)
    assert (done.visits, done.files) == (0, 2)
    assert counts(folder, scheme=OTHER.ref).counts is None
    again = rescore_history(ledger, url, engine, folder, OTHER.ref)
    assert (again.visits, again.before) == (0, 1)
    assert (counts(folder), counts(folder, scheme=OTHER.ref)) == before
    scores = {path: time for path, time in kept.items() if {"answers", "scores", "rescored"} & set(path.parts)}
    assert scores
    assert {path: path.stat().st_mtime_ns for path in scores} == scores
