"""Conditions on measures, such as ``>= 80, < 90`` or ``>= p90``: when they hold, and which values they leave."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from typing import Annotated, NamedTuple

from pydantic import Field

__all__ = ["Bound", "Conditions", "Interval", "bounds", "contains", "is_empty", "region"]

_BOUND = re.compile(r"\s*(<=|>=|==|<|>)\s*(p?)(-?\d+(?:\.\d+)?)\s*")
_ONE = r"\s*(<=|>=|==|<|>)\s*(p\d{1,2}(\.\d+)?|-?\d+(\.\d+)?)\s*"
Condition = Annotated[str, Field(pattern=rf"^{_ONE}(,{_ONE})*$")]

Conditions = dict[str, Condition]
"""Measure id -> comparisons with a number or with a percentile of the peers (``p90``); all must hold."""


class Bound(NamedTuple):
    """One comparison with a number, or with a percentile of the peers."""

    sign: str
    edge: Fraction
    is_percentile: bool = False

    def holds(self, value: Fraction) -> bool:
        """Whether ``value`` lies on the right side of the edge."""
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


@cache
def bounds(condition: str) -> tuple[Bound, ...]:
    """The comparisons in a condition."""
    return tuple(Bound(sign, Fraction(edge), bool(mark)) for sign, mark, edge in _BOUND.findall(condition))


Interval = tuple[Fraction | float, bool, Fraction | float, bool]
"""Low end, whether it belongs to it, high end, whether it belongs to it."""

_EVERYTHING: Interval = (float("-inf"), True, float("inf"), True)


def region(conditions: Mapping[str, str]) -> dict[str, Interval]:
    """The interval (low, low included, high, high included) each measure is left; percentiles under ``name%``."""
    return {
        name + mark: _interval([bound for bound in bounds(condition) if bound.is_percentile == (mark == "%")])
        for name, condition in conditions.items()
        for mark in ("", "%")
    }


def is_empty(intervals: Mapping[str, Interval]) -> bool:
    """Whether no values meet the conditions."""
    return any(
        low > high or (low == high and not (low_in and high_in)) for low, low_in, high, high_in in intervals.values()
    )


def contains(outer: Mapping[str, Interval], inner: Mapping[str, Interval]) -> bool:
    """Whether all that meets ``inner`` meets ``outer`` too."""
    for name, (low, low_in, high, high_in) in outer.items():
        inner_low, inner_low_in, inner_high, inner_high_in = inner.get(name, _EVERYTHING)
        if inner_low < low or (inner_low == low and inner_low_in and not low_in):
            return False
        if inner_high > high or (inner_high == high and inner_high_in and not high_in):
            return False
    return True


def _interval(comparisons: list[Bound]) -> Interval:
    low, low_in, high, high_in = _EVERYTHING
    for sign, edge, _ in comparisons:
        if sign in {">=", "==", ">"} and (edge > low or (edge == low and sign == ">")):
            low, low_in = edge, sign != ">"
        if sign in {"<=", "==", "<"} and (edge < high or (edge == high and sign == "<")):
            high, high_in = edge, sign != "<"
    return low, low_in, high, high_in
