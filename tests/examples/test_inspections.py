"""Public inspections whose grades follow from a published table."""

from collections import Counter

import pytest


@pytest.fixture(scope="module")
def hygiene(run_example):
    return run_example("food_hygiene_uk", "establishments.csv.gz")


@pytest.fixture(scope="module")
def restaurants(run_example):
    return run_example("restaurants_nyc", "chain_violations.csv.gz")


def test_every_premises_is_accounted_for(hygiene):
    counts = hygiene.table.counts
    assert (counts.rows, counts.good, counts.bad, counts.skipped) == (83_127, 63_310, 0, 19_817)
    assert counts.visits == len(hygiene.visits) == 63_310
    assert {reason.en: count for reason, count in counts.skipped_because.items()} == {
        "The Scottish scheme, which publishes no scores": 6_917,
        "Not yet inspected or published": 8_608,
        "Exempt from rating": 4_292,
    }


def test_the_band_is_the_published_rating(hygiene):
    agreed, unscored, capped = 0, 0, 0
    for audit in hygiene.audits():
        if audit.score("total").value is None:
            unscored += 1
            assert audit.band is None
            continue
        agreed += audit.band.label == audit.visit.answers["published"]
        capped += audit.band.label != _by_total_alone(audit.score("total").value)
    assert (agreed, unscored, capped) == (62_619, 691, 3_727)


def _by_total_alone(total):
    edges = [(15, "5"), (20, "4"), (30, "3"), (40, "2"), (50, "1")]
    return next((label for edge, label in edges if total <= edge), "0")


def test_inspections_are_gathered_from_their_violations(restaurants):
    counts = restaurants.table.counts
    assert (counts.rows, counts.good, counts.bad, counts.skipped, counts.visits) == (3_969, 3_952, 0, 17, 1_782)
    rows_without_violation = 111 - 17
    cited = sum(len(visit.answers["violations"]) for visit in restaurants.visits)
    assert cited == counts.good - rows_without_violation


def test_grades_follow_from_scores_but_for_three_reopenings(restaurants):
    graded = [audit for audit in restaurants.audits() if audit.visit.answers.get("grade") in {"A", "B", "C"}]
    other = [audit for audit in graded if audit.band is None or audit.band.label != audit.visit.answers["grade"]]
    assert len(graded) == 1_145
    assert {audit.visit.id for audit in other} == {
        "40781520-2013-07-29-Cycle Inspection / Reopening Inspection",
        "40932383-2013-05-22-Cycle Inspection / Reopening Inspection",
        "41375675-2012-10-16-Cycle Inspection / Reopening Inspection",
    }


def test_chains_are_told_by_one_name(restaurants):
    chains = Counter(visit.answers["chain"] for visit in restaurants.visits)
    assert set(chains) == {
        "Burger King", "Chipotle", "Domino's", "Dunkin'", "KFC", "Los Chipotles", "McDonald's", "Popeyes",
        "Pret A Manger", "Starbucks", "Subway", "Wendy's",
    }  # fmt: skip
