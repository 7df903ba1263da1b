"""``touchpoints`` from the outside: inventories, the choice, and the checklist it draws."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from helpers import driver_chains

from cemaudit.checklists import load_checklist
from cemaudit.cli.app import run
from cemaudit.cli.terminal import SCREEN, columns_of

Ask = Callable[..., str]

INVENTORY = """
checklist = "test.shop"

[[touchpoints]]
id = "hello"
title = { ko = "맞이", en = "Hello" }
channel = "face-to-face"
found_by = ["path-walked", "complaint-log"]
wish = { ko = "반겨 주었다", en = "They were glad to see me" }
cost = 5
novelty = 2
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("hq")
    driver_chains.folder(home, driver_chains.visits(stores=12, each=10))
    return home


@pytest.fixture
def ask(home: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    """What ``touchpoints choose`` prints."""

    def asked(*arguments: str, code: int = 0, lang: str = "en") -> str:
        capsys.readouterr()
        where = ["--snapshot", str(home / "hq-snapshot"), "--lang", lang, "--resamples", "200"]
        assert run(["touchpoints", "choose", *arguments, *where]) == code
        said = capsys.readouterr()
        return said.err if code else said.out

    return asked


def test_the_choice_for_programs(ask: Ask) -> None:
    found = json.loads(ask("--json", "--n", "2"))
    assert (found["checklist"], found["scheme"], found["measure"]) == ("test.shop@1", "test.driven@1", "whole")
    assert (found["visits"], found["stores"], len(found["chosen"])) == (120, 12, 2)
    rule = {"n": 2, "cost": 0, "novelty": 0, "importance": 0, "seed": 1, "resamples": 200, "level": 0.9}
    assert found["rule"] == rule
    first = found["touchpoints"][0]
    assert (first["place"], first["touchpoint"]) == (1, found["chosen"][0])
    assert first["low"] <= first["gain"] <= first["high"]
    assert first["with_feelings"] >= first["gain"]
    assert 0 < first["negative"] < 1
    assert found["mean"] + first["step"] < found["mended"] <= found["all_mended"]
    assert json.loads(ask("--json", "--n", "2")) == found
    rows = list(csv.DictReader(ask("--csv", "--n", "2").splitlines()))
    assert [row["touchpoint"] for row in rows] == [row["touchpoint"] for row in found["touchpoints"]]


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_the_choice_for_people(ask: Ask, tmp_path: Path, lang: str) -> None:
    (tmp_path / "path.toml").write_text(INVENTORY, encoding="utf-8")
    weighed = ["--inventory", str(tmp_path / "path.toml"), "--weigh", "cost=0.5,novelty=0.1", "--keep", "sign"]
    said = ask("--n", "2", *weighed, lang=lang)
    assert max(map(columns_of, said.splitlines())) <= SCREEN
    words = " ".join(said.split())
    expected = (
        ["-1.10", "0.5", "seed 1", "must keep", "Cost"] if lang == "en" else ["-1.10", "시드 1", "지켜야", "비용"]
    )
    assert [word for word in expected if word not in words] == []


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_it_draws_the_checklist_and_a_page(ask: Ask, tmp_path: Path, lang: str) -> None:
    (tmp_path / "path.toml").write_text(INVENTORY, encoding="utf-8")
    drawn = ["--checklist", str(tmp_path / "two.toml"), "--id", "company.two"]
    more = ["--inventory", str(tmp_path / "path.toml"), "--report", str(tmp_path)]
    assert "two.toml" in ask("--n", "2", *drawn, *more, lang=lang)
    text = (tmp_path / "two.toml").read_text(encoding="utf-8")
    assert ("wished for: They were glad" if lang == "en" else "바라는 경험: 반겨") in text
    checklist = load_checklist(tmp_path / "two.toml")
    assert (checklist.id, len(checklist.touchpoints)) == ("company.two", 2)
    (page,) = tmp_path.glob("*.pdf")
    assert page.read_bytes().startswith(b"%PDF-")
    assert "two.toml" in ask(*drawn, code=3)
    assert (tmp_path / "two.toml").read_text(encoding="utf-8") == text
    ask("--n", "1", *drawn, "--overwrite")
    assert len(load_checklist(tmp_path / "two.toml").touchpoints) == 1


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--checklist", "x.toml"), 2, "--id"),
        (("--weigh", "price=1"), 2, "cost=0.1"),
        (("--weigh", "cost=-1"), 2, "cost=0.1"),
        (("--weigh", "cost=nan"), 2, "cost=0.1"),
        (("--n", "0"), 2, "--n"),
        (("--keep", "helo"), 3, "hello"),
        (("--scheme", "nothing@1"), 3, "nothing"),
        (("--where", "checklist=nothing"), 3, "nothing"),
        (("--since", "2030-01-01"), 1, "none of these visits has the score whole"),
        (("--inventory", "missing.toml"), 3, "missing.toml"),
    ],
)
def test_what_cannot_be_chosen_is_one_line(ask: Ask, arguments: tuple[str, ...], code: int, said: str) -> None:
    found = ask(*arguments, code=code)
    assert said in found
    assert len(found.splitlines()) == 1


def test_an_inventory_of_other_visits_is_refused(ask: Ask, tmp_path: Path) -> None:
    (tmp_path / "path.toml").write_text(INVENTORY.replace("test.shop", "other.shop"), encoding="utf-8")
    assert "is of checklist other.shop" in ask("--inventory", str(tmp_path / "path.toml"), code=3)


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_an_inventory_is_drafted_checked_and_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], lang: str
) -> None:
    path = str(tmp_path / "path.toml")

    def said(*arguments: str, code: int = 0) -> str:
        capsys.readouterr()
        assert run(["touchpoints", *arguments, "--lang", lang]) == code
        shown = capsys.readouterr()
        return shown.err if code else shown.out

    said("draft", "retail.green-smile@1.0.0", "--out", path)
    assert "path.toml" in said("draft", "retail.green-smile@1.0.0", "--out", path, code=3)
    assert said("draft", "retail.green-smile@1.0.0") == Path(path).read_text(encoding="utf-8")
    checked = said("check", path)
    assert "12" in checked
    assert "farewell" in checked
    shown = said("show", path)
    assert ("배웅" if lang == "ko" else "Farewell") in shown
    assert max(map(columns_of, shown.splitlines())) <= SCREEN
    record = json.loads(said("show", path, "--json"))
    assert [entry["found_by"] for entry in record["touchpoints"]] == 12 * [["checklist"]]
    broken = Path(path).read_text(encoding="utf-8").replace('id = "farewell"', 'id = "fareweli"')
    Path(path).write_text(broken, encoding="utf-8")
    assert "farewell" in said("check", path, code=3)
