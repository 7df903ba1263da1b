"""Answers without points: dates, times, words."""

from __future__ import annotations

from datetime import date, time
from typing import Literal

from cemaudit.errors import Problem
from cemaudit.language import message
from cemaudit.model.answers.base import AnswerBase, AnswerValue, expected

__all__ = ["Date", "TextAnswer", "Time"]


class Date(AnswerBase):
    """A calendar date, ``2026-11-21``."""

    type: Literal["date"]

    def problem(self, value: AnswerValue) -> Problem | None:
        return None if isinstance(value, str) and _is_day(value) else expected(message("a date like 2026-11-21"), value)


class Time(AnswerBase):
    """A time of day, ``14:05``."""

    type: Literal["time"]

    def problem(self, value: AnswerValue) -> Problem | None:
        return None if isinstance(value, str) and _is_time(value) else expected(message("a time like 14:05"), value)


class TextAnswer(AnswerBase):
    """Words."""

    type: Literal["text"]

    def problem(self, value: AnswerValue) -> Problem | None:
        return None if isinstance(value, str) else expected(message("text"), value)


def _is_day(text: str) -> bool:
    """Whether a text is a day as visits hold it."""
    try:
        return date.fromisoformat(text.strip()).isoformat() == text
    except ValueError:
        return False


def _is_time(text: str) -> bool:
    """Whether a text is a time of day as visits hold it; seconds and more may follow."""
    try:
        return text.startswith(time.fromisoformat(text.strip()).strftime("%H:%M"))
    except ValueError:
        return False
