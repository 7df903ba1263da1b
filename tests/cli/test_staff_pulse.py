"""A pulse of staff from the outside: no figure rests on fewer sheets than the checklist declares."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers import ledgers, snapshots
from helpers.program import call

from cemaudit.exchange.canonical_json import write_visits
from cemaudit.ledger import open_ledger
from cemaudit.model import Visit
from cemaudit.scoring import Engine
from cemaudit.simulate import simulate

PULSE = "programme.staff-pulse@1.0.0"
NOT_SHOWN = "rest on fewer than 5 sheets"


@pytest.fixture(scope="module")
def sheets() -> list[Visit]:
    """Seven sheets of two stores each, four of a third."""
    made = list(simulate(Engine().library.checklist(PULSE), 3, 7, 5))
    stores = sorted({visit.store for visit in made})
    few = [visit.id for visit in made if visit.store == stores[2]][4:]
    return [visit for visit in made if visit.id not in few]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, sheets: list[Visit]) -> Path:
    home, engine = tmp_path_factory.mktemp("pulse"), Engine()
    write_visits(home / "sheets.jsonl", sheets)
    checklist = engine.library.checklist(PULSE)
    with open_ledger(str(home / "hq.db"), make=True, who="hq") as ledger:
        ledger.collect([ledgers.document(one, ledger) for one in sheets], {checklist.ref: checklist})
        with snapshots.snapshot(ledger, engine, home / "hq-snapshot"):
            pass
    return home


def test_the_shipped_pulse_declares_five() -> None:
    assert Engine().library.checklist(PULSE).least_sheets == 5


def test_score_shows_no_store_of_few_sheets(home: Path, sheets: list[Visit]) -> None:
    few = sheets[-1].store
    answer = call(home, "score", str(home / "sheets.jsonl"), "--json", "--lang", "en")
    stores = [json.loads(line)["store"] for line in answer.out.splitlines()]
    assert (answer.code, len(stores), few in stores) == (0, 14, False)
    assert answer.err.count(NOT_SHOWN) == 1
    shown = call(home, "score", str(home / "sheets.jsonl"), "--lang", "en")
    assert few not in shown.out
    assert "14 / 14" in shown.out, "totals are of the sheets shown"


@pytest.mark.parametrize("view", ["league", "scores", "items", "feelings", "heatmap", "distribution"])
def test_query_shows_no_figure_of_few_sheets(home: Path, sheets: list[Visit], view: str) -> None:
    """Neither of a store that has few, nor of few sheets picked out of many."""
    few, day = sheets[-1].store, str(sheets[0].day)
    place = ("--snapshot", str(home / "hq-snapshot"), "--lang", "en")
    by = ("--by", "store", "--by", "touchpoint") if view == "heatmap" else ("--by", "store")
    answer = call(home, "query", view, *by, "--json", *place)
    assert answer.code == 0, answer.err
    assert few not in answer.out
    assert NOT_SHOWN in answer.err
    picked = call(
        home, "query", view, *by, "--where", f"day={day}", "--where", f"store={sheets[0].store}", "--json", *place
    )
    assert (picked.code, picked.out) == (0, "")
    assert NOT_SHOWN in picked.err
    counts = call(home, "query", "visits", "--by", "store", "--json", *place)
    assert few in counts.out, "how many sheets there are may be known"


def test_sql_is_refused(home: Path) -> None:
    (home / "all.sql").write_text("select * from answers", encoding="utf-8")
    answer = call(
        home, "query", "--sql", str(home / "all.sql"), "--snapshot", str(home / "hq-snapshot"), "--lang", "en"
    )
    assert answer.code == 3
    assert "not by SQL" in answer.err


def test_compare_and_report(home: Path, sheets: list[Visit]) -> None:
    place = ("--snapshot", str(home / "hq-snapshot"), "--lang", "en")
    answer = call(home, "compare", "--json", *place)
    league = json.loads(answer.out)
    assert {row["store"] for row in league["standings"]} == {visit.store for visit in sheets} - {sheets[-1].store}
    assert any(NOT_SHOWN in sentence for sentence in league["cannot_be_told"])
    report = call(home, "report", str(home / "sheets.jsonl"), "--out", str(home / "reports"), "--lang", "en")
    assert report.code == 3
    assert "no report is made of a single sheet: 18" in report.err
    assert not list(home.glob("reports/*.pdf"))


def test_groups_have_their_titles_on_the_screen(home: Path, sheets: list[Visit]) -> None:
    place = ("--snapshot", str(home / "hq-snapshot"), "--lang", "en")
    table = call(home, "query", "items", "--by", "tag", *place).out
    assert "Latitude" in table
    assert "latitude" not in table
    goal = ("--measure", "group.performance[latitude]", "--at", "100")
    answer = call(home, "whatif", str(home / "sheets.jsonl"), "--id", sheets[0].id, *goal, "--lang", "en")
    assert "Latitude" in answer.out
    assert "[latitude]" not in answer.out
