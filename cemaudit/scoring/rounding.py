"""Rounding as a scheme states it, on exact numbers."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction

from cemaudit.model.measures import Measure, Rounding

__all__ = ["round_exactly", "shown"]

DISPLAYED = Rounding(digits=1, stage="display")


def round_exactly(value: Fraction, rounding: Rounding) -> Fraction:
    """``value`` rounded to ``digits`` decimals; half-up and down mean away from and towards zero."""
    unit = Fraction(1, 10**rounding.digits) if rounding.digits >= 0 else Fraction(10**-rounding.digits)
    scaled = value / unit
    return _to_whole(scaled, rounding.mode) * unit


def _to_whole(scaled: Fraction, mode: str) -> int:
    match mode:
        case "floor":
            return math.floor(scaled)
        case "ceiling":
            return math.ceil(scaled)
        case "down":
            return math.trunc(scaled)
        case "up":
            return math.ceil(abs(scaled)) * (1 if scaled > 0 else -1)
        case "half-even":
            return round(scaled)
        case _:
            return math.floor(abs(scaled) + Fraction(1, 2)) * (1 if scaled > 0 else -1)


def shown(value: Fraction, measure: Measure | None = None) -> str:
    """``value`` as printed: by the measure's own rounding, else to one decimal, half up."""
    rounding = (measure.round if measure else None) or DISPLAYED
    rounded = round_exactly(value, rounding)
    return f"{Decimal(rounded.numerator) / rounded.denominator:.{max(rounding.digits, 0)}f}"
