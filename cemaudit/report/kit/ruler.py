"""An axis laid along so many points of a page: where its numbers lie, and which are printed."""

from __future__ import annotations

import math
from collections.abc import Iterable

from cemaudit.model.charts import Axis
from cemaudit.report.kit.numbers import MINUS

__all__ = ["AIR", "Ruler", "shown"]

AIR = 0.04
FINEST = 1e-6
STEPS = (1, 2, 5, 10)
LARGE = 1e6


class Ruler:
    """``axis`` along ``length`` points; an end it does not say lies beyond ``values`` by ``air`` of their range."""

    def __init__(self, axis: Axis, values: Iterable[float], length: float, most: int = 6, air: float = AIR) -> None:
        known = list(values)
        self.length, self.unit = length, axis.unit
        self.low, self.high = _ends(axis, known, air)
        self.step = _step((self.high - self.low) / max(most, 1), whole=axis.whole)
        self.decimals = max(0, -math.floor(math.log10(self.step) + 1e-9))

    @property
    def ticks(self) -> list[float]:
        """The round numbers between its ends."""
        first = math.ceil(self.low / self.step - 1e-6)
        last = math.floor(self.high / self.step + 1e-6)
        return [number * self.step for number in range(first, last + 1)]

    def at(self, value: float) -> float:
        """How many points from the lower end ``value`` lies; beyond an end is at that end."""
        share = (value - self.low) / (self.high - self.low)
        return min(max(share, 0.0), 1.0) * self.length

    def holds(self, value: float) -> bool:
        """Whether ``value`` lies between the ends."""
        return self.low <= value <= self.high

    def show(self, value: float) -> str:
        """A tick in print, with its unit."""
        return f"{shown(value, self.decimals)}{self.unit}"


def shown(value: float, decimals: int = 1) -> str:
    """A number in print, with a proper minus; very large ones in short."""
    text = f"{abs(value):.{decimals}f}" if abs(value) < LARGE else f"{abs(value):.3g}"
    return f"{MINUS}{text}" if value < 0 and text.strip("0.") else text


def _ends(axis: Axis, values: list[float], share: float) -> tuple[float, float]:
    least, most = min(values, default=0.0), max(values, default=1.0)
    air = (most - least) * share
    low, high = sorted((least - air if axis.low is None else axis.low, most + air if axis.high is None else axis.high))
    narrowest = FINEST * max(1.0, abs(low), abs(high))
    return (low, high) if high - low > narrowest else (low - max(0.5, narrowest), high + max(0.5, narrowest))


def _step(rough: float, *, whole: bool) -> float:
    """The next of 1, 2, 5, 10, ... or of their tenths."""
    power = math.floor(math.log10(rough))
    step = next(one for one in STEPS if one * 10.0**power >= rough * (1 - 1e-9)) * 10.0**power
    return max(step, 1.0) if whole else step
