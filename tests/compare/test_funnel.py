import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.compare.funnel import funnel_limits, outside
from cemaudit.compare.reliability import StandardDeviations

BASE = StandardDeviations(5, 5, 10)


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
