"""Without an extra, one line says which; nothing looks like a bug."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from cemaudit.cli.app import EXTRAS, is_installed, missing_extra, run

_WITHOUT = (
    "import sys; sys.modules[sys.argv[1]] = None\n"
    "from cemaudit.cli.app import run; sys.exit(run(['--lang', 'en', *sys.argv[2:]]))"
)


@pytest.fixture
def ledger(tmp_path: Path) -> str:
    (tmp_path / "visit.jsonl").write_text('{"id":"v1","checklist":"retail.green-smile@1.0.0","store":"s1"}\n')
    url = str(tmp_path / "hq.db")
    assert run(["collect", str(tmp_path / "visit.jsonl"), "--any-store", "--ledger", url]) == 0
    return url


@pytest.mark.parametrize("package", ["numpy", "duckdb"])
@pytest.mark.parametrize(
    "arguments",
    [["snapshot"], ["query", "league"], ["export", "--to", "csv", "--out", "x.csv"]],
    ids=lambda one: one[0],
)
def test_headquarters_commands_name_their_extra(package: str, arguments: list[str], ledger: str) -> None:
    command = [sys.executable, "-c", _WITHOUT, package, *arguments, "--ledger", ledger]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 4, done.stderr
    assert done.stderr.startswith("cemaudit: ")
    assert done.stderr.count("\n") == 1
    assert "pip install 'cemaudit[hq]'" in done.stderr
    assert not Path("x.csv").exists()


def test_packages_are_found_by_their_extra() -> None:
    for extra, packages in EXTRAS.items():
        for package in packages:
            refusal = missing_extra(ModuleNotFoundError("gone", name=f"{package}.part"))
            assert refusal is not None
            assert f"cemaudit[{extra}]" in str(refusal)
    assert missing_extra(ModuleNotFoundError("gone", name="cemaudit.nowhere")) is None
    assert missing_extra(ModuleNotFoundError("gone")) is None


def test_what_is_kept_from_being_loaded_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    assert is_installed("hq")
    monkeypatch.setitem(sys.modules, "duckdb", None)
    assert not is_installed("hq")
