"""Shares of explained variance: published values, and what must hold for any correlations."""

from __future__ import annotations

import csv
import io
import itertools
from math import factorial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from cemaudit.compare.drivers.key_drivers import (
    MOST_DRIVERS_FOR_LMG,
    correlations_from_covariances,
    lmg_shares,
    nearest_correlation,
    r_squared_of_subsets,
    relative_importance,
    relative_weights,
)

Numbers = NDArray[np.float64]

# Motor Trend 1974, as R's datasets::mtcars: mpg, cyl, disp, hp, gear
MTCARS = """\
21,6,160,110,4 21,6,160,110,4 22.8,4,108,93,4 21.4,6,258,110,3 18.7,8,360,175,3 18.1,6,225,105,3 14.3,8,360,245,3
24.4,4,146.7,62,4 22.8,4,140.8,95,4 19.2,6,167.6,123,4 17.8,6,167.6,123,4 16.4,8,275.8,180,3 17.3,8,275.8,180,3
15.2,8,275.8,180,3 10.4,8,472,205,3 10.4,8,460,215,3 14.7,8,440,230,3 32.4,4,78.7,66,4 30.4,4,75.7,52,4 33.9,4,71.1,65,4
21.5,4,120.1,97,3 15.5,8,318,150,3 15.2,8,304,150,3 13.3,8,350,245,3 19.2,8,400,175,3 27.3,4,79,66,4 26,4,120.3,91,5
30.4,4,95.1,113,5 15.8,8,351,264,5 19.7,6,145,175,5 15,8,301,335,5 21.4,4,121,109,4"""


@pytest.fixture(scope="module")
def mtcars() -> Numbers:
    return np.corrcoef(np.array([[float(x) for x in row.split(",")] for row in MTCARS.split()]).T)


def test_mtcars_as_published(mtcars: Numbers) -> None:
    """relaimpo 2.2-7 (calc.relimp) and relativeImp 0.0.2."""
    assert lmg_shares(mtcars) == pytest.approx(
        [0.2470520332352, 0.2434995947956, 0.2109128995443, 0.0777251114079], abs=1e-12
    )
    assert relative_weights(mtcars) == pytest.approx(
        [0.228479725928, 0.222146870540, 0.232174439299, 0.096388603215], abs=1e-12
    )
    assert lmg_shares(mtcars).sum() == pytest.approx(0.779189638983, abs=1e-12)


def test_swiss_as_published(shared_statistics: Path) -> None:
    """The same source; Fertility on the five others."""
    text = (shared_statistics / "datasets_swiss.csv").read_text("utf-8")
    rows = list(csv.reader(io.StringIO(text)))[1:]
    swiss = np.corrcoef(np.array([[float(x) for x in row[1:]] for row in rows]).T)
    assert lmg_shares(swiss) == pytest.approx(
        [0.0570912207681, 0.1711730289002, 0.2601346786244, 0.1055701503735, 0.1127659229265], abs=1e-12
    )
    assert relative_weights(swiss) == pytest.approx(
        [0.048416895812, 0.154708249806, 0.271964104646, 0.114680029948, 0.116965721381], abs=1e-12
    )
    assert lmg_shares(swiss).sum() == pytest.approx(0.706735001593, abs=1e-12)


def _random(seed: int, drivers: int, rows: int = 40) -> Numbers:
    generator = np.random.Generator(np.random.PCG64(seed))
    mixed = generator.normal(size=(rows, drivers + 1)) @ generator.normal(size=(drivers + 1, drivers + 1))
    return mixed + generator.normal(size=(rows, 1))


SEEDS = st.integers(0, 2**32)


@given(SEEDS, st.integers(1, 6))
def test_r2_of_every_set_is_that_of_its_regression(seed: int, drivers: int) -> None:
    values = _random(seed, drivers)
    centred = values - values.mean(axis=0)
    found = r_squared_of_subsets(np.corrcoef(values.T)[None])[0]
    for chosen in itertools.product((0, 1), repeat=drivers):
        some = centred[:, 1:][:, np.flatnonzero(chosen)]
        left = (
            centred[:, 0] - some @ np.linalg.lstsq(some, centred[:, 0], rcond=None)[0] if any(chosen) else centred[:, 0]
        )
        assert found[chosen] == pytest.approx(1 - (left @ left) / (centred[:, 0] @ centred[:, 0]), abs=1e-6)


