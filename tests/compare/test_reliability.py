import pytest
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.compare.reliability import StandardDeviations, reliability, variance_components, visits_for_reliability

BASE = StandardDeviations(5, 5, 10)
spreads = st.builds(StandardDeviations, *[st.floats(0.1, 30)] * 3)


@given(st.builds(StandardDeviations, *[st.floats(0, 30)] * 3))
def test_shares_add_up(some: StandardDeviations) -> None:
    total = sum(one.share for one in variance_components(some))
    assert total == pytest.approx(1) or (total == 0 and not any(sd**2 for sd in some))


@pytest.mark.parametrize(("wanted", "visits"), [(0.7, 12), (0.8, 20), (0.9, 45)])
def test_visits_for_a_reliability_in_the_base_case(wanted: float, visits: int) -> None:
    """STATISTICS 3."""
    assert visits_for_reliability(BASE, wanted) == visits


@given(spreads, st.floats(0.05, 0.95))
def test_the_visits_needed_are_the_fewest_that_are_enough(some: StandardDeviations, wanted: float) -> None:
    needed = visits_for_reliability(some, wanted)
    assert needed
    assert reliability(some, needed) >= wanted - 1e-6
    assert needed == 1 or reliability(some, needed - 1) < wanted + 1e-6


@given(spreads, st.integers(1, 50))
def test_more_visits_say_more_and_the_same_shopper_says_less(some: StandardDeviations, visits: int) -> None:
    assert 0 <= reliability(some, visits) <= reliability(some, visits + 1) <= 1
    assert reliability(some, visits, 1) <= reliability(some, visits) + 1e-12


def test_the_reliability_of_one_visit_is_the_intraclass_correlation() -> None:
    assert reliability(BASE, 1) == pytest.approx(25 / 150)


def test_stores_that_do_not_differ_cannot_be_ranked_at_all() -> None:
    assert reliability(StandardDeviations(0, 5, 10), 100) == 0
    assert visits_for_reliability(StandardDeviations(0, 5, 10), 0.7) is None
    assert reliability(StandardDeviations(5, 0, 0), 1) == 1
    assert visits_for_reliability(StandardDeviations(5, 0, 0), 0.9) == 1
