"""``snapshot``, ``query``, ``export`` and ``rescore`` from the outside."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from cemaudit.cli.app import run
from cemaudit.cli.commands import query
from cemaudit.exchange.canonical_json import write_visits
from cemaudit.exchange.visits import read_visits
from cemaudit.ledger.query.views import VIEWS
from cemaudit.scoring import Engine
from cemaudit.simulate import simulate

Said = pytest.CaptureFixture[str]
SHOP = "retail.green-smile"


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("COLUMNS", "100")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger of six visits to three shops, with its snapshot."""
    home, engine = tmp_path_factory.mktemp("hq"), Engine()
    visits = simulate(engine.library.checklist(f"{SHOP}@1.0.0"), stores=3, visits=2, seed=3)
    write_visits(home / "visits.jsonl", visits)
    stores = "id,name,region\nretail-01,하나,north\nretail-02,둘,north\nretail-03,셋,south\n"
    (home / "stores.csv").write_text(stores, "utf-8")
    ledger = ["--ledger", str(home / "hq.db")]
    assert run(["stores", "import", str(home / "stores.csv"), *ledger]) == 0
    assert run(["collect", str(home / "visits.jsonl"), *ledger]) == 0
    assert run(["snapshot", *ledger]) == 0
    return home


@pytest.fixture
def ledger(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: Said) -> Path:
    monkeypatch.setenv("CEMAUDIT_LEDGER", str(home / "hq.db"))
    capsys.readouterr()
    return home


