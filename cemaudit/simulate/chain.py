"""A simulated chain: its stores and shoppers with their names, and the table of stores."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from importlib.resources import files
from pathlib import Path
from random import Random
from statistics import NormalDist

from cemaudit.files import replaced
from cemaudit.language import Language
from cemaudit.model import Channel, Checklist

__all__ = [
    "Outlet",
    "SimulatedChain",
    "SimulatedShopper",
    "SimulatedStore",
    "brand_of",
    "example_platform",
    "formats_of",
    "make_chain",
    "outlets",
    "write_stores",
]


def example_platform() -> str:
    """Return the TOML file of the platform of an outdoor brand that does not exist."""
    return (files("cemaudit.simulate") / "outdoor-platform.toml").read_text("utf-8")


@dataclass(frozen=True)
class Outlet:
    """The name of one outlet, the place it stands in, and the ``region`` that is in; ``None`` for a web shop."""

    name: str
    place: str
    region: str | None = None


_BRANDS = {"retail": "그린스마일", "hospital": "한결의원", "ecommerce": "온결몰"}
_OTHER_BRAND = "새솔"

_FORMATS = {
    "retail": ("로드숍", "백화점", "쇼핑몰"),
    "hospital": ("단독 건물", "상가 건물"),
    "ecommerce": ("직영관", "입점관"),
}

_OTHER_FORMATS = ("직영점", "가맹점")

_BRANCHES = (
    ("강남점", "서울 강남"), ("서면점", "부산 서면"), ("동성로점", "대구 동성로"), ("둔산점", "대전 둔산"),
    ("상무점", "광주 상무"), ("구월점", "인천 구월"), ("인계점", "수원 인계"), ("삼산점", "울산 삼산"),
    ("노형점", "제주 노형"), ("객사점", "전주 객사"), ("상남점", "창원 상남"), ("홍대점", "서울 홍대"),
    ("성안점", "청주 성안"), ("해운대점", "부산 해운대"), ("여서점", "여수 여서"), ("신부점", "천안 신부"),
    ("잠실점", "서울 잠실"), ("퇴계점", "춘천 퇴계"), ("연향점", "순천 연향"), ("양덕점", "포항 양덕"),
    ("단계점", "원주 단계"), ("일산점", "고양 일산"), ("하당점", "목포 하당"), ("나성점", "세종 나성"),
)  # fmt: skip

_REGIONS = {
    "수도권": ("서울", "인천", "수원", "고양"),
    "영남": ("부산", "대구", "울산", "창원", "포항"),
    "충청·강원": ("대전", "청주", "천안", "춘천", "원주", "세종"),
    "호남·제주": ("광주", "제주", "전주", "여수", "순천", "목포"),
}

_CORNERS = (
    "아웃도어관", "생활관", "신발관", "캠핑관", "가방관", "운동관",
    "어린이관", "선물관", "주방관", "침구관", "문구관", "반려관",
    "등산관", "자전거관", "수영관", "유아관", "뷰티관", "식품관",
    "가전관", "가구관", "조명관", "음반관", "악기관", "골프관",
)  # fmt: skip


def brand_of(sector: str) -> str:
    """Return what the sector's company is called."""
    return _BRANDS.get(sector, _OTHER_BRAND)


def formats_of(sector: str) -> tuple[str, ...]:
    """Return the kinds of outlet the sector's company has."""
    return _FORMATS.get(sector, _OTHER_FORMATS)


def outlets(sector: str, count: int) -> list[Outlet]:
    """Return the first ``count`` outlets of the sector's company, no name twice; web shops have no town."""
    if sector == "ecommerce":
        named = [Outlet(f"{brand_of(sector)} {corner}", "온라인") for corner in _CORNERS]
    else:
        named = []
        for branch, place in _BRANCHES:
            name = branch.removesuffix("점") if sector == "hospital" else branch
            region = next(region for region, towns in _REGIONS.items() if place.partition(" ")[0] in towns)
            named.append(Outlet(f"{brand_of(sector)} {name}", place, region))
    # Where there are more outlets than names, the names come again, numbered from 2.
    turns = (divmod(number, len(named)) for number in range(count))
    return [replace(named[at], name=f"{named[at].name} {turn + 1}") if turn else named[at] for turn, at in turns]


