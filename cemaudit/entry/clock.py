"""Durations as a stopwatch measures them."""

from __future__ import annotations

from cemaudit.model.answers import AnswerType, Quantity

__all__ = ["can_be_timed", "elapsed_text", "starts_stopwatch"]

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
