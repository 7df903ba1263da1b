"""The program as a whole: start-up, languages, one line for every error, exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cemaudit import __version__
from cemaudit.cli.app import COMMANDS, run
from cemaudit.language import use


def cemaudit(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cemaudit", *arguments]
    everything = {**os.environ, "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1", **environment}
    return subprocess.run(command, capture_output=True, text=True, env=everything, check=False)


@pytest.mark.parametrize("arguments", [("--help",), ("--lang", "ko", "--help"), ()])
def test_help_loads_nothing_heavy(arguments: tuple[str, ...]) -> None:
    code = "import sys; from cemaudit.cli.app import run; run(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    assert not {"pydantic", "reportlab", "pluggy", "tomli", "PIL"} & set(done.stderr.split())


def test_version_is_told_before_click_is_loaded() -> None:
    start = "import sys; sys.argv[1:] = ['--version']; from cemaudit.cli import main; main()"
    code = f"{start}; assert 'click' not in sys.modules"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == f"cemaudit {__version__}\n"


def test_version_beside_other_options(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--lang", "ko", "--version"]) == 0
    assert capsys.readouterr().out == f"cemaudit {__version__}\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_in_both_languages(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    texts = []
    for language in ("ko", "en"):
        assert run([name, "--lang", language, "--help"]) == 0
        texts.append(capsys.readouterr().out)
    assert "사용법" in texts[0]
    assert "Usage" in texts[1]
    assert all(name in text for text in texts)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["scroe"], 2, "did you mean score?"),
        (["score"], 2, "VISITS"),
        (["score", "--nothing", "x"], 2, "--nothing"),
        (["--lang", "fr", "score", "x"], 2, "fr"),
        (["score", "missing.jsonl"], 3, "missing.jsonl: no such file"),
        (["score", "notes.txt"], 3, "expected a .json, .jsonl or .cemaudit file"),
        (["report", "missing.jsonl", "--out", "notes.txt"], 3, "expected a folder, found a file"),
        (["lint", "broken.toml"], 3, "line 1, column"),
        (["lint", "."], 3, "no .json, .jsonl or .cemaudit files"),
        (["lint", "latin.toml"], 3, "not UTF-8 text"),
        (["explain", "missing.jsonl"], 3, "no such file"),
        (["import", "missing.csv", "--mapping", "missing.toml", "--out", "x.jsonl"], 3, "missing.toml: no such file"),
        (["score", "notes.txt", "--checklist", "missing.toml"], 3, "missing.toml: no such file"),
    ],
)
def test_one_line_for_every_error(
    arguments: list[str], code: int, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    Path("notes.txt").write_text("x")
    Path("broken.toml").write_text("a = [")
    Path("latin.toml").write_bytes(b'title = "caf\xe9"')
    assert run(arguments) == code
    said = capsys.readouterr()
    assert said.out == ""
    assert words in said.err
    assert len(said.err.splitlines()) == 1


def test_errors_speak_korean(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--lang", "ko", "score", "missing.jsonl"]) == 3
    assert "없는 파일입니다" in capsys.readouterr().err


def test_the_locale_decides_without_lang() -> None:
    assert "사용법" in cemaudit("--help", LC_ALL="ko_KR.UTF-8").stdout


def test_a_bug_is_one_line_and_a_traceback_on_demand(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setattr("cemaudit.cli.app._execute", lambda _: 1 / 0)
    assert run(["plugins"]) == 70
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert run(["plugins", "--debug"]) == 70
    assert "Traceback" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", ["checklists --json", "brief retail.green-smile", "form ecommerce.order --help"])
def test_a_closed_pipe_is_no_error(arguments: str) -> None:
    command = f"set -o pipefail; {sys.executable} -m cemaudit {arguments} | head -c 10"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
@pytest.mark.parametrize("arguments", ["checklists --json", "checklists", "--help", "plugins"])
def test_a_full_disk_at_the_standard_output(arguments: str) -> None:
    command = f"{sys.executable} -m cemaudit {arguments} > /dev/full"
    for language, words in {
        "en_US.UTF-8": "standard output: cannot be",
        "ko_KR.UTF-8": "표준 출력",
    }.items():
        done = subprocess.run(
            command, shell=True, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": language}
        )
        assert (done.returncode, done.stderr.count("\n")) == (4, 1)
        assert words in done.stderr


def test_checklists_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["checklists", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {"id", "version", "sector", "title", "languages", "items"} <= set(found[0])
    assert {"retail", "hospital", "ecommerce", "programme"} <= {one["sector"] for one in found}
    assert all(one["languages"] == ["ko", "en"] for one in found)


def test_plugins_as_json_and_blocked(capsys: pytest.CaptureFixture[str]) -> None:
    with use("en"):
        assert run(["plugins", "--json", "--no-plugin", "retail"]) == 0
    found = {one["name"]: one for one in json.loads(capsys.readouterr().out)}
    assert "retail" not in found
    assert found["hospital"]["distribution"] == "cemaudit"
    assert found["hospital"]["problems"] == []
    assert "cemaudit_checklists" in found["hospital"]["hooks"]
