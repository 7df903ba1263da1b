"""The order checklist is whole; each e-commerce rule speaks when it should, and only then."""

from __future__ import annotations

from datetime import UTC, date, datetime
from importlib.resources import files
from typing import Any

import pytest
from cemaudit_ecommerce.duties import DUTIES
from cemaudit_ecommerce.findings import find
from cemaudit_ecommerce.review import review
from cemaudit_ecommerce.sections import promises
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.checklists import load_checklist, load_scheme
from cemaudit.hookspecs import Context
from cemaudit.model import Audit, Channel, Checklist, Severity, Visit
from cemaudit.model.blocks import Cell, Table
from cemaudit.scoring import Engine, check_visit, make_audit, make_plan
from cemaudit.testing import PluginConformance

FILES = files("cemaudit_checklists")
CHECKLIST = load_checklist(FILES / "ecommerce" / "order.toml")
PLAN = make_plan(CHECKLIST, load_scheme(FILES / "schemes" / "cem.experience.toml"))
CRITICAL = {"E09", "E10", "E16", "E19"}
DATES = {"E11A", "E12A", "E12B", "E19A", "E19B"}

GOOD: dict[str, Any] = {
    "E01": True, "E02": "both", "E03": "enough", "E04": True, "E05": "own-words", "E06": True, "E07": "agree",
    "E08": True, "E09": True, "E10": True, "E11": 2, "E11A": "2026-03-02", "E12": 0, "E12A": "2026-03-05",
    "E12B": "2026-03-05", "E13": "told", "E14": "both", "E15": "good", "E16": "same", "E17": 4, "E18": True,
    "E19": 2, "E19A": "2026-03-10", "E19B": "2026-03-12", "E20": 40, "E20A": True, "E21": "fits", "E21A": 1,
    "E22": True, "E23": True, "E24": True,
}  # fmt: skip
DUTIES_HERE = {item.id for item in CHECKLIST.items.values() if "duty" in item.tags}
LATE = {"E12": 2, "E12B": "2026-03-07"}


def visit(changes: dict[str, Any] | None = None, **more: Any) -> Visit:
    """A good order, with ``changes`` to its answers (``None`` drops one)."""
    answers = {item: value for item, value in {**GOOD, **(changes or {})}.items() if value is not None}
    given_fields = {
        "id": "o1", "checklist": CHECKLIST.ref, "store": "shop", "date": "2026-03-02",
        "entered": datetime(2026, 3, 20, 9, tzinfo=UTC), "answers": answers,
    }  # fmt: skip
    return Visit.model_validate({**given_fields, **more})


def audit(changes: dict[str, Any] | None = None, **more: Any) -> Audit:
    return make_audit(PLAN, visit(changes, **more))


def places(seen: Visit, checklist: Checklist = CHECKLIST) -> list[str]:
    return [problem.place for problem in review(seen, checklist)]


def rules(audited: Audit, history: list[Audit] | None = None) -> list[str]:
    return [finding.rule for finding in find(audited, history or [])]


def test_the_list_is_whole() -> None:
    assert CHECKLIST.ref == "ecommerce.order@1.0.0"
    assert {f"E{number:02}" for number in range(1, 25)} <= set(CHECKLIST.items)
    assert CHECKLIST.languages == ("ko", "en")
    assert all(item.help for item in CHECKLIST.items.values())
    assert {item.id for item in CHECKLIST.items.values() if item.critical} == CRITICAL
    assert {item.id for item in CHECKLIST.items.values() if item.answer.possible is None} == DATES


def test_all_channels_and_every_stage_are_met() -> None:
    assert {touchpoint.channel for touchpoint in CHECKLIST.touchpoints} == set(Channel)
    journey = [stage.id for stage in CHECKLIST.path.stages]
    assert list(dict.fromkeys(touchpoint.stage for touchpoint in CHECKLIST.touchpoints)) == journey


