"""Every finding rule fires where it should and is silent where it should be."""

from __future__ import annotations

from fractions import Fraction

import pytest
from cemaudit_hospital.findings import find

from cemaudit.model import Audit
from cemaudit.model.episodes import falls


def rules(audit: Audit, *history: Audit) -> list[str]:
    return [finding.rule for finding in find(audit, history)]


@pytest.mark.parametrize(
    ("step", "answers", "rule"),
    [
        ("V1", {"H13": False}, "hospital.privacy"),
        ("V1", {"H06": 31, "H07": False}, "hospital.waiting-untold"),
        ("Vn", {"H20": False}, "hospital.history-again"),
        ("V1", {"H17": False}, "hospital.no-plan"),
        ("VF", {"H23": "none"}, "hospital.no-follow-up"),
        ("Vn", {"H20": True, "H21": 2}, "hospital.thread-held"),
    ],
)
def test_a_rule_fires(audit, step: str, answers: dict, rule: str) -> None:
    assert rules(audit(step, 2, answers)) == [rule]


@pytest.mark.parametrize(
    ("step", "answers"),
    [
        ("V1", {}),
        ("V1", {"H13": True}),
        ("V1", {"H06": 30, "H07": False}),
        ("V1", {"H06": 90, "H07": True}),
        ("V1", {"H06": 90}),
        ("Vn", {"H20": True, "H21": 1}),
        ("V1", {"H17": True, "H17-visits": 3}),
        ("VF", {"H23": "later"}),
    ],
)
def test_no_rule_fires_without_cause(audit, step: str, answers: dict) -> None:
    assert rules(audit(step, 2, answers)) == []


def test_findings_name_the_item_and_its_touchpoint_in_both_languages(audit) -> None:
    (finding,) = find(audit("V1", 1, {"H13": False}), ())
    assert (finding.item, finding.touchpoint, finding.severity) == ("H13", "privacy", "critical")
    assert set(finding.title.languages) == set(finding.text.languages) == {"ko", "en"}


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ([], False),
        (["1"], False),
        (["1", "2/3"], True),
        (["1", "3/4"], False),
        (["1", "3/4", "1/2"], True),
        (["1/2", "3/4", "1/2"], False),
        (["1", "0", "1"], False),
        (["1/2", "1", "1/2"], False),
        (["1/2", "1", "0"], True),
        (["3/4", "3/4", "1/2"], False),
    ],
)
def test_what_counts_as_a_fall(shares: list[str], expected: bool) -> None:
    assert falls([Fraction(share) for share in shares]) is expected


def test_a_vertical_item_that_falls_is_found(audit) -> None:
    first, second = audit("V1", 1, {"H05": 2, "H09": 5}), audit("Vn", 2, {"H05": 1, "H09": 4})
    (finding,) = find(second, [first])
    assert (finding.rule, finding.item, finding.kind) == ("hospital.vertical-fall", "H05", "episode")
    assert (finding.severity, finding.text.en) == (
        "minor",
        "Reception was courteous and explained the procedure: 100% → 50%",
    )


def test_an_item_that_falls_to_nothing_is_major(audit) -> None:
    (finding,) = find(audit("Vn", 2, {"H05": 0}), [audit("V1", 1, {"H05": 2})])
    assert finding.severity == "major"


def test_an_item_not_scored_today_is_not_found_again(audit) -> None:
    history = [audit("V1", 1, {"H05": 2}), audit("Vn", 2, {"H05": 0})]
    assert rules(audit("Vn", 3), *history) == []


@pytest.mark.parametrize(
    "other",
    [
        {"store": "clinic-2"},
        {"episode": {"id": "t2", "step": "V1", "number": 1}},
        {"episode": {"id": "t1", "step": "Vn", "number": 3}},
        {"episode": None},
    ],
)
def test_only_earlier_visits_of_the_same_treatment_count(audit, other: dict) -> None:
    assert rules(audit("Vn", 2, {"H05": 0}), audit("V1", 1, {"H05": 2}, **other)) == []


def test_a_treatment_that_ends_short_of_its_plan_is_a_drop_out(audit) -> None:
    first = audit("V1", 1, {"H17": True, "H17-visits": 3})
    (finding,) = find(audit("VE", 2), [first])
    assert finding.rule == "hospital.drop-out"
    assert finding.text.en == "Visits to the clinic: 3 planned, 2 recorded, 1 planned but missing."
    assert rules(audit("VE", 3), first, audit("Vn", 2)) == []


def test_a_drop_out_is_told_once(audit) -> None:
    first, last = audit("V1", 1, {"H17": True, "H17-visits": 3}), audit("VE", 2)
    assert rules(last, first) == ["hospital.drop-out"]
    assert rules(audit("VF", 3), first, last) == []


def test_other_sectors_are_none_of_our_business(audit) -> None:
    clinic = audit("V1", 1, {"H13": False})
    shop = clinic.model_copy(update={"checklist": clinic.checklist.model_copy(update={"sector": "retail"})})
    assert rules(shop) == []


def test_feelings_that_fall_with_steady_points_are_found(audit) -> None:
    felt = (2, -1, -3)
    *history, last = (
        audit("V1" if number == 1 else "Vn", number, {"H09": 5}, emotions={"doctor": emotion})
        for number, emotion in enumerate(felt, 1)
    )
    (finding,) = [one for one in find(last, history) if one.rule == "hospital.vertical-feeling"]
    assert (finding.touchpoint, finding.severity.value) == ("doctor", "major")
    assert "+2 → −1 → −3. The points did not fall" in str(finding.text.en)
    assert not [one for one in find(last, history) if one.rule == "hospital.vertical-fall"]


def test_steady_feelings_are_no_finding(audit) -> None:
    *history, last = (audit("Vn", number, {"H09": 5}, emotions={"doctor": 1}) for number in (2, 3, 4))
    assert [one.rule for one in find(last, history) if one.rule == "hospital.vertical-feeling"] == []
