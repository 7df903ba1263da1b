from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.entry.clock import read_day, read_moment, read_time

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-11-20", date(2026, 11, 20)),
        ("2026.11.20", date(2026, 11, 20)),
        ("2026. 11. 20.", date(2026, 11, 20)),
        ("2026년 11월 20일", date(2026, 11, 20)),
        ("11-20", date(2026, 11, 20)),
        ("11/20", date(2026, 11, 20)),
        ("12-24", date(2025, 12, 24)),
        ("오늘", TODAY),
        ("Yesterday", date(2026, 11, 20)),
    ],
)
def test_days_as_people_type_them(typed: str, day: date) -> None:
    assert read_day(typed, TODAY) == day


@pytest.mark.parametrize(
    ("today", "day"),
    [
        (date(2028, 2, 29), date(2028, 2, 29)),
        (date(2028, 2, 28), date(2024, 2, 29)),
        (date(2027, 3, 1), date(2024, 2, 29)),
        (date(2103, 3, 1), date(2096, 2, 29)),
    ],
)
def test_a_leap_day_is_of_the_last_leap_year(today: date, day: date) -> None:
    assert read_day("2-29", today) == day


@pytest.mark.parametrize(
    ("typed", "hour", "minute"),
    [
        ("14:05", 14, 5), ("1405", 14, 5), ("905", 9, 5), ("2:05 pm", 14, 5), ("2:05PM", 14, 5), ("2 p.m.", 14, 0),
        ("오후 2시 5분", 14, 5), ("오전 12:30", 0, 30), ("12:30 pm", 12, 30), ("14시", 14, 0), ("2.05 am", 2, 5),
    ],
)  # fmt: skip
def test_times_as_people_type_them(typed: str, hour: int, minute: int) -> None:
    assert read_time(typed) == time(hour, minute)


@pytest.mark.parametrize(
    "typed", ["", "14:05:99", "25:00", "14:05 pm", "0:30 am", "noon", "1-2", "오후 2시 오전", "99999"]
)
def test_what_is_no_time_is_refused(typed: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any will do
        read_time(typed)


@pytest.mark.parametrize("typed", ["", "2026-13-01", "2-30", "tomorrow", "2026-11", "11", "1405"])
def test_what_is_no_day_is_refused(typed: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - any will do
        read_day(typed, TODAY)


@given(st.dates(date(1970, 1, 1), date(2100, 1, 1)), st.times())
def test_a_month_and_a_day_are_the_latest_not_to_come(day: date, at: time) -> None:
    later = day + timedelta(days=at.hour * 15)
    read = read_day(f"{day:%m-%d}", later)
    assert (read.month, read.day) == (day.month, day.day)
    assert day <= read <= later


@given(st.dates(date(1970, 1, 1), date(2100, 1, 1)), st.times())
def test_what_is_written_out_is_read_back(day: date, at: time) -> None:
    assert read_day(day.isoformat(), TODAY) == day
    assert read_time(at.strftime("%H:%M")) == at.replace(second=0, microsecond=0)


def test_a_moment_has_the_zone_of_this_machine_and_may_name_its_day() -> None:
    assert read_moment("14:05", TODAY) == datetime(2026, 11, 21, 14, 5).astimezone()
    assert read_moment("2026-11-22 00:40", TODAY) == datetime(2026, 11, 22, 0, 40).astimezone()
    assert read_moment("11-22 00:40", TODAY) == datetime(2026, 11, 22, 0, 40).astimezone()
    assert read_moment("오후 2시 5분", TODAY) == datetime(2026, 11, 21, 14, 5).astimezone()


@given(st.text(max_size=40))
def test_any_other_text_is_refused_and_nothing_else(typed: str) -> None:
    for read in (read_time, lambda text: read_day(text, TODAY), lambda text: read_moment(text, TODAY)):
        try:
            read(typed)
        except ValueError:
            continue
