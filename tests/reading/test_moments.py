from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.errors import BadInput
from cemaudit.reading import (
    read_day,
    read_formatted_day,
    read_formatted_moment,
    read_moment,
    read_time,
    read_time_or_moment,
)

TODAY = date(2026, 11, 21)
SEOUL = timezone(timedelta(hours=9))


def here(moment: datetime) -> datetime:
    return moment.astimezone()


def seoul(moment: datetime) -> datetime:
    return moment.replace(tzinfo=SEOUL)


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
        ("14:05", 14, 5),
        ("1405", 14, 5),
        ("905", 9, 5),
        ("2:05 pm", 14, 5),
        ("2:05PM", 14, 5),
        ("2 p.m.", 14, 0),
        ("오후 2시 5분", 14, 5),
        ("오전 12:30", 0, 30),
        ("12:30 pm", 12, 30),
        ("14시", 14, 0),
        ("2.05 am", 2, 5),
    ],
)
def test_times_as_people_type_them(typed: str, hour: int, minute: int) -> None:
    assert read_time(typed) == time(hour, minute)


@pytest.mark.parametrize(
    "typed", ["", "14:05:99", "25:00", "14:05 pm", "0:30 am", "noon", "1-2", "오후 2시 오전", "99999"]
)
def test_what_is_no_time_is_refused(typed: str) -> None:
    with pytest.raises(BadInput):
        read_time(typed)


@pytest.mark.parametrize("typed", ["", "2026-13-01", "2-30", "tomorrow", "2026-11", "11", "1405"])
def test_what_is_no_day_is_refused(typed: str) -> None:
    with pytest.raises(BadInput):
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
    assert read_time_or_moment("14:05", TODAY, here) == datetime(2026, 11, 21, 14, 5).astimezone()
    assert read_time_or_moment("2026-11-22 00:40", TODAY, here) == datetime(2026, 11, 22, 0, 40).astimezone()
    assert read_time_or_moment("11-22 00:40", TODAY, here) == datetime(2026, 11, 22, 0, 40).astimezone()
    assert read_time_or_moment("오후 2시 5분", TODAY, here) == datetime(2026, 11, 21, 14, 5).astimezone()


@given(st.text(max_size=40))
def test_any_other_text_is_refused_and_nothing_else(typed: str) -> None:
    for read in (
        read_time,
        lambda text: read_day(text, TODAY),
        lambda text: read_time_or_moment(text, TODAY, here),
        lambda text: read_moment(text, here),
    ):
        try:
            read(typed)
        except BadInput:
            continue


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2026년 3월 5일", date(2026, 3, 5)),
        ("2026년 3월 5일 (목)", date(2026, 3, 5)),
        ("26. 3. 5.", date(2026, 3, 5)),
        ("26년 3월 5일", date(2026, 3, 5)),
        ("20260305", date(2026, 3, 5)),
        ("2026. 3. 5. 목요일", date(2026, 3, 5)),
        ("２０２６－０３－０５", date(2026, 3, 5)),
        ("5.3.2026", date(2026, 3, 5)),
        ("13/3/2026", date(2026, 3, 13)),
        ("3/13/2026", date(2026, 3, 13)),
        ("46347", TODAY),
        ("46347.0", TODAY),
        ("45000", date(2023, 3, 15)),
        ("2026-11-21T00:00:00", TODAY),
        ("2026-11-21 00:00", TODAY),
        ("2026-11-21T00:00:00.000+09:00", TODAY),
        ("2026. 11. 21 오전 12:00:00", TODAY),
    ],
)
def test_days_as_people_and_spreadsheets_write_them(written: str, day: date) -> None:
    assert read_day(written) == day


@pytest.mark.parametrize(
    "written",
    [
        "03/04/2026",
        "26.3.5",
        "5.3.26",
        "26-03-05",
        "2026년 3월 5일 (금)",
        "2026-11-21 14:05",
        "2026-02-30",
        "11-21",
        "1",
        "4634",
        "463470",
        "46347.5",
        "2026-11-21T00:01",
        "내일",
    ],
)
def test_a_day_that_could_be_two_or_none_is_refused(written: str) -> None:
    with pytest.raises(BadInput, match="expected a date like 2026-11-21, found "):
        read_day(written)


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("2026/11/21 2:05:33 오후 GMT+9", "2026-11-21T14:05:33+09:00"),
        ("2026. 11. 21 오후 2:05:33", "2026-11-21T14:05:33+09:00"),
        ("2026. 11. 21 PM 2:05:33", "2026-11-21T14:05:33+09:00"),
        ("2026-11-21T14:05:00.000+09", "2026-11-21T14:05:00+09:00"),
        ("2026-11-21T05:05Z", "2026-11-21T05:05:00+00:00"),
        ("2026-11-21 05:05:00 UTC", "2026-11-21T05:05:00+00:00"),
        ("2026-11-21 2:05 pm GMT-5", "2026-11-21T14:05:00-05:00"),
        ("2026-11-21T14:05-05:00", "2026-11-21T14:05:00-05:00"),
        ("2026-11-21 14:05:00-0330", "2026-11-21T14:05:00-03:30"),
        ("2026-11-22 00:00", "2026-11-22T00:00:00+09:00"),
        ("2026-11-22T00:00:00", "2026-11-22T00:00:00+09:00"),
        ("2026-11-21 24:00", "2026-11-22T00:00:00+09:00"),
        ("2026년 3월 5일 오전 12시", "2026-03-05T00:00:00+09:00"),
        ("2026년 3월 5일 (목) 오후 2시 5분", "2026-03-05T14:05:00+09:00"),
        ("26. 3. 5. 오후 2:05", "2026-03-05T14:05:00+09:00"),
        ("46347.5868055556", "2026-11-21T14:05:00+09:00"),
        ("46347.25", "2026-11-21T06:00:00+09:00"),
        ("２０２６－１１－２１　１４：０５", "2026-11-21T14:05:00+09:00"),
    ],
)
def test_moments_as_phones_sheets_and_people_write_them(written: str, iso: str) -> None:
    assert read_moment(written, seoul).isoformat() == iso


