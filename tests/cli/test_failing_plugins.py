"""A plugin that breaks, leaves or is gone takes only its own visits with it; commands say how many, and go on."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers import program

from cemaudit.ledger.snapshot.block import hundredths_scorer

METADATA = "Metadata-Version: 2.1\nName: cemaudit-frail\nVersion: 1.0\n"
CHECKLIST = """
id = "frail.shop"
version = "1.0.0"
sector = "frail"
journey = "before-on-after"
scheme = "frail.worst@1"
title = { ko = "가게", en = "Shop" }

[[touchpoints]]
id = "counter"
title = { ko = "계산대", en = "Counter" }
channel = "face-to-face"
stage = "on"
element = "people"
mode = "active"

[[touchpoints.items]]
id = "F1"
ask = { ko = "인사했는가?", en = "Were you greeted?" }
answer = { type = "scale", lowest = 0, highest = 2 }
"""
SCHEME = """
id = "frail.worst"
version = "1"
title = { ko = "점수", en = "Score" }
headline = "overall"

[[measures]]
id = "overall"
title = { ko = "점수", en = "Score" }
how = "frail.worst"
of = ["@items"]

[[measures]]
id = "twice"
title = { ko = "두 배", en = "Twice" }
how = "sum"
of = ["overall"]

[[measures]]
id = "points"
title = { ko = "점", en = "Points" }
how = "sum"
of = ["@items"]
"""
HOOKS = """
import sys
from importlib.resources import files
from cemaudit.hookspecs import hookimpl
from cemaudit.model.aggregator import Aggregator

def worst(members, options):
    if members[0].value == 0:
        {broken}
    return min(member.value for member in members)

def columns(values, weights, possible, options):
    return values.min(axis=0) + {error}

@hookimpl
def cemaudit_checklists():
    return [files(__package__) / "shop.toml", files(__package__) / "worst.toml"]

@hookimpl
def cemaudit_aggregators():
    return [Aggregator("frail.worst", worst{columns})]
"""
VISITS = [
    {"id": "r1", "checklist": "retail.green-smile@1.0.0", "store": "s1", "date": "2026-03-01", "answers": {"GS02": 5},
     "emotions": {"greeting": 1}},
    {"id": "bad", "checklist": "frail.shop@1.0.0", "store": "s2", "date": "2026-03-01", "answers": {"F1": 0}},
    {"id": "good", "checklist": "frail.shop@1.0.0", "store": "s3", "date": "2026-03-02", "answers": {"F1": 2}},
]  # fmt: skip
FAILURE = "plugin frail: aggregator frail.worst failed: {error} (frail_module/__init__.py:9, cemaudit-frail 1.0)"


class Frail:
    """A folder with visits, and a plugin that can be installed and removed."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self._monkeypatch = folder, monkeypatch
        self._site = folder / "site"
        (folder / "visits.jsonl").write_text("\n".join(map(json.dumps, VISITS)), encoding="utf-8")

    def install(self, broken: str = "sys.exit(0)", columns: str = "", error: int = 0) -> None:
        """Put it where plugins are found."""
        package, metadata = self._site / "frail_module", self._site / "cemaudit_frail-1.0.dist-info"
        for path in (package, metadata):
            path.mkdir(parents=True)
        hooks = HOOKS.format(broken=broken, columns=columns, error=error)
        for path, text in {
            package / "__init__.py": hooks, package / "shop.toml": CHECKLIST, package / "worst.toml": SCHEME,
            metadata / "METADATA": METADATA, metadata / "entry_points.txt": "[cemaudit]\nfrail = frail_module\n",
        }.items():  # fmt: skip
            path.write_text(text, encoding="utf-8")
        self._monkeypatch.syspath_prepend(self._site)

    def remove(self) -> None:
        """Take it away again."""
        sys.modules.pop("frail_module", None)
        if str(self._site) in sys.path:
            sys.path.remove(str(self._site))

    def call(self, *arguments: str, language: str = "en") -> program.Outcome:
        """Call the program."""
        # as in a process of its own: nothing of an earlier call is there
        sys.modules.pop("frail_module", None)
        hundredths_scorer.cache_clear()
        return program.call(self.folder, *arguments, "--lang", language)


