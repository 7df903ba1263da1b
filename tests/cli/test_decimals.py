"""Tables know their measure's size: a severity of 0.039 on a measure of 0 and 1 is not printed as +0.0."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from cemaudit import compare
from cemaudit.cli.commands.compare import print_league
from cemaudit.cli.commands.effect import print_effect
from cemaudit.cli.commands.query import print_view
from cemaudit.cli.commands.shoppers import print_severities
from cemaudit.compare.action_lists import league_lists
from cemaudit.compare.columns import table_of_columns
from cemaudit.compare.crosstabs import cross_tabulate
from cemaudit.compare.errors import NotEstimable
from cemaudit.compare.fitting import fit_mixed_model
from cemaudit.compare.league_table import fit_units, make_league
from cemaudit.compare.peer_comparison import compare_pair
from cemaudit.compare.score_scale import decimals_of
from cemaudit.compare.shopper_agreement import agreement_of_ratings
from cemaudit.compare.wording import league_conclusions
from cemaudit.ledger.query import ViewResult


@pytest.mark.parametrize(("size", "digits"), [(0.4, 3), (0, 3), (5.3, 2), (70, 1), (-0.0, 3)])
def test_decimals_go_by_size(size: float, digits: int) -> None:
    assert decimals_of(size) == digits


def test_shares_have_decimals_enough(capsys: pytest.CaptureFixture[str]) -> None:
    draw = np.random.default_rng(2)
    store, shopper = draw.integers(0, 12, 300), draw.integers(0, 8, 300)
    share = 0.4 + 0.1 * (store / 12) - 0.04 * (shopper / 8)
    visits = {
        "store": [f"s{number}" for number in store],
        "shopper": [f"u{number}" for number in shopper],
        "score": (draw.random(300) < share).astype(float).tolist(),
    }
    severities = compare.shopper_severity(visits)
    print_severities(severities, agreement_of_ratings([], [], np.array([]), 0.9))
    said = capsys.readouterr().out
    assert f"{severities.shoppers[0].severity:+.2f}" in said
    league = compare.league(visits)
    print_league(league)
    assert f"{league.standings[0].score:.3f}" in capsys.readouterr().out


def test_a_query_has_the_decimals_of_each_measure_and_shares_in_percent(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [
        {"measure": "severity", "scored": 9, "mean": -0.0391, "deviation": 0.2, "share": 66.25, "emotion": 1.523},
        {"measure": "overall", "scored": 9, "mean": 71.23, "deviation": 9.87, "share": 5.0, "emotion": -0.5},
        {"measure": "count", "scored": 9, "mean": 3.456, "deviation": 1.0, "share": None, "emotion": None},
    ]
    print_view(ViewResult(("measure",), rows), None, pivoted=False)
    *_, severity, overall, count = (line.split() for line in capsys.readouterr().out.splitlines())
    assert severity == ["severity", "9", "-0.039", "0.200", "66.2%", "1.52"]
    assert overall == ["overall", "9", "71.2", "9.9", "5.0%", "-0.500"]
    assert count == ["count", "9", "3.46", "1.00", "-", "-"]


def test_an_effect_on_shares_is_printed_in_thousandths(capsys: pytest.CaptureFixture[str]) -> None:
    draw = np.random.default_rng(4)
    rows = [(store, after) for store in range(20) for after in (0, 1) for _ in range(10)]
    visits = {
        "store": [f"s{store}" for store, _ in rows],
        "shopper": [f"p{number % 9}" for number in range(len(rows))],
        "day": [dt.date(2026, 7 if after else 3, 1) for _, after in rows],
        "score": [float(draw.random() < 0.5 + 0.2 * (after and store < 8)) for store, after in rows],
    }
    effect = compare.effect(visits, [f"s{store}" for store in range(8)], dt.date(2026, 6, 1))
    print_effect(effect)
    said = capsys.readouterr().out
    digits = 3 if 10 * effect.se < 1 else 2
    assert effect.decimals == digits
    assert said.count(f"{effect.effect:+.{digits}f}") >= 2
    assert f"{effect.interval.low:+.{digits}f}" in said


def regional(better: compare.Better, target: float) -> tuple[str, list[str]]:
    """On which list one region stands whose stores score 40, beside a target; and what its league cannot show."""
    draw = np.random.default_rng(1)
    stores, levels = np.repeat(np.arange(20), 6), draw.normal(0, 8, 20)
    visits = {
        "store": [f"s{store}" for store in stores],
        "shopper": [f"p{shopper}" for shopper in draw.integers(0, 9, len(stores))],
        "region": ["north"] * len(stores),
        "score": (40 + (levels - levels.mean())[stores] + draw.normal(0, 10, len(stores))).tolist(),
    }
    crossed = cross_tabulate(table_of_columns(visits, by="region", better=better))
    with pytest.raises(NotEstimable, match="all these stores have the same region: north"):
        fit_units(crossed)
    league = make_league(fit_units(crossed, single=True), {}, target)
    (judgement,) = league_lists(league).judgements
    return judgement.urgency.value, [str(one) for one in league_conclusions(league).limitations]


@pytest.mark.parametrize(
    ("better", "target", "listed"),
    [
        ("higher", 30, "fine"),
        ("higher", 40, "watch"),
        ("higher", 60, "act_now"),
        ("lower", 30, "act_now"),
        ("lower", 60, "fine"),
    ],
)
def test_one_region_is_held_against_a_target(better: compare.Better, target: float, listed: str) -> None:
    urgency, limitations = regional(better, target)
    assert urgency == listed
    assert "There is nothing to compare with: all stores belong to north." in limitations
    assert not any("Not enough visits" in sentence or "no pool or region" in sentence for sentence in limitations)


def test_the_better_of_two_stores_is_named_by_the_direction_of_the_measure() -> None:
    draw = np.random.default_rng(1)
    visits = {
        "store": ["low", "high", "middle"] * 20,
        "shopper": [f"p{shopper}" for shopper in draw.integers(0, 9, 60)],
        "score": (np.tile([20.0, 60.0, 40.0], 20) + draw.normal(0, 3, 60)).tolist(),
    }
    for better, best in (("higher", "high"), ("lower", "low")):
        table = table_of_columns(visits, better="lower" if better == "lower" else "higher")
        fitted = fit_mixed_model(cross_tabulate(table))
        sentence = str(compare_pair(fitted, make_league(fitted, {}), "low", "high").conclusion())
        assert f"store is better: {best}." in sentence
        assert ">" not in sentence.removesuffix(">99 %.")
