"""The page about the snapshot: its examples run on a demo, and its columns are the ones there are."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cemaudit.cli.app import run
from cemaudit.ledger.snapshot.names import CODES

duckdb = pytest.importorskip("duckdb")

PAGE = "snapshot.md"
LEDGER = "demo-output/retail/hq.db"
SNAPSHOT = Path("demo-output/retail/hq-snapshot")
LONG = re.compile(r"^\| `(\w+)` \| (`number`.*) \|$", re.MULTILINE)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("page")
    others = [word for sector in ("hospital", "ecommerce") for word in ("--no-plugin", sector)]
    assert run(["demo", "--out", str(place / "demo-output"), "--stores", "6", *others]) == 0
    return place


@pytest.fixture
def block(demo: Path, page_blocks: Callable[[str], list[Any]], monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    monkeypatch.chdir(demo)
    return lambda title: next(one.text for one in page_blocks(PAGE) if one.title == title)


def asked(sql: str, capsys: pytest.CaptureFixture[str]) -> list[dict[str, str]]:
    Path("question.sql").write_text(sql, encoding="utf-8")
    capsys.readouterr()
    assert run(["query", "--sql", "question.sql", "--ledger", LEDGER, "--csv"]) == 0
    return list(csv.DictReader(io.StringIO(capsys.readouterr().out)))


def test_any_engine_finds_what_the_league_says(block: Callable[[str], str], capsys: pytest.CaptureFixture[str]) -> None:
    names: dict[str, Any] = {}
    exec(compile(block("regions.py"), "regions.py", "exec"), names)
    found = names["regions"].fetchall()
    capsys.readouterr()
    assert run(["query", "league", "--by", "region", "--ledger", LEDGER, "--json"]) == 0
    league = {row["region"]: row for row in map(json.loads, capsys.readouterr().out.splitlines())}
    assert [region for region, _, _ in found] == sorted(league)
    for region, scored, mean in found:
        assert (scored, mean) == (league[region]["scored"], pytest.approx(league[region]["mean"], abs=0.005))


def test_the_long_form_is_asked_in_sql(block: Callable[[str], str], capsys: pytest.CaptureFixture[str]) -> None:
    rows = asked(block("touchpoints.sql"), capsys)
    assert {"region", "touchpoint", "scored", "mean"} == rows[0].keys()
    assert {row["touchpoint"] for row in rows} > {"greeting", "farewell"}
    assert all(int(row["scored"]) > 0 for row in rows if row["mean"])


@pytest.mark.usefixtures("block")
def test_long_tables_have_the_columns_of_the_page(pages: dict[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    tables = dict(LONG.findall(pages[PAGE]))
    assert tables.keys() == {"visits", "scores", "items", "feelings", "claims"}
    for table, columns in tables.items():
        row = asked(f"select * from {table} limit 1", capsys)[0]
        assert sorted(row) == sorted(re.findall(r"`(\w+)`", columns)), table


@pytest.mark.usefixtures("block")
def test_files_have_the_columns_of_the_page(pages: dict[str, str]) -> None:
    said = set(re.findall(r"`([\w:]+)`", pages[PAGE]))
    for kind in ("answers", "scores", "claim-states", "stores", "gone"):
        files = str(SNAPSHOT / kind / "**" / "*.parquet")
        for name, *_ in duckdb.sql(f"describe select * from '{files}'").fetchall():
            head, mark, _ = name.partition(":")
            assert (f"{head}:" in {one[: len(head) + 1] for one in said}) if mark else name in said, name


def test_codes_are_those_of_the_page(pages: dict[str, str]) -> None:
    cells = re.findall(r"(\d+) \| ([a-z ]+?) \|", pages[PAGE])
    said = {int(code): words.replace(" ", "-") for code, words in cells}
    assert said == {**CODES, 100: said[100]}
