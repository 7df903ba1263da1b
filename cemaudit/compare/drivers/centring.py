"""Each visit as it differs from its shopper's usual one: a strict shopper or a friendly one drops out.

One shopper fills in the drivers and the outcome, and some give high marks to everything: such a halo makes a driver of
whatever is on the list. Taking away each shopper's own mean removes the part of it that the shopper always has.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from cemaudit.ledger.snapshot.names import quoted

__all__ = ["PARTS", "centred", "centred_sql"]

PARTS = 10_000
"""Centred values are whole numbers of such parts of a point, so that their sums are exact in any order."""

_PARTS_A_HUNDREDTH = PARTS // 100

Numbers = NDArray[np.float64]


def centred(values: Numbers, within: NDArray[np.int64]) -> Numbers:
    """(n, m) ``values`` (NaN: not known) less the mean of each column in each group ``within`` (numbered from 0).

    What a group has but once says nothing of how it differs, and becomes NaN.
    """
    known = ~np.isnan(values)
    totals, counts = (np.zeros((int(within.max()) + 1, values.shape[1])) for _ in range(2))
    np.add.at(totals, within, np.where(known, values, 0))
    np.add.at(counts, within, known)
    means = totals / np.maximum(counts, 1)
    return np.where(known & (counts[within] > 1), values - means[within], np.nan)


def centred_sql(frame: str, names: Sequence[str], within: Sequence[str]) -> str:
    """SQL for the same: the store of each row of the table ``frame``, and its columns (hundredths) in ``PARTS``."""
    keys = ", ".join(within)
    means = ", ".join(f"avg({quoted(name)}) as {quoted(name)}" for name in names)
    counts = ", ".join(f"count({quoted(name)}) as {quoted('n:' + name)}" for name in names)
    same = " and ".join(f"{frame}.{key} is not distinct from means.{key}" for key in within)
    return (
        f"select {frame}.store, {', '.join(_less_mean(frame, name) for name in names)} from {frame} "
        f"join (select {keys}, {means}, {counts} from {frame} group by {keys}) as means on {same}"
    )


def _less_mean(frame: str, name: str) -> str:
    column = quoted(name)
    difference = f"{_PARTS_A_HUNDREDTH} * ({frame}.{column} - means.{column})"
    return f"case when means.{quoted('n:' + name)} > 1 then cast(round({difference}) as bigint) end as {column}"
