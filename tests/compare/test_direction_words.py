"""Words that follow the measure: the worst of a measure where lower is better are the highest; two means apart."""

from __future__ import annotations

import re

import numpy as np
import pytest

from cemaudit import compare
from cemaudit.cli.commands.compare import league_headings, print_league
from cemaudit.cli.commands.trend import print_trend
from cemaudit.compare.league_table import League
from cemaudit.compare.wording import both_means, league_conclusions, league_legend
from cemaudit.language import Language, use
from cemaudit.report.league.words import mean_of_units, worse_than


def league(better: compare.Better, scale: float = 1.0, stores: int = 12, spread: float = 20) -> League:
    draw = np.random.default_rng(3)
    store, shopper = draw.integers(0, stores, 240), draw.integers(0, 8, 240)
    score = scale * (50 + spread * (store == 0) - spread * (store == 1) + draw.normal(size=240) * 3)
    visits = {
        "store": [f"s{number}" for number in store],
        "shopper": [f"u{number}" for number in shopper],
        "score": score.tolist(),
    }
    return compare.league(visits, better=better)


def said(of: League) -> str:
    return " ".join(map(str, [*league_conclusions(of).supported, *league_legend(of)]))


@pytest.mark.parametrize(
    ("better", "store", "tenth", "heading"),
    [("higher", "s1", "lowest tenth", "Low 10%"), ("lower", "s0", "highest tenth, the worst", "High 10%")],
)
def test_the_worst_tenth_is_on_the_bad_side(better: compare.Better, store: str, tenth: str, heading: str) -> None:
    table = league(better)
    assert [standing.store for standing in table.flagged] == [store]
    text = said(table)
    assert f"Probably among the {tenth} (80 % or more): {store}." in text
    assert ("lowest" in text) == (better == "higher")
    assert heading in league_headings(table)
    assert worse_than(table).en == f"probably among the {tenth}"


@pytest.mark.parametrize("stores", [6, 12])
def test_nothing_flagged_is_said_of_the_bad_side_too(stores: int) -> None:
    for better, word, other in (("higher", "lowest", "highest"), ("lower", "highest", "lowest")):
        text = said(league(better, stores=stores, spread=0))
        assert f"{word} tenth" in text
        assert f"{other} tenth" not in text


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", r"Mean of stores: (.*?) \(.*Mean of visits: (.*?) "), ("ko", r"매장 평균: (.*?) \(.*방문 평균: (.*?) ")],
)
def test_the_mean_of_stores_and_the_mean_of_visits_are_two(language: Language, words: str) -> None:
    draw = np.random.default_rng(1)
    store = [0] * 40 + [1] * 4 + [2] * 4
    score = [90 + draw.normal() if number == 0 else 60 + draw.normal() for number in store]
    table = compare.league({"store": [f"s{number}" for number in store], "score": score})
    with use(language):
        found = re.search(words, str(both_means(table)))
        label = str(mean_of_units(table))
    assert found
    assert float(found[1]) == pytest.approx(table.centre, abs=0.06)
    assert float(found[2]) == pytest.approx(np.mean(score), abs=0.06)
    assert label in {"Mean of stores", "매장 평균"}


def test_a_league_prints_both_means(capsys: pytest.CaptureFixture[str]) -> None:
    print_league(league("higher"))
    out = " ".join(capsys.readouterr().out.split())
    assert "Mean of stores: " in out
    assert "Mean of visits: " in out


def test_a_trend_of_shares_has_decimals_enough(capsys: pytest.CaptureFixture[str]) -> None:
    draw = np.random.default_rng(4)
    store, wave = np.tile(np.arange(10), 24), np.repeat(["1", "2"], 120)
    visits = {
        "store": [f"s{number}" for number in store],
        "shopper": [f"u{number}" for number in draw.integers(0, 8, 240)],
        "wave": wave.tolist(),
        "day": [f"2026-{'03' if name == '1' else '06'}-01" for name in wave],
        "score": (0.4 + 0.05 * (wave == "2") + draw.normal(size=240) * 0.1).tolist(),
    }
    trend = compare.trend(visits)
    print_trend(trend)
    out = capsys.readouterr().out
    last = trend.network.points[-1]
    assert f"{last.change:+.3f}" in out
    assert f"{last.score:.3f}" in out
    assert not re.search(r"[+-]\d\.\d\b", out)
