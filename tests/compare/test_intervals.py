import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from cemaudit.compare.intervals import wilson_interval
from cemaudit.compare.score_scale import arcsine_transform, inverse_arcsine

counts = st.integers(1, 10_000).flatmap(lambda of: st.tuples(st.floats(0, of), st.just(of)))


@given(counts, st.floats(0.5, 0.999))
def test_limits_lie_within_0_and_1_round_the_share(count: tuple[float, int], level: float) -> None:
    hits, trials = count
    low, high = wilson_interval(hits, trials, level)
    assert 0 <= low <= hits / trials + 1e-12
    assert hits / trials - 1e-12 <= high <= 1


def test_the_interval_is_as_published() -> None:
    """Newcombe 1998, Statistics in Medicine 17:857-872, table I, method 3."""
    assert wilson_interval(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson_interval(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson_interval(0, 20) == pytest.approx((0, 0.1611), abs=5e-5)
    assert wilson_interval(1, 29) == pytest.approx((0.0061, 0.1718), abs=5e-5)


@pytest.mark.parametrize("trials", [1, 2, 7, 40, 333])
def test_the_interval_is_that_of_scipy_but_for_its_last_digits(trials: int) -> None:
    for hits in range(trials + 1):
        limits = binomtest(hits, trials).proportion_ci(0.9, method="wilson")
        assert wilson_interval(hits, trials, 0.9) == pytest.approx(tuple(limits), abs=1e-14)


def test_without_trials_everything_is_possible() -> None:
    assert wilson_interval(0, 0) == (0, 1)
    assert sum(wilson_interval(1, 2)) == pytest.approx(1)


@given(counts)
def test_an_angle_leads_back_to_its_share(count: tuple[float, int]) -> None:
    points, possible = count
    angle = arcsine_transform(points, possible)
    assert 0 <= angle <= np.pi / 2
    assert inverse_arcsine(angle, possible) == pytest.approx(points / possible, abs=1e-9)


def test_without_the_number_of_points_the_share_is_nearly_the_same_and_ends_are_kept() -> None:
    assert inverse_arcsine(arcsine_transform(8_500, 10_000)) == pytest.approx(0.85, abs=1e-4)
    np.testing.assert_allclose(inverse_arcsine(np.array([-0.2, 0, np.pi / 2, 2.0])), [0, 0, 1, 1])


def test_the_variance_of_an_angle_does_not_depend_on_the_share() -> None:
    random = np.random.default_rng(0)
    for share in (0.5, 0.8, 0.9, 0.95):
        angles = arcsine_transform(random.binomial(60, share, 20_000), 60)
        assert angles.var() == pytest.approx(1 / 240, rel=0.1)