@pytest.fixture
def frail(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Frail]:
    made = Frail(tmp_path, monkeypatch)
    yield made
    made.remove()


@pytest.mark.parametrize(("broken", "error"), {
    "sys.exit(0)": "SystemExit: 0",
    "raise KeyError('F9')": "KeyError: 'F9'",
    "raise BaseException('out')": "BaseException: out",
    "raise type('Leaving', (Exception,), {'__str__': lambda self: sys.exit(0)})": "Leaving",
}.items())  # fmt: skip
def test_score_leaves_out_what_a_plugin_breaks(frail: Frail, broken: str, error: str) -> None:
    frail.install(broken)
    outcome = frail.call("score", "visits.jsonl", "--json")
    assert [json.loads(line)["visit"] for line in outcome.out.splitlines()] == ["r1", "good"]
    assert outcome.code == 1
    assert "cemaudit: left out, as code of a plugin failed: 1 visits (bad)\n" in outcome.err
    assert f"cemaudit: warning: {FAILURE.format(error=error)}\n" in outcome.err
    # told first where all is shown at once, and in the other language
    shown = frail.call("score", "visits.jsonl", language="ko")
    assert shown.err.startswith("cemaudit: 플러그인 코드 실패로 제외: 방문 1건(bad)\n")
    assert "bad" not in shown.out


def test_report_goes_on(frail: Frail) -> None:
    frail.install()
    outcome = frail.call("report", "visits.jsonl", "--out", "reports")
    assert outcome.code == 1
    assert len(outcome.out.splitlines()) == 2
    assert "left out, as code of a plugin failed: 1 visits (bad)" in outcome.err


def test_a_snapshot_keeps_all_others(frail: Frail) -> None:
    frail.install()
    assert frail.call("collect", "visits.jsonl", "--ledger", "hq.db", "--any-store", "--processes", "1").code == 0
    taken = frail.call("snapshot", "--ledger", "hq.db", "--processes", "1")
    assert taken.code == 1
    assert f"cemaudit: 1 visits have no score: {FAILURE.format(error='SystemExit: 0')}\n" in taken.err
    league = frail.call("query", "league", "--ledger", "hq.db", "--where", "checklist=frail.shop", "--json")
    means = {row["store"]: (row["scored"], row["mean"]) for row in map(json.loads, league.out.splitlines())}
    assert means == {"s2": (0, None), "s3": (1, 2.0)}
    points = frail.call(
        "query", "league", "--ledger", "hq.db", "--where", "checklist=frail.shop", "--measure", "points", "--json"
    )
    assert {row["store"]: row["mean"] for row in map(json.loads, points.out.splitlines())} == {"s2": 0.0, "s3": 2.0}
    assert frail.call("query", "league", "--ledger", "hq.db", "--where", "checklist=retail.green-smile").code == 0


def test_history_stays_scorable_when_the_plugin_is_gone(frail: Frail) -> None:
    frail.install()
    assert frail.call("collect", "visits.jsonl", "--ledger", "hq.db", "--any-store", "--processes", "1").code == 0
    frail.remove()
    taken = frail.call("snapshot", "--ledger", "hq.db", "--processes", "1")
    assert taken.code == 1
    assert "cemaudit: 2 visits have no score: no such aggregator: frail.worst\n" in taken.err
    points = frail.call(
        "query", "league", "--ledger", "hq.db", "--where", "checklist=frail.shop", "--measure", "points", "--json"
    )
    assert {row["store"]: row["mean"] for row in map(json.loads, points.out.splitlines())} == {"s2": 0.0, "s3": 2.0}
    again = frail.call("rescore", "--ledger", "hq.db", "--scheme", "cem.performance@1", "--processes", "1")
    assert again.code == 0, again.err


