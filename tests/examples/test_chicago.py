"""Food inspections in Chicago: counts by severity, and the gate to a pass, by the command line alone."""

from collections import Counter

import pytest


@pytest.fixture(scope="module")
def chicago(through_the_command_line):
    return through_the_command_line("inspections_chicago", "inspections_chicago/inspections_items.csv.gz")


def test_every_inspection_comes_in(chicago):
    assert "11000 rows = 11000 good + 0 bad + 0 skipped; 11000 visits" in chicago.said
    assert len({visit["store"] for visit in chicago.visits.values()}) == 4_958
    assert all(len([item for item in visit["answers"] if item[0] == "v"]) == 44 for visit in chicago.visits.values())


@pytest.mark.parametrize("severity", ["critical", "serious", "minor"])
def test_counts_by_severity(chicago, severity):
    assert chicago.values(severity) == chicago.answers(f"{severity}_published")
    assert len(chicago.visits) == 11_000


def test_the_gate_and_what_inspectors_decided_otherwise(chicago):
    results = chicago.answers("result")
    found = Counter((score["band"], results[name]) for name, score in chicago.scores.items())
    assert found == {
        ("pass", "pass"): 7_336,
        ("pass", "fail"): 53,
        ("pass", "conditions"): 8,
        ("not-pass", "fail"): 2_109,
        ("not-pass", "conditions"): 1_474,
        ("not-pass", "pass"): 20,
    }
