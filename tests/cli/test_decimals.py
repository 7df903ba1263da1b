"""Tables know their measure's size: a severity of 0.039 on a measure of 0 and 1 is not printed as +0.0."""

from __future__ import annotations

import numpy as np
import pytest

from cemaudit import compare
from cemaudit.cli.commands.compare import print_league
from cemaudit.cli.commands.shoppers import print_severities
from cemaudit.compare.score_scale import decimals_of
from cemaudit.compare.shopper_agreement import agreement_of_ratings


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