@pytest.mark.parametrize(
    "written",
    [
        "2026-11-22",
        "46347",
        "2026-11-21 14",
        "2026-11-21 11:05-12:00",
        "2026-11-21 11:05-12",
        "14:05",
        "2026-11-21 14:05+23:00",
        "2026-11-21 24:01",
        "2026-11-21 오후 14:05",
        "03/04/2026 14:05",
    ],
)
def test_what_is_no_moment_or_could_be_two_is_refused(written: str) -> None:
    with pytest.raises(BadInput, match="expected a date and time like"):
        read_moment(written, seoul)


@pytest.mark.parametrize("written", ["2026-11-21 14:05", "2026. 11. 21 오후 2:05", "46347.25"])
def test_a_moment_without_its_zone_needs_somebody_who_knows_it(written: str) -> None:
    with pytest.raises(BadInput, match="a time with its zone"):
        read_moment(written)


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("14:05:00.000+09", "14:05:00"),
        ("14:05:00-03:00", "14:05:00"),
        ("오후 2시 5분 30초", "14:05:30"),
        ("2시 반", "02:30:00"),
        ("pm 2:05", "14:05:00"),
        ("２：０５　ＰＭ", "14:05:00"),
        ("14h05", "14:05:00"),
        ("00:00", "00:00:00"),
        ("오전 12시", "00:00:00"),
        ("14", "14:00:00"),
    ],
)
def test_times_with_zones_and_words(written: str, iso: str) -> None:
    assert read_time(written).isoformat() == iso


@pytest.mark.parametrize("written", ["11:05-12:00", "10-12", "14:5", "2.5", "24:00", "14:05+9", "14:05 / 15:10"])
def test_a_span_or_half_a_time_is_no_time(written: str) -> None:
    with pytest.raises(BadInput, match="expected a time like 14:05"):
        read_time(written)


@pytest.mark.parametrize(
    ("written", "formats", "iso"),
    [
        ("03/04/2026", ("%d/%m/%Y",), "2026-04-03"),
        ("03/04/2026", ("%m/%d/%Y",), "2026-03-04"),
        ("2026. 3. 5.", ("%Y-%m-%d",), "2026-03-05"),
        ("46347", ("%Y-%m-%d",), "2026-11-21"),
        ("2026년 3월 5일", ("%d.%m.%Y",), "2026-03-05"),
        ("2026-05-04", ("%Y-%d-%m",), "2026-04-05"),
    ],
)
def test_the_formats_of_a_mapping_come_first(written: str, formats: tuple[str, ...], iso: str) -> None:
    assert read_formatted_day(written, formats).isoformat() == iso


@pytest.mark.parametrize(
    ("written", "formats"), [("13/03/2026", ("%m/%d/%Y",)), ("2026-05-13", ("%Y-%d-%m",)), ("5.3.2026", ("%Y-%m-%d",))]
)
def test_no_other_order_than_that_of_the_formats_is_guessed(written: str, formats: tuple[str, ...]) -> None:
    with pytest.raises(BadInput, match="expected a date in the form"):
        read_formatted_day(written, formats)


def test_the_halves_of_the_day_are_read_in_a_format() -> None:
    formats = ("%d.%m.%Y %p %I:%M",)
    assert read_formatted_moment("21.11.2026 오후 2:05", formats, seoul) == datetime(2026, 11, 21, 14, 5, tzinfo=SEOUL)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1)), st.integers(-12 * 60, 14 * 60))  # noqa: DTZ001
def test_every_moment_written_out_is_read_back(moment: datetime, minutes: int) -> None:
    zoned = moment.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert read_moment(zoned.isoformat()) == zoned
    half = "오전" if moment.hour < 12 else "오후"
    korean = f"{moment:%Y. %m. %d} {half} {moment.hour % 12 or 12}:{moment:%M:%S}"
    assert read_moment(korean, seoul) == moment.replace(microsecond=0, tzinfo=SEOUL)