def test_a_good_order_is_full_marks_and_nothing_is_wrong_with_it() -> None:
    good = audit()
    assert check_visit(good.visit, CHECKLIST) == []
    assert good.score("performance").value == 100
    assert places(good.visit) == []
    assert rules(good) == []


def test_without_a_return_its_items_do_not_arise() -> None:
    kept = audit(dict.fromkeys(("E17", "E18", "E19", "E19A", "E19B")))
    assert check_visit(kept.visit, CHECKLIST) == []
    assert kept.score("stage.performance", "return").value is None
    assert kept.score("performance").value == 100


@pytest.mark.parametrize("item", sorted(CRITICAL))
def test_a_failed_duty_that_is_critical_caps_the_index(item: str) -> None:
    worst = {"E16": "different", "E19": 4}.get(item, False)
    felt = {touchpoint.id: 3 for touchpoint in CHECKLIST.touchpoints if touchpoint.emotion}
    failed = audit({item: worst}, emotions=felt)
    assert failed.failed_critical == (item,)
    assert failed.score("overall").value == 0


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"E12A": "2026-03-01", "E12": 4}, ["answers.E12A"]),
        ({"E12B": "2026-03-01", "E12": -4}, ["answers.E12B"]),
        ({"E19A": "2026-03-04"}, ["answers.E19A"]),
        ({"E19B": "2026-03-09"}, ["answers.E19B", "answers.E19"]),
        ({"E19B": "2026-03-23"}, ["answers.E19B"]),
        ({"E12": 1}, ["answers.E12"]),
        ({"E12B": None}, ["answers.E12"]),
        ({"E19": 3}, ["answers.E19"]),
        ({"E19": 2, "E19A": "2026-03-13", "E19B": "2026-03-16"}, ["answers.E19"]),
    ],
)
def test_implausible(changes: dict[str, Any], wrong: list[str]) -> None:
    assert places(visit(changes)) == wrong


@pytest.mark.parametrize(
    "changes",
    [
        {"E12": -1, "E12B": "2026-03-04"},
        {"E12": None, "E12A": None, "E12B": None},
        {"E19": 1, "E19A": "2026-03-13", "E19B": "2026-03-16"},
        {"E19": 0},
        {"E19A": None},
    ],
)
def test_plausible(changes: dict[str, Any]) -> None:
    assert places(visit(changes)) == []


@given(st.dates(date(2026, 1, 1), date(2026, 2, 1)), st.integers(0, 60))
def test_more_business_days_than_weekdays_are_always_seen(start: date, length: int) -> None:
    end = date.fromordinal(start.toordinal() + length)
    weekdays = sum(date.fromordinal(day).weekday() < 5 for day in range(start.toordinal() + 1, end.toordinal() + 1))
    dates = dict.fromkeys(DATES - {"E19A", "E19B"}) | {"E12": None, "E19A": str(start), "E19B": str(end)}
    assert places(visit({**dates, "E19": weekdays}, entered=None)) == []
    assert places(visit({**dates, "E19": weekdays + 1}, entered=None)) == ["answers.E19"]


def test_other_checklists_are_left_alone() -> None:
    for other in ({"sector": "bank"}, {"id": "acme.shop"}):
        checklist = CHECKLIST.model_copy(update=other)
        assert places(visit({"E12": 9}), checklist) == []
        foreign = audit({"E09": False}).model_copy(update={"checklist": checklist})
        assert rules(foreign) == []
        assert list(promises(foreign, Context([foreign]))) == []


@pytest.mark.parametrize("item", sorted(DUTIES_HERE))
def test_each_duty_is_found_and_sent_to_counsel(item: str) -> None:
    unmet = {"E11": 61, "E16": "different", "E19": 4, "E19B": "2026-03-16"}
    (finding,) = find(audit({item: unmet.get(item, False)}), [])
    assert (finding.rule, finding.item) == ("ecommerce.duty", item)
    assert "check with counsel" in (finding.text.en or "")
    assert "법무 담당자와 확인하십시오" in (finding.text.ko or "")


