"""Rounding, numbers in print, and the steps a value takes after it is computed: transform, caps, rounding."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from cemaudit.model.measures import Measure, Rounding

__all__ = ["ScoreStep", "number_words", "round_exactly", "shown", "steps_of"]

DISPLAYED = Rounding(digits=1, stage="display")
_SIGNIFICANT_DIGITS = 12


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
            quotient = abs(top) // bottom
        case "up":
            quotient = -(-abs(top) // bottom)
        case _:
            quotient = (2 * abs(top) + bottom) // (2 * bottom)
    return quotient if top >= 0 else -quotient


def shown(value: Fraction, measure: Measure | None = None) -> str:
    """``value`` as printed: by the measure's own rounding, else to one decimal, half up."""
    rounding = (measure.round if measure else None) or DISPLAYED
    rounded = round_exactly(value, rounding)
    return f"{Decimal(rounded.numerator) / rounded.denominator:.{max(rounding.digits, 0)}f}"


def number_words(value: Fraction) -> str:
    """Return whole numbers and short decimals as they are, others as a fraction with its decimal beside it."""
    if value.denominator == 1:
        return str(value.numerator)
    short = f"{float(value):.{_SIGNIFICANT_DIGITS}g}"
    return short if "e" not in short and Fraction(short) == value else f"{value} (≈ {float(value):.4f})"


class ScoreStep(NamedTuple):
    """One change of a value on its way: ``what`` (``transform``, ``cap``, ``round``), why, and the value after it."""

    what: str
    detail: str
    value: Fraction


def steps_of(measure: Measure, value: Fraction, caps: Sequence[tuple[str, Fraction]] = ()) -> tuple[ScoreStep, ...]:
    """In this order: transform, the caps in force (each with its reason), rounding."""
    steps = []
    moved = value if measure.transform.is_idle else measure.transform.apply(value)
    if moved is not value and moved != value:
        steps.append(ScoreStep("transform", "", moved))
    for detail, at in caps:
        if moved > at:
            moved = at
            steps.append(ScoreStep("cap", detail, moved))
    if measure.round and measure.round.stage == "value":
        moved = round_exactly(moved, measure.round)
        steps.append(ScoreStep("round", f"{measure.round.mode} {measure.round.digits}", moved))
    return tuple(steps)
