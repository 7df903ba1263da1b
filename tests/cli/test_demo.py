from __future__ import annotations

import csv
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from cemaudit.cli.app import run
from cemaudit.cli.terminal import SCREEN, columns_of
from cemaudit.exchange.canonical_json import write_visits
from cemaudit.exchange.visits import read_visits
from cemaudit.ledger import open_ledger
from cemaudit.ledger.maintenance import check
from cemaudit.model import Visit

pytestmark = pytest.mark.slow

SECTORS = ("ecommerce", "hospital", "retail")
SMALL = ["--stores", "2", "--seed", "3"]
BLOCKED = [argument for sector in ("hospital", "ecommerce") for argument in ("--no-plugin", sector)]
"""For a demo of the retail sector alone, which is quick."""


def test_a_chain_of_each_sector(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["demo", "--out", str(tmp_path), "--lang", "en", *SMALL]) == 0
    shown = capsys.readouterr()
    assert shown.err == ""
    assert str(tmp_path / "hospital" / "reports") in shown.out
    assert sorted(home.name for home in tmp_path.iterdir()) == list(SECTORS)
    for sector in SECTORS:
        _went_all_the_way(tmp_path / sector)


def _went_all_the_way(home: Path) -> None:
    assert [path.name for path in (home / "inbox").iterdir()] == ["done"]
    sent = [found.visit for found in read_visits([home / "inbox" / "done"])]
    with open_ledger(str(home / "hq.db")) as ledger:
        assert not list(check(ledger))
        assert {held.id for held in ledger.visits()} == {visit.id for visit in sent}
    assert {visit.store for visit in sent} == {f"{home.name}-01", f"{home.name}-02"}
    named = {piece.file for visit in sent for pieces in visit.evidence.values() for piece in pieces}
    assert named == {f"media/{path.name}" for path in (home / "hq-media" / "media").iterdir()}
    assert (home / "hq-snapshot" / "snapshot.json").exists()
    reports = [path.name for path in (home / "reports").iterdir()]
    chosen = home.name == "retail"
    assert sum("-ko-" in name for name in reports) == sum("-en-" in name for name in reports) == 2 + chosen
    assert (home / "ten.toml").exists() == (home / "platform.toml").exists() == chosen
    assert all((home / "reports" / name).read_bytes().startswith(b"%PDF-") for name in reports)


@pytest.mark.parametrize(("language", "title"), [("ko", "그린 스마일 서비스"), ("en", "Green Smile Service")])
def test_what_is_shown_fits_the_screen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str, title: str
) -> None:
    assert run(["demo", "--out", str(tmp_path), "--lang", language, *BLOCKED, "--stores", "1"]) == 0
    shown, _, where = capsys.readouterr().out.partition(str(tmp_path))
    assert title in shown
    assert "그린스마일 강남점" in shown
    assert all(columns_of(line) <= SCREEN for line in shown.splitlines())
    assert "cemaudit query heatmap" in where


def test_a_chain_can_be_compared(tmp_path: Path) -> None:
    assert run(["demo", "--out", str(tmp_path), "--stores", "12", *BLOCKED]) == 0
    home = tmp_path / "retail"
    with (home / "stores.csv").open(encoding="utf-8") as file:
        pools = {row["id"]: row["pool"] for row in csv.DictReader(file)}
    visits = [found.visit for found in read_visits([home / "inbox" / "done"])]
    assert {path.suffix for path in (home / "inbox" / "done").iterdir()} == {".cemaudit", ".jsonl"}
    assert set(Counter((visit.store, visit.wave) for visit in visits).values()) == {2}
    assert {visit.wave for visit in visits} == {"2025-1", "2025-2", "2025-3", "2025-4"}
    where = {shopper: Counter(pools[one.store] for one in visits if one.shopper == shopper) for shopper in _all(visits)}
    at_home = sum(most for pool in where.values() for _, most in pool.most_common(1))
    assert 0.75 * len(visits) < at_home < len(visits)


def _all(visits: list[Visit]) -> set[str]:
    return {visit.shopper for visit in visits if visit.shopper}


