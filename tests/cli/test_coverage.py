"""Whom nobody visited, whose visits are simulated, who a pseudonym is: said where somebody would look."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers import chains, snapshots

from cemaudit.cli.app import run
from cemaudit.ledger import open_ledger
from cemaudit.ledger.maintenance import check
from cemaudit.ledger.store_registry import Store, import_stores

Answer = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A chain one of whose registered stores nobody visits, three visits simulated."""
    folder = tmp_path_factory.mktemp("chain")
    visits = [
        visit.model_copy(update={"origin": "simulated"}) if number < 3 else visit
        for number, visit in enumerate(chains.made_up(1, 120))
    ]
    chains.network(folder, visits)
    with open_ledger(str(folder / "hq.db")) as ledger:
        import_stores(ledger, [Store(id="HB-060", name="마산점", region="영남"), Store(id="HB-061", region="nowhere")])
        with snapshots.snapshot(ledger, chains.engine(), folder / "snapshot"):
            pass
    return folder


@pytest.fixture
def answer(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Answer:
    monkeypatch.chdir(tmp_path)
    for name, value in {"LC_ALL": "C.UTF-8", "COLUMNS": "80", "CEMAUDIT_SNAPSHOT": str(home / "snapshot")}.items():
        monkeypatch.setenv(name, value)

    def answer(*arguments: str) -> tuple[int, str, str]:
        code = run(list(arguments))
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return answer


def test_a_league_names_the_stores_nobody_visited(answer: Answer) -> None:
    _, said, _ = answer("compare", "--json")
    notes = [note for note in json.loads(said)["cannot_be_told"] if note.startswith("Not visited")]
    assert len(notes) == 1
    assert "HB-060 마산점, HB-061." in notes[0]
    _, said, _ = answer("compare", "--lang", "ko")
    assert "방문이 없는 매장" in said


def test_a_condition_on_stores_holds_for_those_nobody_visited_too(answer: Answer) -> None:
    _, _, told = answer("query", "visits", "--by", "store", "--where", "region=nowhere", "--where", "region=영남")
    assert "HB-060 마산점, HB-061." in told
    _, _, told = answer("query", "visits", "--by", "store", "--where", "store=HB-061", "--where", "store=S1")
    assert "HB-060" not in told
    _, _, told = answer("query", "visits", "--by", "month")
    assert "Not visited" not in told


def test_a_registered_store_without_visits_is_not_called_misspelt(answer: Answer) -> None:
    _, said, _ = answer("compare", "--json")
    visited = json.loads(said)["standings"][0]["store"]
    code, _, told = answer("compare", "stores", visited, "HB-060")
    assert code == 3
    assert "registered, and no visit of it is compared: HB-060" in told
    assert "did you mean" not in told
    assert "did you mean HB-060" in answer("compare", "stores", visited, "HB060")[2]


def test_stores_are_listed_with_how_many_visits_they_have(answer: Answer, home: Path) -> None:
    _, said, _ = answer("stores", "list", "--ledger", str(home / "hq.db"))
    rows = {line.split()[0]: line.split()[-1] for line in said.splitlines() if line.startswith("HB-")}
    assert rows == {"HB-060": "0", "HB-061": "0"}
    assert all(
        "visits" not in json.loads(line)
        for line in answer("stores", "list", "--json", "--ledger", str(home / "hq.db"))[1].splitlines()
    )


@pytest.mark.parametrize("command", [("compare",), ("query", "visits"), ("export", "--tidy", "--out", "x.csv")])
def test_simulated_visits_among_others_are_told(answer: Answer, command: tuple[str, ...]) -> None:
    assert "visits are simulated (leave them out with --where origin=shopper)" in answer(*command)[2]
    assert "simulated" not in answer(*command, "--where", "origin=shopper")[2]


def test_two_stores_as_csv_and_as_a_workbook(answer: Answer) -> None:
    _, said, _ = answer("compare", "--json")
    one, other = (standing["store"] for standing in json.loads(said)["standings"][:2])
    _, said, _ = answer("compare", "stores", one, other, "--csv")
    assert [line.split(",")[0] for line in said.splitlines()] == ["store", one, other]
    assert answer("compare", "stores", one, other, "--xlsx", "pair.xlsx")[1] == "written: pair.xlsx\n"


def test_the_folder_of_a_file_is_made_and_that_is_said(answer: Answer, tmp_path: Path) -> None:
    assert "folder made: new/deep\n" in answer("export", "--tidy", "--out", "new/deep/x.csv")[2]
    assert "folder made" not in answer("export", "--tidy", "--out", "new/deep/y.csv")[2]
    assert "folder made" not in answer("export", "--tidy", "--out", "other/x.pdf")[2]
    assert not (tmp_path / "other").exists()


def test_who_a_pseudonym_is_and_that_somebody_asked(answer: Answer, home: Path) -> None:
    ledger_file = str(home / "hq.db")
    with open_ledger(ledger_file) as ledger:
        rows = ledger.database.run("select pseudonym, code from people.person order by code")
    (pseudonym, code), (other, _) = rows[:2]
    arguments = ("people", "show", pseudonym, "--ledger", ledger_file)
    exit_code, said, _ = answer(*arguments, "--reason", "a talk about scoring", "--json")
    assert (exit_code, json.loads(said)) == (0, {"pseudonym": pseudonym, "kind": "shopper", "code": code})
    assert answer(*arguments, "--reason", " ")[0] == 2
    assert answer("people", "show", pseudonym, "p-nobody", "--ledger", ledger_file, "--reason", "x")[0] == 3
    with open_ledger(ledger_file) as ledger:
        trail = ledger.database.run("select document from trail where kind = 'people' order by number")
        assert len(trail) == 2
        assert json.loads(trail[0][0])["revealed"] == [pseudonym]
        assert json.loads(trail[0][0])["reason"] == "a talk about scoring"
        assert not any(code in document or other in document for (document,) in trail)
        assert list(check(ledger)) == []


def test_ids_with_a_blank_are_kept_and_told(answer: Answer, tmp_path: Path) -> None:
    Path("stores.csv").write_text("id,name\nHB 99,a\n강남 1호,b\nHB-1,c\n", "utf-8")
    code, said, told = answer("stores", "import", "stores.csv", "--ledger", str(tmp_path / "n.db"))
    assert (code, "3 new" in said) == (0, True)
    assert "ids with a blank are kept as they are: HB 99, 강남 1호 (" in told


@pytest.mark.parametrize("target", ["400", "101", "-101"])
def test_a_target_off_the_scale_is_refused_with_the_scale(answer: Answer, target: str) -> None:
    code, said, told = answer("compare", "--target", target)
    assert (code, said) == (2, "")
    assert f"the target {target} is off the scale of " in told
    assert " to 100 (cemaudit compare --help)" in told
