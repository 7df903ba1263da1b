"""``collect``, ``stores``, ``review``, ``history`` and ``ledger`` from the outside."""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from helpers import ledgers, sealed_visits
from helpers.ledgers import SHOP, amended, lines

from cemaudit.cli.app import run
from cemaudit.exchange.canonical_json import line_of
from cemaudit.exchange.sealed.keys import new_key, public_file
from cemaudit.exchange.toml import toml_of
from cemaudit.model import Visit

Answer = Callable[..., tuple[int, list[str], list[str]]]


def visit(name: str = "v1", **keys: Any) -> Visit:
    """A visit that lacks nothing."""
    return ledgers.visit(name, **{"answers": {"I1": True, "I2": "fine"}, **keys})


BEGUN = ("a new ledger was begun: ", "새 원장을 만들었습니다: ")


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of one's own, a ledger named by the environment, and the checklist."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setenv("COLUMNS", "500")
    monkeypatch.setenv("CEMAUDIT_LEDGER", "hq.db")
    monkeypatch.delenv("CEMAUDIT_MEDIA", raising=False)
    (tmp_path / "shop.toml").write_text(toml_of(SHOP))
    return tmp_path


@pytest.fixture
def answer(capsys: pytest.CaptureFixture[str]) -> Answer:
    def answer(*arguments: str | Path) -> tuple[int, list[str], list[str]]:
        code = run([str(one) for one in arguments])
        said = capsys.readouterr()
        return code, said.out.splitlines(), [line for line in said.err.splitlines() if not line.startswith(BEGUN)]

    return answer


@pytest.fixture
def collect(answer: Answer) -> Answer:
    return lambda *arguments: answer("collect", *arguments, "--checklist", "shop.toml")


def test_a_new_ledger_is_told_for_its_name_may_have_been_mistyped(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(lines(place / "v.jsonl", [visit()]))
    for ledger, begun in (("hq.db", True), ("hq.db", False), ("hp.db", True)):
        assert run(["collect", path, "--ledger", ledger, "--any-store", "--checklist", "shop.toml"]) == 0
        assert capsys.readouterr().err == (f"{BEGUN[0]}{ledger}\n" if begun else "")


def test_collecting_sums_up_and_can_be_repeated(collect: Answer, place: Path) -> None:
    path = lines(place / "v.jsonl", [visit("v1"), visit("v2"), b"{", visit("v1", store="s9")])
    code, (summary,), told = collect(path)
    assert code == 3
    assert summary.startswith("4 read = 2 collected + 0 already in the ledger + 1 in conflict + 1 refused; 4 visits, ")
    assert summary.endswith(" a second")
    assert [one.split(": ")[:3] for one in told] == [
        ["cemaudit", "v.jsonl", "line 3"],
        ["cemaudit", "v.jsonl", "line 4"],
    ]
    lines(path, [visit("v1"), visit("v2")])
    code, (summary,), told = collect(path)
    assert (code, told) == (0, [])
    assert summary.startswith("2 read = 0 collected + 2 already in the ledger + 0 in conflict + 0 refused; ")


def test_an_inbox_in_korean_and_as_json(collect: Answer, place: Path) -> None:
    lines(place / "inbox" / "v.jsonl", [visit("v1", checklist="other@1")])
    code, (summary,), (told,) = collect("inbox", "--lang", "ko")
    why = "1번째 줄: checklist: 없는 체크리스트입니다: other@1 (--checklist로 파일을 지정하십시오)"
    assert (code, told) == (3, f"cemaudit: v.jsonl: {why}")
    assert "거부 1" in summary
    assert (place / "inbox" / "rejected" / "v.jsonl.txt").read_text(encoding="utf-8") == f"{why}\n"
    lines(place / "inbox" / "w.jsonl", [visit("v2")])
    code, (summary,), _ = collect("inbox", "--json")
    found = json.loads(summary)
    assert code == 0
    assert found.pop("seconds") >= 0
    assert found == {"seen": 1, "collected": 1, "again": 0, "conflict": 0, "refused": 0, "incomplete": 0}


def test_standard_input(collect: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(line_of(visit("v1")) + b"\n{")))
    code, (summary,), (told,) = collect("-")
    assert (code, summary[:20]) == (3, "2 read = 1 collected")
    assert told.startswith("cemaudit: standard input: line 2: not JSON")


