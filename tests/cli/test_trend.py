"""``trend`` and ``effect`` from the outside."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from helpers import chains

from cemaudit.cli.app import run
from cemaudit.cli.terminal import SCREEN, columns_of

Ask = Callable[..., str]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A chain of two waves, in some stores of which something is done from June on."""
    home = tmp_path_factory.mktemp("hq")
    chains.network(home, chains.made_up(5, 150))
    given = ["--kind", "raise", "--what", "greet sooner", "--ledger", str(home / "hq.db")]
    (home / "more.csv").write_text("id\ns8\ns77\n")  # stores nobody has visited
    assert run(["stores", "import", str(home / "more.csv"), "--ledger", str(home / "hq.db")]) == 0
    stores = [word for number in (1, 2, 77) for word in ("--store", f"s{number}")]
    everywhere = [word for number in range(9) for word in ("--store", f"s{number}")]
    assert run(["actions", "add", "greet", "--since", "2026-06-01", *given, *stores]) == 0
    assert run(["actions", "add", "late", "--since", "2027-06-01", *given, *stores]) == 0
    assert run(["actions", "add", "all", "--since", "2026-06-01", *given, *everywhere]) == 0
    return home


@pytest.fixture
def ask(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Ask:
    """What a command prints, in a language."""
    monkeypatch.setenv("COLUMNS", str(SCREEN))

    def asked(*arguments: str, code: int = 0, lang: str = "en", ledger: bool = True) -> str:
        capsys.readouterr()
        place = ["--ledger", str(home / "hq.db")] if ledger else []
        assert run([*arguments, *place, "--snapshot", str(home / "snapshot"), "--lang", lang]) == code
        said = capsys.readouterr()
        return said.err if code else said.out

    return asked


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("arguments", [("trend",), ("trend", "--by", "region"), ("effect", "greet")])
def test_no_line_is_wider_than_a_terminal(ask: Ask, arguments: tuple[str, ...], lang: str) -> None:
    said = ask(*arguments, lang=lang)
    assert max(map(columns_of, said.splitlines())) <= SCREEN
    assert any("가" <= char <= "힣" for char in said) == (lang == "ko")


def test_sentences_come_before_tables(ask: Ask) -> None:
    said = ask("trend", "--by", "region").splitlines()
    sentence = next(number for number, line in enumerate(said) if line.startswith("- All stores, w"))
    tables = [number for number, line in enumerate(said) if line.startswith("---")]
    assert sentence < tables[0]
    assert len(tables) >= 2
    assert any(line.startswith("north") for line in said)


def test_trends_for_programs(ask: Ask, tmp_path: Path) -> None:
    found = json.loads(ask("trend", "--by", "region", "--json"))
    assert {row["kind"] for row in found["series"]} == {"network", "region"}
    assert found["stores"]["stores"] == 9
    assert found["can_be_told"]
    rows = list(csv.DictReader(ask("trend", "--by", "region", "--csv").splitlines()))
    assert [row["wave"] for row in rows] == [row["wave"] for row in found["series"]]
    ask("trend", "--xlsx", str(tmp_path / "trend.xlsx"))
    sheet = openpyxl.load_workbook(tmp_path / "trend.xlsx").worksheets[0]
    assert sheet.max_row == 1 + 2


def test_parts_of_the_checklist_have_series_too(ask: Ask) -> None:
    found = json.loads(ask("trend", "--measure", "each", "--by", "touchpoint", "--json"))
    assert {row["id"] for row in found["series"] if row["kind"] == "touchpoint"} == {"hello", "room", "shop"}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("trend", "--baseline", "w9"), 3, "w9"),
        (("trend", "--baseline", "w2", "--baseline", "w1"), 3, "no wave comes after"),
        (("trend", "--wave", "w1"), 1, "fewer than two waves"),
        (("trend", "--by", "brand"), 1, "brand"),
        (("trend", "--where", "store=s1"), 1, "there is only one store"),
        (("effect", "gret"), 3, "greet"),
        (("effect", "late"), 1, "nothing is known yet"),
        (("effect", "greet", "--since", "2026-06-01"), 1, "nothing to compare with"),
        (("effect", "all"), 1, "all stores visited took part"),
        (("effect", "greet", "--where", "store=s3", "--where", "store=s4"), 1, "none of the stores"),
    ],
)
def test_what_cannot_be_told_is_one_line(ask: Ask, arguments: tuple[str, ...], code: int, words: str) -> None:
    said = ask(*arguments, code=code)
    assert words in said
    assert said.count("\n") == 1


def test_an_effect_is_shown_with_its_parts(ask: Ask) -> None:
    said = ask("effect", "greet")
    assert "greet: greet sooner, since 2026-06-01" in said
    assert "not visited: 1 of 3" in said
    found = json.loads(ask("effect", "greet", "--json"))
    assert found["naive"] == pytest.approx(found["regression"] + found["effect"] + found["other"])
    assert found["low"] < found["effect"] < found["high"]
    assert found["missing"] == ["s77"]
    (row,) = csv.DictReader(ask("effect", "greet", "--csv").splitlines())
    assert float(row["effect"]) == found["effect"]
    wider = json.loads(ask("effect", "greet", "--level", "0.99", "--json"))
    assert wider["high"] > found["high"]


def test_pools_can_be_chosen(ask: Ask) -> None:
    with_pools, without = (json.loads(ask("effect", "greet", "--pool", name, "--json")) for name in ("region", "none"))
    assert with_pools["naive"] == without["naive"]
    assert with_pools["effect"] != without["effect"]
    assert json.loads(ask("trend", "--pool", "none", "--json"))["series"]


def test_actions_are_in_the_ledger(ask: Ask) -> None:
    assert "--ledger" in ask("effect", "greet", code=3, ledger=False)