MEAN_QUALITY = 1.4
STORE_SD = 0.8
ENGLISH = 0.2

TRAVEL_SHARE = 0.15
"""How often a shopper of another pool is sent: without any, a strict shopper and a bad region look the same."""

POOLS = ("A조", "B조", "C조", "D조")
FEWEST = 2
_FIRST_OPENED, _OPENED_FOR = date(2012, 1, 2), 4_700  # days


@dataclass(frozen=True)
class SimulatedStore:
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
class SimulatedShopper:
    """A shopper; ``severity`` is taken off what is seen, ``demand`` adds to what is expected (scale 1..7)."""

    id: str
    pool: str
    severity: float
    demand: float
    language: Language


@dataclass(frozen=True)
class SimulatedChain:
    """The stores of a company, the shoppers who visit them, and how hard each touchpoint is."""

    stores: tuple[SimulatedStore, ...]
    shoppers: tuple[SimulatedShopper, ...]
    difficulty: Mapping[str, float]

    def shopper_for(self, store: SimulatedStore, turn: int, rng: Random) -> SimulatedShopper:
        """Return who visits a store: those of its pool by turns, now and then somebody from elsewhere."""
        pool = [shopper for shopper in self.shoppers if shopper.pool == store.pool]
        return rng.choice(self.shoppers) if rng.random() < TRAVEL_SHARE else pool[turn % len(pool)]


def make_chain(checklist: Checklist, stores: int, seed: int) -> SimulatedChain:
    """Return the chain that ``simulate`` visits; the same arguments make the same chain."""
    rng = Random(f"{seed} chain {checklist.ref} {stores}")  # noqa: S311 (a simulation, no secret)
    made = _stores(checklist.sector, stores, rng)
    # As many shoppers in a pool as it has stores, but not one alone, with whom nobody could be compared.
    sizes = Counter(store.pool for store in made)
    home_pools = [pool for pool, count in sizes.items() for _ in range(max(FEWEST, count))]
    shoppers = []
    for number, pool in enumerate(home_pools, 1):
        language: Language = "en" if rng.random() < ENGLISH else "ko"
        severity, demand = rng.gauss(0, 0.3), rng.gauss(0, 0.5)
        shoppers.append(SimulatedShopper(f"M{number:02}", pool, severity, demand, language))
    return SimulatedChain(
        stores=made,
        shoppers=tuple(shoppers),
        difficulty={touchpoint.id: rng.gauss(0, 0.45) for touchpoint in checklist.touchpoints},
    )


def _stores(sector: str, count: int, rng: Random) -> tuple[SimulatedStore, ...]:
    # Spread evenly over a normal distribution, so that even a small chain has good and bad stores.
    spread = NormalDist(0, STORE_SD)
    qualities = [spread.inv_cdf((rank + 0.5) / count) for rank in range(count)]
    rng.shuffle(qualities)
    named = outlets(sector, count)
    regions = list(dict.fromkeys(outlet.region for outlet in named))
    return tuple(
        SimulatedStore(
            id=f"{sector}-{number:02}",
            outlet=outlet,
            format=rng.choice(formats_of(sector)),
            opened=_FIRST_OPENED + timedelta(days=rng.randrange(_OPENED_FOR)),
            # A pool for each region; stores without one are dealt out.
            pool=POOLS[(regions.index(outlet.region) if outlet.region else number) % len(POOLS)],
            quality=MEAN_QUALITY + quality,
            channels={channel: rng.gauss(0, 0.3) for channel in Channel},
            warmth=rng.gauss(0, 0.35),
            trend=rng.gauss(0.1, 0.12),
        )
        for number, (outlet, quality) in enumerate(zip(named, qualities, strict=True), 1)
    )


HEADINGS = ("id", "name", "region", "format", "brand", "opened", "pool")


def write_stores(path: Path, chain: SimulatedChain, sector: str) -> None:
    """Write the stores of a chain as CSV for ``cemaudit stores import``; ``BadEnvironment`` where the disk refuses."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(HEADINGS)
    for store in chain.stores:
        outlet, opened = store.outlet, store.opened.isoformat()
        region = outlet.region or ""
        table.writerow([store.id, outlet.name, region, store.format, brand_of(sector), opened, store.pool])
    with replaced(path) as file:
        file.write(text.getvalue().encode())