def lines(capsys: Said, *arguments: str) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert run([*arguments, "--json"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_snapshot_says_what_it_did(ledger: Path, capsys: Said) -> None:
    (said,) = lines(capsys, "snapshot", "--snapshot", str(ledger / "other"))
    assert (said["visits"], said["files"], said["covered"], said["folder"]) == (6, 7, 6, str(ledger / "other"))
    assert run(["snapshot"]) == 0
    assert capsys.readouterr().out.splitlines()[0].endswith("up to visit 6 of the ledger")


@pytest.mark.usefixtures("ledger")
def test_a_league_on_the_screen_as_json_and_as_csv(capsys: Said) -> None:
    assert run(["query", "league"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0].startswith("Plain means, whose order is partly chance: which stores to act on")
    assert said[2] == "Measure: Experience index (overall)"
    assert said[3].startswith("Mean: mean of visits")
    assert said[4].split() == ["store", "name", "visits", "scored", "mean", "deviation"]
    assert len(said) == 9
    rows = lines(capsys, "query", "league", "--limit", "2")
    assert [row["measure"] for row in rows] == ["overall", "overall"]
    capsys.readouterr()
    assert run(["query", "league", "--csv", "--where", "region=north"]) == 0
    found = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert {row["store"] for row in found} == {"retail-01", "retail-02"}
    assert all(float(row["mean"]) for row in found)


@pytest.mark.usefixtures("ledger")
def test_a_heat_map_has_a_row_for_each_store(capsys: Said) -> None:
    assert run(["query", "heatmap", "--by", "region", "--by", "stage"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "Measure: Experience by stage (stage.experience)"
    assert said[2].split()[:3] == ["region", "approach", "enter"]
    assert [line.split()[0] for line in said[4:]] == ["north", "south"]


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize("view", [view for view in VIEWS if view != "critical"])  # none of these visits fails one
def test_every_view_is_printed_in_both_languages(view: str, capsys: Said) -> None:
    for language in ("ko", "en"):
        assert run(["query", view, "--lang", language]) == 0
        assert len(capsys.readouterr().out.splitlines()) > 2


def test_the_command_knows_the_views_there_are() -> None:
    # Episodes and what came after claims are asked apart from single visits.
    assert list(query.VIEWS) == [*VIEWS, query.EPISODES, query.AFTER_CLAIMS]


def test_own_words(ledger: Path, tmp_path: Path, capsys: Said) -> None:
    (tmp_path / "ask.sql").write_text("select region, count(*) as visits from visits group by region order by region")
    rows = lines(capsys, "query", "--sql", str(tmp_path / "ask.sql"))
    assert rows == [{"region": "north", "visits": 4}, {"region": "south", "visits": 2}]
    (tmp_path / "ask.sql").write_text(f"select * from read_text('{ledger / 'visits.jsonl'}')")
    assert run(["query", "--sql", str(tmp_path / "ask.sql")]) == 3
    assert "the SQL cannot be run" in capsys.readouterr().err


@pytest.mark.usefixtures("ledger")
@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["query"], 2, "name a view, or give SQL"),
        (["query", "trend", "--by", "stor"], 3, "no such key: stor (did you mean store?)"),
        (["query", "trend", "--where", "store"], 2, "expected KEY=VALUE, found store"),
        (["query", "trend", "--where", "stor=1"], 3, "no such key: stor"),
        (["query", "trend", "--scheme", "x@1"], 3, "not scored under x@1"),
        (["query", "trend", "--snapshot", "nowhere"], 3, "nowhere: there is no snapshot yet"),
        (["query", "trend", "--ledger", "postgresql://h/d"], 3, "no folder is named for the snapshot"),
        (["query", "--sql", "missing.sql"], 3, "missing.sql: no such file"),
        (["query", "--sql", "any.sql", "--on", "spark://127.0.0.1:1"], 2, "give either --sql or --on"),
        (["query", "--sql", "any.sql", "--where", "store=1"], 2, "give either --sql or --where"),
        (["query", "--sql", "any.sql", "--since", "2026-01-01"], 2, "give either --sql or --since"),
        (["query", "--sql", "any.sql", "--by", "store"], 2, "give either --sql or --by"),
        (["export", "--out", "x.doc"], 2, "say the format"),
        (["rescore", "--scheme", "nothing@1"], 3, "no such scheme: nothing@1"),
        (["rescore", "--scheme", "pe.geometric@1", "--where", "store=1"], 2, "expected checklist=ID"),
        (["snapshot", "--ledger", "missing.db"], 3, "missing.db: no such file"),
    ],
)
def test_one_line_for_every_error(arguments: list[str], code: int, words: str, capsys: Said) -> None:
    assert run(arguments) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert words in said.err
    assert len(said.err.splitlines()) == 1


def test_exports(ledger: Path, tmp_path: Path, capsys: Said) -> None:
    for name in ("x.csv", "x.xlsx", "x.parquet", "x.json"):
        assert run(["export", "--out", str(tmp_path / name)]) == 0
        assert capsys.readouterr().out == f"6 rows: {tmp_path / name}\n"
    with (tmp_path / "x.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["store_name"] for row in rows} == {"하나", "둘", "셋"}
    assert run(["export", "--to", "json", "--tidy", "--with-notes", "--out", str(tmp_path / "long")]) == 0
    assert {row["what"] for row in json.loads((tmp_path / "long").read_text("utf-8"))} >= {"score", "answer", "note"}


def test_notes_need_the_ledger(home: Path, tmp_path: Path, capsys: Said) -> None:
    arguments = ["export", "--out", str(tmp_path / "x.csv"), "--snapshot", str(home / "hq-snapshot"), "--with-notes"]
    assert run(arguments) == 2
    assert "name it with --ledger" in capsys.readouterr().err
    assert run(arguments[:-1]) == 0


@pytest.mark.slow
@pytest.mark.usefixtures("ledger")
def test_history_under_another_scheme(capsys: Said) -> None:
    assert run(["rescore", "--scheme", "pe.signed-product@1", "--processes", "1"]) == 0
    said = capsys.readouterr()
    assert said.err.startswith("6 visits scored, ")
    assert said.out.startswith(f"{SHOP}@1.0.0 -> pe.signed-product@1\n6 of 6 visits change band\nHeadline: ")
    assert "Causes, in 6 of the 6 visits that change:" in said.out
    (row,) = lines(capsys, "rescore", "--scheme", "pe.signed-product@1", "--where", f"checklist={SHOP}")
    assert (row["visits"], row["moved"], row["causes"]["visits"]) == (6, 6, 6)
    assert [store["store"] for store in row["stores"]] == ["retail-01", "retail-02", "retail-03"]
    (under,) = lines(capsys, "query", "scores", "--by", "origin", "--scheme", "pe.signed-product@1")
    (before,) = lines(capsys, "query", "scores", "--by", "origin")
    assert round(under["mean"] - before["mean"], 9) == round(row["mean_change"], 9)


@pytest.mark.slow
def test_what_came_after_scoring_again_is_told(ledger: Path, tmp_path: Path, capsys: Said) -> None:
    hq = ["--ledger", str(tmp_path / "hq.db")]
    visits = [found.visit for found in read_visits([ledger / "visits.jsonl"])]
    write_visits(tmp_path / "first.jsonl", visits[:4])
    assert run(["collect", str(tmp_path / "first.jsonl"), *hq]) == run(["snapshot", *hq]) == 0
    assert run(["rescore", "--scheme", "pe.signed-product@1", "--processes", "1", *hq]) == 0
    capsys.readouterr()
    asked = ["query", "visits", "--by", "origin", "--scheme", "pe.signed-product@1", *hq]
    assert run(asked) == 0
    assert "scored under" not in capsys.readouterr().err
    assert run(["collect", str(ledger / "visits.jsonl"), *hq]) == run(["snapshot", *hq]) == 0
    export, compare = ["export", "--out", str(tmp_path / "x.csv"), *asked[4:]], ["shoppers", *asked[4:]]
    for arguments, code in ((asked, 0), (export, 0), (compare, 1)):  # of so few nothing can be compared
        capsys.readouterr()
        assert run(arguments) == code
        told = "4 of 6 visits are scored under pe.signed-product@1 (score the others with 'cemaudit rescore"
        assert capsys.readouterr().err.startswith(f"cemaudit: {SHOP}@1.0.0: {told}")
