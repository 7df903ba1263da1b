"""A simulated chain: how good each store really is, how strict each shopper, how hard each touchpoint.

All effects are on the logit scale of performance: 0 is half of all points, 1 about 73 %, 2 about 88 %.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from statistics import NormalDist

from cemaudit.language import Language
from cemaudit.model import Channel, Checklist
from cemaudit.simulate.names import Outlet, formats_of, outlets

__all__ = ["Chain", "Shopper", "Store", "make_chain"]

USUAL = 1.4
STORES_DIFFER = 0.8
ENGLISH = 0.2
TRAVELS = 0.15
"""How often a shopper of another pool is sent; without any, strict shoppers could not be told from bad regions."""

POOLS = ("A조", "B조", "C조", "D조")
FEWEST = 2
_FIRST_OPENED, _OPENED_FOR = date(2012, 1, 2), 4_700  # days


@dataclass(frozen=True)
class Store:
    """An outlet with what nobody sees: quality, warmth (emotion beyond performance) and trend by wave.

    ``pool``: the shoppers who are usually sent there.
    """

    id: str
    outlet: Outlet
    format: str
    opened: date
    pool: str
    quality: float
    channels: Mapping[Channel, float]
    warmth: float
    trend: float


@dataclass(frozen=True)
class Shopper:
    """A shopper; ``severity`` is taken off what is seen, ``demand`` adds to what is expected (scale 1..7)."""

    id: str
    pool: str
    severity: float
    demand: float
    language: Language


@dataclass(frozen=True)
class Chain:
    """The stores of a company, the shoppers who visit them, and how hard each touchpoint is."""

    stores: tuple[Store, ...]
    shoppers: tuple[Shopper, ...]
    difficulty: Mapping[str, float]

    def sent_to(self, store: Store, turn: int, rng: Random) -> Shopper:
        """Who visits a store: those of its pool by turns, now and then somebody from elsewhere."""
        pool = [shopper for shopper in self.shoppers if shopper.pool == store.pool]
        return rng.choice(self.shoppers) if rng.random() < TRAVELS else pool[turn % len(pool)]


def make_chain(checklist: Checklist, stores: int, seed: int) -> Chain:
    """The chain that ``simulate`` visits; the same arguments make the same chain."""
    rng = Random(f"{seed} chain {checklist.ref} {stores}")  # noqa: S311 (a simulation, no secret)
    made = _stores(checklist.sector, stores, rng)
    return Chain(
        stores=made,
        shoppers=tuple(_shopper(number, pool, rng) for number, pool in enumerate(_homes(made), 1)),
        difficulty={touchpoint.id: rng.gauss(0, 0.45) for touchpoint in checklist.touchpoints},
    )


def _stores(sector: str, count: int, rng: Random) -> tuple[Store, ...]:
    """Qualities are spread evenly over a normal distribution, so that even a small chain has good and bad stores."""
    spread = NormalDist(0, STORES_DIFFER)
    qualities = [spread.inv_cdf((rank + 0.5) / count) for rank in range(count)]
    rng.shuffle(qualities)
    found = outlets(sector, count)
    return tuple(
        Store(
            id=f"{sector}-{number:02}",
            outlet=outlet,
            format=rng.choice(formats_of(sector)),
            opened=_FIRST_OPENED + timedelta(days=rng.randrange(_OPENED_FOR)),
            pool=_pool(outlet, number, found),
            quality=USUAL + quality,
            channels={channel: rng.gauss(0, 0.3) for channel in Channel},
            warmth=rng.gauss(0, 0.35),
            trend=rng.gauss(0.1, 0.12),
        )
        for number, (outlet, quality) in enumerate(zip(found, qualities, strict=True), 1)
    )


def _pool(outlet: Outlet, number: int, known: list[Outlet]) -> str:
    """A pool for each region; stores without one are dealt out."""
    regions = list(dict.fromkeys(one.region for one in known))
    return POOLS[(regions.index(outlet.region) if outlet.region else number) % len(POOLS)]


def _homes(stores: tuple[Store, ...]) -> Iterator[str]:
    """The pool of each shopper: as many in a pool as it has stores, but not one alone."""
    for pool, count in Counter(store.pool for store in stores).items():
        yield from [pool] * max(FEWEST, count)


def _shopper(number: int, pool: str, rng: Random) -> Shopper:
    language: Language = "en" if rng.random() < ENGLISH else "ko"
    return Shopper(f"M{number:02}", pool, severity=rng.gauss(0, 0.3), demand=rng.gauss(0, 0.5), language=language)