def test_a_scheme_changed_under_its_version_is_refused(frail: Frail) -> None:
    frail.install()
    assert frail.call("collect", "visits.jsonl", "--ledger", "hq.db", "--any-store", "--processes", "1").code == 0
    scheme = frail.folder / "site" / "frail_module" / "worst.toml"
    scheme.write_text(SCHEME.replace('"sum"', '"mean"', 1), encoding="utf-8")
    later = [{**VISITS[2], "id": "later"}, {**VISITS[0], "id": "r2"}]
    (frail.folder / "later.jsonl").write_text("\n".join(map(json.dumps, later)), encoding="utf-8")
    outcome = frail.call("collect", "later.jsonl", "--ledger", "hq.db", "--any-store", "--processes", "1")
    assert outcome.code == 3
    assert "frail.worst@1 here" in outcome.err
    assert "is not the one in the ledger" in outcome.err
    assert "1 collected" in outcome.out


@pytest.mark.parametrize(("columns", "error"), [(", columns=columns", 7), (", columns=lambda *_: 3", 0)])
def test_a_column_form_is_held_against_the_exact_one(frail: Frail, columns: str, error: int) -> None:
    frail.install("return members[0].value", columns, error)
    assert frail.call("collect", "visits.jsonl", "--ledger", "hq.db", "--any-store", "--processes", "1").code == 0
    frail.call("snapshot", "--ledger", "hq.db", "--processes", "1")
    league = frail.call("query", "league", "--ledger", "hq.db", "--where", "checklist=frail.shop", "--json")
    assert {row["store"]: row["mean"] for row in map(json.loads, league.out.splitlines())} == {"s2": 0.0, "s3": 2.0}


def test_debug_shows_where_it_broke(frail: Frail) -> None:
    frail.install("raise KeyError('F9')")
    assert "Traceback" not in frail.call("score", "visits.jsonl").err
    shown = frail.call("score", "visits.jsonl", "--debug").err
    assert 'frail_module/__init__.py", line 9, in worst\n' in shown
    assert shown.rstrip().splitlines()[-1].startswith("cemaudit: warning: plugin frail")


@pytest.fixture
def orphaned(frail: Frail) -> Frail:
    """Visits whose checklist is there as a file, and whose scheme is nowhere."""
    (frail.folder / "shop.toml").write_text(CHECKLIST, encoding="utf-8")
    return frail


MISSING = "cemaudit: 2 visits are left out (bad, good): no such {kind}: {ref}"


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ((), MISSING.format(kind="checklist", ref="frail.shop@1.0.0")),
        (("--checklist", "shop.toml"), MISSING.format(kind="scheme", ref="frail.worst@1")),
    ],
)
def test_visits_without_a_checklist_or_a_scheme_are_left_out(
    orphaned: Frail, files: tuple[str, ...], said: str
) -> None:
    shown = orphaned.call("score", "visits.jsonl", *files)
    assert shown.code == 1
    assert shown.err.startswith(said)
    assert "r1" in shown.out
    streamed = orphaned.call("score", "visits.jsonl", "--json", *files)
    assert [json.loads(line)["visit"] for line in streamed.out.splitlines()] == ["r1"]
    assert (streamed.code, said in streamed.err) == (1, True)
    against = orphaned.call("score", "visits.jsonl", "--scheme", "cem.performance@1", "--against", "--json", *files)
    assert (against.code, [json.loads(line)["visit"] for line in against.out.splitlines()]) == (1, ["r1"])
    reports = orphaned.call("report", "visits.jsonl", "--out", "reports", *files)
    assert (reports.code, len(reports.out.splitlines())) == (1, 1)
    assert reports.err.startswith(said)
    korean = orphaned.call("score", "visits.jsonl", *files, language="ko")
    assert korean.err.startswith("cemaudit: 방문 2건 제외(bad, good): ")


@pytest.mark.parametrize("command", [("score",), ("score", "--json"), ("report", "--out", "reports")])
def test_where_no_other_visit_is_left_nothing_could_be_read(orphaned: Frail, command: tuple[str, ...]) -> None:
    (orphaned.folder / "visits.jsonl").write_text("\n".join(map(json.dumps, VISITS[1:])), encoding="utf-8")
    outcome = orphaned.call(command[0], "visits.jsonl", *command[1:])
    assert (outcome.code, outcome.out.count("frail")) == (3, 0)
    assert MISSING.format(kind="checklist", ref="frail.shop@1.0.0") in outcome.err


