import numpy as np
import pytest
from helpers.published_data import published, shared_table
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.compare.funnel import Dispersion, dispersion, funnel_limits, limits_of_ratios, outside
from cemaudit.compare.reliability import StandardDeviations

BASE = StandardDeviations(5, 5, 10)


def poisson(design: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The counts a Poisson regression expects."""
    slopes = np.zeros(design.shape[1])
    slopes[0] = np.log(counts.mean())
    for _ in range(20):
        expected = np.exp(design @ slopes)
        slopes += np.linalg.solve((design * expected[:, None]).T @ design, design.T @ (counts - expected))
    return np.exp(design @ slopes)


def test_stays_in_hospitals_of_arizona_are_as_published() -> None:
    """FunnelPlotR's vignette: days in hospital as expected by a Poisson model, nine hospitals outside 99.8 %."""
    rows, said = shared_table("COUNT_medpar"), published()["funnel_medpar"]
    days = np.array([float(row["los"]) for row in rows])
    known = [
        [1, float(row["hmo"]), float(row["died"]), float(row["age80"]), row["type"] == "2", row["type"] == "3"]
        for row in rows
    ]
    expected = poisson(np.array(known, dtype=float), days)
    assert ((days - expected) ** 2 / expected).sum() / (len(days) - 6) == pytest.approx(said["dispersion"], abs=0.005)
    _, hospital = np.unique([row["provnum"] for row in rows], return_inverse=True)
    observed, of = np.bincount(hospital, days), np.bincount(hospital, expected)
    found = dispersion(np.sqrt(of) * np.log(observed / of), 1 / np.sqrt(of))
    assert found.ratio == pytest.approx(said["prototype"]["phi"], abs=5e-5)
    assert found.variance == pytest.approx(said["prototype"]["tau2"], abs=5e-6)
    limits = limits_of_ratios(of, found.variance)
    assert np.abs(outside(observed / of, limits.low998, limits.high998)).sum() == said["n_outliers_99.8_SHMI_trim10"]


def test_ordinary_stores_stay_within_the_limits_as_often_as_said() -> None:
    random = np.random.default_rng(0)
    visits = random.integers(1, 13, 20_000).astype(float)
    means = 80 + random.normal(0, 5, 20_000) + random.normal(0, np.sqrt(125 / visits))
    limits = funnel_limits(80, BASE, visits)
    assert np.mean(outside(means, limits.low95, limits.high95) == 0) == pytest.approx(0.95, abs=0.005)
    assert np.mean(outside(means, limits.low998, limits.high998) == 0) == pytest.approx(0.998, abs=0.001)
    chance = funnel_limits(80, BASE, visits, between=False)
    assert np.mean(outside(means, chance.low95, chance.high95) == 0) < 0.9


@given(st.integers(1, 50))
def test_limits_narrow_with_visits_and_widen_with_the_same_shopper(visits: int) -> None:
    some, more = (funnel_limits(80, BASE, np.array([float(count)])) for count in (visits, visits + 1))
    alone = funnel_limits(80, BASE, np.array([float(visits)]), np.ones(1))
    assert more.high95 < some.high95 <= alone.high95 + 1e-9
    assert some.low998 < some.low95 < 80 < some.high95 < some.high998


def test_the_variance_between_units_is_found_again_and_outliers_do_not_hide_themselves() -> None:
    random = np.random.default_rng(1)
    se = random.uniform(0.5, 2, 5_000)
    values = random.normal(0, np.sqrt(se**2 + 1.5))
    assert dispersion(values / se, se, trimmed=0).variance == pytest.approx(1.5, rel=0.1)
    wild = np.concatenate([np.full(300, 100.0), values / se])
    found = dispersion(wild, np.concatenate([np.ones(300), se]))
    assert found.ratio < 5


def test_units_that_differ_by_chance_alone_or_not_at_all() -> None:
    random = np.random.default_rng(2)
    assert dispersion(random.normal(0, 1, 5_000), np.ones(5_000)).variance == 0
    assert dispersion(np.zeros(0), np.zeros(0)) == dispersion(np.ones(1), np.ones(1)) == Dispersion(1, 0)
