"""Answers on a scale of whole numbers."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from cemaudit.errors import Expected, Problem
from cemaudit.language import message
from cemaudit.model.answers.base import AnswerBase, AnswerValue, expected, is_whole
from cemaudit.model.base import Exact, Whole
from cemaudit.model.text import Text

__all__ = ["Nps", "Scale"]


class Scale(AnswerBase):
    """A whole number; worth its distance from the lowest step unless each step's points are listed."""

    type: Literal["scale"]
    lowest: Whole = 1
    """The lowest step."""
    highest: Whole = 5
    """The highest step."""
    low: Text | None = None
    """What the lowest step means."""
    high: Text | None = None
    """What the highest step means."""
    level_points: Annotated[tuple[Exact, ...] | None, Field(alias="points")] = None
    """Points of each step, from the lowest (``points`` in a file)."""

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        steps = self.highest - self.lowest + 1
        if not 2 <= steps <= 101:
            raise Expected("highest above lowest, at most 101 steps")
        if self.level_points is not None and len(self.level_points) != steps:
            raise Expected("one entry of points for each of the {steps} steps", steps=steps)
        return self

    def problem(self, value: AnswerValue) -> Problem | None:
        if is_whole(value) and self.lowest <= value <= self.highest:
            return None
        return expected(message("a whole number from {low} to {high}", low=self.lowest, high=self.highest), value)

    def points(self, value: AnswerValue) -> Fraction:
        step = int(str(value)) - self.lowest
        return Fraction(step) if self.level_points is None else self.level_points[step]

    @property
    def possible(self) -> Fraction:
        return Fraction(self.highest - self.lowest) if self.level_points is None else max(self.level_points)


class Nps(AnswerBase):
    """Would you recommend, 0 to 10."""

    type: Literal["nps"]

    def problem(self, value: AnswerValue) -> Problem | None:
        if is_whole(value) and 0 <= value <= 10:
            return None
        return expected(message("a whole number from {low} to {high}", low=0, high=10), value)

    def points(self, value: AnswerValue) -> Fraction:
        return Fraction(int(str(value)))

    @property
    def possible(self) -> Fraction:
        return Fraction(10)
