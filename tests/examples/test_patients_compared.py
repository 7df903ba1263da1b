"""What the pages of the mystery patients say of their severity is what comes out when they are followed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cemaudit.exchange.tables.input_table import read_table

pytest.importorskip("duckdb")


@pytest.fixture(scope="module")
def delhi(followed: Any) -> Any:
    return followed("mystery_patients/lancetid2015", "visits.csv.gz")


@pytest.fixture(scope="module")
def china(followed: Any) -> Any:
    return followed("mystery_patients/plosmed2017_china", "visits.csv.gz")


def assert_row(page: str, first: str, *cells: str) -> None:
    assert f"| {first} | {' | '.join(cells)} |" in page


def all_unclear(found: Any) -> bool:
    """Nobody is surely strict or mild; and of some twenty at most one scatters as chance seldom has it."""
    spreads = [one["chance"] for one in found["shoppers"] if one["spread"]]
    return all(one["low"] < 0 < one["high"] for one in found["shoppers"]) and len(spreads) <= 1


def largest(found: Any) -> str:
    return f"{max(abs(one['severity']) for one in found['shoppers']):.1f}"


def visits_for_good(found: Any) -> float:
    """For a reliability of 0.8 = s² / (s² + e² / n)."""
    return float(4 * found["visit_sd"] ** 2 / found["sd"] ** 2)


@pytest.mark.parametrize(
    ("measure", "said"), [("essential", "essential questions, points of 100"), ("items", "items done")]
)
def test_no_patient_of_delhi_is_surely_strict(delhi: Any, measure: str, said: str) -> None:
    found = delhi.ask("shoppers", "--measure", measure)
    assert len(found["shoppers"]) == 17
    assert all_unclear(found)
    assert not found["apart"]
    cells = f"{found['sd']:.1f}", f"{found['visit_sd']:.1f}", largest(found), "all 17 include 0"
    assert_row(delhi.page, said, *cells)


def test_few_visits_tell_little_of_a_patient(delhi: Any) -> None:
    found = delhi.ask("shoppers", "--measure", "essential")
    visits = [one["visits"] for one in found["shoppers"]]
    assert (min(visits), max(visits)) == (10, 21)
    assert "10 to 21 visits give a reliability of about 0.3" in delhi.page
    assert 250 / 17 / (250 / 17 + visits_for_good(found) / 4) == pytest.approx(0.3, abs=0.05)
    assert visits_for_good(found) == pytest.approx(150, abs=3)
    assert "about 150 visits each" in delhi.page


def test_forgetting_the_case_makes_severity_of_its_difficulty(delhi: Any, commands: Any) -> None:
    home: Path = delhi.folder / "forgotten"
    home.mkdir()
    lines = [json.loads(line) for line in (delhi.folder / "visits.jsonl").read_text("utf-8").splitlines()]
    for line in lines:
        line["scenario"] = None
    (home / "visits.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    own = [part for name in ("checklist", "scheme") for part in ("--checklist", delhi.folder / f"{name}.toml")]
    commands.call("collect", home / "visits.jsonl", "--ledger", home / "hq.db", *own)
    commands.call("snapshot", "--ledger", home / "hq.db", *own)
    found = delhi.ask("shoppers", "--ledger", str(home / "hq.db"), "--measure", "essential")
    assert all_unclear(found)
    cells = f"{found['sd']:.1f}", f"{found['visit_sd']:.1f}", largest(found), "all 17 include 0"
    assert_row(delhi.page, "the same, the case left out of the mapping", *cells)


def test_each_patient_played_one_case(shared_data: Path) -> None:
    rows = read_table(shared_data / "mystery_patients/lancetid2015/visits.csv.gz").rows
    assert len({(row.cells["sp_id"], row.cells["sp_case"]) for row in rows}) == 17


def test_no_group_in_china_is_surely_strict(china: Any) -> None:
    found = china.ask("shoppers")
    visits = [one["visits"] for one in found["shoppers"]]
    strictest = found["shoppers"][0]
    assert len(found["shoppers"]) == 21
    assert all_unclear(found)
    assert not found["apart"]
    assert_row(china.page, "standard deviation between groups", f"{found['sd']:.1f}")
    assert_row(china.page, "between visits of one group", f"{found['visit_sd']:.1f}")
    span = f"{strictest['low']:.1f} to {strictest['high']:.1f}"
    assert_row(china.page, "strictest group", f"{strictest['severity']:.1f} (90 % interval {span})")
    assert_row(china.page, "visits of a group", f"{min(visits)} to {max(visits)}")
    assert_row(china.page, "visits of a group for a reliability of 0.8", f"about {visits_for_good(found):.0f}")
    assert found["sd"] * 2**0.5 == pytest.approx(4, abs=0.5)


def test_levels_in_china_are_compared(china: Any) -> None:
    found = china.ask("compare", "--by", "format")
    rows = {"Township": "township health centres", "County": "county hospitals", "Village": "village clinics"}
    assert found["standings"][0]["worst_rank"] == 1
    assert [one["group"] for one in found["standings"]] == [1, 2, 2]
    for one in found["standings"]:
        cells = f"{one['visits']}", f"{one['score']:.1f}", f"{one['low']:.1f} to {one['high']:.1f}"
        assert_row(china.page, rows[one["store"]], *cells)


def test_groups_and_counties_are_crossed_in_china(shared_data: Path) -> None:
    rows = read_table(shared_data / "mystery_patients/plosmed2017_china/visits.csv.gz").rows
    pairs = {(row.cells["groupcode"], row.cells["countycode"]) for row in rows}
    for place in (0, 1):
        names = [pair[place] for pair in pairs]
        assert {names.count(name) for name in names} == {2}
        assert len(set(names)) == 21


@pytest.mark.parametrize("study", ["delhi", "china"])
def test_stores_visited_once_are_not_compared(study: str, commands: Any, request: pytest.FixtureRequest) -> None:
    followed = request.getfixturevalue(study)
    _, said = commands.call("compare", "--ledger", followed.folder / "hq.db", code=1)
    assert "visited once" in said
