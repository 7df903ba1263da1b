"""The ledger and the snapshot of abcc385: they open, go on being used, and no number in them moves by upgrading.

What compares and queries prints is kept whole in ``tests/golden``; here is what a later version does to these files.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from helpers.program import LEDGER, OWN, call

HASH = "2460466b096a5c9f121d5a489976eb963b1d3361d0e47411f0d08f1a450fdfff"
VISITS = ("retail.jsonl", "counter.jsonl", "hospital.jsonl", "outbox")
CHECKLISTS = {
    "hospital.outpatient@1.0.0": 32,
    "retail.green-smile@1.0.0": 60,
    "shop.counter@1.0.0": 54,
    "shop.counter@1.1.0": 56,
}
RETAIL = ("--where", "checklist=retail.green-smile", *LEDGER)


def told(files: Path, *arguments: str) -> list[dict[str, Any]]:
    outcome = call(files, *arguments, "--json")
    assert outcome.code == 0, outcome.err
    return [json.loads(line) for line in outcome.out.splitlines()]


def test_everything_is_in_it(files: Path) -> None:
    (info,) = told(files, "ledger", "info", *LEDGER)
    assert (info["visits"], info["revisions"], info["waiting"]) == (202, 203, 0)
    assert info["checklists"] == CHECKLISTS
    assert info["states"] == {"received": 198, "accepted": 1, "returned": 2, "excluded": 1}
    assert (info["stores"], info["shoppers"], info["schemes"]) == (8, 13, 3)
    assert (info["first_day"], info["last_day"]) == ("2025-03-03", "2025-12-29")


def test_it_is_as_it_was_written(files: Path) -> None:
    # A later version may have added lines of its own; the last one that was written then is still there.
    assert call(files, "ledger", "check", *LEDGER, "--hash", HASH).code == 0


def test_the_copy_of_it_is_as_it_was_written(files: Path) -> None:
    assert call(files, "ledger", "backup", "copy.db", *LEDGER).code == 0
    assert call(files, "ledger", "check", "--ledger", "copy.db", "--hash", HASH).code == 0


def test_nothing_comes_in_twice(files: Path) -> None:
    (summary,) = told(files, "collect", *VISITS, *LEDGER, *OWN, "--processes", "1")
    counts = {name: summary[name] for name in ("seen", "collected", "again", "conflict", "refused")}
    assert counts == {"seen": 203, "collected": 0, "again": 203, "conflict": 0, "refused": 0}
    assert call(files, "ledger", "check", *LEDGER, "--hash", HASH).code == 0


def test_another_content_under_a_known_id_is_in_conflict(files: Path) -> None:
    first, *_ = (files / "counter.jsonl").read_text("utf-8").splitlines()
    changed = {**json.loads(first), "store": "retail-06"}
    (files / "changed.jsonl").write_text(json.dumps(changed) + "\n", "utf-8")
    outcome = call(files, "collect", "changed.jsonl", *LEDGER, *OWN, "--processes", "1", "--json")
    assert (outcome.code, json.loads(outcome.out)["conflict"]) == (3, 1)


def test_states_and_their_reasons(files: Path) -> None:
    (known,) = told(files, "history", "retail-01-02", *LEDGER)
    assert (known["state"], known["day"], known["by"]) == ("returned", "2025-03-11", "hq")
    states = [(review["state"], review["reason"]) for review in known["reviews"]]
    assert states == [("accepted", ""), ("returned", "two answers contradict")]
    (known,) = told(files, "history", "retail-05-01", *LEDGER)
    assert known["reviews"][0]["reason"] == "영수증이 없습니다"


def test_a_revision_took_the_place_of_another(files: Path) -> None:
    visit = json.loads(call(files, "score", "outbox/amended.cemaudit", *OWN, "--json").out)["visit"]
    revisions = {known["revision"]: known for known in told(files, "history", visit, *LEDGER)}
    assert sorted(revisions) == [1, 2]
    assert revisions[2]["amendment"] == "시각을 잘못 적었습니다"
    assert [(change["place"], change["before"]) for change in revisions[2]["changes"]] == [("answers.C2", "1")]


def test_what_was_purged_stays_away(files: Path) -> None:
    purged = next(
        json.loads(line)
        for line in (files / "hospital.jsonl").read_text("utf-8").splitlines()
        if '"shopper":"H04"' in line
    )
    (known,) = told(files, "history", purged["id"], *LEDGER)
    people = (files / "ledger/hq.people.db").read_bytes()
    assert (b"H04" in people, b"H03" in people) == (False, True)
    assert [purge["reason"] for purge in known["purges"]] == ["retention"]


def test_a_review_is_added(files: Path) -> None:
    assert call(files, "review", "retail-04-03", "--as", "accepted", *LEDGER).code == 0
    (known,) = told(files, "history", "retail-04-03", *LEDGER)
    assert [review["state"] for review in known["reviews"]] == ["excluded", "accepted"]
    assert call(files, "ledger", "check", *LEDGER, "--hash", HASH).code == 0


def test_actions_are_known_and_another_is_noted(files: Path) -> None:
    actions = {action["id"]: action for action in told(files, "actions", "list", *LEDGER)}
    assert sorted(actions) == ["greet", "tidy"]
    assert actions["greet"]["stores"] == ["retail-02", "retail-03", "retail-05"]
    assert actions["tidy"]["what"] == "계산대의 상자를 치운다"
    assert {(action["status"], action["due"], action["done"]) for action in actions.values()} == {("open", None, None)}
    (shown,) = told(files, "actions", "show", "greet", *LEDGER)
    assert (shown["updates"], shown["plans"][0]["who"], shown["follow_up"]) == ([], "hq", None)
    more = ("--kind", "create", "--what", "seats", "--since", "2025-11-01", "--store", "retail-06")
    assert call(files, "actions", "add", "sit", *more, *LEDGER).code == 0
    assert len(told(files, "actions", "list", *LEDGER)) == 3
    assert call(files, "actions", "update", "greet", "--status", "done", *LEDGER).code == 0
    assert told(files, "actions", "show", "greet", *LEDGER)[0]["status"] == "done"
    assert call(files, "ledger", "check", *LEDGER, "--hash", HASH).code == 0


def test_stores_are_as_before(files: Path) -> None:
    (summary,) = call(files, "stores", "import", "stores.csv", *LEDGER, "--lang", "en").out.splitlines()
    assert summary == "8 rows = 0 new + 0 changed + 8 as before + 0 bad"


def scores_in(snapshot: Path) -> list[tuple[Any, ...]]:
    """Every score of the snapshot of retail, row by row."""
    query = f"select * from read_parquet('{snapshot}/scores/retail.green-smile@1.0.0/*.parquet') order by number"
    return duckdb.sql(query).fetchall()


def test_the_snapshot_has_nothing_to_add_but_what_was_not_kept_then(files: Path) -> None:
    """Findings of the core and of plugins, circumstances, what became of claims and skipped feelings, for each of four
    checklists.

    No other file is touched.
    """
    before = {path: path.read_bytes() for path in (files / "ledger/hq-snapshot").rglob("*.parquet")}
    (summary,) = told(files, "snapshot", *LEDGER, *OWN, "--processes", "1")
    assert (summary["visits"], summary["files"], summary["covered"]) == (0, 20, 203)
    (summary,) = told(files, "snapshot", *LEDGER, *OWN, "--processes", "1")
    assert (summary["visits"], summary["files"], summary["covered"]) == (0, 0, 203)
    of_visits = {path: data for path, data in before.items() if path.parts[-3] != "ledger" and "gone" not in path.parts}
    assert {path: path.read_bytes() for path in of_visits if "stores" not in path.parts} == {
        path: data for path, data in of_visits.items() if "stores" not in path.parts
    }


def test_a_snapshot_made_now_holds_the_same_scores(files: Path) -> None:
    (summary,) = told(files, "snapshot", *LEDGER, *OWN, "--snapshot", "anew", "--processes", "1")
    assert summary["visits"] == 203
    before, after = scores_in(files / "ledger/hq-snapshot"), scores_in(files / "anew")
    assert len(before) == 60
    assert after == before
    league = ("query", "league", *RETAIL, "--json")
    assert call(files, *league).out == call(files, *league, "--snapshot", "anew").out


def test_what_comes_in_later_is_added_to_the_snapshot(files: Path) -> None:
    visit = json.loads((files / "retail.jsonl").read_text("utf-8").splitlines()[0])
    (files / "more.jsonl").write_text(json.dumps({**visit, "id": "retail-01-99"}) + "\n", "utf-8")
    (summary,) = told(files, "collect", "more.jsonl", *LEDGER, "--processes", "1")
    assert summary["collected"] == 1
    (summary,) = told(files, "snapshot", *LEDGER, *OWN, "--processes", "1")
    assert summary["covered"] == 204
    leagues = {row["store"]: row["visits"] for row in told(files, "query", "league", *RETAIL)}
    assert leagues["retail-01"] == 11


def test_scoring_again_under_another_scheme_finds_it_done(files: Path) -> None:
    arguments = ("rescore", "--scheme", "cem.performance@1", *LEDGER, *OWN, "--processes", "1", "--causes", "0")
    outcome = call(files, *arguments, "--json", "--lang", "en")
    assert (outcome.code, outcome.err.strip()) == (0, "0 visits scored, 0 per second; 203 already scored")
    results = {row["checklist"]: row for row in map(json.loads, outcome.out.splitlines())}
    assert results["shop.counter@1.1.0"]["bands"][:2] == [
        {"before": "A", "after": "A", "visits": 28},
        {"before": "A", "after": "B", "visits": 14},
    ]


def shown_in(workbook: Path) -> object:
    """All that a reader of a workbook sees: its bytes depend on who writes the rows."""
    pages = openpyxl.load_workbook(workbook).worksheets
    cells = [
        [
            (cell.coordinate, cell.value, cell.data_type, cell.number_format, cell.quotePrefix, cell.font.b)
            for cell in row
        ]
        for page in pages
        for row in page.iter_rows()
    ]
    looks = [
        (
            *(page.title, page.freeze_panes, page.auto_filter.ref),
            sorted(str(area.sqref) for area in page.conditional_formatting),
            {letter: size.width for letter, size in page.column_dimensions.items()},
        )
        for page in pages
    ]
    return cells, looks


@pytest.mark.parametrize("ending", ["csv", "xlsx", "json"])
def test_an_export_is_the_same_file(ending: str, files: Path) -> None:
    more = ("--where", "store=retail-02") if ending == "json" else ()
    where = ("--where", "checklist=shop.counter@1.1.0", *more, *LEDGER)
    assert call(files, "export", "--out", f"again.{ending}", *where).code == 0
    again, then = files / f"again.{ending}", files / f"exports/visits.{ending}"
    assert again.read_bytes() == then.read_bytes() or (ending == "xlsx" and shown_in(again) == shown_in(then))
