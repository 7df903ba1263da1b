"""Days and times as people type them, and durations as a stopwatch measures them."""

from __future__ import annotations

import re
from calendar import isleap
from datetime import date, datetime, time, timedelta

from cemaudit.model.answers import AnswerType, Quantity

__all__ = ["can_be_timed", "elapsed_text", "read_day", "read_moment", "read_time", "starts_stopwatch"]

_DAY = re.compile(r"(?:(\d{4})\s*[-./년]\s*)?(\d{1,2})\s*[-./월]\s*(\d{1,2})\s*[.일]?")
_TIME = re.compile(
    r"(?P<before>오전|오후|am|pm|a\.m\.|p\.m\.)?\s*(?P<hour>\d{1,2})\s*(?:[:.시h]\s*(?P<minute>\d{1,2})?)?"
    r"\s*(?::(?P<second>\d{2}))?\s*분?\s*(?P<after>오전|오후|am|pm|a\.m\.|p\.m\.)?",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d{3,4}")
_A_LEAP_YEAR = 2024
_WORDS = {"today": 0, "오늘": 0, "yesterday": 1, "어제": 1}


def read_day(text: str, today: date) -> date:
    """``2026-11-21``, ``11-21`` (the latest such day not to come), ``today``; ``ValueError`` for anything else."""
    word = text.strip().lower()
    if word in _WORDS:
        return today - timedelta(days=_WORDS[word])
    found = _DAY.fullmatch(word)
    if not found:
        raise ValueError(text)
    year, month, day = found.groups()
    if year:
        return date(int(year), int(month), int(day))
    return _latest(int(month), int(day), today)


def _latest(month: int, day: int, today: date) -> date:
    """Return the latest such day not to come; ``ValueError`` where no year has it."""
    date(_A_LEAP_YEAR, month, day)
    for year in range(today.year, 0, -1):
        if (month, day) == (2, 29) and not isleap(year):
            continue
        if (latest := date(year, month, day)) <= today:
            return latest
    raise ValueError(f"{month}-{day}")


def read_time(text: str) -> time:
    """``14:05``, ``1405``, ``2:05 pm``, ``오후 2시 5분``; ``ValueError`` for anything else."""
    word = text.strip()
    if _DIGITS.fullmatch(word):
        word = f"{word[:-2]}:{word[-2:]}"
    found = _TIME.fullmatch(word)
    if not found or (found["before"] and found["after"]):
        raise ValueError(text)
    half = (found["before"] or found["after"] or "").lower().replace(".", "")
    hour, minute, second = int(found["hour"]), int(found["minute"] or 0), int(found["second"] or 0)
    if half:
        if not 1 <= hour <= 12:
            raise ValueError(text)
        hour = hour % 12 + (12 if half in {"오후", "pm"} else 0)
    return time(hour, minute, second)


def read_moment(text: str, day: date) -> datetime:
    """A time on ``day``, or a day and a time parted by a space or ``T``, in the zone of this machine."""
    head, _, tail = text.strip().replace("T", " ").partition(" ")
    try:
        return datetime.combine(read_day(head, day + timedelta(days=180)), read_time(tail)).astimezone()
    except ValueError:
        return datetime.combine(day, read_time(text)).astimezone()


_STOPWATCH_WORDS = frozenset({"t", "ㅅ"})
"""The letter, also as the same key types it on a Korean keyboard."""

_SECONDS_OF_UNIT = {"s": 1, "min": 60}


def can_be_timed(kind: AnswerType) -> bool:
    """Return whether a stopwatch can give the answer: a duration in seconds or minutes, of any length."""
    return isinstance(kind, Quantity) and kind.type == "duration" and kind.unit in _SECONDS_OF_UNIT and not kind.one_of


def starts_stopwatch(line: str) -> bool:
    """Return whether a line starts the stopwatch."""
    return line.strip().lower() in _STOPWATCH_WORDS


def elapsed_text(unit: str, seconds: float) -> str:
    """Return so many seconds as one would type them in a unit, to a tenth."""
    return f"{seconds / _SECONDS_OF_UNIT[unit]:.1f}"
