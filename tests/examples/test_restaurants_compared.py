"""What the page of the restaurants of New York says is what comes out when it is followed."""

from __future__ import annotations

from typing import Any

import pypdf
import pytest

pytest.importorskip("duckdb")


@pytest.fixture(scope="module")
def restaurants(followed: Any) -> Any:
    return followed("restaurants_nyc", "chain_violations.csv.gz")


@pytest.fixture(scope="module")
def chains(restaurants: Any) -> Any:
    return restaurants.ask("compare", "--by", "brand")


@pytest.fixture(scope="module")
def places(restaurants: Any) -> Any:
    return restaurants.ask("compare", "--target", "14")


def test_each_row_of_the_chains_is_what_was_found(restaurants: Any, chains: Any) -> None:
    assert chains["visits"] == 1575
    for one in chains["standings"]:
        name = one["name"] + (", one place" if one["name"] == "Los Chipotles" else "")
        span = f"{one['low']:.1f} to {one['high']:.1f}"
        cells = one["group"], name, one["visits"], f"{one['score']:.1f}", span
        assert f"| {' | '.join(map(str, cells))} |" in restaurants.page
    rows = [line for line in restaurants.page.splitlines() if line.startswith("| ") and " to " in line]
    assert len(rows) == len(chains["standings"]) == 12


def test_chains_differ(chains: Any) -> None:
    scores = {one["name"]: one for one in chains["standings"]}
    assert round(100 * chains["order"]["told_apart"]) == 35
    assert all(one["low"] > scores["Starbucks"]["high"] for name, one in scores.items() if name != "Starbucks")
    ahead = max(scores[name]["high"] for name in ("Starbucks", "Dunkin'", "Subway"))
    assert ahead < min(scores[name]["low"] for name in ("Domino's", "McDonald's", "Burger King"))


def test_first_inspections_alone_say_the_same(restaurants: Any) -> None:
    found = restaurants.ask("compare", "--by", "brand", "--where", "scenario=initial")["standings"]
    scores = {one["name"]: round(one["score"], 1) for one in found}
    told = {"Starbucks": 8.8, "Dunkin'": 10.8, "Subway": 11.1, "Domino's": 15.0, "McDonald's": 15.4}
    assert told.items() <= scores.items()


def test_single_restaurants_can_hardly_be_told_apart(places: Any) -> None:
    ranked = [one for one in places["standings"] if one["group"]]
    spread = {name: sd**2 for name, sd in places["spreads"].items()}
    assert (places["visits"], len(places["standings"]), len(ranked)) == (1575, 645, 241)
    assert sum(one["visits"] < 3 for one in places["standings"]) == 404
    assert round(places["visits"] / 645, 1) == 2.4
    assert round(100 * spread["store"] / sum(spread.values())) == 9
    assert _visits_needed(places) == 41
    assert places["order"]["told_apart"] < 0.01
    assert sum(one["group"] == 1 for one in ranked) == 231


def test_three_are_flagged_and_most_of_those_above_are_not(places: Any) -> None:
    flagged = sum(one["flagged"] for one in places["standings"])
    assert flagged == 3
    assert round(flagged * places["wrong"], 1) == 0.5
    assert round(100 * places["found"]) == 6


def test_within_one_chain_it_is_no_better(restaurants: Any) -> None:
    found = restaurants.ask("compare", "--target", "14", "--where", "brand=Dunkin'")
    assert len(found["standings"]) == 187
    assert not any(one["flagged"] for one in found["standings"])
    assert round(100 * found["order"]["told_apart"]) == 4
    assert _visits_needed(found) == 54


def _visits_needed(league: Any) -> int:
    """For a reliability of 0.8 = s² / (s² + e² / n)."""
    share = league["spreads"]["visit"] ** 2 / league["spreads"]["store"] ** 2
    return int(4 * share) + 1


def test_nothing_changed_that_the_years_can_show(restaurants: Any) -> None:
    series = restaurants.ask("trend", "--by", "brand")["series"]
    whole, chains = series[:2], [one for one in series[2:] if one["change"] is not None]
    assert [round(one["score"], 1) for one in whole] == [11.0, 10.9]
    assert (round(whole[1]["change_low"], 1), round(whole[1]["change_high"], 1)) == (-0.8, 0.6)
    assert len(chains) == 12
    (moved,) = (one for one in chains if one["change_low"] > 0 or one["change_high"] < 0)
    assert moved["name"] == "Burger King"
    assert [round(moved[name], 1) for name in ("change", "change_low", "change_high")] == [-2.7, -5.2, -0.2]


def test_the_league_is_written_as_pdf(restaurants: Any) -> None:
    (file,) = (restaurants.folder / "reports").glob("*.pdf")
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(file).pages)
    assert "3 stores to look at first" in text
    assert "store + region + wave + scenario" in text


def test_the_page_says_all_that(restaurants: Any) -> None:
    told = (
        "1,575 scored", "chains 35 % can be told", "Starbucks 8.8, Dunkin' 10.8", "Domino's 15.0, McDonald's 15.4",
        "9 % of what makes", "2.4 inspections on average; 404 of 645", "fewer than 1 %", "231 of them",
        "about 41 inspections", "0.5 of these flags", "about 6 %", "187 Dunkin'", "4 % of pairs",
        "about 54 inspections", "11.0 in 2012 and 10.9 in 2013", "-0.8 to +0.6", "Burger King (-2.7, -5.2 to -0.2)",
    )  # fmt: skip
    page = " ".join(restaurants.page.split())
    assert [part for part in told if part not in page] == []
