"""A chart of single values, one a wave: what a series does by itself."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from cemaudit.compare.standing import Interval

__all__ = ["LEAST", "individual_limits"]

LEAST = 6
"""So many values make limits worth looking at."""

_WIDE = 2.66


def individual_limits(values: Sequence[float]) -> Interval | None:
    """The limits of natural process: the mean ± 2.66 times the mean difference of neighbours, regardless of sign.

    2.66 is 3 / 1.128, the constant for ranges of two. ``None`` for fewer than ``LEAST`` values. Shewhart's chart of
    individuals; for the series of a network, never for a single store of few visits.
    """
    if len(values) < LEAST:
        return None
    mean = sum(values) / len(values)
    reach = _WIDE * sum(abs(later - earlier) for earlier, later in pairwise(values)) / (len(values) - 1)
    return Interval(mean - reach, mean + reach)
