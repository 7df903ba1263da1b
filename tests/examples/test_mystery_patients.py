"""Two published studies with standardised patients, recomputed from what the shoppers noted."""

from collections import Counter
from fractions import Fraction
from statistics import fmean

import pytest

from cemaudit.exchange.tables.input_table import read_table


@pytest.fixture(scope="module")
def delhi(run_example):
    return run_example("mystery_patients/lancetid2015", "visits.csv.gz")


@pytest.fixture(scope="module")
def china(run_example):
    return run_example("mystery_patients/plosmed2017_china", "visits.csv.gz")


def _values(audits, measure):
    return [audit.score(measure).value for audit in audits]


def test_delhi_comes_in_whole(delhi):
    counts = delhi.table.counts
    assert (counts.rows, counts.good, counts.bad, counts.skipped, counts.visits) == (250, 250, 0, 0, 250)
    assert delhi.table.problems == []
    assert len({visit.shopper for visit in delhi.visits}) == 17
    assert Counter(visit.answers["case"] for visit in delhi.visits) == {"SP1": 75, "SP2": 75, "SP3": 50, "SP4": 50}


def test_delhi_correct_management_of_every_visit(delhi):
    audits = list(delhi.audits())
    assert sum(_values(audits, "correct")) == 52
    for audit in audits:
        assert audit.score("correct").value == int(audit.visit.answers["correct_published"])
        assert audit.band.label == ("correct" if audit.score("correct").value else "not-correct")


def test_delhi_essential_questions(delhi):
    audits = list(delhi.audits())
    assert round(fmean(map(float, _values(audits, "essential"))), 1) == 35.4
    first = [audit for audit in audits if audit.visit.answers["case"] == "SP1"]
    asked = [sum(audit.visit.answers[item] for item in ("h1", "h2", "h3", "h4")) for audit in first]
    assert _values(first, "essential") == [Fraction(100 * number, 4) for number in asked]


def test_delhi_essential_questions_of_case_1_agree_with_the_published_column(delhi, shared_data):
    rows = read_table(shared_data / "mystery_patients/lancetid2015/visits.csv.gz").rows
    published = {f"lancetid2015-{row.number}": row.cells for row in rows}
    for audit in delhi.audits():
        cells = published[audit.visit.id]
        assert float(audit.score("essential").value) == pytest.approx(100 * float(cells["essential"]), abs=1e-5)


def test_delhi_by_case(delhi):
    audits = list(delhi.audits())
    found = {case: _of(audits, "case", case) for case in ("SP1", "SP2", "SP3", "SP4")}
    assert [sum(_values(some, "correct")) for some in found.values()] == [9, 13, 19, 11]
    assert [round(fmean(map(float, _values(some, "essential"))), 1) for some in found.values()] == [
        35.7,
        32.0,
        45.5,
        30.2,
    ]


def test_delhi_items_per_visit(delhi):
    assert sum(_values(delhi.audits(), "items")) / 250 == Fraction("6.18")


def test_what_does_not_arise_is_left_out_and_counted(delhi):
    unasked = [visit for visit in delhi.visits if visit.answers["case"] == "SP4"]
    assert all("cxr" not in visit.answers and "dstgx" in visit.answers for visit in unasked)
    assert delhi.table.counts.not_arising == 560


def test_china_share_of_questions_of_every_visit(china):
    assert (china.table.counts.good, china.table.counts.bad) == (274, 0)
    for audit in china.audits():
        share = audit.score("questions").value / 100
        assert share.denominator in {1, 3, 7, 21}
        assert float(share) == pytest.approx(float(audit.visit.answers["questions_published"]), abs=1e-6)


def test_china_correct_management_of_every_visit(china):
    for audit in china.audits():
        assert audit.score("correct").value == int(audit.visit.answers["correct_published"])


def test_china_by_level_of_facility(china):
    audits = list(china.audits())
    levels = Counter(audit.visit.answers["level"] for audit in audits)
    assert levels == {"Village": 46, "Township": 207, "County": 21}
    correct = {level: sum(_values(_of(audits, "level", level), "correct")) for level in levels}
    assert correct == {"Village": 13, "Township": 79, "County": 19}

    asked = {level: fmean(map(float, _values(_of(audits, "level", level), "questions"))) for level in levels}
    assert {level: round(share, 1) for level, share in asked.items()} == {
        "Village": 14.2,
        "Township": 20.4,
        "County": 14.3,
    }


def _of(audits, item, answer):
    return [audit for audit in audits if audit.visit.answers[item] == answer]


@pytest.mark.parametrize("study", ["delhi", "china"])
def test_sector_rules_make_no_noise_on_a_foreign_checklist(study, request):
    example = request.getfixturevalue(study)
    assert not any(audit.findings for audit in example.audits())
    assert not any(example.engine.review(visit) for visit in example.visits)
