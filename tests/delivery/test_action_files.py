"""Files of actions: a table that is read again as it was, a calendar that another program reads."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.delivery import write_action_calendar, write_action_table
from cemaudit.errors import BadInput
from cemaudit.ledger.action_updates import ActionHistory, ActionPlan, ActionStatus, ActionUpdate
from cemaudit.ledger.actions import Action, ActionReason, read_actions

AT = "2026-07-01T09:00:00.000+00:00"
PLAN = Action(
    id="greet", kind="raise", what="인사, 더 빨리; 문 앞에서\\ 30초", owner="김", since=dt.date(2026, 7, 1),
    due=dt.date(2026, 7, 31), gain="2.5", stores=("s1", "s 2"),
    reason=ActionReason(finding="core.critical", checklist="c", item="I1", visits=("v1", "v2")),
)  # fmt: skip


def history(plan: Action = PLAN, *statuses: str) -> ActionHistory:
    updates = [ActionUpdate(plan.id, ActionStatus(one), dt.date(2026, 7, 9), "", None, "hq", AT) for one in statuses]
    return ActionHistory((ActionPlan(plan, "hq", AT),), tuple(updates))


def components(path: Path, kind: str) -> list[icalendar.Component]:
    return icalendar.Calendar.from_ical(path.read_bytes()).walk(kind)


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_table_is_read_again_as_it_was(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"a.{ending}"
    assert write_action_table(path, [PLAN], {"greet": history(PLAN, "done")}) == 2
    assert read_actions(path) == [PLAN]
    if ending == "csv":
        assert path.read_text("utf-8-sig").splitlines()[0].endswith("store,status,done")


@pytest.mark.parametrize("what", ["=1+1", "+82", "-1", "@x"])
def test_no_cell_is_a_formula(tmp_path: Path, what: str) -> None:
    write_action_table(tmp_path / "a.csv", [PLAN.model_copy(update={"what": what, "owner": ""})])
    assert f",'{what}," in (tmp_path / "a.csv").read_text("utf-8-sig")


def test_other_endings_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"a\.pdf: expected a file that ends in"):
        write_action_table(tmp_path / "a.pdf", [PLAN])
    with pytest.raises(BadInput, match="found a folder"):
        write_action_table(tmp_path, [PLAN])


def test_a_calendar_has_a_day_for_each_that_has_one_due(tmp_path: Path) -> None:
    undue = PLAN.model_copy(update={"id": "later", "due": None})
    assert write_action_calendar(tmp_path / "a.ics", [history(), history(undue)], "abc") == 1
    (event,) = components(tmp_path / "a.ics", "VEVENT")
    assert (event.decoded("dtstart"), event["uid"], event["status"]) == (PLAN.due, "greet.abc@cemaudit", "CONFIRMED")
    assert str(event["summary"]) == PLAN.what
    assert "s1, s 2" in event["description"]
    assert event.decoded("dtstamp") == dt.datetime(2026, 7, 1, 9, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("statuses", "as_event", "as_todo"),
    [
        ((), "CONFIRMED", "NEEDS-ACTION"),
        (("doing",), "CONFIRMED", "IN-PROCESS"),
        (("done",), "CONFIRMED", "COMPLETED"),
        (("done", "verified"), "CONFIRMED", "COMPLETED"),
        (("dropped",), "CANCELLED", "CANCELLED"),
    ],
)
def test_how_it_stands(tmp_path: Path, statuses: tuple[str, ...], as_event: str, as_todo: str) -> None:
    stands = history(PLAN, *statuses)
    for as_todos, kind, expected in ((False, "VEVENT", as_event), (True, "VTODO", as_todo)):
        write_action_calendar(tmp_path / "a.ics", [stands], "abc", as_todos=as_todos)
        (component,) = components(tmp_path / "a.ics", kind)
        assert (component["status"], component["sequence"]) == (expected, len(statuses))
        assert ("completed" in component) == (as_todos and expected == "COMPLETED")


def test_to_dos_need_no_day(tmp_path: Path) -> None:
    undue = PLAN.model_copy(update={"due": None})
    at_once = PLAN.model_copy(update={"due": PLAN.since})
    assert write_action_calendar(tmp_path / "a.ics", [history(undue), history(at_once)], "abc", as_todos=True) == 2
    without, same_day = components(tmp_path / "a.ics", "VTODO")
    assert "due" not in without
    assert same_day.decoded("due") > same_day.decoded("dtstart")


@given(st.text(min_size=1, max_size=200))
def test_strangers_words_stay_words(tmp_path_factory: pytest.TempPathFactory, words: str) -> None:
    """A line break, a comma or ``END:VEVENT`` in a name makes no further property."""
    plan = PLAN.model_copy(update={"what": Action.model_validate({**PLAN.model_dump(), "what": words}).what})
    path = tmp_path_factory.mktemp("ics") / "a.ics"
    write_action_calendar(path, [history(plan)], "abc")
    (event,) = components(path, "VEVENT")
    assert str(event["summary"]).strip() == plan.what
    assert set(event) == {
        "DTSTART", "DTEND", "TRANSP", "STATUS", "UID", "DTSTAMP", "SEQUENCE", "SUMMARY", "DESCRIPTION", "CATEGORIES",
    }  # fmt: skip


def test_the_same_actions_make_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.ics", "b.ics"):
        write_action_calendar(tmp_path / name, [history(PLAN, "done")], "abc")
    assert (tmp_path / "a.ics").read_bytes() == (tmp_path / "b.ics").read_bytes()
