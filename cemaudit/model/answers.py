"""Answer types: what may be answered to an item, how it is read, and what it is worth.

Each type says for a value whether it fits (``problem``), its ``points``, and the most points possible (``possible``;
``None`` where the item carries no points). Points are exact rationals.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from datetime import date, time
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Annotated, Literal, Self, TypeGuard

from pydantic import Field, model_validator

from cemaudit.errors import Expected, Problem, nearest
from cemaudit.language import N_, message, translate
from cemaudit.model.base import MOST_DIGITS, Exact, Line, Record, Whole, shown_exactly
from cemaudit.model.text import Text

__all__ = [
    "AnswerType",
    "AnswerValue",
    "Choice",
    "Choices",
    "Date",
    "Nps",
    "Option",
    "Quantity",
    "Row",
    "Scale",
    "TextAnswer",
    "Time",
    "YesNo",
]

AnswerValue = bool | int | Decimal | str | tuple[str, ...]
"""What an answer can be: yes/no, a number, one or several option ids, an ISO date or time, or text."""

_WHOLE = re.compile(r"[+-]?[0-9]{1,20}(\.0*)?")

OptionId = Annotated[str, Field(pattern=r"^[A-Za-z0-9+-][A-Za-z0-9_.+-]{0,63}$")]


class _Base(Record):
    """What all answer types can do."""

    @abstractmethod
    def problem(self, value: AnswerValue) -> Problem | None:
        """Why ``value`` does not fit, or ``None``."""

    @abstractmethod
    def read(self, text: str) -> AnswerValue:
        """The value that ``text`` (a table cell, a typed line) stands for; ``ValueError`` where it stands for none."""

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


class YesNo(_Base):
    """Yes or no; 1 and 0 points unless said otherwise."""

    type: Literal["yes-no"]
    yes: Exact = Fraction(1)
    no: Exact = Fraction(0)

    def problem(self, value: AnswerValue) -> Problem | None:
        return None if isinstance(value, bool) else _expected(message("true or false"), value)

    def read(self, text: str) -> bool:
        word = text.strip().lower()
        if word in {"1", "1.0", "yes", "y", "true", "예", "네", "o"}:
            return True
        if word in {"0", "0.0", "no", "n", "false", "아니오", "아니요", "x"}:
            return False
        raise ValueError(text)

    def points(self, value: AnswerValue) -> Fraction:
        return self.yes if value else self.no

    @property
    def possible(self) -> Fraction:
        return max(self.yes, self.no)

    def show(self, value: AnswerValue) -> str:
        return str(message("Yes") if value else message("No"))


class Option(Record):
    """One option of a choice; without ``points`` it leaves the score."""

    id: OptionId
    label: Text
    points: Exact | None = None


class _Options(_Base):
    options: Annotated[tuple[Option, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        ids = [option.id for option in self.options]
        repeated = sorted({option for option in ids if ids.count(option) > 1})
        if repeated:
            raise Expected("each id once; repeated {what}: {ids}", what=message("option"), ids=", ".join(repeated))
        return self

    def option(self, option_id: str) -> Option:
        """The option with that id; ``KeyError`` where there is none."""
        return {option.id: option for option in self.options}[option_id]

    def _unknown(self, option_id: object) -> Problem | None:
        known = [option.id for option in self.options]
        if option_id in known:
            return None
        return Problem(message("no such option: {option}", option=option_id), hint=nearest(str(option_id), known))

    def _read_one(self, text: str) -> str:
        word = text.strip().lower()
        for option in self.options:
            if word in {option.id.lower(), (option.label.ko or "").lower(), (option.label.en or "").lower()}:
                return option.id
        raise ValueError(text)

    def _known_points(self) -> list[Fraction]:
        return [option.points for option in self.options if option.points is not None]


class Choice(_Options):
    """One of several options, each with its own points (also negative or decimal)."""

    type: Literal["choice"]

    def problem(self, value: AnswerValue) -> Problem | None:
        return self._unknown(value) if isinstance(value, str) else _expected(message("an option id"), value)

    def read(self, text: str) -> str:
        return self._read_one(text)

    def points(self, value: AnswerValue) -> Fraction | None:
        return self.option(str(value)).points

    @property
    def possible(self) -> Fraction | None:
        return max(self._known_points(), default=None)

    def show(self, value: AnswerValue) -> str:
        return str(self.option(str(value)).label)


class Choices(_Options):
    """Any number of options; points add up, the most possible is the sum of the positive ones."""

    type: Literal["choices"]

    def problem(self, value: AnswerValue) -> Problem | None:
        if not isinstance(value, tuple):
            return _expected(message("a list of option ids"), value)
        if len(set(value)) != len(value):
            return _expected(message("each option once"), ", ".join(value))
        return next((problem for option in value if (problem := self._unknown(option))), None)

    def read(self, text: str) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self._read_one(part) for part in text.replace(";", ",").split(",") if part.strip()))

    def points(self, value: AnswerValue) -> Fraction | None:
        if not isinstance(value, tuple) or self.possible is None:
            return None
        return sum((self.option(option).points or Fraction(0) for option in value), Fraction(0))

    @property
    def possible(self) -> Fraction | None:
        known = self._known_points()
        return sum((points for points in known if points > 0), Fraction(0)) if known else None

    def show(self, value: AnswerValue) -> str:
        return ", ".join(str(self.option(option).label) for option in value) if isinstance(value, tuple) else str(value)


class Scale(_Base):
    """A whole number; worth its distance from ``lowest`` unless ``points`` lists what each step is worth."""

    type: Literal["scale"]
    lowest: Whole = 1
    highest: Whole = 5
    low: Text | None = None
    high: Text | None = None
    level_points: Annotated[tuple[Exact, ...] | None, Field(alias="points")] = None

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        steps = self.highest - self.lowest + 1
        if not 2 <= steps <= 101:
            raise Expected("highest above lowest, at most 101 steps")
        if self.level_points is not None and len(self.level_points) != steps:
            raise Expected("one entry of points for each of the {steps} steps", steps=steps)
        return self

    def problem(self, value: AnswerValue) -> Problem | None:
        if _is_whole(value) and self.lowest <= value <= self.highest:
            return None
        return _expected(message("a whole number from {low} to {high}", low=self.lowest, high=self.highest), value)

    def read(self, text: str) -> int:
        return _read_whole(text)

    def points(self, value: AnswerValue) -> Fraction:
        step = int(str(value)) - self.lowest
        return Fraction(step) if self.level_points is None else self.level_points[step]

    @property
    def possible(self) -> Fraction:
        return Fraction(self.highest - self.lowest) if self.level_points is None else max(self.level_points)


class Nps(_Base):
    """Would you recommend, 0 to 10."""

    type: Literal["nps"]

    def problem(self, value: AnswerValue) -> Problem | None:
        if _is_whole(value) and 0 <= value <= 10:
            return None
        return _expected(message("a whole number from {low} to {high}", low=0, high=10), value)

    def read(self, text: str) -> int:
        return _read_whole(text)

    def points(self, value: AnswerValue) -> Fraction:
        return Fraction(int(str(value)))

    @property
    def possible(self) -> Fraction:
        return Fraction(10)


class Row(Record):
    """One row of a points table: values up to and including ``up_to`` earn ``points``; without it, all the rest."""

    up_to: Exact | None = None
    points: Exact


_UNITS = {"s": N_("s"), "min": N_("min"), "h": N_("h"), "d": N_("d")}
"""Units that other languages write as a word joined to the number."""


class Quantity(_Base):
    """A number, count, duration or amount of money.

    ``points`` is a table (first row whose ``up_to`` is not exceeded), or ``"value"`` (the number itself), or absent
    (the item carries no points). ``one_of`` lists the only numbers allowed.
    """

    type: Literal["number", "count", "duration", "money"]
    unit: Line = ""
    min: Exact | None = None
    max: Exact | None = None
    one_of: tuple[Exact, ...] = ()
    table: Annotated[tuple[Row, ...] | Literal["value"] | None, Field(alias="points")] = None

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
        if not _is_number(value):
            return _expected(message("a number"), value)
        return self._outside(value)

    def _outside(self, value: int | Decimal) -> Problem | None:
        """Why a number is not one of those allowed, or ``None``."""
        if self.type == "count" and (not _is_whole(value) or value < 0):
            return _expected(message("a whole number, 0 or more"), value)
        if self.type == "duration" and value < 0:
            return _expected(message("0 or more"), value)
        if self.min is not None and Fraction(value) < self.min:
            return _expected(message("{least} or more", least=shown_exactly(self.min)), value)
        if self.max is not None and Fraction(value) > self.max:
            return _expected(message("{most} or less", most=shown_exactly(self.max)), value)
        if self.one_of and Fraction(value) not in self.one_of:
            numbers = ", ".join(str(shown_exactly(number)) for number in self.one_of)
            return _expected(message("one of {names}", names=numbers), value)
        return None

    def read(self, text: str) -> AnswerValue:
        try:
            number = Decimal(text.strip().replace(",", ""))
        except InvalidOperation as error:
            raise ValueError(text) from error
        if not _is_number(number):
            raise ValueError(text)
        return int(number) if number == number.to_integral_value() and abs(number) < 10**15 else number

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

    def show(self, value: AnswerValue) -> str:
        unit = translate(_UNITS.get(self.unit, ""))
        return f"{value}{unit}" if unit and unit != self.unit else f"{value} {self.unit}".strip()


class Date(_Base):
    """A calendar date, ``2026-11-21``."""

    type: Literal["date"]

    def problem(self, value: AnswerValue) -> Problem | None:
        is_date = isinstance(value, str) and _is_readable(self, value) and value == self.read(value)
        return None if is_date else _expected(message("a date like 2026-11-21"), value)

    def read(self, text: str) -> str:
        return date.fromisoformat(text.strip()).isoformat()


class Time(_Base):
    """A time of day, ``14:05``."""

    type: Literal["time"]

    def problem(self, value: AnswerValue) -> Problem | None:
        is_time = isinstance(value, str) and _is_readable(self, value) and value.startswith(self.read(value))
        return None if is_time else _expected(message("a time like 14:05"), value)

    def read(self, text: str) -> str:
        return time.fromisoformat(text.strip()).strftime("%H:%M")


class TextAnswer(_Base):
    """Words."""

    type: Literal["text"]

    def problem(self, value: AnswerValue) -> Problem | None:
        return None if isinstance(value, str) else _expected(message("text"), value)

    def read(self, text: str) -> str:
        return text


AnswerType = Annotated[
    YesNo | Choice | Choices | Scale | Nps | Quantity | Date | Time | TextAnswer, Field(discriminator="type")
]


def _expected(what: object, value: object) -> Problem:
    return Problem(message("expected {what}, found {value}", what=what, value=value))


def _is_number(value: AnswerValue) -> TypeGuard[int | Decimal]:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return False
    return isinstance(value, int) or (value.is_finite() and value.adjusted() <= MOST_DIGITS)


def _is_whole(value: AnswerValue) -> TypeGuard[int | Decimal]:
    return _is_number(value) and value == int(value)


def _is_readable(answer: _Base, text: str) -> bool:
    try:
        answer.read(text)
    except ValueError:
        return False
    return True


def _read_whole(text: str) -> int:
    if not _WHOLE.fullmatch(text.strip()):
        raise ValueError(text)
    return int(text.strip().partition(".")[0])
