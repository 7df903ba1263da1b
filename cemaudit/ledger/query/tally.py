"""Whole numbers that say all about many scores, and add up: from them come means, deviations and percentiles."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple

__all__ = ["HUNDRED", "Histogram", "Tally"]

HUNDRED = 100


class Tally(NamedTuple):
    """``n`` whole numbers: their ``total``, the ``squares``' total, the ``least`` and the ``most``."""

    n: int = 0
    total: int = 0
    squares: int = 0
    least: int | None = None
    most: int | None = None

    def and_also(self, other: Tally) -> Tally:
        """Both together."""
        return Tally(
            self.n + other.n,
            self.total + other.total,
            self.squares + other.squares,
            min((one for one in (self.least, other.least) if one is not None), default=None),
            max((one for one in (self.most, other.most) if one is not None), default=None),
        )

    def mean(self, unit: int = HUNDRED) -> float | None:
        """The mean in points, where the numbers are parts of a point, ``unit`` to one: the float nearest to it."""
        return self.total / (self.n * unit) if self.n else None

    def deviation(self, unit: int = HUNDRED) -> float | None:
        """The standard deviation of a sample, in points; ``None`` of fewer than two."""
        if self.n < 2:
            return None
        top = self.n * self.squares - self.total**2
        return math.sqrt(top / (self.n * (self.n - 1) * unit**2))


class Histogram(Counter[int]):
    """How often each whole number comes."""

    def tally(self) -> Tally:
        """What adds up of it."""
        total = sum(number * count for number, count in self.items())
        squares = sum(number**2 * count for number, count in self.items())
        return Tally(self.total(), total, squares, min(self, default=None), max(self, default=None))

    def percentiles(self, ranks: Mapping[str, int], unit: int = HUNDRED) -> dict[str, float | None]:
        """The percentile of each rank (0 to 100) in points, linear between neighbours (as ``bands.percentile``)."""
        rising = sorted(self.items())
        found = {}
        for name, rank in ranks.items():
            position = Fraction(rank * (self.total() - 1), HUNDRED)
            below = math.floor(position)
            low, high = _at(rising, below), _at(rising, below + 1)
            value = None if low is None or high is None else low + (position - below) * (high - low)
            found[name] = None if value is None else float(Fraction(value, unit))
        return found


def _at(rising: list[tuple[int, int]], place: int) -> int | None:
    """The number at a place, counted from 0; the last one behind the end."""
    passed = 0
    for number, count in rising:
        passed += count
        if place < passed:
            return number
    return rising[-1][0] if rising else None
