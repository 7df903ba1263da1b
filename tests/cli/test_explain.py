"""``explain``, ``whatif`` and ``score --against`` from the outside."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from cemaudit.cli.app import run
from cemaudit.cli.terminal import columns_of
from cemaudit.exchange.canonical_json import write_visits
from cemaudit.scoring import Engine
from cemaudit.simulate import simulate

SCHEME = """
id = "mine"
version = "1"
title = { ko = "점수", en = "Score" }
measures = [
  { id = "by", how = "ratio", for_each = "touchpoint" },
  { id = "all", how = "mean", of = ["by"], transform = { times = 100 }, round = { digits = 0 } },
]
bands = [{ label = "high", where = { all = ">= p75" } }, { label = "low" }]
"""


@pytest.fixture(autouse=True)
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("COLUMNS", "80")


@pytest.fixture
def visits(tmp_path: Path, engine: Engine) -> Path:
    path = tmp_path / "visits.jsonl"
    write_visits(path, simulate(engine.library.checklist("retail.green-smile@1.0.0"), stores=2, visits=2, seed=3))
    return path


@pytest.fixture
def mine(tmp_path: Path) -> list[str]:
    """The options that score under a scheme of one's own, whose bands ask for peers."""
    path = tmp_path / "mine.toml"
    path.write_text(SCHEME, encoding="utf-8")
    return ["--checklist", str(path), "--scheme", "mine@1"]


def said(capsys: pytest.CaptureFixture[str], *arguments: object, code: int = 0) -> str:
    assert run([str(one) for one in arguments]) == code
    shown = capsys.readouterr()
    assert (shown.err == "") == (code in {0, 1})
    return shown.out or shown.err


def told(capsys: pytest.CaptureFixture[str], *arguments: object, code: int = 0) -> Any:
    return json.loads(said(capsys, *arguments, "--json", code=code))


@pytest.mark.parametrize("language", ["ko", "en"])
@pytest.mark.parametrize("full", [[], ["--full"]])
def test_trees_fit_the_screen(visits: Path, capsys: pytest.CaptureFixture[str], language: str, full: list[str]) -> None:
    tree = said(capsys, "explain", visits, "--id", "retail-01-01", "--lang", language, *full)
    assert tree.startswith("overall = ")
    assert max(map(columns_of, tree.splitlines())) <= 80


def test_full_unfolds_what_has_no_score(visits: Path, capsys: pytest.CaptureFixture[str]) -> None:
    compact = said(capsys, "explain", visits, "--id", "retail-01-01")
    full = said(capsys, "explain", visits, "--id", "retail-01-01", "--full")
    assert "without a score" in compact
    assert "without a score" not in full
    assert len(full) > len(compact)


def test_a_tree_for_programs(visits: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = told(capsys, "explain", visits, "--id", "retail-01-01")
    assert (record["visit"], record["scheme"], record["tree"]["name"]) == (
        "retail-01-01",
        "cem.experience@1",
        "overall",
    )
    assert record["band"]["tried"]
    other = told(capsys, "explain", visits, "--id", "retail-01-01", "--measure", "touchpoint.performance[greeting]")
    assert "band" not in other


def test_which_visit(visits: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "--id" in said(capsys, "explain", visits, code=3)
    assert "did you mean" in said(capsys, "explain", visits, "--id", "retail-01-00", code=3)
    assert "overall" in said(capsys, "explain", visits, "--id", "retail-01-01", "--measure", "overal", code=3)
    assert "retail-01-01" in said(capsys, "whatif", visits, visits, "--id", "retail-01-01", "--at", "1", code=3)


def test_bands_among_peers_are_explained_and_asked_for(
    visits: Path, mine: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    scored = [json.loads(line) for line in said(capsys, "score", visits, *mine, "--json").splitlines()]
    for record in scored:
        assert told(capsys, "explain", visits, "--id", record["visit"], *mine)["band"]["label"] == record["band"]
    low = next(record["visit"] for record in scored if record["band"] == "low")
    answer = told(capsys, "whatif", visits, "--id", low, "--band", "high", *mine)
    assert (answer["status"], answer["before"]["band"], answer["after"]["band"]) == ("cheapest", "low", "high")


def test_what_would_have_reached_a_value(visits: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    ask = ["whatif", visits, "--id", "retail-01-01", "--at", "75", "--measure", "performance"]
    free = told(capsys, *ask)
    assert (free["status"], free["cost"]) == ("cheapest", len(free["changes"]))
    assert float(Fraction(free["before"]["value"])) < 75 <= float(Fraction(free["after"]["value"]))
    first = free["changes"][0]["item"]
    (tmp_path / "costs.toml").write_text(f"{first} = inf\n", encoding="utf-8")
    for terms in (["--costs", tmp_path / "costs.toml"], ["--fixed", first]):
        other = told(capsys, *ask, *terms)
        assert first not in {change["item"] for change in other["changes"]}
        assert other["cost"] >= free["cost"]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_answers_fit_the_screen(visits: Path, capsys: pytest.CaptureFixture[str], language: str) -> None:
    arguments = ["whatif", visits, "--id", "retail-01-01", "--band", "A", "--feelings", "--lang", language]
    assert max(map(columns_of, said(capsys, *arguments).splitlines())) <= 80


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ([], 2),
        (["--band", "A", "--at", "3"], 2),
        (["--band", "A", "--measure", "overall"], 2),
        (["--band", "Z"], 3),
        (["--at", "much"], 3),
        (["--at", "3", "--measure", "nothing"], 3),
        (["--at", "3", "--fixed", "GS99"], 3),
        (["--at", "3", "--costs", "missing.toml"], 3),
        (["--at", "1000"], 1),
    ],
)
def test_bad_questions(visits: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int) -> None:
    assert said(capsys, "whatif", visits, "--id", "retail-01-01", *arguments, code=code)


def test_everything_wrong_with_costs_is_said_at_once(
    visits: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "costs.toml").write_text("GS01 = -1\nGS02 = true\nGS03 = nan\nGS04 = 2\n", encoding="utf-8")
    arguments = ["whatif", visits, "--id", "retail-01-01", "--at", "3", "--costs", tmp_path / "costs.toml"]
    lines = said(capsys, *arguments, code=3).splitlines()
    assert [line.split(": ")[2] for line in lines] == ["GS01", "GS02", "GS03"]


def test_the_same_visits_under_two_schemes(visits: Path, mine: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    lines = said(capsys, "score", visits, *mine, "--against", "--json").splitlines()
    changes = {one["visit"]: one for one in map(json.loads, lines)}
    after = [json.loads(line) for line in said(capsys, "score", visits, *mine, "--json").splitlines()]
    before = [json.loads(line) for line in said(capsys, "score", visits, "--json").splitlines()]
    for old, new in zip(before, after, strict=True):
        change = changes[new["visit"]]
        assert (change["before"]["band"], change["after"]["band"]) == (old["band"], new["band"])
        assert change["after"]["value"] == new["measures"]["all"]["value"]
    table = said(capsys, "score", visits, *mine, "--against")
    assert "4 of 4 visits change band" in table
    assert max(map(columns_of, table.splitlines())) <= 80


def test_nothing_changes_against_itself(visits: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "score", visits, "--before", "cem.experience@1").startswith("0 of 4 visits change band")


def test_no_such_scheme_to_compare_with(visits: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "cem.experience@1" in said(capsys, "score", visits, "--before", "cem.experience@9", code=3)
