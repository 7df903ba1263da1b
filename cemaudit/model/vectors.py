"""Vectors: published examples of a scheme, with the answers they start from and the numbers they end in."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from cemaudit.model.base import Exact, Id, Line, LongText, Record, Whole
from cemaudit.model.visit import AnswerField, SkipState

__all__ = ["Case", "Vector"]


class Case(Record):
    """The answers of one visit."""

    answers: dict[Id, AnswerField] = {}
    """Answers, by item id."""
    skipped: dict[Id, SkipState] = {}
    """Why an item has no answer, by item id."""
    emotions: dict[Id, Annotated[Whole, Field(ge=-3, le=3)]] = {}
    """What was felt, by touchpoint."""
    expectations: dict[Id, Annotated[Whole, Field(ge=1, le=7)]] = {}
    """What was expected, by touchpoint."""
    expected_before: bool = False
    """Whether the expectations were noted before the visit began."""
    perceived: dict[Id, Annotated[Whole, Field(ge=1, le=7)]] = {}
    """What was met, on the scale of the expectations, by touchpoint."""
    times: Annotated[Whole, Field(ge=1, le=1000)] = 1
    """So many visits answered alike."""


class Vector(Case):
    """One published example."""

    name: Line
    """What it is called."""
    source: LongText | None = None
    """Where it was published."""
    visits: tuple[Case, ...] = ()
    """Several visits in place of its own answers, where a ``summary`` over them is expected."""
    expect: dict[str, Exact] = {}
    """The value of each measure."""
    not_scored: tuple[str, ...] = ()
    """Measures that must have no score."""
    band: str | None = None
    """The band's label; empty: no band; ``None``: not compared."""
    summary: dict[str, Exact] = {}
    """The value of each summary over ``visits``."""
    bands_before: tuple[str, ...] = ()
    """The bands of earlier waves, oldest first."""
    consequences: tuple[str, ...] | None = None
    """What must follow, by id; ``None``: not compared."""
    digits: Annotated[Whole, Field(ge=0, le=12)] | None = None
    """Values are compared after rounding half up to so many decimals; ``None``: exactly."""
