"""Answers chosen from what is offered: yes or no, one option, several options."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from cemaudit.errors import Expected, Problem, nearest
from cemaudit.language import message
from cemaudit.model.answers.base import AnswerBase, AnswerValue, expected
from cemaudit.model.base import Exact, Record
from cemaudit.model.text import Text

__all__ = ["Choice", "Choices", "Option", "YesNo"]

OptionId = Annotated[str, Field(pattern=r"^[A-Za-z0-9+-][A-Za-z0-9_.+-]{0,63}$")]


class YesNo(AnswerBase):
    """Yes or no; 1 and 0 points unless said otherwise."""

    type: Literal["yes-no"]
    yes: Exact = Fraction(1)
    """Points of yes."""
    no: Exact = Fraction(0)
    """Points of no."""

    def problem(self, value: AnswerValue) -> Problem | None:
        return None if isinstance(value, bool) else expected(message("true or false"), value)

    def points(self, value: AnswerValue) -> Fraction:
        return self.yes if value else self.no

    @property
    def possible(self) -> Fraction:
        return max(self.yes, self.no)

    def show(self, value: AnswerValue) -> str:
        return str(message("Yes") if value else message("No"))


class Option(Record):
    """One option of a choice."""

    id: OptionId
    """What stands in a visit where it is chosen."""
    label: Text
    """What the shopper reads."""
    points: Exact | None = None
    """What it is worth; ``None``: choosing it leaves the score."""


class _Options(AnswerBase):
    options: Annotated[tuple[Option, ...], Field(min_length=1)]
    """What can be chosen."""

    @model_validator(mode="after")
    def _ids_differ(self) -> Self:
        counts = Counter(option.id for option in self.options)
        repeated = sorted(option for option, count in counts.items() if count > 1)
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

    def _known_points(self) -> list[Fraction]:
        return [option.points for option in self.options if option.points is not None]


class Choice(_Options):
    """One of several options, each with its own points (also negative or decimal)."""

    type: Literal["choice"]

    def problem(self, value: AnswerValue) -> Problem | None:
        return self._unknown(value) if isinstance(value, str) else expected(message("an option id"), value)

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
            return expected(message("a list of option ids"), value)
        if len(set(value)) != len(value):
            return expected(message("each option once"), ", ".join(value))
        return next((problem for option in value if (problem := self._unknown(option))), None)

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
