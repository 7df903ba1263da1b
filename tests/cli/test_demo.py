from __future__ import annotations

from pathlib import Path

import pytest

from cemaudit.cli.run import run
from cemaudit.cli.table import SCREEN, columns_of
from cemaudit.exchange.visits import read_visits

SECTORS = ("ecommerce", "hospital", "retail")
SMALL = ["--stores", "2", "--seed", "3"]


@pytest.mark.parametrize(("language", "title"), [("ko", "그린 스마일 서비스"), ("en", "Green Smile Service")])
def test_a_chain_of_each_sector(tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str, title: str) -> None:
    assert run(["demo", "--out", str(tmp_path), "--lang", language, *SMALL]) == 0
    shown = capsys.readouterr()
    tables, _, where = shown.out.partition(str(tmp_path))
    assert title in tables
    assert "그린스마일 강남점" in tables
    assert all(columns_of(line) <= SCREEN for line in tables.splitlines())
    assert str(tmp_path / "hospital" / "reports") in where
    assert shown.err == ""
    assert sorted(home.name for home in tmp_path.iterdir()) == list(SECTORS)
    for sector in SECTORS:
        _is_complete(tmp_path / sector)


def _is_complete(home: Path) -> None:
    reports = [path.name for path in (home / "reports").iterdir()]
    assert sum("-ko-" in name for name in reports) == sum("-en-" in name for name in reports) == 2
    assert all((home / "reports" / name).read_bytes().startswith(b"%PDF-") for name in reports)
    visits = [found[1] for found in read_visits([home / "visits.jsonl"])]
    assert {visit.store for visit in visits} == {f"{home.name}-01", f"{home.name}-02"}
    named = {piece.file for visit in visits for pieces in visit.evidence.values() for piece in pieces}
    assert named == {f"photos/{path.name}" for path in (home / "photos").iterdir()}


def test_again_into_the_same_folder_makes_the_same_files(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me")
    assert run(["demo", "--out", str(tmp_path), *SMALL]) == 0
    first = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert run(["demo", "--out", str(tmp_path), *SMALL]) == 0
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == first
    assert (tmp_path / "mine.txt").read_text() == "keep me"


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
    blocked = [argument for sector in SECTORS for argument in ("--no-plugin", sector)]
    assert run(["demo", "--out", str(tmp_path), *blocked]) == 4
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
    blocked = [argument for sector in SECTORS for argument in ("--no-plugin", sector)]
    arguments = ["--checklist", str(tmp_path / "hotel.toml"), *blocked, *SMALL]
    assert run(["demo", "--out", str(tmp_path / "out"), "--lang", "en", *arguments]) == 0
    assert "One night (hotel.night@1.0.0)" in capsys.readouterr().out
    assert len(list((tmp_path / "out" / "hotel" / "reports").iterdir())) == 4
