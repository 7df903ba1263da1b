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
        is_date = isinstance(value, str) and _is_readable(self, value) and value == self.read(value)
        return None if is_date else expected(message("a date like 2026-11-21"), value)

    def read(self, text: str) -> str:
        return date.fromisoformat(text.strip()).isoformat()


class Time(AnswerBase):
    """A time of day, ``14:05``."""

    type: Literal["time"]

    def problem(self, value: AnswerValue) -> Problem | None:
        is_time = isinstance(value, str) and _is_readable(self, value) and value.startswith(self.read(value))
        return None if is_time else expected(message("a time like 14:05"), value)

    def read(self, text: str) -> str:
        return time.fromisoformat(text.strip()).strftime("%H:%M")


class TextAnswer(AnswerBase):
    """Words."""

    type: Literal["text"]

    def problem(self, value: AnswerValue) -> Problem | None:
        return None if isinstance(value, str) else expected(message("text"), value)

    def read(self, text: str) -> str:
        return text


def _is_readable(answer: AnswerBase, text: str) -> bool:
    try:
        answer.read(text)
    except ValueError:
        return False
    return True
