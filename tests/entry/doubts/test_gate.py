"""The gate of every door: what makes a visit incomplete, what is doubted of any visit, and how it is told."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from helpers import samples, strategies
from hypothesis import given

from cemaudit.entry.doubts import (
    CompletenessCheck,
    Earlier,
    GateReport,
    all_doubts,
    gate_doubts,
    missing_by_title,
    missing_parts,
    open_doubts,
    stay_of,
)
from cemaudit.entry.doubts.completeness import is_doubt_of_completeness, missing_doubts
from cemaudit.language import use
from cemaudit.model import Checklist, Visit

NOW = dt.datetime(2026, 11, 21, 21, 0, tzinfo=dt.timezone(dt.timedelta(hours=9)))
SHOP = samples.checklist(
    samples.touchpoint(
        "greeting",
        samples.item("G1", evidence="required-if-failed"),
        samples.item("G2", note={"at_least": 20, "when": "if-failed"}, when="G1"),
        emotion=True,
        expectation=True,
    ),
    samples.touchpoint("counter", samples.item("C1", when="G1"), emotion=True, perceived=True, expectation=True),
    samples.touchpoint("return", samples.item("R1"), emotion=True, steps=["second"]),
    steps=[{"id": "first", "title": samples.text("first")}, {"id": "second", "title": samples.text("second")}],
)
WHOLE: dict[str, Any] = {
    "started": "2026-11-21T14:05:00+09:00",
    "finished": "2026-11-21T14:41:00+09:00",
    "episode": {"id": "e1", "step": "first"},
    "answers": {"G1": True, "G2": True, "C1": True},
    "emotions": {"greeting": 1, "counter": 0},
    "expectations": {"greeting": 4, "counter": 4},
    "perceived": {"counter": 5},
}


def shop_visit(**changes: Any) -> Visit:
    return samples.visit(**{**WHOLE, **changes})


def missing(**changes: Any) -> list[str]:
    return list(missing_parts(shop_visit(**changes), SHOP))


def checks(**changes: Any) -> list[str]:
    visit = shop_visit(**changes)
    return [doubt.check for doubt in open_doubts(gate_doubts(visit, SHOP), visit)]


def test_a_whole_visit_is_complete_and_not_doubted() -> None:
    assert missing() == []
    assert checks() == []


@pytest.mark.parametrize(
    ("changes", "places"),
    [
        ({"answers": {"G1": True, "C1": True}}, ["answers.G2"]),
        ({"answers": {"G1": False}, "evidence": {"G1": [{"file": "a.jpg"}]}, "emotions": {"greeting": 1},
          "expectations": {"greeting": 4}, "perceived": {}}, []),
        ({"answers": {"G1": False}, "evidence": {}, "emotions": {"greeting": 1}, "expectations": {"greeting": 4},
          "perceived": {}}, ["evidence.G1"]),
        ({"answers": {"G1": True, "G2": False, "C1": True}, "notes": {"G2": "too short"}}, ["notes.G2"]),
        ({"emotions": {"counter": 0}}, ["emotions.greeting"]),
        ({"expectations": {"counter": 4}}, ["expectations.greeting"]),
        ({"perceived": {}}, ["perceived.counter"]),
        ({"emotions": {"counter": 0}, "feelings_skipped": {"emotions.greeting": {"state": "declined"}}}, []),
        ({"answers": {"G1": True, "C1": True}, "skipped": samples.skipped("G2", state="not-observed")}, []),
        ({"episode": {"id": "e1", "step": "second"}}, ["answers.R1", "emotions.return"]),
        ({"answers": {}}, ["answers.G1", "expectations.greeting", "emotions.greeting"]),
    ],
)  # fmt: skip
def test_what_is_asked_and_neither_given_nor_left_out_on_purpose_is_missing(
    changes: dict[str, Any], places: list[str]
) -> None:
    if changes.get("answers") == {}:
        changes = {**changes, "emotions": {}, "expectations": {}, "perceived": {}}
    assert missing(**changes) == places
    assert CompletenessCheck(SHOP).missing(shop_visit(**changes)) == tuple(places)


def test_what_was_let_stand_for_a_reason_is_not_missing() -> None:
    lacking: dict[str, Any] = {"answers": {"G1": True, "G2": False, "C1": True}}
    [doubt] = missing_doubts(shop_visit(**lacking), SHOP)
    stands = doubt.let_stand("nothing more was to be seen").model_dump()
    assert missing(**lacking, overrides=[stands]) == []
    assert checks(**lacking, overrides=[stands]) == []


def test_an_item_never_answered_cannot_be_let_stand() -> None:
    lacking: dict[str, Any] = {"answers": {"G1": True, "C1": True}}
    [doubt] = missing_doubts(shop_visit(**lacking), SHOP)
    assert missing(**lacking, overrides=[doubt.let_stand("no time").model_dump()]) == ["answers.G2"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"finished": "2026-11-22T20:05:00+09:00"}, ["times.long"]),
        ({"date": "2026-11-01"}, ["times.day"]),
        ({"date": "2026-11-21"}, []),
        ({"answers": {"G1": True, "C1": True}, "skipped": samples.skipped("G2", state="not-observed")},
         ["skip.reason"]),
        ({"answers": {"G1": True, "C1": True}, "skipped": samples.skipped("G2", state="declined")}, ["skip.reason"]),
        ({"answers": {"G1": True, "C1": True}, "skipped": samples.skipped("G2")}, []),
        ({"answers": {"G1": True, "C1": True}, "skipped": samples.skipped("G2", state="declined"),
          "notes": {"G2": "the shop closed"}}, []),
    ],
)  # fmt: skip
def test_what_contradicts_itself_or_has_no_reason_is_doubted_and_makes_nothing_incomplete(
    changes: dict[str, Any], expected: list[str]
) -> None:
    assert checks(**changes) == expected
    assert missing(**changes) == []


@pytest.mark.parametrize(
    ("channels", "expected"),
    [
        (["face-to-face"], ["times.long"]),
        (["face-to-face", "electronic"], ["times.long"]),
        (["face-to-face", "electronic", "personal-distant"], []),
        (["electronic"], []),
    ],
)
def test_an_order_runs_over_days_and_is_not_accused_of_it(channels: list[str], expected: list[str]) -> None:
    order = samples.checklist(
        *(samples.touchpoint(f"t{number}", samples.item(f"I{number}"), channel=channel)
          for number, channel in enumerate(channels))
    )  # fmt: skip
    answers = dict.fromkeys(order.items, True)
    times = {"started": "2026-11-18T14:05:00+09:00", "finished": "2026-11-21T14:05:00+09:00"}
    visit = samples.visit(checklist=order.ref, answers=answers, **times)
    assert [doubt.check for doubt in gate_doubts(visit, order)] == expected


@given(strategies.checklists_and_visits())
def test_what_no_gate_doubts_is_complete_for_every_door(both: tuple[Checklist, Visit]) -> None:
    checklist, visit = both
    at_sealing = open_doubts(all_doubts(visit, checklist, {}, Earlier(), NOW, ()), visit)
    parts = missing_parts(visit, checklist)
    assert CompletenessCheck(checklist).missing(visit) == parts
    assert [doubt.problem.place for doubt in at_sealing if is_doubt_of_completeness(doubt)] == sorted(
        parts, key=[doubt.problem.place for doubt in at_sealing].index
    )
    assert (GateReport().look(visit, checklist) == []) <= (parts == ())


def test_each_cause_is_told_once_with_its_visits_and_places() -> None:
    report = GateReport()
    for number in range(2000):
        report.look(shop_visit(id=f"v{number}", answers={"G1": True, "C1": True}, emotions={}), SHOP)
    report.look(shop_visit(id="late", finished="2026-11-22T20:05:00+09:00"), SHOP)
    told = [str(remark.doubt.problem.inside(remark.visits)) for remark in report.remarks]
    many = "2,000 visits (v0, v1, v2 and 1,997 more)"
    assert told == [
        f"{many}: G2: not answered (answer it, or skip it with a reason)",
        f"{many}: greeting, counter: not noted what was felt (note it, or skip it with a reason)",
        "visit late: the visit took 30 hours (check the times of the visit)",
    ]
    assert (report.visits, report.incomplete) == (2001, 2000)


def test_what_is_missing_has_words_in_both_languages() -> None:
    places = ["answers.G1", "answers.G2", "emotions.greeting", "notes.G2"]
    with use("en"):
        assert missing_by_title(places) == {
            "not answered": ["G1", "G2"], "feeling not noted": ["greeting"], "note missing or too short": ["G2"],
        }  # fmt: skip
    with use("ko"):
        assert all("가" <= title[0] <= "힣" for title in missing_by_title(places))


ELSEWHERE: dict[str, Any] = {"id": "v2", "store": "other", "shopper": "s1"}


@pytest.mark.parametrize(
    ("changes", "is_told"),
    [
        ({}, True),
        ({"store": "s"}, False),
        ({"shopper": "s2"}, False),
        ({"shopper": None}, False),
        ({"started": "2026-11-21T14:41:00+09:00", "finished": "2026-11-21T15:41:00+09:00"}, False),
        ({"started": "2026-11-21T14:40:00+09:00", "finished": "2026-11-21T15:41:00+09:00"}, True),
        ({"started": "2026-11-21T05:20:00Z", "finished": "2026-11-21T05:30:00Z"}, True),
        ({"finished": None}, False),
    ],
)
def test_one_shopper_in_two_stores_at_once_is_told_at_the_later_visit(changes: dict[str, Any], is_told: bool) -> None:
    report = GateReport()
    report.look(shop_visit(id="v1", store="s", shopper="s1"), SHOP)
    doubts = report.look(shop_visit(**{**ELSEWHERE, **changes}), SHOP)
    assert [doubt.check for doubt in doubts] == ["times.overlap"] * is_told


def test_being_in_two_stores_at_once_can_stand_with_a_reason_in_either_visit() -> None:
    first, second = shop_visit(id="v1", store="s", shopper="s1"), shop_visit(**ELSEWHERE)
    report = GateReport()
    report.look(first, SHOP)
    [doubt] = report.look(second, SHOP)
    agreed = second.model_copy(update={"overrides": (doubt.let_stand("two counters of one mall"),)})
    for order in ([first, agreed], [agreed, first]):
        report = GateReport()
        assert [report.look(visit, SHOP) for visit in order] == [[], []]


def test_a_laptop_has_one_shopper_whatever_the_code() -> None:

    before = shop_visit(id="v1", store="s", shopper=None)
    visit = shop_visit(id="v2", store="other", shopper="s1")
    earlier = Earlier.of([(before, ())], [stay_of(before, SHOP)])
    assert [one.check for one in all_doubts(visit, SHOP, {}, earlier, NOW, ())] == ["times.overlap"]
