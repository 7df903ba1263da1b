"""The page about fairness holds what the benchmark wrote, and what it says besides is what the code does."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers.published_data import statistics_folder

from cemaudit.compare.fitting import fit_mixed_model
from cemaudit.compare.mixed_model.crossproducts import cross_products_of_rows
from cemaudit.compare.mixed_model.reml import fit_reml
from cemaudit.compare.power_analysis import ASSUMED_DEVIATIONS
from cemaudit.compare.results import DEFAULT_RULES

MARKS = ["headline", "real", "flags", "pairs", "regions", "back", "visits"]
BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def fairness(pages: dict[str, str]) -> str:
    return pages["fairness.md"]


def benchmark(name: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module(name)


def between(page: str, name: str) -> str:
    _, text, _ = page.split(f"<!-- {name} -->")
    return text.strip()


def rows(text: str) -> list[list[str]]:
    """The cells of its tables, without the lines under headings."""
    lines = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip(" |") for cell in line] for line in lines]


@pytest.mark.parametrize("name", MARKS)
def test_every_mark_holds_a_table(name: str, fairness: str) -> None:
    assert len(rows(between(fairness, name))) > 2


def test_no_mark_is_left_out(fairness: str) -> None:
    assert sorted(re.findall(r"<!-- (\w+) -->", fairness)) == sorted(2 * MARKS)


def test_the_speed_of_comparing_is_measured(pages: dict[str, str]) -> None:
    races, crossings = between(pages["performance.md"], "compare").split("\n\n")[1:]
    assert len(rows(races)) > 3
    assert len(rows(crossings)) > 4


def test_the_visits_needed_are_those_of_the_planner(fairness: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert between(fairness, "visits") == benchmark("shown", monkeypatch).visits_needed()


def test_the_chains_are_made_up_as_it_says(fairness: str, monkeypatch: pytest.MonkeyPatch) -> None:
    truth = benchmark("truth", monkeypatch)
    world, chain = truth.World(), truth.CHAIN
    words = " ".join(fairness.split())
    assert f"are {world.store_sd:g} points between the stores of a region, {world.region_sd:g} between regions" in words
    assert (
        f", {world.shopper_sd:g} between shoppers (8 where it says so) and {world.visit_sd:g} between visits" in words
    )
    assert f"Shoppers live in regions, {chain.shoppers // chain.regions} in each" in words
    assert (world.store_sd, world.shopper_sd, world.visit_sd) == ASSUMED_DEVIATIONS
    assert f"around {truth.MEAN:g} of 100" in words


def test_cemaudit_is_nearer_to_the_truth_in_every_chain(fairness: str) -> None:
    """Else the words around the table would be wrong."""
    cells = [row[-5:] for row in rows(between(fairness, "headline"))[1:]]
    ways = [[(float(one[1]), float(one[2].rstrip(" %"))) for one in cells if way in one[0]] for way in ("plain", "cem")]
    assert len(ways[0]) == len(ways[1]) > 3
    for (plain, wrong), (correlation, less) in zip(*ways, strict=True):
        assert correlation > plain
        assert less < wrong
    assert all(87 < float(one[4].rstrip(" %")) < 93 for one in cells if "cemaudit" in one[0])


def test_the_rules_are_the_usual_ones(fairness: str) -> None:
    told = dict(row[:2] for row in rows(fairness[fairness.index("## The rules") : fairness.index("## The method")])[1:])
    assert list(told.values()) == [
        f"{DEFAULT_RULES.least_visits}",
        f"{DEFAULT_RULES.level:.0%}".replace("%", " %"),
        f"{DEFAULT_RULES.flag_at:.0%}".replace("%", " %"),
        "a tenth",
        f"{DEFAULT_RULES.arcsine_above:.0%}".replace("%", " %"),
        f"{DEFAULT_RULES.least_person}",
    ]
    assert DEFAULT_RULES.extremes == 0.1


def test_the_benchmark_counts_as_the_product_does(monkeypatch: pytest.MonkeyPatch) -> None:
    truth = benchmark("truth", monkeypatch)
    made = truth.network(truth.World(1, 12), truth.Chain(240, 48, 4), 1)
    regions = (made.region[made.store][:, None] == np.arange(4)).astype(float)
    fixed = np.hstack([np.ones((len(made.score), 1)), regions])
    expected = fit_reml(cross_products_of_rows(made.store, [made.shopper], fixed, made.score, levels=made.chain[:2]))
    found = fit_mixed_model(truth.crossed_of(made)).model
    assert found.unit_blups == pytest.approx(expected.unit_blups, abs=1e-6)
    assert found.random_blups[0] == pytest.approx(expected.random_blups[0], abs=1e-6)


def test_the_fits_beside_those_published_are_what_the_script_prints(
    pages: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    statistics_folder()
    benchmark("published_fits", monkeypatch).main()
    assert capsys.readouterr().out.strip() in pages["not-known.md"]
