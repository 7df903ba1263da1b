"""``cemaudit actions`` from the outside."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest
from helpers import media_files

from cemaudit.cli.app import run
from cemaudit.cli.commands.actions import KINDS
from cemaudit.exchange.canonical_json import write_visits
from cemaudit.ledger.actions import Kind
from cemaudit.scoring import Engine
from cemaudit.simulate import simulate

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
    shown = json.loads(line)
    assert shown.pop("noted")
    assert shown == {
        "id": "greet", "kind": "raise", "what": "greet sooner", "owner": "", "since": "2026-07-01", "stores": ["s1"],
        "due": None, "gain": None, "status": "open", "done": None,
        "reason": {"finding": None, "checklist": None, "touchpoint": None, "item": None, "visits": []},
    }  # fmt: skip
    _, lines, _ = answer("list")
    assert lines[-1].split() == ["greet", "raise", "waiting", "2026-07-01", "-", "1", "greet", "sooner"]


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


GREET = ["greet", "--kind", "raise", "--what", "greet sooner", "--since", "2026-07-01", "--store", "s1"]


def test_all_of_an_action_is_noted_by_whom_it_is_said(answer: Answer) -> None:
    given = [*GREET, "--due", "2026-08-01", "--gain", "2.5", "--finding", "core.critical", "--owner", "kim"]
    assert answer("add", *given, "--by", "lee")[0] == 0
    code, (line,), _ = answer("show", "greet", "--json")
    shown = json.loads(line)
    assert (code, shown["due"], shown["gain"], shown["status"], shown["done"]) == (0, "2026-08-01", 2.5, "open", None)
    assert (shown["reason"]["finding"], shown["plans"][0]["who"], shown["updates"]) == ("core.critical", "lee", [])
    _, lines, _ = answer("show", "greet")
    assert lines[0] == "greet: greet sooner"
    assert "Expected gain: +2.5 points" in lines


def test_an_action_is_done_with_a_photo(answer: Answer) -> None:
    answer("add", *GREET)
    Path("fix.jpg").write_bytes(media_files.jpeg())
    done = ["update", "greet", "--status", "done", "--on", "2026-07-09", "--comment", "새 매뉴얼", "--photo", "fix.jpg"]
    assert answer(*done, "--by", "김점장") == (0, ["greet: done"], "")
    assert answer(*done, "--by", "김점장") == (0, ["greet: done (as before)"], "")
    (update,) = json.loads(answer("show", "greet", "--json")[1][0])["updates"]
    assert (update["status"], update["day"], update["comment"]) == ("done", "2026-07-09", "새 매뉴얼")
    assert (update["who"], (Path("hq-media") / update["photo"]).exists()) == ("김점장", True)
    assert answer("update", "greet", "--owner", "kim", "--due", "2026-09-01")[0] == 0
    shown = json.loads(answer("list", "--json")[1][0])
    assert (shown["owner"], shown["due"], shown["status"], shown["done"]) == ("kim", "2026-09-01", "done", "2026-07-09")


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize(
    ("given", "code"),
    [
        (["update", "nobody", "--status", "done"], 3),
        (["update", "greet", "--status", "finished"], 2),
        (["update", "greet"], 2),
        (["update", "greet", "--on", "2026-07-09"], 2),
        (["update", "greet", "--status", "verified"], 3),
        (["update", "greet", "--status", "done", "--on", "2026-06-30"], 3),
        (["update", "greet", "--status", "done", "--on", "2999-01-01"], 3),
        (["update", "greet", "--due", "2026-06-30"], 3),
        (["update", "greet", "--store", "s9"], 3),
        (["update", "greet", "--status", "done", "--photo", "none.jpg"], 3),
        (["update", "greet", "--status", "done", "--photo", "stores.csv"], 3),
        (["add", *GREET[:-4], "--since", "2026-07-01", "--store", "s1", "--due", "2026-01-01"], 3),
        (["show", "nobody"], 3),
        (["export", "--out", "a.pdf"], 3),
        (["propose", "--wave", "w1"], 3),
    ],
)
def test_bad_input_is_one_clear_line(answer: Answer, given: list[str], code: int, language: str) -> None:
    answer("add", *GREET)
    before = answer("show", "greet", "--json")
    ended, lines, said = answer(*given, "--lang", language)
    assert (ended, lines) == (code, [])
    assert said.startswith("cemaudit: ") or code == 2
    assert len(said.splitlines()) == 1 or code == 2
    assert "Traceback" not in said
    assert any("가" <= letter <= "힣" for letter in said) == (language == "ko")
    assert answer("show", "greet", "--json") == before
    assert not Path("hq-media").exists()


def test_what_is_overdue_ends_with_1(answer: Answer) -> None:
    answer("add", *GREET, "--due", "2026-08-01")
    assert answer("overdue", "--on", "2026-08-01") == (0, ["nothing is overdue"], "")
    code, (line,), _ = answer("overdue", "--on", "2026-08-02", "--json")
    assert (code, json.loads(line)["id"]) == (1, "greet")
    assert answer("overdue", "--on", "2026-08-02", "--owner", "kim")[0] == 0
    answer("update", "greet", "--status", "done", "--on", "2026-07-09")
    assert answer("overdue", "--on", "2026-08-02")[0] == 0


def test_one_owners_actions_go_out(answer: Answer) -> None:
    answer("add", *GREET, "--due", "2026-08-01", "--owner", "kim")
    answer("add", "tidy", *GREET[1:], "--owner", "lee")
    assert answer("export", "--out", "kim.ics", "--owner", "kim") == (0, ["1 actions: kim.ics"], "")
    assert answer("export", "--out", "all.ics")[2] == "left out, for no day is set by which they are due: 1\n"
    assert answer("export", "--out", "all.csv", "--status", "open")[1] == ["2 rows: all.csv"]
    assert answer("import", "all.csv")[1] == ["0 noted + 2 as before"]
    assert b"UID:greet." in Path("kim.ics").read_bytes()
    assert answer("list", "--owner", "kim", "--store", "s1", "--json")[1] != answer("list", "--json")[1]


def test_a_calendar_names_its_extra(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    answer("add", *GREET, "--due", "2026-08-01")
    monkeypatch.setitem(sys.modules, "icalendar", None)
    code, lines, said = answer("export", "--out", "a.ics")
    assert (code, lines, Path("a.ics").exists()) == (4, [], False)
    assert "pip install 'cemaudit[calendar]'" in said
    assert answer("export", "--out", "a.csv")[0] == 0


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory, engine: Engine) -> Path:
    """A chain of some waves with its snapshot."""
    home = tmp_path_factory.mktemp("chain")
    visits = simulate(engine.library.checklist("retail.green-smile@1.0.0"), stores=10, visits=8, seed=7)
    write_visits(home / "visits.jsonl", visits)
    assert run(["collect", str(home / "visits.jsonl"), "--any-store", "--ledger", str(home / "hq.db")]) == 0
    assert run(["snapshot", "--ledger", str(home / "hq.db")]) == 0
    return home


def test_from_a_wave_to_what_the_next_one_shows(
    chain: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(chain)
    monkeypatch.setenv("CEMAUDIT_LEDGER", "hq.db")

    def said(*arguments: str) -> str:
        capsys.readouterr()
        assert run([*arguments, "--lang", "en"]) == 0
        return capsys.readouterr().out

    first, *_ = sorted({json.loads(line)["wave"] for line in Path("visits.jsonl").read_text().splitlines()})
    whole = json.loads(said("actions", "propose", "--wave", first, "--json"))
    drafts = whole["drafts"]
    assert drafts
    assert [draft["critical"] for draft in drafts] == sorted((draft["critical"] for draft in drafts), reverse=True)
    last = dt.date.fromisoformat(whole["last_day"])
    assert whole["due"] == (last + dt.timedelta(days=30)).isoformat()
    assert {draft["action"]["due"] for draft in drafts} == {whole["due"]}
    text = said("actions", "propose", "--wave", first, "--out", "drafts.csv")
    assert f"due {whole['due']}" in text
    assert run(["actions", "propose", "--wave", first, "--out", "drafts.csv"]) == 3
    assert said("actions", "import", "drafts.csv") == f"{len(drafts)} noted + 0 as before\n"
    name = drafts[0]["action"]["id"]
    said("actions", "update", name, "--status", "done", "--on", whole["since"])
    shown = json.loads(said("actions", "show", name, "--json"))["follow_up"]
    assert shown["outcome"] in {"verified", "came-back", "so-far"}
    assert "What later visits show" in said("actions", "show", name)
    again = json.loads(said("actions", "propose", "--wave", first, "--json"))
    assert [row["action"] for row in again["follow_ups"]] == [name]
