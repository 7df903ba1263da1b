"""Scenarios differ in difficulty, and no store gains or loses by which of them were played there."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from helpers import chains, samples
from numpy.typing import NDArray

from cemaudit.compare.fitting import fit_mixed_model
from cemaudit.compare.from_snapshot import read_cross_tabulation
from cemaudit.compare.league_table import adjusted_scores
from cemaudit.compare.selection import Selection
from cemaudit.ledger.query.reading import reading
from cemaudit.model import Visit

COUNT = 160


def visits(harder: int, *, named: bool = True) -> list[Visit]:
    """Visits of eight stores, some of which meet far more often the hard scenario, where C is ``harder`` points less.

    ``named``: the visits say which scenario was played.
    """
    draw = random.Random(4)
    return [_visit(draw, number, harder, named=named) for number in range(COUNT)]


def _visit(draw: random.Random, number: int, harder: int, *, named: bool) -> Visit:
    store = number % 8
    hard = draw.random() < (store + 1) / 9
    seen = 3 + (draw.random() < 0.2 + 0.1 * (store % 4)) + (draw.random() < 0.4)
    return samples.visit(
        id=f"v{number}",
        checklist=chains.SHOPS[0].ref,
        store=f"s{store}",
        shopper=f"u{draw.randrange(5)}",
        wave="w1",
        date="2026-03-01",
        scenario=("hard" if hard else "easy") if named else None,
        answers={"C": seen - harder * hard},
        skipped={item: {"state": "not-applicable"} for item in "ABD"},
    )


def league(home: Path, some: Sequence[Visit]) -> NDArray[np.float64]:
    """The score of each store against their mean."""
    home.mkdir()
    with reading(chains.network(home, some).folder) as opened:
        crossed = read_cross_tabulation(opened, Selection(measure="plain", pool=""))
        found = adjusted_scores(fit_mixed_model(crossed), np.eye(len(crossed.stores)))[0]
    return found - found.mean()


def test_a_harder_scenario_leaves_the_scores_of_stores_as_they_are(tmp_path: Path) -> None:
    even, uneven = league(tmp_path / "even", visits(0)), league(tmp_path / "uneven", visits(2))
    assert np.ptp(even) > 5
    assert uneven == pytest.approx(even, abs=1e-4)


def test_where_nobody_says_which_was_played_stores_that_met_it_lose(tmp_path: Path) -> None:
    even, uneven = league(tmp_path / "even", visits(0)), league(tmp_path / "uneven", visits(2, named=False))
    assert np.corrcoef(uneven - even, np.arange(8))[0, 1] < -0.9
