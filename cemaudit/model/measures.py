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
    """What multiplies the members of a measure; several factors multiply."""

    declared: bool = False
    """Whether the weights written in the checklist (an item's, a touchpoint's) count."""
    facets: dict[Facet, dict[str, Annotated[Exact, Field(ge=0)]]] = {}
    """A factor for each value of a facet, as ``{ mode = { active = 1.5 } }``."""
    sources: dict[str, Exact] = {}
    """A factor for each name in ``of``."""


class Rung(Record):
    """One row of a transform's table."""

    up_to: Exact | None = None
    """The greatest number it takes; ``None``: all the rest."""
    value: Exact
    """What such a number becomes."""


class Transform(Record):
    """The value times ``times`` plus ``plus``, then looked up in ``table``, then kept within ``clamp``."""

    times: Exact = Fraction(1)
    """What it is multiplied by, first."""
    plus: Exact = Fraction(0)
    """What is then added."""
    table: tuple[Rung, ...] = ()
    """What it is then looked up in; empty: nothing."""
    clamp: tuple[Exact, Exact] | None = None
    """Between what it is kept at last; ``None``: nothing."""

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
    """Conditions by measure, as ``<= 0``."""
    at: Exact
    """The most the measure can then be."""


class Rounding(Record):
    """How a number is rounded."""

    digits: Annotated[Whole, Field(ge=-6, le=12)] = 0
    """Decimals; below 0: tens, hundreds."""
    mode: Literal["half-up", "half-even", "down", "up", "floor", "ceiling"] = "half-up"
    """What becomes of a number halfway, or of every remainder."""
    stage: Literal["value", "display"] = "value"
    """Whether the number itself is rounded, or only as it is shown."""


class Measure(Record):
    """One named number, or one for each value of a facet.

    Its sources are item ids, other measures, or ``@items``, ``@emotions``, ``@expectations``, ``@claims``, ``@blames``,
    ``@critical`` and ``@duties`` (1 for each failed critical item, or item tagged ``duty``), ``@expected``
    (expectations noted before the visit began) and ``@perceived`` on the same scale, ``@facts`` (1 where the channels
    say the same, else 0).
    """

    id: Id
    """Its name."""
    title: Text | None = None
    """What it is called; a report shows it by this."""
    how: Id
    """The aggregator."""
    of: Annotated[tuple[str, ...], Field(min_length=1)] = ("@items",)
    """What it is made of: item ids, other measures, or a source as ``@items``."""
    take: Literal["points", "share", "value", "possible"] = "points"
    """What is taken of an item; ``possible`` only of one that has points."""
    for_each: tuple[Facet, ...] = ()
    """The facets that give each of their values a number of its own; empty: one number for all."""
    where: dict[Facet, str | tuple[str, ...]] = {}
    """Only members with these values, by facet."""
    weights: Weights = Weights()
    """What multiplies its members."""
    options: dict[str, Exact] = {}
    """The aggregator's own options."""
    na: Literal["exclude", "zero", "full"] | None = None
    """What "not applicable" does here, in place of the items' own rule."""
    at_least: Annotated[Whole, Field(ge=1)] = 1
    """The fewest members a score needs."""
    transform: Transform = Transform()
    """What is done to the number that was aggregated."""
    caps: tuple[Cap, ...] = ()
    """Above what it cannot rise where conditions on other measures hold."""
    round: Rounding | None = None
    """How it is rounded; ``None``: not at all."""
    unit: Literal["points", "percent", "count"] = "points"
    """What it counts."""

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