@given(SEEDS, st.integers(2, 5))
def test_lmg_is_the_mean_gain_over_all_orders(seed: int, drivers: int) -> None:
    related = np.corrcoef(_random(seed, drivers).T)
    r2 = r_squared_of_subsets(related[None])[0]
    gains = np.zeros(drivers)
    for order in itertools.permutations(range(drivers)):
        inside = [0] * drivers
        for driver in order:
            before = r2[tuple(inside)]
            inside[driver] = 1
            gains[driver] += (r2[tuple(inside)] - before) / factorial(drivers)
    assert lmg_shares(related) == pytest.approx(gains, abs=1e-10)


@given(SEEDS, st.integers(1, 8))
def test_shares_add_up_and_do_not_depend_on_scale_or_order(seed: int, drivers: int) -> None:
    values = _random(seed, drivers)
    related = np.corrcoef(values.T)
    r2 = r_squared_of_subsets(related[None])[(0, *(1,) * drivers)]
    assert lmg_shares(related).sum() == pytest.approx(r2, abs=1e-9)
    assert relative_weights(related).sum() == pytest.approx(r2, abs=1e-6)
    assert relative_importance(related).sum() == pytest.approx(1)
    assert (lmg_shares(related) >= -1e-9).all()
    scaled = values * np.array([3, *(10.0**k for k in range(drivers))]) + 7
    assert lmg_shares(correlations_from_covariances(np.cov(scaled.T))) == pytest.approx(lmg_shares(related), abs=1e-7)
    turned = np.array([0, *range(drivers, 0, -1)])
    assert lmg_shares(related[np.ix_(turned, turned)])[::-1] == pytest.approx(lmg_shares(related), abs=1e-9)


@given(SEEDS, st.integers(2, 5))
def test_drivers_that_are_the_same_have_the_same_share(seed: int, drivers: int) -> None:
    values = _random(seed, drivers)
    twice = np.hstack([values, values[:, -1:]])
    related = correlations_from_covariances(np.cov(twice.T))
    for found in (lmg_shares(related), relative_weights(related)):
        assert found[-1] == pytest.approx(found[-2], abs=1e-6)
        assert found.sum() == pytest.approx(lmg_shares(np.corrcoef(values.T)).sum(), abs=1e-6)


@given(SEEDS, st.integers(2, 5))
def test_a_driver_that_never_differs_has_no_share(seed: int, drivers: int) -> None:
    values = _random(seed, drivers)
    still = np.hstack([values, np.full((len(values), 1), 4.0)])
    related = correlations_from_covariances(np.cov(still.T))
    assert lmg_shares(related) == pytest.approx([*lmg_shares(np.corrcoef(values.T)), 0], abs=1e-9)
    assert relative_weights(related)[-1] == pytest.approx(0, abs=1e-12)


def test_many_at_once_are_as_one_at_a_time() -> None:
    some = np.stack([np.corrcoef(_random(seed, 6).T) for seed in range(20)]).reshape(4, 5, 7, 7)
    assert lmg_shares(some)[3, 4] == pytest.approx(lmg_shares(some[3, 4]), abs=1e-12)
    assert relative_weights(some)[3, 4] == pytest.approx(relative_weights(some[3, 4]), abs=1e-12)


def test_above_fourteen_drivers_shares_are_johnsons() -> None:
    related = np.corrcoef(_random(1, MOST_DRIVERS_FOR_LMG + 1, rows=200).T)
    assert relative_importance(related) == pytest.approx(relative_weights(related) / relative_weights(related).sum())


def test_nothing_explained_gives_no_shares() -> None:
    assert relative_importance(np.diag([1.0, 1, 1])).tolist() == [0, 0]


@given(SEEDS, st.integers(2, 6))
def test_correlations_that_hold_together_stay_as_they_are(seed: int, drivers: int) -> None:
    related = np.corrcoef(_random(seed, drivers).T)
    assert nearest_correlation(related) == pytest.approx(related, abs=1e-9)


def test_correlations_that_contradict_each_other_are_mended() -> None:
    related = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
    found = nearest_correlation(np.stack([related, np.eye(3)]))
    assert np.linalg.eigvalsh(found[0])[0] > -1e-12
    assert np.diagonal(found[0]) == pytest.approx(1)
    assert found[1].tolist() == np.eye(3).tolist()
