"""``purge`` from the outside."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from cemaudit.cli.app import run
from cemaudit.exchange.canonical_json import write_visits
from cemaudit.ledger import open_ledger
from cemaudit.scoring import Engine
from cemaudit.simulate import simulate

NEVER = ["--before", "2100-01-01", "--reason", "kept for three years"]


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.fixture
def ledger(tmp_path: Path, engine: Engine, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> str:
    path = str(tmp_path / "hq.db")
    monkeypatch.setenv("CEMAUDIT_LEDGER", path)
    visits = simulate(engine.library.checklist("retail.green-smile@1.0.0"), stores=2, visits=2, seed=3)
    write_visits(tmp_path / "visits.jsonl", visits)
    assert run(["collect", str(tmp_path / "visits.jsonl"), "--any-store"]) == 0
    capsys.readouterr()
    return path


@pytest.mark.usefixtures("ledger")
def test_it_says_what_it_removed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["purge", *NEVER, "--yes"]) == 0
    said = capsys.readouterr()
    assert said.err == "Visits that hold personal data to be removed: 4\n"
    assert said.out.startswith("Removed: personal data of 4 visits, ")
    assert run(["purge", *NEVER, "--yes", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"visits": 0, "identities": 0, "files": 0, "updates": 0}


@pytest.mark.usefixtures("ledger")
def test_the_history_of_a_visit_says_when_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["purge", *NEVER, "--yes"]) == 0
    capsys.readouterr()
    assert run(["history", "retail-01-01"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert ": personal data removed by " in said
    assert ": kept for three years" in said
    assert run(["history", "retail-01-01", "--json"]) == 0
    (purge,) = json.loads(capsys.readouterr().out)["purges"]
    assert purge["reason"] == "kept for three years"


@pytest.mark.usefixtures("ledger")
def test_nothing_goes_where_nobody_agrees(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(["purge", *NEVER]) == 2
    said = capsys.readouterr()
    assert "to be removed: 4\n" in said.err
    assert "--yes" in said.err
    monkeypatch.setattr("cemaudit.cli.commands.purge._agreed", lambda: False)
    assert run(["purge", *NEVER]) == 1
    monkeypatch.setattr("cemaudit.cli.commands.purge._agreed", lambda: True)
    assert run(["purge", *NEVER, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["visits"] == 4


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--reason", "r"], "say whose data: --before DATE, --due, --shopper CODE"),
        (["--before", "2020-01-01"], "--reason"),
        (["--before", "2020-01-01", "--reason", " "], "say why: --reason TEXT"),
        (["--before", "last year", "--reason", "r"], "last year"),
    ],
)
@pytest.mark.usefixtures("ledger")
def test_usage(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["purge", *arguments]) == 2
    assert words in capsys.readouterr().err


def test_no_ledger_is_made_to_be_purged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["purge", "--ledger", str(tmp_path / "no.db"), *NEVER]) == 3
    assert list(tmp_path.iterdir()) == []
    assert "no.db" in capsys.readouterr().err


@pytest.mark.usefixtures("ledger")
def test_what_is_due_is_what_the_setting_says(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    due = ["purge", "--due", "--reason", "retention", "--yes"]
    assert run(due) == 2
    assert "cemaudit ledger set retention-days DAYS" in capsys.readouterr().err
    assert run(["ledger", "set", "retention-days", "30"]) == 0
    today = dt.datetime.now(dt.UTC).date()
    days = {"kept": today - dt.timedelta(days=30), "due": today - dt.timedelta(days=31)}
    visits = [
        {"id": name, "checklist": "retail.green-smile@1.0.0", "store": "s1", "date": day.isoformat(), "shopper": "u",
         "answers": {"GS02": 5}, "notes": {"GS02": "words"}}
        for name, day in days.items()
    ]  # fmt: skip
    (tmp_path / "more.jsonl").write_text("\n".join(map(json.dumps, visits)), encoding="utf-8")
    assert run(["collect", str(tmp_path / "more.jsonl"), "--any-store"]) == 0
    assert run([*due, "--before", "2020-01-01"]) == 2
    assert run(due) == 0
    with open_ledger(str(tmp_path / "hq.db")) as ledger:
        notes = {held.id: held.visit.notes for held in ledger.visits() if held.id in days}
    assert notes == {"kept": {"GS02": "words"}, "due": {}}
    assert run(["ledger", "set", "retention-days", "never"]) == 0
    assert run(due) == 2
