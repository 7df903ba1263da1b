"""The visit table: what the statistics see of the visits they compare, as whole numbers in arrays.

Two kinds of table exist: of a snapshot (``queries.visits``, whose sums are made where the files are) and of plain
columns (``columns``). Both give the same numbers for the same visits, to the last bit.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from cemaudit.compare.results import ComparedData

__all__ = [
    "NO_DAY",
    "STORE_KEYS",
    "CodedKey",
    "Codes",
    "Columns",
    "Factor",
    "TablePart",
    "Version",
    "VisitTable",
    "make_factor",
    "nameless_order",
    "new_places",
    "sorted_rows",
]

NO_DAY = -1
"""Stands for the day of a visit whose day is not known; other days are counted from the first of 1970."""

STORE_KEYS = ("region", "format", "brand", "owner", "pool")
"""What may be known of a store besides its name, and stores be compared by."""

Codes = NDArray[np.int32]

Columns = dict[str, NDArray[Any]]
"""Columns of one length by name."""


@dataclass(frozen=True)
class Version:
    """What visits of a version have in common.

    The ``checklist`` and the ``scheme`` by ``id@version``, the ``scenario`` played (``None``: not known), whether an
    action had been taken at the store by then (``acted``), and the ``circumstances`` adjusted for, each with its value.
    """

    checklist: str
    scheme: str
    scenario: str | None
    acted: bool
    circumstances: tuple[tuple[str, str | None], ...] = ()


class Factor(NamedTuple):
    """A fixed factor: its ``name``, its ``levels`` (``None``: not known), and the place among them of each of whatever
    it is said of (stores, occasions, visits).
    """

    name: str
    levels: tuple[str | None, ...]
    codes: Codes


def make_factor(name: str, values: Sequence[str | None]) -> Factor:
    """Return the factor with these values; the level of what is not known comes last."""
    # Sorted, so that the column a model drops for the intercept is the same in every run.
    levels = sorted(set(values), key=lambda value: (value is None, value or ""))
    places = {level: index for index, level in enumerate(levels)}
    return Factor(name, tuple(levels), np.array([places[value] for value in values], np.int32))


def sorted_rows(table: VisitTable) -> Columns:
    """Return the rows of a table in the order of their values.

    The last digits of a sum depend on the order of what is added up, which must not be that of files or threads.
    """
    rows = table.rows()
    order = np.lexsort([rows[name] for name in ("raw", "score", "day", "version", "wave", "shopper", "store")])
    return {name: column[order] for name, column in rows.items()}


def nameless_order(table: VisitTable) -> NDArray[np.intp]:
    """Return the shoppers (J) of a table in an order that depends on their visits alone, not on their pseudonyms.

    Of shoppers alike in how many visits they made in which stores and waves, and in their scores there in all, the
    order does not matter: to a model they are one another's doubles.
    """
    shoppers = len(table.keys["shopper"].levels)
    marks = np.zeros((len(_MARKED), shoppers), np.int64)
    for mark, by in zip(marks, _MARKED, strict=True):
        groups = table.groups(*by)
        number = np.zeros(len(groups["n"]), np.int64)
        # A number that tells groups apart, added up exactly: whatever the order of the groups, a shopper's is the same.
        for name in (*by[1:], "n", "total", "raw"):
            number = (number * _FACTOR + np.fmod(groups[name].astype(np.int64), _PRIME) + _PRIME) % _PRIME
        np.add.at(mark, groups["shopper"], number * number % _PRIME)
    return np.lexsort(marks)


_MARKED = (("shopper", "wave"), ("shopper", "store"))
_PRIME, _FACTOR = 2**31 - 1, 1_000_003


def factors_of_stores(
    values: Mapping[str, Sequence[str | None]], unit: str, pool: str | None
) -> tuple[tuple[Factor, ...], Factor | None]:
    """Return the factors of stores: the pool, then the unit compared; and the latter (``None``: the stores themselves).

    ``values``: by key of ``STORE_KEYS``, of each store. ``pool``: the key of the pools; ``None``: the first of pool and
    region that is known of any store; empty: none.
    """
    if pool is None:
        pool = next((key for key in ("pool", "region") if any(values[key])), "")
    # The pool comes first, for of two factors that say the same the model keeps the earlier one.
    factors = {key: make_factor(key, values[key]) for key in dict.fromkeys([pool, unit]) if key and key != "store"}
    return tuple(factors.values()), factors.get(unit)


class CodedKey(NamedTuple):
    """The ``levels`` of a column that visits have, and the place among them of each code of the table, from code -1."""

    levels: tuple[str | None, ...]
    places: Codes

    def of(self, codes: NDArray[Any]) -> Codes:
        """Return codes of the table as places among the levels."""
        return self.places[codes.astype(np.int64) + 1]

    def reordered(self, order: NDArray[np.intp]) -> CodedKey:
        """Return the same key with its levels in another ``order``: the places they have now."""
        return CodedKey(tuple(self.levels[index] for index in order.tolist()), new_places(order)[self.places])


def new_places(order: NDArray[np.intp]) -> Codes:
    """Return the new place of each level; the last entry is for what has no place (-1)."""
    return np.append(np.argsort(order), -1).astype(np.int32)


@dataclass(frozen=True)
class TablePart:
    """A division of the visits: by one of ``count`` numbers that ``of_store`` (I) gives each store, from 0 on; and by
    the day, before it or ``since`` (days from the first of 1970; ``None`` where no day divides them).
    """

    of_store: Codes
    count: int
    since: int | None = None


@dataclass(frozen=True)
class VisitTable(ABC):
    """Visits that are compared, each with its ``store``, ``shopper`` (-1: not known) and ``wave`` (places among the
    levels of ``keys``), ``version`` (a place among ``versions``), ``day`` (see ``NO_DAY``), ``raw`` (hundredths of a
    point) and ``score`` (parts, see ``ScoreScale``; adjusted, on the scale asked for).

    ``versions``: ``None`` where no visit is of it. ``store_factors`` are the factors of stores (the pool first, where
    there is one), ``unit_factor`` the one that is compared where that is not the stores themselves. ``acted``: whether
    an action is a factor of its own.
    """

    facts: ComparedData
    keys: dict[str, CodedKey]
    versions: tuple[Version | None, ...]
    store_factors: tuple[Factor, ...]
    unit_factor: Factor | None
    acted: bool

    @abstractmethod
    def rows(self) -> Columns:
        """Return ``store``, ``shopper``, ``wave``, ``version``, ``day``, ``raw`` and ``score`` of each visit, in no
        order.
        """

    @abstractmethod
    def groups(self, *by: str, shift: int = 0, part: TablePart | None = None) -> Columns:
        """Return each group of visits that are alike in the columns ``by``, with their number ``n``, the ``total`` of
        their scores less ``shift`` each, and the total of ``raw``, in no order.

        By ``shopper``, visits of shoppers not known are left out. By ``part`` (then ``part`` is given): what its
        ``of_store`` says; by ``later``: 1 from its day ``since`` on, else 0.
        """

    @abstractmethod
    def score_sum(self) -> int:
        """Return the sum of all scores."""

    @abstractmethod
    def square_sum(self, shift: int) -> int:
        """Return the exact sum of the squares of all scores less ``shift``."""

    @abstractmethod
    def median_days(self) -> Columns:
        """Return each ``wave`` with the ``day`` in the midst of its visits (the lower one of two)."""

    @abstractmethod
    def with_shoppers(self, order: NDArray[np.intp]) -> Self:
        """Return the same table with its shoppers (J) in another order: the places they have now."""

    @property
    def stores(self) -> tuple[str, ...]:
        """The stores visited, by id."""
        return tuple(str(store) for store in self.keys["store"].levels)

    @property
    def shoppers(self) -> tuple[str, ...]:
        """The shoppers known, by pseudonym."""
        return tuple(str(shopper) for shopper in self.keys["shopper"].levels)

    @property
    def version_factors(self) -> tuple[Factor, ...]:
        """Checklist, scheme, scenario and, if asked for, whether something was done and circumstances, as factors."""
        used = [(number, version) for number, version in enumerate(self.versions) if version]
        values: dict[str, list[str | None]] = {
            "checklist": [version.checklist for _, version in used],
            "scheme": [version.scheme for _, version in used],
            "scenario": [version.scenario for _, version in used],
        }
        if self.acted:
            values["acted"] = ["yes" if version.acted else "no" for _, version in used]
        for place, (key, _) in enumerate(used[0][1].circumstances):
            values[key] = [version.circumstances[place][1] for _, version in used]
        numbers = [number for number, _ in used]
        factors = []
        for name, value in values.items():
            factor = make_factor(name, value)
            # Versions without a visit get code 0: no row refers to them, and they must not add a level.
            codes = np.zeros(len(self.versions), np.int32)
            codes[numbers] = factor.codes
            factors.append(factor._replace(codes=codes))
        return tuple(factors)
