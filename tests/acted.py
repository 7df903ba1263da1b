"""Visits before and after something was done in some stores, made from arrays."""

from __future__ import annotations

from typing import NamedTuple

import crosses
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from cemaudit.compare.crosstabs import PartitionedVisits
from cemaudit.compare.intervention import PARTS


class Made(NamedTuple):
    """Visits (n): the places of ``store`` and ``shopper``, ``score``, whether ``later``; ``acted``: of each store."""

    store: NDArray[np.int64]
    shopper: NDArray[np.int64]
    score: NDArray[np.float64]
    later: NDArray[np.bool_]
    acted: NDArray[np.bool_]

    def parted(self) -> PartitionedVisits:
        whole = crosses.crossed(self.store, self.shopper, self.score)
        part = 2 * self.acted[self.store] + self.later

        def table(rows: NDArray[np.int64], size: int, values: NDArray[np.float64] | None = None) -> sparse.csr_array:
            there = np.ones(len(rows)) if values is None else values
            return sparse.csr_array((there, (rows, part)), shape=(size, PARTS))

        return PartitionedVisits(
            crossed=whole,
            by_store=table(self.store, len(whole.stores)),
            by_shopper=table(self.shopper, len(whole.shoppers)),
            by_occasion=table(0 * self.store, 1),
            store_totals=table(self.store, len(whole.stores), self.score - whole.shift),
            raw=np.bincount(part, self.score, PARTS),
        )


def bottom_tenth(effect: float, *, visits: int = 2, stores: int = 400, trend: float = 2.0, seed: int = 1) -> Made:
    """The tenth of stores that was lowest in ``visits`` visits, acted upon; as many visits afterwards; SD 5, 5, 10."""
    draw = np.random.default_rng(seed)
    store = np.tile(np.repeat(np.arange(stores), visits), 2)
    later = np.arange(len(store)) >= len(store) // 2
    shopper = draw.integers(0, stores // 5, len(store))
    own, strict = draw.normal(0, 5, stores), draw.normal(0, 5, stores // 5)
    score = 70 + own[store] + strict[shopper] + trend * later + draw.normal(0, 10, len(store))
    mean = np.bincount(store[~later], score[~later]) / visits
    acted = mean <= np.sort(mean)[stores // 10 - 1]
    return Made(store, shopper, score + effect * (later & acted[store]), later, acted)
