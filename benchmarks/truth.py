"""Made-up chains of which the truth is known: stores and shoppers live in regions, and visits have their luck.

Nothing here knows how stores are compared; scores are normal, in points of 100.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from cemaudit.compare.crosstabs import CrossTabulation
from cemaudit.compare.results import ComparedData
from cemaudit.compare.score_scale import ScoreScale
from cemaudit.compare.visit_table import make_factor

__all__ = ["CHAIN", "SMALL_CHAIN", "Chain", "Network", "World", "crossed_of", "network"]

MEAN = 80.0
Floats = NDArray[np.float64]
Places = NDArray[np.int64]


class Chain(NamedTuple):
    """How large a chain is."""

    stores: int
    shoppers: int
    regions: int


CHAIN, SMALL_CHAIN = Chain(10_000, 2_000, 50), Chain(2_000, 400, 10)


class World(NamedTuple):
    """What is assumed.

    Each store is visited ``fewest`` to ``most`` times; ``again``: the share of visits by the shopper of the visit
    before; ``away``: of the others the share by a shopper from anywhere, the rest being by shoppers of the store's
    region. Standard deviations between stores of a region, between regions, shoppers, visits.
    """

    fewest: int = 12
    most: int = 12
    again: float = 0.3
    away: float = 0.1
    store_sd: float = 5.0
    region_sd: float = 2.0
    shopper_sd: float = 5.0
    visit_sd: float = 10.0


@dataclass(frozen=True, eq=False)
class Network:
    """Stores with their ``region`` and their ``truth``, and visits: ``store``, ``shopper``, ``turn`` (0 for a store's
    first) and ``score``.
    """

    chain: Chain
    region: Places
    truth: Floats
    store: Places
    shopper: Places
    turn: Places
    score: Floats


def network(world: World, chain: Chain, seed: int) -> Network:
    """A chain of that world."""
    draw = np.random.default_rng(seed)
    region = np.arange(chain.stores) % chain.regions
    level = draw.normal(0, world.region_sd, chain.regions)
    truth = MEAN + level[region] + draw.normal(0, world.store_sd, chain.stores)
    counts = draw.integers(world.fewest, world.most + 1, chain.stores)
    store = np.repeat(np.arange(chain.stores), counts)
    turn = np.arange(len(store)) - np.repeat(np.cumsum(counts) - counts, counts)
    shopper = _shoppers(draw, world, chain, region[store], turn)
    severity = draw.normal(0, world.shopper_sd, chain.shoppers)
    score = truth[store] + severity[shopper] + draw.normal(0, world.visit_sd, len(store))
    return Network(chain, region, truth, store, shopper, turn, score)


def _shoppers(draw: np.random.Generator, world: World, chain: Chain, region: Places, turn: Places) -> Places:
    home = region + chain.regions * draw.integers(0, chain.shoppers // chain.regions, len(region))
    anybody = draw.integers(0, chain.shoppers, len(region))
    shopper = np.where(draw.random(len(region)) < world.away, anybody, home)
    again = (draw.random(len(region)) < world.again) & (turn > 0)
    for number in range(1, world.most):
        same = np.flatnonzero(again & (turn == number))
        shopper[same] = shopper[same - 1]
    return shopper


def crossed_of(made: Network, wave: Places | None = None) -> CrossTabulation:
    """The visits counted and added up as the product does; ``wave`` of each visit, from 0."""
    stores, shoppers, regions = made.chain
    occasion = np.zeros_like(made.store) if wave is None else wave
    waves = int(occasion.max()) + 1
    shift = float(made.score.mean())
    centred, ones = made.score - shift, np.ones(len(made.score))
    return CrossTabulation(
        facts=_facts(len(made.score)),
        stores=tuple(str(number) for number in range(stores)),
        shoppers=tuple(str(number) for number in range(shoppers)),
        store_factors=(make_factor("region", [f"r{number:02}" for number in made.region]),) if regions > 1 else (),
        occasion_factors=(make_factor("wave", [f"w{number}" for number in range(waves)]),),
        unit_factor=None,
        pairs=_table(ones, made.store, made.shopper, (stores, shoppers)),
        by_store=_table(ones, made.store, occasion, (stores, waves)),
        by_shopper=_table(ones, made.shopper, occasion, (shoppers, waves)),
        totals=_table(centred, made.store, occasion, (stores, waves)),
        shopper_totals=np.bincount(made.shopper, centred, shoppers),
        raw=np.bincount(made.store, made.score, stores),
        squares=float(centred @ centred),
        shift=shift,
    )


def _table(values: Floats, rows: Places, columns: Places, shape: tuple[int, int]) -> Any:
    return sparse.csr_array((values, (rows, columns)), shape=shape)


def _facts(visits: int) -> ComparedData:
    return ComparedData(
        measure="overall",
        value=None,
        title=None,
        unit="points",
        better="higher",
        checklists=("made.up@1",),
        schemes=("made.up@1",),
        visits=visits,
        unknown_shopper_visits=0,
        left_out={},
        scale=ScoreScale(),
        adjusted=True,
    )
