"""Samples of stores from their sums of products are the same as samples of their visits; and the simulations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from cemaudit.compare.drivers.data import StoreMeans, bootstrap_weights, centred, products_of_rows
from cemaudit.compare.drivers.key_drivers import (
    bootstrap,
    bootstrap_performance,
    correlations_from_covariances,
    penalty_reward_contrasts,
    regression_slopes,
    relative_importance,
    top_three_probabilities,
)

Numbers = NDArray[np.float64]
SEEDS = st.integers(0, 2**32)


def _generator(seed: int) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


@given(SEEDS)
def test_samples_by_products_are_samples_by_visits(seed: int) -> None:
    """Also where something is not known: each pair over the visits that have both."""
    generator = _generator(seed)
    store = generator.integers(0, 6, 60)
    store[:6] = range(6)
    values = generator.normal(size=(60, 4))
    values[generator.random((60, 4)) < 0.2] = np.nan
    products = products_of_rows("yabc", values, store)
    for times in bootstrap_weights(6, replicates=5, seed=seed):
        found = products.covariances(times)
        for replicate, each in zip(found, times, strict=True):
            rows = np.repeat(np.arange(60), each[store].astype(int))
            again = products_of_rows("yabc", values[rows], store[rows])
            assert replicate == pytest.approx(again.covariances(), abs=1e-12)


@given(SEEDS)
def test_fewer_variables_are_as_if_there_had_never_been_more(seed: int) -> None:
    generator = _generator(seed)
    values, store = generator.normal(size=(30, 5)), generator.integers(0, 4, 30)
    found = products_of_rows("abcde", values, store).select("dba")
    assert found.covariances() == pytest.approx(products_of_rows("dba", values[:, [3, 1, 0]], store).covariances())


def test_performance_alone_has_the_samples_it_has_beside_shares() -> None:
    generator = _generator(5)
    values, store = generator.normal(50, 9, size=(60, 4)), np.arange(60) % 8
    products = products_of_rows("yabc", values, store)
    sums = np.array([values[store == place, 1:].sum(axis=0) for place in range(8)])
    means = StoreMeans(np.array([[(store == place).sum()] * 3 for place in range(8)], np.float64), sums)
    assert (bootstrap_performance(products, means) == bootstrap(products, means).performance).all()


def test_every_sample_has_as_many_stores_and_the_same_seed_draws_the_same() -> None:
    blocks = list(bootstrap_weights(7, replicates=250))
    assert [len(block) for block in blocks] == [100, 100, 50]
    assert all((block.sum(axis=1) == 7).all() for block in blocks)
    assert all((one == other).all() for one, other in zip(blocks, bootstrap_weights(7, replicates=250), strict=True))


@given(SEEDS, st.floats(-50, 50))
def test_centring_takes_away_what_a_shopper_adds_to_everything(seed: int, more: float) -> None:
    generator = _generator(seed)
    shopper, values = generator.integers(0, 5, 40), generator.normal(size=(40, 3))
    values[generator.random((40, 3)) < 0.3] = np.nan
    stricter = values + more * generator.normal(size=5)[shopper][:, None]
    found = centred(values, shopper)
    assert centred(stricter, shopper) == pytest.approx(found, abs=1e-9, nan_ok=True)
    for one in range(5):
        assert np.nansum(found[shopper == one], axis=0) == pytest.approx(0, abs=1e-9)


def test_a_shoppers_only_visit_says_nothing() -> None:
    found = centred(np.array([[1.0], [2.0], [4.0]]), np.array([0, 1, 1]))
    assert np.isnan(found[0, 0])
    assert found[1:, 0].tolist() == [-1, 1]


def _share(values: Numbers, shopper: NDArray[np.int64] | None = None) -> Numbers:
    within = np.zeros(len(values), np.int64) if shopper is None else shopper
    products = products_of_rows([str(at) for at in range(values.shape[1])], centred(values, within), within)
    return relative_importance(correlations_from_covariances(products.covariances()))


def test_a_halo_makes_drivers_of_nothing_and_centring_takes_part_of_it_back() -> None:
    """Drivers 5 and 6 do nothing; each shopper lifts all marks by a mood of their own, and each visit by another."""
    generator = _generator(5)
    shopper = np.repeat(np.arange(300), 12)
    drivers = generator.normal(size=(len(shopper), 6)) * 0.8 + 0.6 * generator.normal(size=(len(shopper), 1))
    outcome = drivers @ np.array([0.5, 0.4, 0.3, 0.2, 0, 0]) + 0.6 * generator.normal(size=len(shopper))
    plain = np.column_stack([outcome, drivers])
    halo = 1.0 * generator.normal(size=300)[shopper] + 0.4 * generator.normal(size=len(shopper))
    null_plain, null_halo = _share(plain)[4:].sum(), _share(plain + halo[:, None])[4:].sum()
    null_centred = _share(plain + halo[:, None], shopper)[4:].sum()
    assert null_plain > 0.02, "correlated drivers have a share even where nothing is wrong"
    assert null_halo > 1.4 * null_plain
    assert null_plain < null_centred < 0.85 * null_halo
    assert _share(plain)[0] > _share(plain + halo[:, None], shopper)[0] > _share(plain + halo[:, None])[0]


def test_asymmetries_come_back() -> None:
    """Penalties and rewards (1, 0.1), (0.1, 0.9), (0.5, 0.5): leanings -0.82, 0.80 and 0."""
    generator = _generator(1)
    states = generator.integers(-1, 2, (40_000, 3))
    low, high = states < 0, states > 0
    outcome = low @ -np.array([1, 0.1, 0.5]) + high @ np.array([0.1, 0.9, 0.5]) + generator.normal(size=40_000)
    corners = np.stack([low, high], axis=2).reshape(-1, 6)
    found = penalty_reward_contrasts(np.cov(np.column_stack([outcome, corners]).T))
    assert found.asymmetry_index == pytest.approx([-0.82, 0.80, 0], abs=0.06)
    assert found.penalty == pytest.approx([1, 0.1, 0.5], abs=0.05)
    assert found.reward == pytest.approx([0.1, 0.9, 0.5], abs=0.05)
    assert found.range == pytest.approx(found.penalty + found.reward)


def test_a_driver_without_any_effect_leans_nowhere() -> None:
    found = penalty_reward_contrasts(np.diag([1.0, 1, 1]))
    assert np.isnan(found.asymmetry_index).all()
    assert found.range.tolist() == [0]


@given(SEEDS)
def test_contrasts_are_least_squares(seed: int) -> None:
    values = _generator(seed).normal(size=(30, 4))
    slopes = np.linalg.lstsq(values[:, 1:] - values[:, 1:].mean(0), values[:, 0] - values[:, 0].mean(), rcond=None)[0]
    assert regression_slopes(np.cov(values.T)) == pytest.approx(slopes, abs=1e-8)


def test_ninety_percent_intervals_hold_the_truth_about_as_often() -> None:
    """60 stores of 12 visits; the truth is the share in a very large sample of the same kind."""

    def visits(generator: np.random.Generator, stores: int) -> tuple[Numbers, NDArray[np.int64]]:
        store = np.repeat(np.arange(stores), 12)
        drivers = generator.normal(size=(len(store), 3)) + 0.7 * generator.normal(size=(stores, 3))[store]
        outcome = drivers @ np.array([0.8, 0.5, 0.3]) + generator.normal(size=len(store))
        return np.column_stack([outcome, drivers]), store

    values, store = visits(_generator(99), 20_000)
    truth = relative_importance(np.corrcoef(values.T))
    held = []
    for seed in range(120):
        values, store = visits(_generator(seed), 60)
        products = products_of_rows("yabc", values - values.mean(axis=0), store)
        some = np.concatenate(
            [
                relative_importance(correlations_from_covariances(products.covariances(block)))
                for block in bootstrap_weights(60, 300, seed)
            ]
        )
        low, high = np.quantile(some, [0.05, 0.95], axis=0)
        held.append((low <= truth) & (truth <= high))
    assert 0.83 < np.mean(held) < 0.95


def test_how_often_a_driver_is_among_the_first_three() -> None:
    samples = np.array([[4.0, 3, 2, 1], [1, 3, 2, 4]])
    assert top_three_probabilities(samples).tolist() == [0.5, 1, 1, 0.5]
