"""Cross-tabulations of visits made from arrays, also of visits before and after something was done in some stores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from cemaudit.compare.crosstabs import CrossTabulation, PartitionedVisits
from cemaudit.compare.intervention import PARTS
from cemaudit.compare.results import ComparedData
from cemaudit.compare.score_scale import ScoreScale
from cemaudit.compare.visit_table import Factor, make_factor

Places = Sequence[int] | NDArray[Any]


def crossed(
    store: Places,
    shopper: Places,
    score: Sequence[float] | NDArray[Any],
    pool: Sequence[str | None] = (),
    wave: Places = (),
) -> CrossTabulation:
    """Visits: of each the place of its store and of its shopper (-1: not known), its score, and its wave, if several.

    ``pool``: of each store.
    """
    stores, shoppers, scores = np.asarray(store), np.asarray(shopper), np.asarray(score, np.float64)
    waves = np.asarray(wave) if len(wave) else 0 * stores
    count = int(waves.max()) + 1
    shift = float(scores.mean())
    known = shoppers >= 0
    size, people, centred = stores.max() + 1, shoppers.max() + 1, scores - shift
    return CrossTabulation(
        facts=_facts(len(scores), int((~known).sum())),
        stores=tuple(f"s{number}" for number in range(size)),
        shoppers=tuple(f"u{number}" for number in range(people)),
        store_factors=(make_factor("region", pool),) if pool else (),
        occasion_factors=(
            Factor("wave", tuple(f"w{one + 1}" for one in range(count)), np.arange(count, dtype=np.int32)),
        ),
        unit_factor=None,
        pairs=_table(stores[known], shoppers[known], np.ones(known.sum()), (size, people)),
        by_store=_table(stores, waves, np.ones(len(stores)), (size, count)),
        by_shopper=_table(shoppers[known], waves[known], np.ones(known.sum()), (people, count)),
        totals=_table(stores, waves, centred, (size, count)),
        shopper_totals=np.bincount(shoppers[known], centred[known], people).astype(np.float64),
        raw=np.bincount(stores, scores, size).astype(np.float64),
        squares=float(centred @ centred),
        shift=shift,
    )


def _facts(visits: int, strangers: int) -> ComparedData:
    return ComparedData(
        measure="whole",
        value=None,
        title=None,
        unit="points",
        better="higher",
        checklists=("test.shop@1",),
        schemes=("test.scheme@1",),
        visits=visits,
        unknown_shopper_visits=strangers,
        left_out={},
        scale=ScoreScale(),
        adjusted=True,
    )


def _table(rows: NDArray[Any], columns: NDArray[Any], values: NDArray[Any], shape: tuple[int, int]) -> Any:
    return sparse.csr_array((values, (rows, columns)), shape=shape)


def regional(away: float, *, regions: int = 10, stores: int = 12, shoppers: int = 5, seed: int = 1) -> CrossTabulation:
    """Six visits of each store by shoppers of its region, but the share ``away`` by those of others; SD 5, 5 and 10."""
    draw = np.random.default_rng(seed)
    store = np.repeat(np.arange(regions * stores), 6)
    region = store // stores
    of = np.where(draw.random(len(store)) < away, (region + draw.integers(1, regions, len(store))) % regions, region)
    shopper = of * shoppers + draw.integers(0, shoppers, len(store))
    parts = draw.normal(0, 5, store.max() + 1)[store], draw.normal(0, 5, regions * shoppers)[shopper]
    return crossed(
        store,
        shopper,
        70 + sum(parts) + draw.normal(0, 10, len(store)),
        [f"r{one // stores:02}" for one in range(regions * stores)],
    )


class Made(NamedTuple):
    """Visits (n): the places of ``store`` and ``shopper``, ``score``, whether ``later``; ``acted``: of each store."""

    store: NDArray[np.int64]
    shopper: NDArray[np.int64]
    score: NDArray[np.float64]
    later: NDArray[np.bool_]
    acted: NDArray[np.bool_]

    def parted(self) -> PartitionedVisits:
        whole = crossed(self.store, self.shopper, self.score)
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
