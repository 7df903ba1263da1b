"""``cemaudit actions`` from the outside."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest

from cemaudit.cli.app import run
from cemaudit.cli.commands.actions import KINDS
from cemaudit.ledger.actions import Kind

Answer = Callable[..., tuple[int, list[str], str]]


@pytest.fixture
def answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Answer:
    """A ledger with one store, and the command."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("CEMAUDIT_LEDGER", "hq.db")
    Path("stores.csv").write_text("id\ns1\n")
    assert run(["stores", "import", "stores.csv"]) == 0
    capsys.readouterr()

    def answer(*arguments: str) -> tuple[int, list[str], str]:
        code = run(["actions", *arguments])
        said = capsys.readouterr()
        return code, said.out.splitlines(), said.err

    return answer


def test_an_action_is_noted_and_listed(answer: Answer) -> None:
    given = ["add", "greet", "--kind", "raise", "--what", "greet sooner", "--since", "2026-07-01", "--store", "s1"]
    assert answer(*given) == (0, ["1 noted + 0 as before"], "")
    assert answer(*given) == (0, ["0 noted + 1 as before"], "")
    code, (line,), _ = answer("list", "--json")
    assert code == 0
    assert json.loads(line) == {
        "id": "greet", "kind": "raise", "what": "greet sooner", "owner": "", "since": "2026-07-01", "stores": ["s1"],
    }  # fmt: skip
    _, lines, _ = answer("list")
    assert lines[-1].split() == ["greet", "raise", "greet", "sooner", "2026-07-01", "1"]


def test_a_table_is_imported(answer: Answer, capsys: pytest.CaptureFixture[str]) -> None:
    Path("a.csv").write_text("id,kind,what,since,store\na,create,x,2026-07-01,s1\na,create,x,2026-07-01,s2\n")
    Path("more.csv").write_text("id\ns2\n")
    run(["stores", "import", "more.csv"])
    capsys.readouterr()
    assert answer("import", "a.csv") == (0, ["1 noted + 0 as before"], "")


def test_a_store_nobody_registered_is_refused(answer: Answer) -> None:
    given = ["add", "greet", "--kind", "raise", "--what", "x", "--since", "2026-07-01", "--store", "s1"]
    code, lines, said = answer(*given, "--store", "HB-999")
    assert (code, lines) == (3, [])
    assert said == "cemaudit: greet: no such store: HB-999 (import it with 'cemaudit stores import')\n"
    assert answer("list", "--json")[1] == []


def test_a_bad_id_is_told(answer: Answer) -> None:
    code, lines, said = answer(
        "add", "2 many", "--kind", "raise", "--what", "x", "--since", "2026-07-01", "--store", "s1"
    )
    assert (code, lines) == (3, [])
    assert said.count("\n") == 1
    assert "id" in said


def test_the_command_knows_the_kinds_there_are() -> None:
    assert tuple(KINDS) == get_args(Kind)