def test_a_mistake_beside_a_missing_checklist_still_ends_with_3(orphaned: Frail) -> None:
    wrong = {**VISITS[0], "id": "wrong", "answers": {"GS99": 1}}
    (orphaned.folder / "visits.jsonl").write_text("\n".join(map(json.dumps, [*VISITS, wrong])), encoding="utf-8")
    outcome = orphaned.call("score", "visits.jsonl")
    assert outcome.code == 3
    assert "GS99" in outcome.err


def collected(orphaned: Frail) -> None:
    files = ("--checklist", "shop.toml")
    taken = orphaned.call("collect", "visits.jsonl", "--ledger", "hq.db", "--any-store", "--processes", "1", *files)
    assert taken.code == 0, taken.err


def test_a_snapshot_leaves_out_visits_whose_scheme_is_nowhere_kept(orphaned: Frail) -> None:
    collected(orphaned)
    snapshot = ("snapshot", "--ledger", "hq.db", "--processes", "1")
    said = MISSING.format(kind="scheme", ref="frail.worst@1")
    for language in ("en", "ko"):
        taken = orphaned.call(*snapshot, language=language)
        assert taken.code == 1
        assert taken.err.startswith(said if language == "en" else "cemaudit: 방문 2건 제외(bad, good): ")
    note = "2 visits are not in the snapshot, for want of a scheme ('cemaudit snapshot' names them)"
    league = orphaned.call("query", "league", "--ledger", "hq.db", "--json")
    assert [json.loads(line)["store"] for line in league.out.splitlines()] == ["s1"]
    again = orphaned.call("rescore", "--ledger", "hq.db", "--scheme", "cem.performance@1", "--processes", "1")
    exported = orphaned.call("export", "--ledger", "hq.db", "--out", "all.csv")
    compared = orphaned.call("compare", "--ledger", "hq.db")
    for outcome in (league, again, exported, compared):
        assert note in outcome.err
    assert (league.code, again.code, exported.code) == (0, 0, 0)
    # As soon as the scheme is there, they are taken, and nothing is said any more.
    orphaned.install("return members[0].value")
    assert orphaned.call(*snapshot).code == 0
    league = orphaned.call("query", "league", "--ledger", "hq.db", "--where", "checklist=frail.shop", "--json")
    assert {row["store"]: row["mean"] for row in map(json.loads, league.out.splitlines())} == {"s2": 0.0, "s3": 2.0}
    assert "for want of a scheme" not in league.err
    assert orphaned.call(*snapshot).out.startswith("0 visits")


def test_a_snapshot_of_nothing_but_such_visits_ends_with_3(orphaned: Frail) -> None:
    (orphaned.folder / "visits.jsonl").write_text("\n".join(map(json.dumps, VISITS[1:])), encoding="utf-8")
    collected(orphaned)
    taken = orphaned.call("snapshot", "--ledger", "hq.db", "--processes", "1", "--json")
    assert (taken.code, json.loads(taken.out)["visits"]) == (3, 0)


def test_visits_left_out_of_a_whole_block_are_taken_later(orphaned: Frail, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("taking", "manifest", "folder"):
        monkeypatch.setattr(f"cemaudit.ledger.snapshot.{module}.BLOCK", 2, raising=False)
    collected(orphaned)
    snapshot = ("snapshot", "--ledger", "hq.db", "--processes", "1")
    assert orphaned.call(*snapshot).code == 1
    orphaned.install("return members[0].value")
    assert orphaned.call(*snapshot).code == 0
    league = orphaned.call("query", "league", "--ledger", "hq.db", "--where", "checklist=frail.shop", "--json")
    assert {row["store"]: row["mean"] for row in map(json.loads, league.out.splitlines())} == {"s2": 0.0, "s3": 2.0}
