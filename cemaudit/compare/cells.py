"""The visits of each store by each shopper on each occasion: for what sums over two of them do not tell."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cemaudit.compare.crosstabs import Occasions, mean_shift
from cemaudit.compare.mixed_model.crossproducts import Vector
from cemaudit.compare.visit_table import Codes, VisitTable

__all__ = ["Cells", "cells"]

_CELLS = (
    "select store, shopper, wave, version, count(*) as n, cast(sum(score - ?) as bigint) as total, "
    "cast(sum(cast(score - ? as double) * (score - ?)) as double) as squares from compared group by all"
)


@dataclass(frozen=True, eq=False)
class Cells:
    """Groups of visits (m), in no order: the places of their ``store``, ``shopper`` (-1: not known) and ``occasion``
    (as in ``Crossed``); how many ``visits``; ``totals`` and ``squares`` of their scores less ``shift``.
    """

    store: Codes
    shopper: Codes
    occasion: NDArray[np.intp]
    visits: Vector
    totals: Vector
    squares: Vector
    shift: float


def cells(table: VisitTable) -> Cells:
    """The visits of a table, gathered."""
    unit, shift = table.facts.scale.unit, mean_shift(table)
    rows = table.columns(_CELLS, shift, shift, shift)
    return Cells(
        rows["store"],
        rows["shopper"],
        Occasions(table).of(rows),
        rows["n"].astype(np.float64),
        rows["total"] / unit,
        rows["squares"] / unit**2,
        shift / unit,
    )
