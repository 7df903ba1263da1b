"""Exact arithmetic on arrays: numbers with a reason where there is none, and their sums."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cemaudit.language import N_, Message, message
from cemaudit.scoring.kernel.columns import STATES

__all__ = [
    "EDGE",
    "MOST",
    "CodeTable",
    "Floats",
    "IntegerSum",
    "Mask",
    "NotVectorizable",
    "NumberColumn",
    "common_scale",
    "lookup",
    "weighted_sum",
]

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

MOST = 2.0**52
"""Whole numbers below this divide, floor and compare exactly in float64."""

EDGE = 1e-9
"""A float this close to an edge does not say on which side it lies."""

_STEP = 2.0**-52


class NotVectorizable(Exception):
    """Why something cannot be computed on columns."""

    def __init__(self, text: str, **values: object) -> None:
        self.why: Message = message(text, **values)
        super().__init__(text)


@dataclass(frozen=True)
class NumberColumn:
    """One number per row: ``top / (bottom * scale)``.

    What a method returns takes over the arrays of the number it was asked of, which is of no use afterwards: fresh
    arrays cost more than the arithmetic.

    ``bottom`` is positive, or absent (1). ``most`` and ``denominator_bound`` are the largest that ``top`` and
    ``bottom`` can be. Where ``error`` is 0 all parts are whole and the number is exact; else ``top`` is the number
    itself, give or take ``error``.
    """

    top: Floats
    bottom: Floats | None = None
    scale: int = 1
    most: float = 0.0
    denominator_bound: float = 1.0
    error: float = 0.0

    def __post_init__(self) -> None:
        if self.error > EDGE or not math.isfinite(self.most):
            raise NotVectorizable(N_("its numbers are too large"))

    @property
    def is_exact(self) -> bool:
        """Whether the parts are whole numbers."""
        return self.error == 0

    @property
    def fits(self) -> bool:
        """Whether whole parts of this size still compute exactly."""
        return self.most < MOST and self.denominator_bound * self.scale < MOST

    @property
    def reach(self) -> float:
        """The largest the number itself can be."""
        return self.most / self.scale

    @cached_property
    def value(self) -> Floats:
        """The numbers as floats; the nearest ones where they are exact."""
        if self.bottom is not None:
            return self.top / (self.bottom * self.scale if self.scale != 1 else self.bottom)
        return self.top / self.scale if self.scale != 1 else self.top

    def write(self, out: Floats) -> None:
        """Write the numbers as floats into ``out``; no zero is negative."""
        divisor = self.scale if self.bottom is None else self.bottom * self.scale
        np.divide(self.top, divisor, out=out)
        # -0.0 + 0.0 is 0.0: no file or page may print "-0".
        np.add(out, 0.0, out=out)

    def as_floats(self) -> NumberColumn:
        """The same as plain floats."""
        return NumberColumn(self.value, most=self.reach, error=self.reach * _STEP) if self.is_exact else self

    def float_if_overflowing(self) -> NumberColumn:
        """The same, as floats if it outgrew whole numbers."""
        return self if not self.is_exact or self.fits else self.as_floats()

    def times(self, factor: Fraction) -> NumberColumn:
        """Multiplied by a constant."""
        if factor == 1:
            return self
        if self.is_exact:
            up, down = factor.numerator, factor.denominator
            scale = self.scale
            # Cancelled before it is multiplied: the numbers stay whole for longer.
            shared = math.gcd(abs(up), scale)
            up, scale = up // shared, scale // shared * down
            wider = NumberColumn(self.top, self.bottom, scale, self.most * abs(up), self.denominator_bound)
            if wider.fits:
                return NumberColumn(_times(self.top, up), self.bottom, scale, wider.most, self.denominator_bound)
        plain, by = self.as_floats(), float(factor)
        return NumberColumn(
            _times(plain.top, by), most=plain.most * abs(by), error=_grown(plain.error * abs(by), plain.most * by)
        )

    def plus(self, addend: Fraction) -> NumberColumn:
        """A constant added."""
        if addend == 0:
            return self
        if self.is_exact:
            scale = math.lcm(self.scale, addend.denominator)
            factor, constant = scale // self.scale, addend.numerator * (scale // addend.denominator)
            most = self.most * factor + abs(constant) * self.denominator_bound
            if most < MOST and self.denominator_bound * scale < MOST:
                numerators = constant if self.bottom is None else self.bottom * constant
                top = _times(self.top, factor)
                return NumberColumn(np.add(top, numerators, out=top), self.bottom, scale, most, self.denominator_bound)
        plain, most = self.as_floats(), self.as_floats().most + abs(float(addend))
        return NumberColumn(plain.top + float(addend), most=most, error=_grown(plain.error, most))

    def kept(self, mask: Mask) -> NumberColumn:
        """The same where ``mask`` holds, else 0."""
        return NumberColumn(self.top * mask, self.bottom, self.scale, self.most, self.denominator_bound, self.error)

    def at_most(self, limit: Fraction, where: Mask | None = None) -> NumberColumn:
        """Held down to ``limit``, in rows of ``where`` alone if given."""
        return self._held(limit, np.minimum, where)

    def at_least(self, limit: Fraction) -> NumberColumn:
        """Held up to ``limit``."""
        return self._held(limit, np.maximum, None)

    def _held(self, limit: Fraction, hold: Any, where: Mask | None) -> NumberColumn:
        if self.is_exact:
            scale = math.lcm(self.scale, limit.denominator)
            factor, scaled_limit = scale // self.scale, limit.numerator * (scale // limit.denominator)
            most = max(self.most * factor, abs(scaled_limit) * self.denominator_bound)
            if most < MOST and self.denominator_bound * scale < MOST:
                top = _times(self.top, factor)
                edge = float(scaled_limit) if self.bottom is None else self.bottom * scaled_limit
                return NumberColumn(
                    _chosen(hold(top, edge), top, where), self.bottom, scale, most, self.denominator_bound
                )
        plain = self.as_floats()
        most = max(plain.most, abs(float(limit)))
        held = _chosen(hold(plain.top, float(limit)), plain.top, where)
        return NumberColumn(held, most=most, error=_grown(plain.error, most))

    def undecided(self, edge: Fraction) -> Mask | None:
        """The rows whose float does not say on which side of ``edge`` they lie; ``None`` where all do."""
        if self.is_exact and self.denominator_bound * self.scale * abs(edge.numerator) < MOST:
            return None  # two different fractions this small are never the same float
        return np.abs(self.value - float(edge)) <= EDGE


def _times(top: Floats, factor: float) -> Floats:
    return top if factor == 1 else np.multiply(top, factor, out=top)


def _chosen(changed: Floats, before: Floats, where: Mask | None) -> Floats:
    return changed if where is None else np.where(where, changed, before)


def _grown(error: float, size: float) -> float:
    return error + abs(size) * _STEP


def common_scale(numbers: Sequence[NumberColumn]) -> int | None:
    """A scale all the numbers can be brought to as whole numbers; ``None`` where there is none."""
    if any(not number.is_exact or number.bottom is not None for number in numbers):
        return None
    scale = math.lcm(*(number.scale for number in numbers))
    most = max((number.most * (scale // number.scale) for number in numbers), default=0)
    return scale if scale < MOST and most < MOST else None


def weighted_sum(numbers: Sequence[NumberColumn], factors: Sequence[Fraction], rows: int) -> NumberColumn:
    """The sum of numbers times factors."""
    pairs = list(zip(numbers, factors, strict=True))
    if common_scale(numbers) is not None:
        scale = math.lcm(*(number.scale * factor.denominator for number, factor in pairs))
        wholes = [int(factor * scale / number.scale) for number, factor in pairs]
        most = sum(number.most * abs(numerators) for number, numerators in zip(numbers, wholes, strict=True))
        if most < MOST and scale < MOST:
            return NumberColumn(_total([n.top for n in numbers], wholes, rows), None, scale, most)
    # Too large for whole numbers: floats from here on, whose errors add up as their sizes do.
    plain = [number.as_floats() for number in numbers]
    by = [float(factor) for factor in factors]
    most = sum(number.most * abs(numerator) for number, numerator in zip(plain, by, strict=True))
    error = sum(number.error * abs(numerator) for number, numerator in zip(plain, by, strict=True))
    total = _total([number.top for number in plain], by, rows)
    return NumberColumn(total, most=most, error=_grown(error, most * (len(pairs) + 1)))


def _total(tops: Sequence[Floats], factors: Sequence[float], rows: int) -> Floats:
    if not tops:
        return np.zeros(rows)
    total: Floats = tops[0] * factors[0]
    for top, factor in zip(tops[1:], factors[1:], strict=True):
        total += top if factor == 1 else top * factor
    return total


CodeTable = Sequence[int]
"""A whole number for each level, then for each state, the last state first: code -1 is the last entry."""

MOST_JUMPS = 8  # a table that jumps more often is looked up
Codes = NDArray[Any]
Read = Callable[[str], Codes]


def lookup(codes: Codes, table: Sequence[float]) -> Floats:
    """What each code stands for in a table."""
    return np.take(np.asarray(table, np.float64), codes)


# Most items are worth 0, 1, 2 ... points for their levels, so most of a sum is one slope times the sum of the codes.
# Narrow whole numbers are added up faster than codes are looked up.
class IntegerSum:
    """The sum over items of what their codes stand for; ``most`` is the largest it can be.

    What the levels of an item are worth is taken apart: a slope, and a jump at each level that leaves it. The jump at
    level 0 is what any answer is worth. Slopes, jumps and states are shared by all items that have the same.
    """

    def __init__(self, tables: Mapping[str, CodeTable]) -> None:
        self.slopes: dict[int, list[str]] = defaultdict(list)
        self.jumps: dict[tuple[int, int], list[str]] = defaultdict(list)
        self.states: dict[tuple[int, int], list[str]] = defaultdict(list)
        self.looked_up: dict[str, CodeTable] = {}
        self.longest: dict[str, int] = {}
        for name, table in tables.items():
            self._add(name, table[: -len(STATES)], table)
        self.most = float(sum(max(map(abs, table)) for table in tables.values()))
        self.kind = _narrowest(self._largest_partial_sum())

    def _add(self, name: str, levels: CodeTable, table: CodeTable) -> None:
        self.longest[name] = max(len(levels) - 1, 0)
        rises = [after - before for before, after in itertools.pairwise(levels)]
        # The commonest rise leaves the fewest jumps.
        slope = max(set(rises), key=rises.count, default=0)
        jumps = {level: rise - slope for level, rise in enumerate(rises, 1) if rise != slope}
        if len(jumps) > MOST_JUMPS:
            self.looked_up[name] = table
            return
        if slope:
            self.slopes[slope].append(name)
        for level, jump in {0: levels[0] if levels else 0, **jumps}.items():
            if jump:
                self.jumps[level, jump].append(name)
        for number, worth in enumerate(reversed(table[len(levels) :])):
            if worth:
                self.states[-1 - number, worth].append(name)

    def _largest_partial_sum(self) -> int:
        """The largest number on the way to the sum."""
        slopes = sum(abs(slope) * self.longest[name] for slope, names in self.slopes.items() for name in names)
        steps = sum(abs(worth) * len(names) for (_, worth), names in [*self.jumps.items(), *self.states.items()])
        return slopes + steps + sum(max(map(abs, table)) for table in self.looked_up.values())

    def run(self, read: Read, rows: int) -> Codes:
        """The sums, as narrow whole numbers; ``read`` gives an item's codes."""
        total = np.zeros(rows, self.kind)
        for slope, names in self.slopes.items():
            total += self._times(self._sum_by_jumps(names, read, rows), slope)
        for (level, worth), names in self.jumps.items():
            total += self._times(_count([read(name) for name in names], np.greater_equal, level, rows), worth)
        for (code, worth), names in self.states.items():
            total += self._times(_count([read(name) for name in names], np.equal, code, rows), worth)
        for name, table in self.looked_up.items():
            total += np.take(np.array(table, self.kind), read(name))
        return total

    def _sum_by_jumps(self, names: list[str], read: Read, rows: int) -> Codes:
        # States are negative codes: held at 0 they add nothing to the slope.
        total = np.zeros(rows, _narrowest(sum(self.longest[name] for name in names)))
        zeros = np.zeros(rows, np.int8)  # numpy compares two arrays ten times faster than an array and a number
        for name in names:
            np.add(total, np.maximum(read(name), zeros), out=total, casting="unsafe")
        return total

    def _times(self, integers: Codes, factor: int) -> Codes:
        if factor == 1:
            return integers
        return np.multiply(integers, factor, dtype=self.kind)


def _count(columns: list[Codes], compare: Any, code: int, rows: int) -> Codes:
    """In how many columns each row compares true."""
    total = np.zeros(rows, _narrowest(len(columns)))
    for codes in columns:
        # A truth value seen as a byte is 0 or 1, and no array is copied.
        np.add(total, compare(codes, code).view(np.int8), out=total)
    return total


def _narrowest(most: int) -> type[np.number[Any]]:
    """The smallest kind of number that holds up to ``most``."""
    return next((kind for kind in (np.int8, np.int16, np.int32) if most <= np.iinfo(kind).max), np.float64)
