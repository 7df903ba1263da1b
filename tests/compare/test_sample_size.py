import pytest
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.compare.power_analysis import ASSUMED_DEVIATIONS, VISIT_COUNTS, DetectionGoal, plan_sample_size
from cemaudit.compare.reliability import StandardDeviations
from cemaudit.language import use


@given(st.floats(0.5, 60), st.floats(0, 20), st.floats(0, 20), st.floats(0.5, 30))
def test_more_visits_show_smaller_differences_more_reliably(
    difference: float, store: float, shopper: float, visit: float
) -> None:
    plan = plan_sample_size(difference, StandardDeviations(store, shopper, visit))
    assert [step.visits for step in plan.steps] == list(VISIT_COUNTS)
    for fewer, more in zip(plan.steps, plan.steps[1:], strict=False):
        assert fewer.difference > more.difference
        assert fewer.reliability <= more.reliability
    enough = [step.visits for step in plan.steps if step.difference <= difference * (1 - 1e-9)]
    assert all(count >= plan.visits for count in enough)


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("against", ["store", "wave", "target"])
def test_everything_is_said_with_its_numbers(language, against) -> None:
    with use(language):
        said = [str(sentence) for sentence in plan_sample_size(5, aim=DetectionGoal(against)).sentences()]
    assert str({"store": 79, "wave": 79, "target": 40}[against]) in said[0]
    assert "80" in said[1]
    assert "10" in said[3]
    assert "45" in said[5]


def test_what_is_assumed_is_called_so_and_what_is_measured_is_not() -> None:
    with use("en"):
        assumed = " ".join(map(str, plan_sample_size(5).sentences()))
        measured = " ".join(map(str, plan_sample_size(5, ASSUMED_DEVIATIONS, assumed=False).sentences()))
    assert "Assumed, not measured" in assumed
    assert "Assumed" not in measured


def test_fewer_visits_by_the_same_shoppers_are_named_only_where_they_are_fewer() -> None:
    with use("en"):
        assert "63 are enough" in str(plan_sample_size(5).sentences()[2])
        assert "enough" not in str(plan_sample_size(5, StandardDeviations(5, 0, 10)).sentences()[2])
        assert "do" in str(plan_sample_size(5, aim=DetectionGoal("wave", same_shoppers=True)).sentences()[2])


def test_stores_that_do_not_differ_have_no_places_to_tell() -> None:
    with use("en"):
        assert "do not differ" in str(plan_sample_size(5, StandardDeviations(0, 5, 10)).sentences()[5])
