"""A scheme: how answers become scores, as a graph of named measures, and scores become bands."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date
from fractions import Fraction
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from cemaudit.errors import Expected
from cemaudit.model.base import Exact, Id, LongText, Record, Version
from cemaudit.model.text import Text
from cemaudit.model.vocabulary import Facet

__all__ = [
    "VISIT_SOURCES",
    "Band",
    "Bound",
    "Cap",
    "Measure",
    "Rounding",
    "Scheme",
    "Transform",
    "Weights",
    "bounds",
]

VISIT_SOURCES = ("@items", "@emotions", "@expectations", "@claims", "@blames")
"""What of a visit a measure can take in, beside single items and other measures."""

_BOUND = re.compile(r"\s*(<=|>=|==|<|>)\s*(-?\d+(?:\.\d+)?)\s*")
Condition = Annotated[
    str, Field(pattern=r"^(\s*(<=|>=|==|<|>)\s*-?\d+(\.\d+)?\s*)(,\s*(<=|>=|==|<|>)\s*-?\d+(\.\d+)?\s*)*$")
]
Conditions = dict[str, Condition]


class Bound(NamedTuple):
    """One comparison with a number."""

    sign: str
    edge: Fraction

    def holds(self, value: Fraction) -> bool:
        """Whether ``value`` lies on the right side."""
        match self.sign:
            case "<=":
                return value <= self.edge
            case ">=":
                return value >= self.edge
            case "<":
                return value < self.edge
            case ">":
                return value > self.edge
            case _:
                return value == self.edge


def bounds(condition: str) -> tuple[Bound, ...]:
    """The comparisons in a condition such as ``>= 80, < 90``; all must hold."""
    return tuple(Bound(sign, Fraction(edge)) for sign, edge in _BOUND.findall(condition))


class Weights(Record):
    """What multiplies the members of a measure; several factors multiply.

    ``declared``: the weights written in the checklist (an item's, a touchpoint's). ``facets``: a factor for each value
    of a facet, as ``{ mode = { active = 1.5 } }``. ``sources``: a factor for each name in ``of``.
    """

    declared: bool = False
    facets: dict[Facet, dict[str, Annotated[Exact, Field(ge=0)]]] = {}
    sources: dict[str, Exact] = {}


class Transform(Record):
    """value x ``times`` + ``plus``, then kept within ``clamp``."""

    times: Exact = Fraction(1)
    plus: Exact = Fraction(0)
    clamp: tuple[Exact, Exact] | None = None

    def apply(self, value: Fraction) -> Fraction:
        """The transformed value."""
        moved = value * self.times + self.plus
        return moved if self.clamp is None else min(max(moved, self.clamp[0]), self.clamp[1])


class Cap(Record):
    """The measure is at most ``at`` where all conditions on other measures hold."""

    where: Conditions
    at: Exact


class Rounding(Record):
    """To ``digits`` decimals (negative: tens, hundreds); ``stage`` ``display`` leaves the value itself alone."""

    digits: Annotated[int, Field(ge=-6, le=12)] = 0
    mode: Literal["half-up", "half-even", "down", "up", "floor", "ceiling"] = "half-up"
    stage: Literal["value", "display"] = "value"


class Measure(Record):
    """One named number, or one for each value of a facet.

    ``how`` names the aggregator, ``of`` its sources (``@items``, ``@emotions``, ``@expectations``, ``@claims``,
    ``@blames``, item ids, other measures), ``take`` what is taken of an item (its ``points``, its ``share`` of the
    points possible, its raw ``value``), ``where`` keeps only members with these facet values, ``options`` are the
    aggregator's own.
    """

    id: Id
    title: Text | None = None
    how: Id
    of: Annotated[tuple[str, ...], Field(min_length=1)] = ("@items",)
    take: Literal["points", "share", "value"] = "points"
    for_each: tuple[Facet, ...] = ()
    where: dict[Facet, str | tuple[str, ...]] = {}
    weights: Weights = Weights()
    options: dict[str, Exact] = {}
    na: Literal["exclude", "zero", "full"] | None = None
    at_least: Annotated[int, Field(ge=1)] = 1
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


class Band(Record):
    """A grade: the first band whose conditions all hold is the visit's. ``tone`` says how a page colours it."""

    label: Annotated[str, Field(min_length=1, max_length=40)]
    title: Text | None = None
    where: Conditions = {}
    tone: Literal["best", "good", "fair", "poor", "worst"] = "fair"

    def __str__(self) -> str:
        return str(self.title or self.label)


