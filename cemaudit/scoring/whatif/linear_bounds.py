"""Bounds of linear measures."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

__all__ = [
    "MOST_BOUNDS",
    "NEAR",
    "LinearBound",
    "LinearBounds",
    "max_bound",
    "monotone_bound",
    "sum_bound",
    "tightest_bound",
]

MOST_BOUNDS = 24
NEAR = 1e-9


@dataclass(frozen=True)
class LinearBound:
    """At most ``start`` plus the sum of ``gains`` (none below 0) of the levers moved."""

    start: float
    gains: Mapping[str, float] = field(default_factory=dict)

    @property
    def total(self) -> float:
        """The bound with every lever moved."""
        return self.start + sum(self.gains.values())

    def scaled(self, factor: float, plus: float = 0) -> LinearBound:
        """The line of ``factor`` (0 or more) times the number, plus ``plus``."""
        if factor == 0:
            return LinearBound(plus)
        return LinearBound(self.start * factor + plus, {name: gain * factor for name, gain in self.gains.items()})

    def raised(self, start: float, gains: Mapping[str, float] | None = None) -> LinearBound:
        """A line that starts no lower than ``start``, with further gains where they are larger."""
        return LinearBound(max(self.start, start), _largest([self.gains, gains or {}]))


LinearBounds = tuple[LinearBound, ...]
"""Bounds on one number; each holds by itself."""


def sum_bound(lines: Iterable[LinearBound], start: float = 0) -> LinearBound:
    """The line of a sum."""
    gains: dict[str, float] = {}
    for line in lines:
        start += line.start
        for name, gain in line.gains.items():
            gains[name] = gains.get(name, 0) + gain
    return LinearBound(start, gains)


def max_bound(lines: Iterable[LinearBound]) -> LinearBound:
    """The line of a maximum."""
    bounds = list(lines)
    return LinearBound(max(line.start for line in bounds), _largest([line.gains for line in bounds]))


def monotone_bound(line: LinearBound, function: Callable[[float], float]) -> LinearBound:
    """The line of a rising function of the number, which any one lever may lift to its end."""
    start = function(line.start)
    lift = function(line.total) - start
    return LinearBound(
        start, dict.fromkeys((name for name, gain in line.gains.items() if gain > 0), lift) if lift > 0 else {}
    )


def tightest_bound(lines: Iterable[LinearBound]) -> LinearBound:
    """The line to go on with where only one can: the lowest start, finite before infinite."""
    return min(lines, key=lambda line: (math.isinf(line.total), line.start, line.total))


def _largest(gains: Iterable[Mapping[str, float]]) -> dict[str, float]:
    largest: dict[str, float] = {}
    for gains_of_line in gains:
        for name, gain in gains_of_line.items():
            largest[name] = max(largest.get(name, 0), gain)
    return largest
