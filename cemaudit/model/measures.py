"""Measures: the named numbers a scheme is made of."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from cemaudit.errors import Expected
from cemaudit.language import N_
from cemaudit.model.base import Exact, Id, Record, Whole
from cemaudit.model.conditions import Conditions
from cemaudit.model.text import Text
from cemaudit.model.vocabulary import Channel, Element, Facet, Feeling, Medium, MicroMoment, Mode, Moment

__all__ = ["VISIT_SOURCES", "Cap", "Measure", "NotedSource", "Rounding", "Transform", "Weights"]

NotedSource = Literal[
    "@emotions",
    "@expectations",
    "@expected",
    "@perceived",
    "@claims",
    "@blames",
    "@critical",
    "@duties",
    "@facts",
]
"""What of a visit comes by touchpoint or fact."""

VISIT_SOURCES = ("@items", *get_args(NotedSource))
"""What of a visit a measure can take in, beside single items and other measures."""

_WORDS: dict[Facet, type[StrEnum]] = {
    Facet.CHANNEL: Channel,
    Facet.MEDIUM: Medium,
    Facet.ELEMENT: Element,
    Facet.MODE: Mode,
    Facet.MOMENT: Moment,
    Facet.MICRO_MOMENT: MicroMoment,
    Facet.FEELING: Feeling,
}


class Weights(Record):
    """What multiplies the members of a measure; several factors multiply.

    ``declared``: the weights written in the checklist (an item's, a touchpoint's). ``facets``: a factor for each value
    of a facet, as ``{ mode = { active = 1.5 } }``. ``sources``: a factor for each name in ``of``.
    """

    declared: bool = False
    facets: dict[Facet, dict[str, Annotated[Exact, Field(ge=0)]]] = {}
    sources: dict[str, Exact] = {}


class Rung(Record):
    """One row of a transform's table: numbers up to and including ``up_to`` become ``value``."""

    up_to: Exact | None = None
    value: Exact


class Transform(Record):
    """The value times ``times`` plus ``plus``, then looked up in ``table``, then kept within ``clamp``."""

    times: Exact = Fraction(1)
    plus: Exact = Fraction(0)
    table: tuple[Rung, ...] = ()
    clamp: tuple[Exact, Exact] | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        edges = [rung.up_to for rung in self.table]
        known = [edge for edge in edges[:-1] if edge is not None]
        if self.table and (edges[-1] is not None or len(known) < len(edges) - 1 or known != sorted(set(known))):
            raise Expected("a table with rising up_to, whose last row alone has none")
        if self.clamp and self.clamp[0] > self.clamp[1]:
            raise Expected("a clamp with its lower end first")
        return self

    @cached_property
    def is_idle(self) -> bool:
        """Whether it leaves every value as it is."""
        return self.times == 1 and not (self.plus or self.table or self.clamp)

    def apply(self, value: Fraction) -> Fraction:
        """The transformed value."""
        times, plus = self.times, self.plus
        moved = Fraction(value.numerator * times.numerator, value.denominator * times.denominator)
        if plus:
            moved += plus
        if self.table:
            moved = next(rung.value for rung in self.table if rung.up_to is None or moved <= rung.up_to)
        return moved if self.clamp is None else min(max(moved, self.clamp[0]), self.clamp[1])


class Cap(Record):
    """The measure is at most ``at`` where all conditions on other measures hold."""

    where: Conditions
    at: Exact


class Rounding(Record):
    """To ``digits`` decimals (negative: tens, hundreds); ``stage`` ``display`` leaves the value itself alone."""

    digits: Annotated[Whole, Field(ge=-6, le=12)] = 0
    mode: Literal["half-up", "half-even", "down", "up", "floor", "ceiling"] = "half-up"
    stage: Literal["value", "display"] = "value"


class Measure(Record):
    """One named number, or one for each value of a facet.

    ``how`` names the aggregator, ``of`` its sources (``@items``, ``@emotions``, ``@expectations``, ``@claims``,
    ``@blames``, ``@critical`` and ``@duties`` (1 for each failed critical item, or item tagged ``duty``),
    ``@expected`` (expectations noted before the visit began) and ``@perceived`` on the same scale, ``@facts`` (1 where
    the channels say the same, else 0), item ids, other measures). ``take`` is what is taken
    of an item: its ``points``, its ``share`` of the points possible, its raw ``value``, or (where it has points) the
    points ``possible``. ``where`` keeps only members with these facet values, ``options`` are the aggregator's own,
    ``at_least`` is the fewest members a score needs.
    """

    id: Id
    title: Text | None = None
    how: Id
    of: Annotated[tuple[str, ...], Field(min_length=1)] = ("@items",)
    take: Literal["points", "share", "value", "possible"] = "points"
    for_each: tuple[Facet, ...] = ()
    where: dict[Facet, str | tuple[str, ...]] = {}
    weights: Weights = Weights()
    options: dict[str, Exact] = {}
    na: Literal["exclude", "zero", "full"] | None = None
    at_least: Annotated[Whole, Field(ge=1)] = 1
    transform: Transform = Transform()
    caps: tuple[Cap, ...] = ()
    round: Rounding | None = None
    unit: Literal["points", "percent", "count"] = "points"

    @model_validator(mode="before")
    @classmethod
    def _one_for_each(cls, data: object) -> object:
        if isinstance(data, Mapping) and isinstance(data.get("for_each"), str):
            return {**data, "for_each": (data["for_each"],)}
        return data

    @model_validator(mode="after")
    def _facet_values_exist(self) -> Self:
        wheres = {facet: (value,) if isinstance(value, str) else value for facet, value in self.where.items()}
        for named in (wheres, self.weights.facets):
            for facet, values in named.items():
                words = [str(word) for word in _WORDS.get(facet, ())]
                unknown = ", ".join(value for value in values if words and value not in words)
                if unknown:
                    text = N_("values of {facet} such as {known}; unknown: {names}")
                    raise Expected(text, facet=facet.value, known=", ".join(words), names=unknown)
        return self
