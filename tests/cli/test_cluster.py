"""``--on`` and ``--data`` from the outside, where there is no cluster."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from cemaudit.cli.app import run
from cemaudit.ledger.spark import session

Said = pytest.CaptureFixture[str]
COMMANDS = [["query", "league"], ["rescore", "--scheme", "cem.performance@1"]]


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    for name in ("CEMAUDIT_LEDGER", "CEMAUDIT_SNAPSHOT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def refused(capsys: Said, *arguments: str) -> tuple[int, str]:
    """The exit code, and the one line that is said."""
    code, said = run(list(arguments)), capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    return code, said.err


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("url", ["local[2]", "http://127.0.0.1:7077", "spark://127.0.0.1"])
def test_an_address_of_another_kind_is_one_line(command: list[str], url: str, capsys: Said) -> None:
    code, said = refused(capsys, *command, "--on", url, "--data", "hq")
    assert code == 3
    assert said == f"cemaudit: {url}: expected spark://HOST:PORT\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_a_cluster_that_is_away_is_one_line(command: list[str], capsys: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "find_spec", lambda name: name)
    monkeypatch.setattr(session, "_need_java", lambda: None)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"spark://127.0.0.1:{free.getsockname()[1]}"
        code, said = refused(capsys, *command, "--on", url, "--data", "hq")
    assert code == 4
    assert said.startswith(f"cemaudit: {url}: no Spark master answers: ")


@pytest.mark.parametrize("command", COMMANDS)
def test_the_extra_is_named(command: list[str], capsys: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "find_spec", lambda name: None)
    code, said = refused(capsys, *command, "--on", "spark://127.0.0.1:7077", "--data", "hq")
    assert code == 4
    assert "pip install 'cemaudit[spark]'" in said


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("written", "what"), [("", "there is no snapshot yet"), ("{]", "not the manifest of a snapshot")]
)
@pytest.mark.parametrize("data", ["hq", "file://{here}/hq"])
def test_a_folder_that_is_no_snapshot_is_refused_before_a_session_begins(
    command: list[str], written: str, what: str, data: str, capsys: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(session, "find_spec", lambda name: name)
    monkeypatch.setattr(session, "_need_java", lambda: None)
    monkeypatch.delattr(session, "_begun")
    here = Path.cwd() / "hq"
    if written:
        here.mkdir()
        (here / "snapshot.json").write_text(written, "utf-8")
    with socket.create_server(("127.0.0.1", 0)) as master:
        url = f"spark://127.0.0.1:{master.getsockname()[1]}"
        code, said = refused(capsys, *command, "--on", url, "--data", data.format(here=Path.cwd()))
    assert code == 3
    assert said.startswith(f"cemaudit: {here}")
    assert what in said


@pytest.mark.parametrize("command", COMMANDS)
def test_each_of_the_two_options_needs_the_other(command: list[str], capsys: Said) -> None:
    assert "--data goes with --on" in refused(capsys, *command, "--data", "hq")[1]
    assert "say with --data where" in refused(capsys, *command, "--on", "spark://127.0.0.1:7077")[1]


def test_own_sql_is_for_this_machine(capsys: Said, tmp_path: Path) -> None:
    (tmp_path / "own.sql").write_text("select 1", "utf-8")
    code, said = refused(capsys, "query", "--sql", "own.sql", "--on", "spark://127.0.0.1:7077", "--data", "hq")
    assert code == 2
    assert "either --sql or --on" in said


def test_a_ledger_or_a_cluster_is_needed(capsys: Said) -> None:
    assert "--ledger" in refused(capsys, "rescore", "--scheme", "cem.performance@1")[1]
