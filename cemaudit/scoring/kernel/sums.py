"""Sums over many items of what their codes stand for, in as narrow whole numbers as they fit.

Most items earn points on a straight line (0, 1, 2 ...), so items of one slope are added up as codes first and
multiplied once. That is what makes the columns fast.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cemaudit.scoring.kernel.columns import STATES
from cemaudit.scoring.kernel.number import Floats

__all__ = ["CodeTable", "WholeSum", "lookup"]

CodeTable = Sequence[int]
"""A whole number for each level, then for each state, the last state first: code -1 is the last entry."""

MOST_JUMPS = 8  # a table that jumps more often is looked up

Codes = NDArray[Any]
Read = Callable[[str], Codes]


def lookup(codes: Codes, table: Sequence[float]) -> Floats:
    """What each code stands for in a table."""
    return np.take(np.asarray(table, np.float64), codes)


class WholeSum:
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
        self.kind = _narrowest(self._room())

    def _add(self, name: str, levels: CodeTable, table: CodeTable) -> None:
        self.longest[name] = max(len(levels) - 1, 0)
        rises = [after - before for before, after in itertools.pairwise(levels)]
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

    def _room(self) -> int:
        """The largest number on the way to the sum."""
        slopes = sum(abs(slope) * self.longest[name] for slope, names in self.slopes.items() for name in names)
        steps = sum(abs(worth) * len(names) for (_, worth), names in [*self.jumps.items(), *self.states.items()])
        return slopes + steps + sum(max(map(abs, table)) for table in self.looked_up.values())

    def run(self, read: Read, rows: int) -> Codes:
        """The sums, as narrow whole numbers; ``read`` gives an item's codes."""
        total = np.zeros(rows, self.kind)
        for slope, names in self.slopes.items():
            total += self._times(self._climbed(names, read, rows), slope)
        for (level, worth), names in self.jumps.items():
            total += self._times(_count([read(name) for name in names], np.greater_equal, level, rows), worth)
        for (code, worth), names in self.states.items():
            total += self._times(_count([read(name) for name in names], np.equal, code, rows), worth)
        for name, table in self.looked_up.items():
            total += np.take(np.array(table, self.kind), read(name))
        return total

    def _climbed(self, names: list[str], read: Read, rows: int) -> Codes:
        total = np.zeros(rows, _narrowest(sum(self.longest[name] for name in names)))
        zeros = np.zeros(rows, np.int8)  # numpy compares two arrays ten times faster than an array and a number
        for name in names:
            np.add(total, np.maximum(read(name), zeros), out=total, casting="unsafe")
        return total

    def _times(self, whole: Codes, factor: int) -> Codes:
        if factor == 1:
            return whole
        return np.multiply(whole, factor, dtype=self.kind)


def _count(columns: list[Codes], compare: Any, code: int, rows: int) -> Codes:
    """In how many columns each row compares true."""
    total = np.zeros(rows, _narrowest(len(columns)))
    for codes in columns:
        np.add(total, compare(codes, code).view(np.int8), out=total)
    return total


def _narrowest(most: int) -> type[np.number[Any]]:
    """The smallest kind of number that holds up to ``most``."""
    return next((kind for kind in (np.int8, np.int16, np.int32) if most <= np.iinfo(kind).max), np.float64)
