"""``compare --relation`` and ``trend --relation`` from the outside; without it nothing that programs read moves."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from helpers import ledgers, snapshots
from helpers.program import call

from cemaudit.cli.relation_rows import RELATION_COLUMNS
from cemaudit.ledger import open_ledger
from cemaudit.scoring import Engine
from cemaudit.simulate import simulate

RETAIL = "retail.green-smile@2.0.0"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A chain of five stores with eight visits each."""
    home, engine = tmp_path_factory.mktemp("relation"), Engine()
    checklist = engine.library.checklist(RETAIL)
    with open_ledger(str(home / "hq.db"), make=True, who="hq") as ledger:
        ledger.collect(
            [ledgers.document(one, ledger) for one in simulate(checklist, 5, 8, 3)], {checklist.ref: checklist}
        )
        with snapshots.snapshot(ledger, engine, home / "hq-snapshot"):
            pass
    return home


def said(home: Path, *arguments: str) -> str:
    answer = call(home, *arguments, "--snapshot", str(home / "hq-snapshot"))
    assert answer.code == 0, answer.err
    return answer.out


def test_standings_gain_columns_only_when_asked(home: Path) -> None:
    plain, asked = (json.loads(said(home, "compare", "--json", *more)) for more in ((), ("--relation",)))
    assert "relation" not in plain
    for before, after in zip(plain["standings"], asked["standings"], strict=True):
        assert not set(before) & set(RELATION_COLUMNS)
        assert {name: after[name] for name in before} == before
        assert list(after)[len(before) :] == list(RELATION_COLUMNS)
        assert after["relation_visits"] == after["visits"]
        assert 0 <= after["clean_low"] <= after["clean_share"] <= after["clean_high"] <= 1
        assert after["clean_current"] <= after["clean_longest"] <= after["clean_visits"]
        assert after["recovered"] <= after["after_failure"] <= after["relation_visits"] - after["clean_visits"]
    assert {**asked, "standings": 0, "relation": 0} == {**plain, "standings": 0, "relation": 0}
    chain = asked["relation"]["clean"]
    assert chain["hits"] == sum(one["clean_visits"] for one in asked["standings"])
    assert 0 < chain["interval"][0] < chain["share"] < chain["interval"][1] < 1


def test_csv_and_the_screen_have_them_too(home: Path) -> None:
    plain, asked = (said(home, "compare", "--csv", *more).splitlines() for more in ((), ("--relation",)))
    assert [row.rpartition(",")[0] for row in plain] != plain
    assert asked[0] == ",".join([plain[0], *RELATION_COLUMNS])
    rows = list(csv.DictReader(asked))
    assert all(row["clean_share"] and row["kept_longest"] for row in rows)
    shown = said(home, "compare", "--relation", "--lang", "en")
    assert shown.index("Relation: what the data show") < shown.index("Recovered  Interval")
    assert shown.startswith(said(home, "compare", "--lang", "en"))
    korean = said(home, "compare", "--relation", "--lang", "ko")
    assert "무결점 %" in korean
    assert "Relation" not in korean


def test_trend_has_the_months(home: Path) -> None:
    plain, asked = (json.loads(said(home, "trend", "--json", *more)) for more in ((), ("--relation",)))
    months = asked.pop("relation")
    broken = asked.pop("broken_runs")
    assert asked == plain
    assert broken == json.loads(said(home, "compare", "--json", "--relation"))["relation"]["broken_runs"]
    assert [month["month"] for month in months] == sorted(month["month"] for month in months)
    assert sum(month["visits"] for month in months) == 40
    assert all(month["clean_low"] <= month["clean_share"] <= month["clean_high"] for month in months)
    assert "Clean %" in said(home, "trend", "--relation", "--lang", "en")


def test_the_relation_is_of_stores(home: Path) -> None:
    answer = call(home, "compare", "--relation", "--by", "channel", "--snapshot", str(home / "hq-snapshot"))
    assert answer.code == 2
    assert "--relation" in answer.err