def test_few_of_many_refusals_are_told(collect: Answer, place: Path) -> None:
    path = lines(place / "v.jsonl", [b"{"] * 30)
    code, _, told = collect(path)
    assert (code, len(told)) == (3, 21)
    assert told[-1] == "cemaudit: and more like these"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["missing.jsonl"], 3, "missing.jsonl: no such file"),
        (["shop.toml"], 3, "shop.toml: expected a .json, .jsonl or .cemaudit file"),
        (["v.jsonl", "--key", "missing.pub"], 3, "missing.pub: no such file"),
        (["v.jsonl", "--ledger", "shop.toml"], 3, "shop.toml: not a ledger of cemaudit"),
        (["v.jsonl", "--ledger", "oracle://x"], 3, "--ledger: expected a file or postgresql://..."),
        (["v.jsonl", "--ledger", "postgresql://127.0.0.1:9/x"], 4, "the server cannot be reached"),
        (["v.jsonl", "--watch", "0"], 2, "--watch"),
        ([], 2, "SOURCES"),
    ],
)
def test_what_cannot_be_begins_no_ledger(
    collect: Answer, place: Path, arguments: list[str], code: int, words: str
) -> None:
    lines(place / "v.jsonl", [visit("v1")])
    found, out, told = collect(*arguments)
    assert (found, out, len(told)) == (code, [], 1)
    assert words in told[0]
    assert not (place / "hq.db").exists()


