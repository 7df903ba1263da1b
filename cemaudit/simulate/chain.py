"""A simulated chain: how good each store really is, how strict each shopper, how hard each touchpoint.

All effects are on the logit scale of performance: 0 is half of all points, 1 about 73 %, 2 about 88 %.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from statistics import NormalDist

from cemaudit.language import Language
from cemaudit.model import Channel, Checklist
from cemaudit.simulate.names import Outlet, outlets

__all__ = ["Chain", "Shopper", "Store", "make_chain"]

USUAL = 1.4
STORES_DIFFER = 0.8
ENGLISH = 0.2


@dataclass(frozen=True)
class Store:
    """An outlet with what nobody sees: quality, warmth (emotion beyond performance) and trend by wave."""

    id: str
    outlet: Outlet
    quality: float
    channels: Mapping[Channel, float]
    warmth: float
    trend: float


@dataclass(frozen=True)
class Shopper:
    """A shopper; ``severity`` is taken off what is seen, ``demand`` adds to what is expected (scale 1..7)."""

    id: str
    severity: float
    demand: float
    language: Language


@dataclass(frozen=True)
class Chain:
    """The stores of a company, the shoppers who visit them, and how hard each touchpoint is."""

    stores: tuple[Store, ...]
    shoppers: tuple[Shopper, ...]
    difficulty: Mapping[str, float]


def make_chain(checklist: Checklist, stores: int, seed: int) -> Chain:
    """The chain that ``simulate`` visits; the same arguments make the same chain."""
    rng = Random(f"{seed} chain {checklist.ref} {stores}")  # noqa: S311 (a simulation, no secret)
    return Chain(
        stores=_stores(checklist.sector, stores, rng),
        shoppers=tuple(_shopper(number, rng) for number in range(1, max(4, stores) + 1)),
        difficulty={touchpoint.id: rng.gauss(0, 0.45) for touchpoint in checklist.touchpoints},
    )


def _stores(sector: str, count: int, rng: Random) -> tuple[Store, ...]:
    """Qualities are spread evenly over a normal distribution, so that even a small chain has good and bad stores."""
    spread = NormalDist(0, STORES_DIFFER)
    qualities = [spread.inv_cdf((rank + 0.5) / count) for rank in range(count)]
    rng.shuffle(qualities)
    return tuple(
        Store(
            id=f"{sector}-{number:02}",
            outlet=outlet,
            quality=USUAL + quality,
            channels={channel: rng.gauss(0, 0.3) for channel in Channel},
            warmth=rng.gauss(0, 0.35),
            trend=rng.gauss(0.1, 0.12),
        )
        for number, (outlet, quality) in enumerate(zip(outlets(sector, count), qualities, strict=True), 1)
    )


def _shopper(number: int, rng: Random) -> Shopper:
    language: Language = "en" if rng.random() < ENGLISH else "ko"
    return Shopper(f"M{number:02}", severity=rng.gauss(0, 0.3), demand=rng.gauss(0, 0.5), language=language)
