"""Vectors: published examples of a scheme, with the answers they start from and the numbers they end in."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from cemaudit.model.base import Exact, Id, Line, LongText, Record, Whole
from cemaudit.model.visit import AnswerField, SkipState

__all__ = ["Case", "Vector"]


class Case(Record):
    """The answers of one visit: item id -> value, what was left out, and feelings by touchpoint.

    ``expected_before``: the expectations were noted before the visit began. ``times``: so many visits answered alike.
    """

    answers: dict[Id, AnswerField] = {}
    skipped: dict[Id, SkipState] = {}
    emotions: dict[Id, Annotated[Whole, Field(ge=-3, le=3)]] = {}
    expectations: dict[Id, Annotated[Whole, Field(ge=1, le=7)]] = {}
    expected_before: bool = False
    perceived: dict[Id, Annotated[Whole, Field(ge=1, le=7)]] = {}
    times: Annotated[Whole, Field(ge=1, le=1000)] = 1


class Vector(Case):
    """One published example.

    ``expect``: measure -> value, compared exactly, or after rounding half up to ``digits``. ``not_scored``: measures
    that must have no score. ``band``: the band's label (``""``: none). ``visits`` stand in place of the vector's own
    answers where a ``summary`` over several visits is expected. ``bands_before`` are those of earlier waves, oldest
    first, ``consequences`` what must follow.
    """

    name: Line
    source: LongText | None = None
    visits: tuple[Case, ...] = ()
    expect: dict[str, Exact] = {}
    not_scored: tuple[str, ...] = ()
    band: str | None = None
    summary: dict[str, Exact] = {}
    bands_before: tuple[str, ...] = ()
    consequences: tuple[str, ...] | None = None
    digits: Annotated[Whole, Field(ge=0, le=12)] | None = None
