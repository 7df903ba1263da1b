"""Numbers of charts as they are printed, and where they lie on their scale."""

from __future__ import annotations

import math
from collections.abc import Iterable

__all__ = ["NumberScale", "finite"]

MINUS = "\N{MINUS SIGN}"


class NumberScale:
    """From ``low`` (the worst) to ``high`` (the best); values print with one decimal, or none if all are whole."""

    def __init__(self, low: float, high: float, values: Iterable[float | None] = ()) -> None:
        self.worst, self.best = (low, high) if low != high else (low, low + 1)
        self.low, self.high = sorted((self.worst, self.best))
        self.whole = all(value == int(value) for value in values if value is not None and math.isfinite(value))

    @property
    def signed(self) -> bool:
        """Whether there is anything below zero on it."""
        return self.low < 0 < self.high

    @property
    def origin(self) -> float:
        """Where bars grow from, 0..1: zero where it is on the scale, else the lower end."""
        return self.at(0) if self.signed else 0.0

    def at(self, value: float) -> float:
        """Where ``value`` lies, 0 at the lower end and 1 at the upper."""
        return min(max((value - self.low) / (self.high - self.low), 0.0), 1.0)

    def goodness(self, value: float) -> float:
        """Where ``value`` lies between the worst (0) and the best (1), whichever of them is the greater number."""
        return self.at(value) if self.worst < self.best else 1 - self.at(value)

    def show(self, value: float, unit: str = "") -> str:
        """The value in print."""
        text = f"{abs(value):.{0 if self.whole else 1}f}"
        nothing = not text.strip("0.")
        sign = "" if nothing else MINUS if value < 0 else "+" if self.signed else ""
        return f"{sign}{text}{unit}"

    def end(self, value: float) -> str:
        """An end of the scale in print, rounded as far as the size of the scale allows."""
        size = self.high - self.low
        text = f"{abs(value):.{1 if size >= 10 else 2 if size >= 1 else 3}f}".rstrip("0").rstrip(".")
        return f"{MINUS if value < 0 and text != '0' else ''}{text}"


def finite(value: float | None) -> float | None:
    """The value, or ``None`` where it is no number."""
    return value if value is not None and math.isfinite(value) else None