def test_duties_are_the_items_tagged_so() -> None:
    assert set(DUTIES) >= DUTIES_HERE
    assert not list(find(audit({"E24": False}), [])), "unsubscribing is a duty of the second edition alone"


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({**LATE, "E13": "partly"}, "ecommerce.late-untold"),
        ({"E22": False}, "ecommerce.told-twice"),
        ({"E23": False}, "ecommerce.loop-open"),
    ],
)
def test_found(changes: dict[str, Any], rule: str) -> None:
    assert rules(audit(changes)) == [rule]


@pytest.mark.parametrize("changes", [LATE, {"E13": "none"}, {**LATE, "E13": None}, {"E22": None, "E23": None}])
def test_not_found(changes: dict[str, Any]) -> None:
    assert rules(audit(changes)) == []


def test_a_story_told_twice_and_still_unsolved() -> None:
    (solved,) = find(audit({"E22": False}), [])
    (unsolved,) = find(audit({"E22": False, "E20A": False}), [])
    assert "did not solve" not in (solved.text.en or "")
    assert "did not solve" in (unsolved.text.en or "")


def series(*late: bool) -> list[Audit]:
    return [audit(LATE if one else {}, id=f"o{number}") for number, one in enumerate(late)]


@pytest.mark.parametrize(
    ("late", "expected"),
    [
        ((False, False, False), ["ecommerce.promises-kept"]),
        ((True, False, False, False), ["ecommerce.promises-kept"]),
        ((True, False, True), ["ecommerce.promises-broken"]),
        ((False, True, False), []),
        ((False, False), []),
    ],
)
def test_promises_in_series(late: tuple[bool, ...], expected: list[str]) -> None:
    *history, last = series(*late)
    assert rules(last, history) == expected


def test_a_strength_is_a_strength() -> None:
    *history, last = series(False, False, False)
    (finding,) = find(last, history)
    assert finding.severity is Severity.STRENGTH


def tables(now: Audit, history: list[Audit] | None = None) -> list[Table]:
    (section,) = promises(now, Context([now], history or []))
    return [block for block in section.blocks if isinstance(block, Table)]


def column(table: Table, number: int) -> list[str]:
    cells = [row[number] for row in table.rows]
    return [str(cell.text if isinstance(cell, Cell) else cell) for cell in cells]


def test_the_promise_table() -> None:
    (table,) = tables(audit({**LATE, "E11": 15}))
    assert column(table, 0) == ["Order confirmation", "Delivery", "Refund"]
    assert column(table, 2)[1] == "2026-03-07: 2 d late"
    assert column(table, 3) == ["no", "no", "yes"]


@pytest.mark.parametrize(("late", "words"), [(0, "2026-03-05: on the day"), (-1, "2026-03-04: 1 d early")])
def test_early_and_on_the_day(late: int, words: str) -> None:
    (table,) = tables(audit({"E12": late, "E12B": f"2026-03-{5 + late:02}"}))
    assert column(table, 2)[1] == words


def test_the_series_of_deliveries() -> None:
    *history, last = series(False, True, False)
    _, table = tables(last, history)
    assert str(table.caption) == "2 of 3 orders came by the promised day."
    assert table.rows[1] == ("2026-03-02", "2026-03-05", "2026-03-07", Cell(text="2", tone="worst"))


def test_no_section_without_a_promise() -> None:
    blank = audit(dict.fromkeys(("E11", "E12", "E19")))
    assert list(promises(blank, Context([blank]))) == []


def test_the_engine_finds_the_plugin() -> None:
    engine = Engine()
    assert engine.plugins["ecommerce"].checklists == [CHECKLIST.ref, "ecommerce.order@2.0.0"]
    now = engine.audit(visit({"E22": False}))
    assert "ecommerce.told-twice" in {finding.rule for finding in now.findings}
    assert "ecommerce.promises" in {section.id for section in engine.sections(Context([now]))}
    assert [problem.place for problem in engine.review(visit({"E12": 1}))] == ["answers.E12"]


class TestEcommerce(PluginConformance):
    plugin = "ecommerce"