class Scheme(Record):
    """How answers become scores. ``headline`` is the measure a report leads with."""

    id: Id
    version: Version
    title: Text
    about: Text | None = None
    source: LongText | None = None
    valid_from: date | None = None
    direction: Literal["higher-is-better", "lower-is-better"] = "higher-is-better"
    unanswered: Literal["exclude", "zero"] = "exclude"
    headline: Id | None = None
    measures: Annotated[tuple[Measure, ...], Field(min_length=1)]
    bands: tuple[Band, ...] = ()

    @property
    def ref(self) -> str:
        """``id@version``."""
        return f"{self.id}@{self.version}"

    @property
    def measure(self) -> dict[str, Measure]:
        """Measures by id, in order."""
        return {measure.id: measure for measure in self.measures}

    @property
    def leading(self) -> str:
        """The id of the measure a report leads with: ``headline``, else the last measure that is one number."""
        single = [measure.id for measure in self.measures if not measure.for_each]
        return self.headline or (single or [self.measures[-1].id])[-1]

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        _ids_differ(self)
        _names_exist(self)
        _bands_can_be_reached(self.bands)
        return self


def _ids_differ(scheme: Scheme) -> None:
    counts = Counter(measure.id for measure in scheme.measures)
    repeated = [one for one, count in counts.items() if count > 1]
    if repeated:
        raise Expected("each id once; repeated {what}: {ids}", what="measure", ids=", ".join(repeated))


def _names_exist(scheme: Scheme) -> None:
    single = {measure.id for measure in scheme.measures if not measure.for_each}
    named = [name for band in scheme.bands for name in band.where]
    named += [name for measure in scheme.measures for cap in measure.caps for name in cap.where]
    unknown = sorted({name for name in [*named, *filter(None, [scheme.headline])] if name not in single})
    if unknown:
        raise Expected("conditions on measures that are one number; unknown: {names}", names=", ".join(unknown))


def _bands_can_be_reached(rows: tuple[Band, ...]) -> None:
    regions = [_region(row) for row in rows]
    for number, region in enumerate(regions):
        label = rows[number].label
        if any(
            low > high or (low == high and not (low_in and high_in)) for low, low_in, high, high_in in region.values()
        ):
            raise Expected("bands that can be reached; no value meets the conditions of {label}", label=label)
        for earlier in range(number):
            if _contains(regions[earlier], region):
                raise Expected(
                    "bands that can be reached; {label} is always taken by {earlier} before it",
                    label=label,
                    earlier=rows[earlier].label,
                )


_Interval = tuple[Fraction | float, bool, Fraction | float, bool]
_EVERYTHING: _Interval = (float("-inf"), True, float("inf"), True)


def _region(row: Band) -> dict[str, _Interval]:
    return {name: _interval(bounds(condition)) for name, condition in row.where.items()}


def _interval(comparisons: tuple[Bound, ...]) -> _Interval:
    low, low_in, high, high_in = _EVERYTHING
    for sign, edge in comparisons:
        if sign in {">=", "==", ">"} and (edge > low or (edge == low and sign == ">")):
            low, low_in = edge, sign != ">"
        if sign in {"<=", "==", "<"} and (edge < high or (edge == high and sign == "<")):
            high, high_in = edge, sign != "<"
    return low, low_in, high, high_in


def _contains(outer: Mapping[str, _Interval], inner: Mapping[str, _Interval]) -> bool:
    for name, (low, low_in, high, high_in) in outer.items():
        inner_low, inner_low_in, inner_high, inner_high_in = inner.get(name, _EVERYTHING)
        if inner_low < low or (inner_low == low and inner_low_in and not low_in):
            return False
        if inner_high > high or (inner_high == high and inner_high_in and not high_in):
            return False
    return True
