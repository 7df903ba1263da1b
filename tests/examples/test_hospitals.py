"""Ratings of US hospitals, recomputed from their parts by the command line alone."""

from collections import Counter

import pytest

DOMAINS = ("clinical", "experience", "outcome", "efficiency")
DIMENSIONS = ("nurses", "doctors", "responsiveness", "pain", "medicines", "environment", "discharge", "overall")


@pytest.fixture(scope="module")
def total(through_the_command_line):
    return through_the_command_line("hospitals_us/total", "hospitals_us/hvbp_tps_05_28_2015.csv")


@pytest.fixture(scope="module")
def experience(through_the_command_line):
    return through_the_command_line("hospitals_us/experience", "hospitals_us/hvbp_hcahps_05_28_2015.csv")


@pytest.fixture(scope="module")
def hac(through_the_command_line):
    table = "hospitals_us/HOSPITAL_QUARTERLY_HAC_DOMAIN_HOSPITAL.csv"
    return through_the_command_line("hospitals_us/hac", table)


def test_every_hospital_comes_in(total, experience, hac):
    for table in (total, experience, hac):
        assert "1245 rows = 1245 good + 0 bad + 0 skipped; 1245 visits" in table.said
    assert total.visits.keys() == experience.visits.keys() == hac.visits.keys()
    assert "010001" in total.visits  # leading zeros stay


def test_totals_over_the_domains_a_hospital_has(total):
    published = total.answers("total_published")
    assert len(published) == 1_245
    assert total.values("total") == pytest.approx(published, abs=1e-9, rel=0)


def test_there_are_nine_patterns_of_domains(total):
    patterns = Counter(tuple(name in visit["answers"] for name in DOMAINS) for visit in total.visits.values())
    assert len(patterns) == 9
    assert patterns[True, True, True, True] == 1_089


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_a_dimension_is_the_better_of_achievement_and_improvement(experience, dimension):
    published = experience.answers(f"{dimension}_published")
    assert len(published) == 1_237
    assert {name: value for name, value in experience.values(dimension).items() if value is not None} == published


def test_the_base_is_the_sum_of_dimensions(experience):
    published = experience.answers("base_published")
    assert len(published) == 1_237
    assert {name: value for name, value in experience.values("base").items() if value is not None} == published


def test_base_and_consistency_make_the_domain_score_of_the_other_table(total, experience):
    published = total.answers("experience")
    recomputed = {name: value for name, value in experience.values("experience").items() if value is not None}
    assert len(published) == 1_237
    assert recomputed == pytest.approx(published, abs=1e-9, rel=0)


def test_acquired_conditions(hac):
    for measure, item, hospitals in (
        ("domain1", "domain1_published", 1_243),
        ("domain2", "domain2_published", 1_067),
        ("total", "total_published", 1_243),
    ):
        published = hac.answers(item)
        assert len(published) == hospitals
        recomputed = {name: value for name, value in hac.values(measure).items() if value is not None}
        assert recomputed == pytest.approx(published, abs=1e-9, rel=0)


def test_a_hospital_without_any_indicator_is_not_scored(hac):
    unscored = [
        score["measures"]["total"] for score in hac.scores.values() if score["measures"]["total"]["value"] is None
    ]
    assert unscored == [{"value": None, "reason": "not-applicable", "used": 0, "asked": 2}] * 2
