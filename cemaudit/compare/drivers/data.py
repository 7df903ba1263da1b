"""The data of a study of drivers: columns of the snapshot, centred on shoppers, and their cross-products.

One shopper fills in the drivers and the outcome, and some give high marks to everything: such a halo makes a driver of
whatever is on the list. Taking away each shopper's own mean removes the part of it that the shopper always has.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cemaudit.compare.errors import NotEstimable
from cemaudit.language import message

__all__ = [
    "LEAST_PAIR",
    "LEAST_STORES",
    "OUTCOME",
    "PARTS",
    "DriverProducts",
    "InputRef",
    "ScreenedDrivers",
    "StoreMeans",
    "StudySize",
    "StudyTable",
    "ThirdCounts",
    "bootstrap_weights",
    "centred",
    "check_study_size",
    "products_of_rows",
    "screen_drivers",
]

PARTS = 10_000
"""Centred values are whole numbers of such parts of a point, so that their sums are exact in any order."""

Numbers = NDArray[np.float64]

InputRef = tuple[str, str]
"""``("item", id)``, or a source such as ``"@emotions"`` and the touchpoint."""


def centred(values: Numbers, within: NDArray[np.int64]) -> Numbers:
    """Return (n, m) ``values`` (NaN: not known) less the means of their columns in each group ``within`` (from 0).

    What a group has but once says nothing of how it differs, and becomes NaN.
    """
    is_known = ~np.isnan(values)
    totals, counts = (np.zeros((int(within.max()) + 1, values.shape[1])) for _ in range(2))
    np.add.at(totals, within, np.where(is_known, values, 0))
    np.add.at(counts, within, is_known)
    means = totals / np.maximum(counts, 1)
    return np.where(is_known & (counts[within] > 1), values - means[within], np.nan)


@dataclass(frozen=True)
class DriverProducts:
    """Counts and sums of products of I stores and all P = m(m+1)/2 pairs of m variables, as ``numpy.triu_indices(m)``.

    ``counts``: (I, P) the visits in which both are known. ``sums``: (I, P) the sums of the products of their centred
    values there.
    """

    names: tuple[str, ...]
    counts: Numbers
    sums: Numbers

    @property
    def stores(self) -> int:
        """How many stores there are."""
        return len(self.counts)

    @property
    def together(self) -> Numbers:
        """(m, m) the visits in which two variables are both known."""
        return self._square(self.counts.sum(axis=0))

    def covariances(self, drawn: Numbers | None = None) -> Numbers:
        """Return covariances (m, m) of all stores; or (B, m, m), each store as often as ``drawn`` (B, I) says.

        Each pair over the visits in which both are known; 0 where there are none.
        """
        counts = self.counts.sum(axis=0) if drawn is None else drawn @ self.counts
        sums = self.sums.sum(axis=0) if drawn is None else drawn @ self.sums
        return self._square(np.where(counts > 0, sums / np.maximum(counts, 1), 0))

    def ordered(self, beside: Numbers | None = None) -> NDArray[np.intp]:
        """Return the stores (I) in an order of their values (then of ``beside``, (I, ...)) alone, not of their ids."""
        columns = [self.counts, self.sums] if beside is None else [self.counts, self.sums, beside]
        return np.lexsort(np.hstack(columns).T)

    def of_stores(self, order: NDArray[np.intp]) -> DriverProducts:
        """Return the same with the stores in this order."""
        return DriverProducts(self.names, self.counts[order], self.sums[order])

    def select(self, names: Sequence[str]) -> DriverProducts:
        """Return the same of fewer variables, in this order."""
        m = len(self.names)
        places = np.zeros((m, m), np.int64)
        places[np.triu_indices(m)] = np.arange(self.counts.shape[1])
        places = np.maximum(places, places.T)
        kept = [self.names.index(name) for name in names]
        rows, columns = np.triu_indices(len(kept))
        pairs = places[np.array(kept)[rows], np.array(kept)[columns]]
        return DriverProducts(tuple(names), self.counts[:, pairs], self.sums[:, pairs])

    def _square(self, pairs: Numbers) -> Numbers:
        m = len(self.names)
        rows, columns = np.triu_indices(m)
        square = np.zeros((*pairs.shape[:-1], m, m))
        square[..., rows, columns] = pairs
        square[..., columns, rows] = pairs
        return square


def products_of_rows(names: Sequence[str], values: Numbers, store: NDArray[np.int64]) -> DriverProducts:
    """Return the products of (n, m) centred ``values`` (NaN: not known) of the visits of stores numbered from 0."""
    rows, columns = np.triu_indices(len(names))
    pairs = values[:, rows] * values[:, columns]
    is_known = ~np.isnan(pairs)
    pairs = np.where(is_known, pairs, 0)
    # Sums of whole numbers leave the 53 bits of a float: added up in two halves they are exact, whatever their order.
    upper = np.trunc(pairs / _HALF)
    counts, high, low = (np.zeros((int(store.max()) + 1, len(rows))) for _ in range(3))
    np.add.at(counts, store, is_known)
    np.add.at(high, store, upper)
    np.add.at(low, store, pairs - upper * _HALF)
    return DriverProducts(tuple(names), counts, high * _HALF + low)


_HALF = 2.0**26


def bootstrap_weights(stores: int, replicates: int = 1_000, seed: int = 1, at_once: int = 100) -> Iterator[Numbers]:
    """Yield how often each store comes in samples with replacement: (B, I), ``at_once`` replicates at a time.

    Stores are drawn whole, because the visits to one are alike.
    """
    # A generator by its name: what default_rng stands for may change with numpy, and with it every interval.
    generator = np.random.Generator(np.random.PCG64(seed))
    even = np.full(stores, 1 / stores)
    for start in range(0, replicates, at_once):
        yield generator.multinomial(stores, even, min(at_once, replicates - start)).astype(np.float64)


OUTCOME = "outcome"
"""What the column of the outcome is called."""


@dataclass(frozen=True, slots=True)
class StudySize:
    """How many visits, stores and shoppers a study has.

    ``unknown_shopper_visits``: visits whose shopper is not known; ``single_visits``: whose shopper made no other.
    ``groups``: of visits by the same shopper, of a version of the checklist, that are more than one.
    """

    visits: int
    stores: int
    shoppers: int
    unknown_shopper_visits: int
    single_visits: int
    groups: int


class StoreMeans(NamedTuple):
    """Of I stores and p columns: visits in which each is known, and the sums there, in points: (I, p)."""

    counts: Numbers
    sums: Numbers

    def mean(self, drawn: Numbers | None = None) -> Numbers:
        """Return (p) means of all, or (B, p) of the stores drawn; NaN where nothing is known."""
        counts = self.counts.sum(axis=0) if drawn is None else drawn @ self.counts
        sums = self.sums.sum(axis=0) if drawn is None else drawn @ self.sums
        return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


class ThirdCounts(NamedTuple):
    """How many visits there are in which a driver is low, in the middle, and high."""

    low: int
    middle: int
    high: int


class StudyTable(ABC):
    """The visits of a study: of each its store, shopper (if known), version of the checklist, the outcome (always
    known) and drivers, in hundredths.
    """

    @abstractmethod
    def size(self) -> StudySize:
        """Return how many visits, stores and shoppers there are."""

    @abstractmethod
    def means(self, names: Sequence[str]) -> StoreMeans:
        """Return the visits and sums of columns, store by store, the stores by id."""

    @abstractmethod
    def products(self, names: Sequence[str], *, by_shopper: bool) -> DriverProducts:
        """Return the products of columns, centred by shopper or, else, as a whole; both within versions."""

    @abstractmethod
    def count_thirds(self, names: Sequence[str]) -> dict[str, ThirdCounts]:
        """Return how often each column lies in the lowest, middle and highest third of its range."""

    @abstractmethod
    def third_products(self, names: Sequence[str], *, by_shopper: bool) -> DriverProducts:
        """Return the products of the outcome, then of each column being low and being high (0 or 1)."""


LEAST_PAIR = 30
"""Two columns are set against each other from so many visits on in which both are known."""

LEAST_STORES = 5

PER_DRIVER = 5
"""Visits there must be for each driver."""

_FLAT = 1e-9  # points squared


class ScreenedDrivers(NamedTuple):
    """The products of the outcome and the drivers that stay; those too ``seldom_known`` known, those that are
    ``constant``.
    """

    products: DriverProducts
    seldom_known: list[str]
    constant: list[str]


def check_study_size(facts: StudySize, *, by_shopper: bool) -> None:
    """Raise ``NotEstimable`` where there are too few visits or stores for anything."""
    if not facts.visits:
        raise NotEstimable(message("None of these visits has an answer for the outcome."), "nothing")
    if facts.stores < LEAST_STORES:
        text = message(
            "Stores visited: {count}. At least {least} are needed to separate effects from chance.",
            count=facts.stores,
            least=LEAST_STORES,
        )
        raise NotEstimable(text, "stores")
    if facts.visits < LEAST_PAIR:
        text = message("{count} visits are too few; at least {least} are needed.", count=facts.visits, least=LEAST_PAIR)
        raise NotEstimable(text, "visits")
    if by_shopper and facts.visits - facts.single_visits < LEAST_PAIR:
        text = message(
            "{single} of {visits} visits are the only one of their shopper, so that strict shoppers cannot be "
            "distinguished from bad visits. With --no-centring they are taken as they are.",
            single=facts.single_visits,
            visits=facts.visits,
        )
        raise NotEstimable(text, "single")


def screen_drivers(products: DriverProducts) -> ScreenedDrivers:
    """Return the drivers that differ, and of which every two are known together often enough.

    The outcome is the first variable. ``NotEstimable`` where it never differs, or fewer than two drivers stay.
    """
    variances = np.diagonal(products.covariances())
    together = products.together
    if together[0, 0] >= LEAST_PAIR and variances[0] <= _FLAT:
        raise NotEstimable(message("The outcome does not vary within shoppers: there is nothing to explain."), "same")
    seldom = [name for index, name in enumerate(products.names) if index and together[0, index] < LEAST_PAIR]
    constant = [
        name for index, name in enumerate(products.names) if index and variances[index] <= _FLAT and name not in seldom
    ]
    kept = [name for name in products.names if name not in {*seldom, *constant}]
    # One by one, the driver with the fewest joint answers first: dropping all that lack a partner would drop both
    # drivers of a pair where one would do.
    while len(kept) > 1:
        joint_counts = products.select(kept).together
        if joint_counts.min() >= LEAST_PAIR:
            break
        worst = 1 + int(np.argmin(joint_counts[1:].sum(axis=1)))
        seldom.append(kept.pop(worst))
    _check_kept(products, kept)
    return ScreenedDrivers(products.select(kept), seldom, constant)


def _check_kept(products: DriverProducts, kept: list[str]) -> None:
    drivers = len(kept) - 1
    if drivers < 2:
        text = message(
            "Fewer than two drivers differ, and are known together with the outcome in at least {least} visits.",
            least=LEAST_PAIR,
        )
        raise NotEstimable(text, "drivers")
    visits = int(products.together[0, 0])
    if visits < PER_DRIVER * drivers:
        text = message(
            "{visits} visits are too few for {drivers} drivers; {needed} are needed. Choose a coarser --of.",
            visits=visits,
            drivers=drivers,
            needed=PER_DRIVER * drivers,
        )
        raise NotEstimable(text, "visits")
