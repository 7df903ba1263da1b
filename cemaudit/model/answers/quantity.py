"""Answers that are amounts: numbers, counts, durations, money."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from cemaudit.errors import Expected, Problem
from cemaudit.language import N_, message, translate
from cemaudit.model.answers.base import AnswerBase, AnswerValue, expected, is_number, is_whole
from cemaudit.model.base import Exact, Line, Record, shown_exactly

__all__ = ["Quantity", "Row"]


class Row(Record):
    """One row of a points table; the first whose end is not exceeded counts."""

    up_to: Exact | None = None
    """The greatest number it takes; ``None``: all the rest."""
    points: Exact
    """What such a number is worth."""


_UNITS = {"s": N_("s"), "min": N_("min"), "h": N_("h"), "d": N_("d")}
"""Units that other languages write as a word joined to the number."""


class Quantity(AnswerBase):
    """A number, count, duration or amount of money."""

    type: Literal["number", "count", "duration", "money"]
    unit: Line = ""
    """The unit its numbers are in, as ``min``, ``KRW``."""
    min: Exact | None = None
    """The least number allowed."""
    max: Exact | None = None
    """The greatest number allowed."""
    one_of: tuple[Exact, ...] = ()
    """The only numbers allowed; empty: all within ``min`` and ``max``."""
    table: Annotated[tuple[Row, ...] | Literal["value"] | None, Field(alias="points")] = None
    """What numbers are worth (``points`` in a file): a table, ``value`` (the number itself), or ``None``."""

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.min is not None and self.max is not None and self.min > self.max:
            raise Expected("min not above max")
        if isinstance(self.table, tuple):
            edges = [row.up_to for row in self.table]
            if not edges or edges[-1] is not None or None in edges[:-1]:
                raise Expected("a points table whose last row alone has no up_to")
            numbers = [edge for edge in edges if edge is not None]
            if numbers != sorted(set(numbers)):
                raise Expected("up_to in rising order")
        return self

    def problem(self, value: AnswerValue) -> Problem | None:
        if not is_number(value):
            return expected(message("a number"), value)
        return self._outside(value)

    def _outside(self, value: int | Decimal) -> Problem | None:
        """Why a number is not one of those allowed, or ``None``."""
        if self.type == "count" and (not is_whole(value) or value < 0):
            return expected(message("a whole number, 0 or more"), value)
        if self.type == "duration" and value < 0:
            return expected(message("0 or more"), value)
        if self.min is not None and Fraction(value) < self.min:
            return expected(message("{least} or more", least=shown_exactly(self.min)), value)
        if self.max is not None and Fraction(value) > self.max:
            return expected(message("{most} or less", most=shown_exactly(self.max)), value)
        if self.one_of and Fraction(value) not in self.one_of:
            numbers = ", ".join(str(shown_exactly(number)) for number in self.one_of)
            return expected(message("one of {names}", names=numbers), value)
        return None

    def points(self, value: AnswerValue) -> Fraction | None:
        number = Fraction(str(value))
        if not isinstance(self.table, tuple):
            return number if self.table == "value" else None
        return next(row.points for row in self.table if row.up_to is None or number <= row.up_to)

    @property
    def possible(self) -> Fraction | None:
        if isinstance(self.table, tuple):
            return max(row.points for row in self.table)
        return (max(self.one_of) if self.one_of else self.max) if self.table == "value" else None

    @property
    def unit_shown(self) -> str:
        """The unit in the language in force."""
        return translate(_UNITS.get(self.unit, "")) or self.unit

    def show(self, value: AnswerValue) -> str:
        unit = self.unit_shown
        return f"{value}{unit}" if unit != self.unit else f"{value} {unit}".strip()
