"""A visit's way through a review: it waits, goes back to its shopper, comes again, and is reported from the ledger."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers.shop import Cemaudit, cemaudit_in_shop

from cemaudit.exchange.sealed import read_sealed

HERE = ("--ledger", "hq.db")
SHOP = ("--checklist", "shop.toml")


@pytest.fixture
def hq(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cemaudit:
    """Headquarters with two collected visits of two stores: one sealed by a shopper, one of a file."""
    cemaudit = cemaudit_in_shop(tmp_path, monkeypatch, capsys)
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "stores.csv").write_text("id,name,owner\ns1,Hongdae,Kim\ns2,Busan,Lee\n", encoding="utf-8")
    other = {
        "id": "v2", "checklist": "shop@1", "store": "s2", "shopper": "s-9", "date": "2026-11-20", "wave": "2026-4",
        "answers": {"A1": True, "A2": 3}, "emotions": {"door": 2},
    }  # fmt: skip
    (tmp_path / "v2.json").write_text(json.dumps(other), encoding="utf-8")
    typed = ["y", "yesterday 14:05 14:40", "y", "3", "2"]
    assert cemaudit("enter", "shop.toml", "--store", "s1", typed=typed).code == 0
    assert cemaudit("seal", "1", "--out", "out", "--sign", "s-12").code == 0
    assert cemaudit("stores", "import", "stores.csv", *HERE).code == 0
    code, _, refused = cemaudit("collect", "out", "v2.json", *HERE, *SHOP)
    assert code == 0, refused
    return cemaudit


def sealed_id(tmp_path: Path) -> str:
    (path,) = (tmp_path / "out" / "done").glob("*.cemaudit") if (tmp_path / "out" / "done").exists() else ()
    return read_sealed(path).visit.id


def test_a_visit_goes_back_and_comes_again(hq: Cemaudit, tmp_path: Path) -> None:
    name = sealed_id(tmp_path)
    code, queue, _ = hq("review", "--queue", *HERE)
    assert code == 0
    assert queue.startswith("2 visits wait for a review")
    assert queue.index(name) < queue.index("v2")
    code, shown, refused = hq(
        "review", name, "--as", "returned", "--reason", "Which till was it?", "--out", "back", "--by", "Kim", *HERE
    )
    assert code == 0, refused
    (path,) = (tmp_path / "back").iterdir()
    assert shown.splitlines() == ["1 visits: returned", str(Path("back") / path.name)]
    code, shown, refused = hq(
        "amend", str(path), "--reason", "it was the second till", "--set", "A2=4", "--sign", "s-12", "--out", "again",
        *SHOP,
    )  # fmt: skip
    assert code == 0, refused
    assert "by Kim:" in shown.splitlines()[0]
    assert shown.splitlines()[1] == "  Which till was it?"
    assert hq("collect", "again", *HERE, *SHOP).code == 0
    rows = [json.loads(line) for line in hq("review", "--queue", "--json", *HERE).out.splitlines()]
    assert [(row["visit"], row["revision"]) for row in rows] == [("v2", 1), (name, 2)]
    assert rows[1]["reasons"] == ["revision 2 of a visit that was returned: Which till was it?"]
    assert hq("history", name, *HERE).out.count("returned by Kim: Which till was it?") == 1


def test_reports_come_from_the_ledger_as_the_review_says(hq: Cemaudit, tmp_path: Path) -> None:
    name = sealed_id(tmp_path)

    def reports(*options: str, folder: str = "pdf") -> tuple[int, list[str], str]:
        code, _, refused = hq("report", "--out", folder, *options, *HERE, *SHOP)
        made = tmp_path / folder
        return code, sorted(path.name[:2] for path in made.iterdir()) if made.exists() else [], refused

    code, _, refused = reports()
    assert (code, "left out: received 2" in refused, "--also received" in refused) == (3, True, True)
    assert reports("--also", "received", folder="all")[:2] == (0, ["s1", "s2"])
    assert hq("review", "--where", "store=s1", "--as", "accepted", *HERE).out == "1 visits: accepted\n"
    assert reports()[:2] == (0, ["s1"])
    assert reports("--owner", "Lee", "--also", "received", folder="lee")[:2] == (0, ["s2"])
    assert reports("--wave", "2026-4", "--where", "state=received", folder="wave")[:2] == (0, ["s2"])
    assert reports("--store", "s1", "--owner", "Lee", folder="none")[0] == 3
    assert hq("review", name, "--as", "excluded", "--reason", "closed", *HERE).code == 0
    code, made, refused = reports("--also", "received", "--also", "returned", folder="left")
    assert (code, made) == (0, ["s2"])
    code, _, refused = reports("--where", "state=excluded", folder="never")
    assert (code, "excluded visits are in no report" in refused) == (3, True)
    assert not (tmp_path / "never").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["review"],
        ["review", "v2"],
        ["review", "v2", "--where", "store=s1", "--as", "accepted"],
        ["review", "--queue", "--as", "accepted"],
        ["review", "--where", "store=s1", "--revision", "1", "--as", "accepted"],
        ["report", "v2.json", "--out", "pdf", "--wave", "2026-4"],
    ],
)
def test_what_is_not_clear_is_a_usage_error(hq: Cemaudit, arguments: list[str]) -> None:
    assert hq(*arguments, *HERE).code == 2


def test_a_report_needs_files_or_a_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    cemaudit = cemaudit_in_shop(tmp_path, monkeypatch, capsys)
    monkeypatch.delenv("CEMAUDIT_LEDGER", raising=False)
    code, _, refused = cemaudit("report", "--out", "pdf")
    assert (code, "name files of visits, or a ledger" in refused) == (2, True)


def test_settings_are_shown_with_who_and_since_when(hq: Cemaudit) -> None:
    code, shown, _ = hq("ledger", "set", "counts", "accepted,received", "--by", "Kim", *HERE)
    assert (code, shown.split(" from now on")[0]) == (0, "counts: received,accepted")
    rows = {row["name"]: row for row in map(json.loads, hq("ledger", "settings", "--json", *HERE).out.splitlines())}
    assert (rows["counts"]["value"], rows["counts"]["by"]) == ("received,accepted", "Kim")
    assert rows["counts"]["since"]
    assert rows["incomplete"] == {"name": "incomplete", "value": "count", "since": None, "by": None}
    assert "visits count that are received, accepted" in hq("ledger", "settings", *HERE).out
    code, _, refused = hq("ledger", "set", "counts", "excluded", *HERE)
    assert (code, "found excluded" in refused) == (3, True)


def test_a_result_says_which_states_count(hq: Cemaudit) -> None:
    assert hq("review", "v2", "--as", "returned", "--reason", "why", *HERE).code == 0
    assert hq("snapshot", *HERE, *SHOP).code == 0
    code, shown, said = hq("query", "visits", "--by", "state", *HERE)
    assert (code, "returned" in shown) == (0, False)
    assert "visits count that are received, accepted, contested; left out: returned 1" in said
    code, shown, said = hq("query", "league", "--where", "state=returned", "--json", *HERE)
    assert [row["store"] for row in json.loads(shown)] == ["s2"] if shown.startswith("[") else "s2" in shown
    assert "visits of the states asked for: returned" in said
    assert hq("export", "--out", "v.csv", "--with-states", "--with-excluded", *HERE).code == 0
    assert ",received" in Path("v.csv").read_text(encoding="utf-8")
