"""Channels side by side: how far the same stores are good in both, with the chance of single visits taken away."""

from __future__ import annotations

import numpy as np
import pytest
from helpers.chains import Network
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.compare.channels import LEAST_STORES, Sums, disattenuated_correlation
from cemaudit.compare.from_snapshot import channel_comparison, facet_leagues
from cemaudit.compare.queries.visits import paired_sums
from cemaudit.compare.selection import Selection, selected_facet_values
from cemaudit.ledger.query.reading import Local


def sums(true: float, stores: int = 400, visits: int = 8, noise: float = 1.0, seed: int = 1) -> Sums:
    """Stores whose two sides correlate by ``true``; single visits differ by ``noise``, alike in both sides."""
    draw = np.random.default_rng(seed)
    levels = draw.multivariate_normal([0, 0], [[1, true], [true, 1]], stores)
    seen = levels[:, None, :] + noise * draw.normal(size=(stores, visits, 1)) + draw.normal(size=(stores, visits, 2))
    a, b = seen[..., 0], seen[..., 1]
    return np.column_stack(
        [np.full(stores, visits), a.sum(1), b.sum(1), (a * a).sum(1), (b * b).sum(1), (a * b).sum(1)]
    )


@pytest.mark.parametrize("true", [-0.5, 0.0, 0.6, 0.9])
def test_the_true_correlation_comes_back_whatever_single_visits_share(true: float) -> None:
    found = disattenuated_correlation(sums(true, noise=2.0))
    assert found
    assert found.value == pytest.approx(true, abs=0.12)
    assert found.interval.low < found.value < found.interval.high


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    held = 0
    for seed in range(100):
        found = disattenuated_correlation(sums(0.5, stores=60, seed=seed), replicates=200)
        held += bool(found and found.interval.low <= 0.5 <= found.interval.high)
    assert 80 <= held <= 97


def test_stores_that_differ_by_chance_alone_have_no_correlation() -> None:
    draw = np.random.default_rng(2)
    found = [
        disattenuated_correlation(sums(0.0, stores=30, seed=int(seed)) * [1, 0, 0, 1, 1, 1])
        for seed in draw.integers(0, 99, 3)
    ]
    assert found == [None] * 3


@given(st.floats(0.1, 50), st.floats(-40, 40))
def test_neither_scale_nor_level_matters(factor: float, level: float) -> None:
    plain = sums(0.6, stores=40)
    n, a, b, aa, bb, ab = plain.T
    turned = np.column_stack(
        [
            n,
            factor * a + level * n,
            b,
            factor**2 * aa + 2 * factor * level * a + level**2 * n,
            bb,
            factor * ab + level * b,
        ]
    )
    one, other = disattenuated_correlation(plain, replicates=10), disattenuated_correlation(turned, replicates=10)
    assert one
    assert other
    assert other.value == pytest.approx(one.value, rel=1e-6)


def test_sums_are_those_of_the_visits_with_both_scores(snapshot: Local, chain: Network) -> None:
    first, second = (each.selection for each in selected_facet_values(snapshot, Selection(facet="channel")))
    found = paired_sums(snapshot, first, second)
    assert len(found) == 9
    assert 0 < found[:, 0].sum() <= len(chain.visits) - len(chain.excluded)
    assert (found[:, 5] ** 2 <= found[:, 3] * found[:, 4] + 1e-6).all()


def test_a_chain_has_its_channels_side_by_side(snapshot: Local) -> None:
    selection = Selection(facet="channel")
    sides = facet_leagues(snapshot, selection)
    found = channel_comparison(snapshot, selection, sides)
    assert [str(mean.channel) for mean in found.means] == [str(side.title) for side in sides]
    (agreement,) = found.agreements
    assert agreement.stores < LEAST_STORES
    assert agreement.correlation is None
    for mean in found.means:
        assert mean.interval.low < mean.score < mean.interval.high
