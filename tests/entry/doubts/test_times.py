"""What is said about the times of a visit."""

from __future__ import annotations

import datetime as dt

import pytest
from helpers import samples
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.entry.doubts import Doubt
from cemaudit.entry.doubts.times import time_doubts, when_doubts

KOREA = dt.timezone(dt.timedelta(hours=9))
NOW = dt.datetime(2026, 11, 21, 21, 0, tzinfo=KOREA)


def at(time: str, day: int = 21) -> dt.datetime:
    return dt.datetime.fromisoformat(f"2026-11-{day:02}T{time}:00+09:00")


def said(started: str | None, finished: str | None) -> dict[str, str]:
    """The hint of every doubt, by check."""
    moments = [at(time) if time else None for time in (started, finished)]
    return {doubt.check: str(doubt.problem.hint) for doubt in time_doubts(moments[0], moments[1], NOW)}


def test_a_plain_visit_raises_no_doubt() -> None:
    assert said("14:05", "14:41") == {}
    assert said("14:05", None) == {}
    assert said(None, None) == {}
    assert said("14:05", "14:05") == {}


@pytest.mark.parametrize(
    ("started", "finished", "check", "meant"),
    [
        ("13:50", "02:35", "times.order", "did you mean 14:35?"),
        ("14:41", "14:05", "times.order", "check the times"),
        ("02:05", "14:41", "times.night", "did you mean 14:05?"),
        ("02:05", None, "times.night", "did you mean 14:05?"),
        ("02:05", "02:41", "times.night", "check the times"),
        ("00:00", None, "times.night", "did you mean 12:00?"),
        ("08:10", "20:40", "times.long", "did you mean 08:40?"),
    ],
)
def test_morning_taken_for_afternoon_is_noticed(started: str, finished: str | None, check: str, meant: str) -> None:
    assert meant in said(started, finished)[check]


def test_six_in_the_morning_is_no_night() -> None:
    assert said("06:00", "06:30") == {}


def test_twelve_hours_are_not_too_long() -> None:
    assert said("08:00", "20:00") == {}
    assert "times.long" in said("08:00", "20:01")


def checks(doubts: list[Doubt]) -> list[tuple[str, str, bool]]:
    return [(doubt.check, doubt.problem.place, doubt.must) for doubt in doubts]


def test_the_future_and_the_wrong_order_cannot_stand() -> None:
    assert checks(time_doubts(at("22:00"), None, NOW)) == [("date.future", "started", True)]
    assert checks(time_doubts(at("20:00"), at("22:00"), NOW)) == [("date.future", "finished", True)]
    assert checks(time_doubts(at("20:00"), at("19:00"), NOW)) == [("times.order", "finished", True)]


def test_times_are_compared_across_zones() -> None:
    elsewhere = at("20:30").astimezone(dt.UTC)
    assert time_doubts(elsewhere, at("20:40"), NOW) == []
    assert checks(time_doubts(at("22:00").astimezone(dt.UTC), None, NOW)) == [("date.future", "started", True)]


def test_times_without_zones_are_compared_too() -> None:
    plain = [moment.replace(tzinfo=None) for moment in (at("14:41"), at("14:05"), NOW)]
    assert checks(time_doubts(*plain)) == [("times.order", "finished", True)]


def test_a_visit_entered_after_three_days_is_late() -> None:
    assert time_doubts(at("20:00", 18), at("21:00", 18), NOW) == []
    assert checks(time_doubts(at("20:00", 18), at("20:59", 18), NOW)) == [("times.late", "started", False)]


def test_what_was_typed_in_early_does_not_grow_late() -> None:
    visit = samples.visit(started=at("14:00", 1), entered=at("20:00", 1))
    assert when_doubts(visit, NOW) == []
    assert checks(when_doubts(samples.visit(started=at("14:00", 1)), NOW)) == [("times.late", "started", False)]


def test_a_revision_is_never_late() -> None:
    revised = {"revision": 2, "supersedes": "a" * 64, "amendment": "a wrong price", "entered": NOW}
    assert when_doubts(samples.visit(started=at("14:00", 1), **revised), NOW) == []
    assert when_doubts(samples.visit(date="2026-11-01", **revised), NOW) == []
    assert checks(when_doubts(samples.visit(date="2026-11-22", **revised), NOW)) == [("date.future", "date", True)]


def test_a_visit_of_which_only_the_day_is_known() -> None:
    assert when_doubts(samples.visit(date="2026-11-21"), NOW) == []
    assert checks(when_doubts(samples.visit(date="2026-11-22"), NOW)) == [("date.future", "date", True)]
    assert when_doubts(samples.visit(date="2026-11-18"), NOW) == []
    assert checks(when_doubts(samples.visit(date="2026-11-17"), NOW)) == [("times.late", "date", False)]
    assert when_doubts(samples.visit(), NOW) == []


MOMENTS = st.timedeltas(dt.timedelta(days=-9), dt.timedelta(days=9)).map(lambda span: NOW + span)


@given(MOMENTS | st.none(), MOMENTS | st.none(), MOMENTS)
def test_any_times_can_be_doubted(started: dt.datetime | None, finished: dt.datetime | None, now: dt.datetime) -> None:
    doubts = time_doubts(started, finished, now)
    assert all(str(doubt.problem) and doubt.problem.hint for doubt in doubts)
    wrong_order = bool(started and finished and finished < started)
    assert any(doubt.check == "times.order" for doubt in doubts) == wrong_order
