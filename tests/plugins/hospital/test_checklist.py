"""The outpatient checklist is whole."""

from __future__ import annotations

import pytest

from cemaudit.model import Channel, Checklist

CODES = [f"H{number:02}" for number in range(1, 25)]


def test_all_24_questions_are_asked(checklist: Checklist) -> None:
    assert set(CODES) <= checklist.items.keys()
    assert checklist.ref == "hospital.outpatient@1.0.0"


def test_every_text_exists_in_both_languages(checklist: Checklist) -> None:
    assert set(checklist.languages) == {"ko", "en"}


def test_all_three_channels_and_every_stage_are_covered(checklist: Checklist) -> None:
    assert {touchpoint.channel for touchpoint in checklist.touchpoints} == set(Channel)
    assert {touchpoint.stage for touchpoint in checklist.touchpoints} == {stage.id for stage in checklist.path.stages}


def test_only_the_place_to_complain_arises_at_every_step(checklist: Checklist) -> None:
    everywhere = [touchpoint.id for touchpoint in checklist.touchpoints if not touchpoint.steps]
    assert everywhere == ["voice"]


def test_every_step_has_something_to_score_and_to_feel(checklist: Checklist) -> None:
    for step in checklist.steps:
        here = [touchpoint for touchpoint in checklist.touchpoints if step.id in touchpoint.steps]
        assert any(touchpoint.emotion for touchpoint in here), step.id


def test_vertical_items_arise_at_more_than_one_visit(checklist: Checklist) -> None:
    repeated = {step.id for step in checklist.steps if step.repeats}
    vertical = [item for item in checklist.items.values() if item.vertical]
    assert [item.id for item in vertical] == ["H05", "H06", "H07", "H09", "H10", "H14", "H18", "H20", "H21"]
    assert all(repeated & set(checklist.touchpoint_of[item.id].steps) for item in vertical)


def test_every_question_says_how_to_observe_it(checklist: Checklist) -> None:
    assert [item.id for item in checklist.items.values() if item.help is None] == []


def test_nothing_is_photographed_where_patients_undress_or_pay(checklist: Checklist) -> None:
    assert {checklist.items[item].evidence for item in ("H13", "H15")} == {"none"}
    assert all(item.evidence in {"none", "optional"} for item in checklist.items.values())


@pytest.mark.parametrize(("waited", "asked"), [(0, False), (10, False), (11, True), (45, True)])
def test_notice_of_delay_is_asked_only_after_a_wait(checklist: Checklist, waited: int, asked: bool) -> None:
    when = checklist.items["H07"].when
    assert when is not None
    assert when.holds({"H06": waited}) is asked


@pytest.mark.parametrize(
    ("item", "value", "points"),
    [("H01", 3, 2), ("H01", 4, 1), ("H02", 7, 0), ("H06", 10, 3), ("H06", 30, 1), ("H06", 31, 0), ("H24-days", 14, 1)],
)
def test_points_of_measured_answers(checklist: Checklist, item: str, value: int, points: int) -> None:
    assert checklist.items[item].answer.points(value) == points


def test_a_failed_privacy_caps_the_visit(audit, checklist: Checklist) -> None:
    answers = {"H09": 5, "H10": 5}
    feelings = {"emotions": {"doctor": 3, "conversation": 3, "privacy": 3}}
    assert audit("V1", 1, {**answers, "H13": True}, **feelings).score("overall").value == 100
    assert audit("V1", 1, {**answers, "H13": False}, **feelings).score("overall").value == 0
    assert audit("V1", 1, {"H13": False}).failed_critical == ("H13",)