def test_again_into_the_same_folder_makes_the_same_files(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me")
    assert run(["demo", "--out", str(tmp_path), *BLOCKED, *SMALL]) == 0
    first = _same_for_all(tmp_path)
    assert run(["demo", "--out", str(tmp_path), *BLOCKED, *SMALL]) == 0
    assert _same_for_all(tmp_path) == first
    assert (tmp_path / "mine.txt").read_text() == "keep me"


def _same_for_all(folder: Path) -> dict[Path, bytes]:
    """The files that say neither when they were made nor, under a pseudonym, by whom."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {
        path: path.read_bytes() for path in files if not any("hq." in part or "-snap" in part for part in path.parts)
    }


def test_another_chain_takes_the_place_of_the_first(tmp_path: Path) -> None:
    for folder, seed in (("both", "3"), ("both", "4"), ("alone", "4")):
        assert run(["demo", "--out", str(tmp_path / folder), *BLOCKED, "--stores", "1", "--seed", seed]) == 0
    both = [_same_for_all(tmp_path / folder) for folder in ("both", "alone")]
    assert sorted(both[0].values()) == sorted(both[1].values())


def test_real_visits_in_its_ledger_are_not_lost(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    demo = ["demo", "--out", str(tmp_path), "--lang", "en", *BLOCKED, *SMALL]
    assert run(demo) == 0
    real = Visit(id="mine", checklist="retail.green-smile@1.0.0", store="retail-01")
    write_visits(tmp_path / "mine.jsonl", [real])
    ledger = str(tmp_path / "retail" / "hq.db")
    assert run(["collect", str(tmp_path / "mine.jsonl"), "--ledger", ledger]) == 0
    capsys.readouterr()
    assert run(demo) == 3
    assert "not simulated" in _one_line(capsys.readouterr().err)
    with open_ledger(ledger) as kept:
        assert "mine" in {held.id for held in kept.visits()}


def test_without_the_extra_the_rest_is_made(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['duckdb'] = sys.modules['numpy'] = None\n"
        "from cemaudit.cli.app import run; sys.exit(run(sys.argv[1:]))"
    )
    arguments = ["demo", "--out", str(tmp_path), "--lang", "en", *BLOCKED, *SMALL]
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    assert done.stderr == ""
    assert "pip install 'cemaudit[hq]'" in done.stdout
    assert "query" not in done.stdout
    assert len(list((tmp_path / "retail" / "reports").iterdir())) == 4
    assert not (tmp_path / "retail" / "hq-snapshot").exists()


def test_a_file_where_the_folder_was_meant(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    assert run(["demo", "--out", str(in_the_way)]) == 3
    assert str(in_the_way) in _one_line(capsys.readouterr().err)


def test_a_file_where_a_sectors_folder_was_meant(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "retail").write_text("")
    assert run(["demo", "--out", str(tmp_path), *SMALL]) == 4
    assert "retail" in _one_line(capsys.readouterr().err)


def test_without_sectors_there_is_nothing_to_show(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["demo", "--out", str(tmp_path), *BLOCKED, "--no-plugin", "retail"]) == 4
    assert "retail" in _one_line(capsys.readouterr().err)


@pytest.mark.parametrize(
    "arguments", [["demo"], ["demo", "--out", "x", "--stores", "0"], ["demo", "--out", "x", "--seed", "y"]]
)
def test_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments) == 2
    _one_line(capsys.readouterr().err)


def _one_line(text: str) -> str:
    assert text.startswith("cemaudit: ")
    assert text.count("\n") == 1
    return text


HOTEL = """
id = "hotel.night"
version = "1.0.0"
sector = "hotel"
journey = "six-stage"
scheme = "cem.experience@1"
title = { ko = "하룻밤", en = "One night" }

[[touchpoints]]
id = "desk"
title = { ko = "접수대", en = "Front desk" }
channel = "face-to-face"
stage = "purchase"
element = "people"
mode = "passive"
emotion = true
items = [{ id = "HT01", ask = { ko = "인사", en = "Greeted" }, answer = { type = "yes-no" } }]
"""


def test_a_checklist_of_ones_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "hotel.toml").write_text(HOTEL, encoding="utf-8")
    arguments = ["--checklist", str(tmp_path / "hotel.toml"), *BLOCKED, "--no-plugin", "retail", *SMALL]
    assert run(["demo", "--out", str(tmp_path / "out"), "--lang", "en", *arguments]) == 0
    assert "One night (hotel.night@1.0.0)" in capsys.readouterr().out
    assert len(list((tmp_path / "out" / "hotel" / "reports").iterdir())) == 4
