"""Ratings of US hospitals, recomputed from their parts by the command line alone."""

import json
from collections import Counter
from pathlib import Path

import pytest

DOMAINS = ("clinical", "experience", "outcome", "efficiency")
DIMENSIONS = ("nurses", "doctors", "responsiveness", "pain", "medicines", "environment", "discharge", "overall")


PUBLISHED = "hospitals_us/as_published"


@pytest.fixture(scope="module", params=[PUBLISHED, "hospitals_us"])
def tables(request, shared_data):
    """The folder of the tables: as the publisher wrote them, and as others keep them (``N/A`` is empty there)."""
    if not (shared_data / request.param).is_dir():
        pytest.skip(f"{request.param} is not here")
    return request.param


@pytest.fixture(scope="module")
def total(tables, through_the_command_line):
    return through_the_command_line("hospitals_us/total", f"{tables}/hvbp_tps_05_28_2015.csv")


@pytest.fixture(scope="module")
def experience(tables, through_the_command_line):
    return through_the_command_line("hospitals_us/experience", f"{tables}/hvbp_hcahps_05_28_2015.csv")


@pytest.fixture(scope="module")
def hac(tables, through_the_command_line):
    return through_the_command_line("hospitals_us/hac", f"{tables}/HOSPITAL_QUARTERLY_HAC_DOMAIN_HOSPITAL.csv")


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


def test_footnote_marks_of_the_publisher_are_no_part_of_a_score(commands, tmp_path):
    """Other stores of the same table carry marks at any score, also at one that is not there."""
    header = (
        "Hospital_Name,Provider ID,State,Fiscal Year,Domain_1_Score,AHRQ_PSI_90_Score,Domain_2_Score,CLABSI_Score,"
        "CAUTI_Score,Total_HAC_Score"
    )
    rows = ("A,010001,AL,2015,5.5000*,5*,N/A*,N/A**,N/A,5.5000*", "B,010002,AL,2015,N/A*,N/A,4.5000**,6**,3*,4.5000")
    table = tmp_path / "hac.csv"
    table.write_text("\n".join([header, *rows]))
    out = tmp_path / "hac.jsonl"
    mapping = Path(__file__).parents[2] / "examples" / "hospitals_us" / "hac" / "mapping.toml"
    commands.call("import", table, "--mapping", mapping, "--out", out)
    first, second = map(json.loads, out.read_text("utf-8").splitlines())
    assert first["answers"] == {"psi90": 5, "domain1_published": 5.5, "total_published": 5.5}
    assert set(first["skipped"]) == {"clabsi", "cauti", "domain2_published"}
    assert second["answers"] == {"clabsi": 6, "cauti": 3, "domain2_published": 4.5, "total_published": 4.5}
    assert set(second["skipped"]) == {"psi90", "domain1_published"}
