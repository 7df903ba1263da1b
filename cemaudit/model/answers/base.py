"""What all answer types share, and what tells numbers from other values."""

from __future__ import annotations

from abc import abstractmethod
from decimal import Decimal
from fractions import Fraction
from typing import TypeGuard

from cemaudit.errors import Problem
from cemaudit.language import message
from cemaudit.model.base import MOST_DIGITS, Record

__all__ = ["AnswerBase", "AnswerValue", "expected", "is_number", "is_whole"]

AnswerValue = bool | int | Decimal | str | tuple[str, ...]
"""What an answer can be: yes/no, a number, one or several option ids, an ISO date or time, or text."""


class AnswerBase(Record):
    """What all answer types can do."""

    @abstractmethod
    def problem(self, value: AnswerValue) -> Problem | None:
        """Why ``value`` does not fit, or ``None``."""

    def points(self, value: AnswerValue) -> Fraction | None:  # noqa: ARG002 (types without points ignore it)
        """What ``value`` is worth; ``None`` where it carries no points."""
        return None

    @property
    def possible(self) -> Fraction | None:
        """The most points an answer can earn; ``None`` where the type carries no points."""
        return None

    def show(self, value: AnswerValue) -> str:
        """``value`` as a person reads it, in the language in force."""
        return str(value)


def expected(what: object, value: object) -> Problem:
    """The complaint that another kind of value was expected."""
    return Problem(message("expected {what}, found {value}", what=what, value=value))


def is_number(value: AnswerValue) -> TypeGuard[int | Decimal]:
    """Whether ``value`` is a number of bounded size (``True`` and ``False`` are none)."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return False
    return isinstance(value, int) or (value.is_finite() and value.adjusted() <= MOST_DIGITS)


def is_whole(value: AnswerValue) -> TypeGuard[int | Decimal]:
    """Whether ``value`` is a whole number."""
    return is_number(value) and value == int(value)
