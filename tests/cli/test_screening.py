"""``cemaudit screening`` from the outside."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from helpers import ledgers

from cemaudit.cli.app import run
from cemaudit.ledger import open_ledger

LONG = (
    "들어섰지만 아무도 쳐다보지 않았고, 물어보니 고개도 들지 않은 채 저쪽이라고만 손짓했습니다. "
    "다시 가고 싶지 않습니다."
)


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    with open_ledger("hq.db", make=True, who="hq") as ledger:
        for number in range(2):
            ledgers.take(
                ledger, ledgers.visit(f"v{number}", shopper=f"u{number}", store=f"s{number}", notes={"I1": LONG})
            )
    return "hq.db"


def test_two_shoppers_of_one_wording_are_shown(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["screening", "--ledger", url]) == 0
    said = capsys.readouterr().out
    assert "- nearly the same text as in another visit: 1" in said
    assert "v1     2026-11-21  s1     notes.I1  v0 (s0)      1.00" in said
    assert said.endswith("1 remarks, 1 of them new\n")
    assert LONG[:10] not in said
    assert run(["screening", "--ledger", url]) == 0
    assert capsys.readouterr().out.endswith("1 remarks, 0 of them new\n")


def test_programs_get_a_line_for_each(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["screening", "--ledger", url, "--json"]) == 0
    remark = json.loads(capsys.readouterr().out)
    assert (remark["rule"], remark["visit"], remark["other"], remark["other_store"]) == ("texts", "v1", "v0", "s0")
    assert (remark["figure"], remark["shopper"][:2], 0 < remark["false_alarms"] < 0.02) == ("1.00", "p-", True)


def test_korean_and_days_without_visits(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["screening", "--ledger", url, "--lang", "ko"]) == 0
    assert "다른 방문과 거의 같은 글" in capsys.readouterr().out
    assert run(["screening", "--ledger", url, "--since", "2999-01-01", "--json"]) == 0
    assert capsys.readouterr().out == ""


def test_no_ledger_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["screening", "--ledger", str(tmp_path / "none.db")]) == 3
    assert capsys.readouterr().err.count("\n") == 1


def test_the_queue_says_why_to_look(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["review", "--queue", "--ledger", url, "--json"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert not any("the same text" in reason for line in lines for reason in json.loads(line)["reasons"])
    run(["screening", "--ledger", url])
    capsys.readouterr()
    assert run(["review", "--queue", "--ledger", url, "--json"]) == 0
    reasons = {line["visit"]: line["reasons"] for line in map(json.loads, capsys.readouterr().out.splitlines())}
    assert reasons["v1"][0] == "nearly the same text as in another visit: visit v0, store s0"
    assert not any("the same text" in reason for reason in reasons["v0"])


def test_collecting_may_screen(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    visit = {"id": "v9", "checklist": "retail.green-smile@1.0.0", "store": "s9", "shopper": "u9", "date": "2026-11-21",
             "answers": {"GS02": 5}, "notes": {"GS02": LONG}}  # fmt: skip
    (tmp_path / "new.json").write_text(json.dumps(visit), encoding="utf-8")
    assert run(["collect", "new.json", "--any-store", "--ledger", url, "--processes", "1", "--screen"]) == 0
    # what came before on the same day is looked at, too
    assert "new remarks of the screening: 2 " in capsys.readouterr().err
    assert run(["screening", "--ledger", url]) == 0
    assert capsys.readouterr().out.endswith("2 remarks, 0 of them new\n")


def test_the_queue_needs_no_numbers_in_columns(url: str) -> None:
    run(["screening", "--ledger", url])
    code = (
        "import sys; sys.modules.update(dict.fromkeys(['numpy', 'scipy', 'duckdb']));"
        "from cemaudit.cli.app import run; sys.exit(run(['review', '--queue', '--ledger', 'hq.db', '--lang', 'en']))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert "nearly the same text as in another visit: visit v0, store s0" in " ".join(done.stdout.split())
