"""Food inspections in DeKalb County: grades from scores, and times that cannot be, by the command line alone."""

import pytest


@pytest.fixture(scope="module")
def dekalb(through_the_command_line):
    return through_the_command_line("inspections_dekalb", "inspections_dekalb/inspections.csv")


def test_every_inspection_comes_in(dekalb):
    assert "3179 rows = 3179 good + 0 bad + 0 skipped; 3179 visits" in dekalb.said


def test_grades_follow_from_scores(dekalb):
    published = dekalb.answers("grade")
    assert len(published) == 3_166
    assert {name: score["band"] for name, score in dekalb.scores.items() if score["band"]} == published


def test_times_that_cannot_be_are_flagged(dekalb):
    hours = dekalb.answers("hours")
    flagged = {name for name, score in dekalb.scores.items() if score["failed_critical"] == ["hours"]}
    assert flagged == {name for name, time in hours.items() if time < 0 or time > 12}
    assert (sum(hours[name] < 0 for name in flagged), sum(hours[name] > 12 for name in flagged)) == (25, 10)
