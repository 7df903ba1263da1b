"""Sums over many items of what their codes stand for, in as narrow whole numbers as they fit.

Most items earn points on a straight line (0, 1, 2 ...), so items of one slope are added up as codes first and
multiplied once. That is what makes the columns fast.
"""

from __future__ import annotations

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

Codes = NDArray[Any]
Read = Callable[[str], Codes]


def lookup(codes: Codes, table: Sequence[float]) -> Floats:
    """What each code stands for in a table."""
    return np.take(np.asarray(table, np.float64), codes)


class WholeSum:
    """The sum over items of what their codes stand for; ``most`` is the largest it can be."""

    def __init__(self, tables: Mapping[str, CodeTable]) -> None:
        self.slopes: dict[int, list[str]] = defaultdict(list)
        self.answered: dict[int, list[str]] = defaultdict(list)
        self.states: dict[tuple[int, int], list[str]] = defaultdict(list)
        self.looked_up: dict[str, CodeTable] = {}
        self.longest: dict[str, int] = {}
        for name, table in tables.items():
            self._add(name, table)
        self.most = float(sum(max(map(abs, table)) for table in tables.values()))

    def _add(self, name: str, table: CodeTable) -> None:
        levels, states = table[: -len(STATES)], table[-len(STATES) :]
        self.longest[name] = max(len(levels) - 1, 0)
        slope = levels[1] - levels[0] if len(levels) > 1 else 0
        if any(level != levels[0] + slope * number for number, level in enumerate(levels)):
            self.looked_up[name] = table
            return
        if slope:
            self.slopes[slope].append(name)
        if levels and levels[0]:
            self.answered[levels[0]].append(name)
        for number, worth in enumerate(reversed(states)):
            if worth:
                self.states[-1 - number, worth].append(name)

    def run(self, read: Read, rows: int) -> Floats:
        """The sums; ``read`` gives an item's codes."""
        parts = [self._slope(slope, names, read, rows) for slope, names in self.slopes.items()]
        parts += [
            _times(_count([read(name) for name in names], np.greater_equal, 0, rows), worth)
            for worth, names in self.answered.items()
        ]
        parts += [
            _times(_count([read(name) for name in names], np.equal, code, rows), worth)
            for (code, worth), names in self.states.items()
        ]
        parts += [lookup(read(name), table) for name, table in self.looked_up.items()]
        if not parts:
            return np.zeros(rows)
        total = parts[0]
        for part in parts[1:]:
            total += part
        return total

    def _slope(self, slope: int, names: list[str], read: Read, rows: int) -> Floats:
        kind = _narrowest(sum(self.longest[name] for name in names))
        total = np.zeros(rows, kind)
        for name in names:
            codes = read(name)
            np.add(total, np.maximum(codes, 0), out=total, casting="unsafe")
        return _times(total, slope)


def _count(columns: list[Codes], compare: Any, code: int, rows: int) -> Codes:
    """In how many columns each row compares true."""
    total = np.zeros(rows, _narrowest(len(columns)))
    for codes in columns:
        np.add(total, compare(codes, code).view(np.int8), out=total)
    return total


def _narrowest(most: int) -> type[np.signedinteger[Any]]:
    return np.int8 if most <= 127 else np.int16 if most <= 32767 else np.int64


def _times(whole: Codes, factor: int) -> Floats:
    return np.multiply(whole, float(factor), dtype=np.float64)