def test_a_ledger_must_be_named(collect: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CEMAUDIT_LEDGER")
    code, _, (told,) = collect("-")
    assert (code, "--ledger" in told) == (2, True)


def test_watching_goes_on_until_interrupted(collect: Answer, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox = place / "inbox"
    lines(inbox / "a.jsonl", [visit("v1")])
    steps = iter([
        lambda: lines(inbox / "b.jsonl", [visit("v2")]),
        lambda: lines(inbox / "b.jsonl", [visit("v2"), visit("v3")]),
        lambda: None,
        lambda: None,
    ])  # fmt: skip

    def sleep(seconds: float) -> None:
        assert seconds == 0.5
        step = next(steps, None)
        if step is None:
            raise KeyboardInterrupt
        step()

    monkeypatch.setattr(time, "sleep", sleep)
    code, (summary,), told = collect("inbox", "--watch", "0.5")
    assert (code, told) == (0, [])
    assert summary.startswith("3 read = 3 collected + 0 already in the ledger")
    assert sorted(path.name for path in (inbox / "done").iterdir()) == ["a.jsonl", "b.jsonl"]


def test_the_pace_is_shown_on_a_terminal(
    collect: Answer, place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "cemaudit.cli.commands.collect.sys", SimpleNamespace(stderr=SimpleNamespace(isatty=lambda: True))
    )
    code, _, told = collect(lines(place / "v.jsonl", [visit("v1")]))
    assert code == 0
    assert told[-1].startswith("1 visits, ")


def test_sealed_files_with_keys_and_media(collect: Answer, place: Path) -> None:
    key = new_key(place / "key.pem", "s-12")
    keys = public_file(place / "key.pem")
    whole = {"checklist": SHOP.ref, "answers": {"I1": True, "I2": "fine"}}
    sealed_visits.seal(place / "inbox", key, id="v1", **whole)
    sealed_visits.seal(place / "inbox", id="v2", **whole)
    code, (summary,), (told,) = collect("inbox", "--key", keys, "--media", "evidence")
    assert (code, summary[:63]) == (3, "2 read = 1 collected + 0 already in the ledger + 0 in conflict ")
    assert told == "cemaudit: v2.cemaudit: not signed (ask the shopper to sign it)"
    assert (place / "evidence" / sealed_visits.PHOTO_NAME).exists()


def test_revisions_that_wait_are_told(collect: Answer, place: Path) -> None:
    code, _, told = collect(lines(place / "v.jsonl", [amended(visit("v1"))]))
    assert (code, told) == (0, ["revisions waiting for an earlier revision: 1"])


def test_stores(answer: Answer, collect: Answer, place: Path) -> None:
    (place / "stores.csv").write_text("id,name,region,opened\ns1,강남점,서울,2020-01-01\ns2,,,soon\n", encoding="utf-8")
    code, out, told = answer("stores", "import", "stores.csv")
    assert (code, out) == (3, ["2 rows = 1 new + 0 changed + 0 as before + 1 bad"])
    assert told == ["cemaudit: stores.csv: row 3: opened: expected a date like 2026-11-21, found soon"]
    code, out, _ = answer("stores", "list")
    assert code == 0
    assert [line.split() for line in out][2] == ["s1", "강남점", "서울", "2020-01-01", "0"]
    code, (record,), _ = answer("stores", "list", "--json")
    assert json.loads(record)["name"] == "강남점"
    path = lines(place / "v.jsonl", [visit("v1"), visit("v2", store="s2")])
    code, _, (told_line,) = collect(path)
    assert (code, "line 2: store: no such store: s2" in told_line) == (3, True)
    assert collect(path, "--any-store")[0] == 0


def test_no_stores_yet(answer: Answer, collect: Answer, place: Path) -> None:
    collect(lines(place / "v.jsonl", [visit("v1")]))
    assert answer("stores", "list") == (0, [], [])


def test_review_and_history(answer: Answer, collect: Answer, place: Path) -> None:
    first = visit("v1")
    second = amended(first, changes=[{"place": "store", "before": '"s1"', "after": "\x1b[31m"}])
    collect(lines(place / "v.jsonl", [first, second, visit("v2")]))
    assert answer("review", "v1", "v2", "--as", "excluded")[0] == 3
    code, out, _ = answer("review", "v1", "v2", "--as", "excluded", "--reason", "closed that day")
    assert (code, out) == (0, ["2 visits: excluded"])
    code, out, _ = answer("history", "v1")
    assert code == 0
    assert out[0] == "revision 1: s1, 2026-11-21, test.shop@1"
    assert out[2] == "revision 2: s1, 2026-11-21, test.shop@1"
    assert ": collected by " in out[3]
    assert out[4] == "  amended: a wrong price"
    assert out[5] == '    store: "s1" -> [31m'
    assert out[6].endswith(": closed that day")
    assert " excluded by " in out[6]
    code, records, _ = answer("history", "v1", "--json")
    assert [json.loads(record)["state"] for record in records] == ["received", "excluded"]
    code, _, (told,) = answer("history", "v9")
    assert (code, told) == (3, "cemaudit: hq.db: no such visit: v9")


def test_history_of_a_sealed_visit_that_waits(answer: Answer, collect: Answer, place: Path) -> None:
    first = sealed_visits.seal(place / "in", id="v1", checklist=SHOP.ref)
    second = sealed_visits.revise(place / "in", first)
    collect(second.path)
    code, out, _ = answer("history", "v1")
    assert code == 0
    assert f"sealed file {second.sha256}, not signed" in " ".join(" ".join(out).split())
    assert "  the revision before it has not come in yet" in out


def test_check_info_and_backup(answer: Answer, collect: Answer, place: Path) -> None:
    import sqlite3

    collect(lines(place / "v.jsonl", [visit("v1")]))
    code, (said,), _ = answer("ledger", "check")
    assert code == 0
    noted = said.rpartition(" ")[2]
    assert said == f"intact; line 2 of the audit trail: {noted}"
    assert answer("ledger", "check", "--hash", noted)[0] == 0
    code, out, _ = answer("ledger", "info")
    assert (code, "visits: 1" in out, f"hash of the last line: {noted}" in out) == (0, True, True)
    assert json.loads(answer("ledger", "info", "--json")[1][0])["hash"] == noted
    assert answer("ledger", "backup", "copy.db") == (0, ["copy.db", "copy.people.db"], [])
    code, _, (told,) = answer("ledger", "backup", "copy.db")
    assert (code, told) == (3, "cemaudit: copy.db: there is a file already, and nothing is overwritten")
    with sqlite3.connect("hq.db") as link:
        link.execute("update visit set store = 's9'")
    link.close()
    code, out, told_lines = answer("ledger", "check")
    assert (code, out) == (1, ["integrity problems: 1"])
    assert told_lines == ["cemaudit: visit: the rows that line 2 of the trail brought are not as they were"]
    assert answer("ledger", "check", "--ledger", "copy.db", "--hash", noted)[0] == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["ledger", "info"],
        ["ledger", "check"],
        ["history", "v1"],
        ["stores", "list"],
        ["review", "v1", "--as", "accepted"],
    ],
)
def test_there_must_be_a_ledger(answer: Answer, place: Path, arguments: list[str]) -> None:
    code, out, told = answer(*arguments)
    assert (code, out, told) == (3, [], ["cemaudit: hq.db: no such file"])
    assert not (place / "hq.db").exists()


def test_groups_show_their_commands_in_both_languages(answer: Answer) -> None:
    for name, words in (("stores", "List the stores"), ("ledger", "Copy the ledger")):
        assert words in " ".join(answer(name, "--help")[1])
        assert "사용법" in answer(name, "--lang", "ko", "--help")[1][0]
