"""Rounding as a scheme states it, on exact numbers."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from cemaudit.model.measures import Measure, Rounding

__all__ = ["round_exactly", "shown"]

DISPLAYED = Rounding(digits=1, stage="display")


def round_exactly(value: Fraction, rounding: Rounding) -> Fraction:
    """``value`` rounded to ``digits`` decimals; half-up and down mean away from and towards zero."""
    unit = 10 ** abs(rounding.digits)
    if rounding.digits >= 0:
        return Fraction(_to_whole(value.numerator * unit, value.denominator, rounding.mode), unit)
    return Fraction(_to_whole(value.numerator, value.denominator * unit, rounding.mode) * unit)


def _to_whole(top: int, bottom: int, mode: str) -> int:
    """``top / bottom`` as a whole number."""
    match mode:
        case "floor":
            return top // bottom
        case "ceiling":
            return -(-top // bottom)
        case "half-even":
            return round(Fraction(top, bottom))
        case "down":
            whole = abs(top) // bottom
        case "up":
            whole = -(-abs(top) // bottom)
        case _:
            whole = (2 * abs(top) + bottom) // (2 * bottom)
    return whole if top >= 0 else -whole


def shown(value: Fraction, measure: Measure | None = None) -> str:
    """``value`` as printed: by the measure's own rounding, else to one decimal, half up."""
    rounding = (measure.round if measure else None) or DISPLAYED
    rounded = round_exactly(value, rounding)
    return f"{Decimal(rounded.numerator) / rounded.denominator:.{max(rounding.digits, 0)}f}"
