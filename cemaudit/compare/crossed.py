"""The visits that are compared, counted and added up crosswise by SQL: all that a model of any number of them needs.

Scores are whole numbers of parts until they are added up, so that sums are exact whatever their order.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from cemaudit.compare.asked import Asked
from cemaudit.compare.coded import Coded, Factor, coded
from cemaudit.compare.facts import Facts
from cemaudit.compare.mixed.sums import Sparse, Sums, Vector
from cemaudit.compare.observed import indicators
from cemaudit.compare.occasions import Occasions
from cemaudit.ledger.query.reading import Local

__all__ = ["Crossed", "cross", "crossed", "shift_of"]


@dataclass(frozen=True, eq=False)
class Crossed:
    """Counts and sums of visits by ``stores`` (I), ``shoppers`` (J) and occasions (C).

    An occasion is a wave, a checklist's version, a scheme, a scenario, and whether something was done by then.

    ``of_stores``: the factors stores have (the pool first, where there is one), ``of_occasions`` those occasions have;
    ``unit_of``: the factor that is compared, where that is not the stores themselves. ``pairs`` (I x J), ``by_store``
    (I x C) and ``by_shopper`` (J x C): how many visits (pairs and shoppers: without those by shoppers not known).
    ``totals`` (I x C) and ``shopper_totals`` (J): sums of scores less ``shift`` each; ``raw`` (I): sums of raw scores,
    in points. ``squares``: sum of squares of scores less ``shift``.
    """

    facts: Facts
    stores: tuple[str, ...]
    shoppers: tuple[str, ...]
    of_stores: tuple[Factor, ...]
    of_occasions: tuple[Factor, ...]
    unit_of: Factor | None
    pairs: Sparse
    by_store: Sparse
    by_shopper: Sparse
    totals: Sparse
    shopper_totals: Vector
    raw: Vector
    squares: float
    shift: float

    @property
    def factors(self) -> tuple[Factor, ...]:
        """All fixed factors in the order of their columns."""
        return (*self.of_stores, *self.of_occasions)

    @cached_property
    def visits(self) -> Vector:
        """How many visits each store had (I)."""
        return np.asarray(self.by_store.sum(axis=1), np.float64)

    @property
    def effective(self) -> Vector | None:
        """k_eff of each store, n² / Σ n_j²; each shopper not known counts as one of their own. ``None`` without any."""
        if not self.shoppers:
            return None
        known = np.asarray(self.pairs.sum(axis=1))
        return np.asarray(self.visits**2 / (np.asarray(self.pairs.power(2).sum(axis=1)) + self.visits - known))

    def columns_of(self, name: str) -> slice:
        """Where among the dense columns of ``sums()`` the levels of a factor stand; none where there is no such one."""
        start = len(self.shoppers) + 1
        for factor in self.factors:
            if factor.name == name:
                return slice(start, start + len(factor.levels))
            start += len(factor.levels)
        return slice(start, start)

    def rows(self) -> Sparse:
        """The dense part of each store's score (I x K): 1, its own levels, and of occasions' levels the share."""
        stores = _with_ones(indicators(self.of_stores, len(self.stores)))
        share = np.asarray(self.by_store.sum(axis=0)) / self.facts.visits
        usual = share @ indicators(self.of_occasions, len(share))
        usually = sparse.csr_array(np.broadcast_to(usual, (len(self.stores), len(usual))))
        return sparse.hstack([sparse.csr_array(self.pairs.shape), stores, usually], format="csr")

    def without_shoppers(self) -> Crossed:
        """The same as if no shopper were known."""
        pairs, by_shopper, totals = self.pairs[:, :0], self.by_shopper[:0], self.shopper_totals[:0]
        return replace(self, shoppers=(), pairs=pairs, by_shopper=by_shopper, shopper_totals=totals)

    def sums(self) -> Sums:
        """What the model needs: units are stores; dense columns: shoppers, 1, every level of every factor."""
        stores = _with_ones(indicators(self.of_stores, len(self.stores)))
        occasions = indicators(self.of_occasions, self.by_store.shape[1])
        pairs, by_shopper = self.pairs, self.by_shopper
        weigh, seen = sparse.diags_array(self.visits), np.asarray(by_shopper.sum(axis=1))
        at = sparse.diags_array(np.asarray(self.by_store.sum(axis=0)))
        of_store, of_occasion = np.asarray(self.totals.sum(axis=1)), np.asarray(self.totals.sum(axis=0))
        cross = [pairs, weigh @ stores, self.by_store @ occasions]
        whole = sparse.diags_array(seen), pairs.T @ stores, by_shopper @ occasions
        fixed = stores.T @ weigh @ stores, stores.T @ self.by_store @ occasions, occasions.T @ at @ occasions
        dense = [
            [whole[0], whole[1], whole[2]],
            [whole[1].T, fixed[0], fixed[1]],
            [whole[2].T, fixed[1].T, fixed[2]],
        ]
        return Sums(
            visits=self.facts.visits,
            weight=self.visits,
            cross=_stacked([cross]),
            dense=_stacked(dense),
            unit_totals=of_store,
            dense_totals=np.concatenate([self.shopper_totals, stores.T @ of_store, occasions.T @ of_occasion]),
            squares=self.squares,
            randoms=(len(self.shoppers),) if self.shoppers else (),
            fixed=stores.shape[1] + occasions.shape[1],
            shift=self.shift,
        )


def _with_ones(matrix: Sparse) -> Sparse:
    return sparse.hstack([sparse.csr_array(np.ones((matrix.shape[0], 1))), matrix], format="csr")


def _stacked(blocks: list[list[Sparse]]) -> Sparse:
    rows = [sparse.hstack([sparse.csr_array(block) for block in row], format="csr") for row in blocks]
    return sparse.csr_array(sparse.vstack(rows, format="csr"), dtype=np.float64)


def cross(reading: Local, asked: Asked) -> Crossed:
    """The visits that are asked about, counted and added up; refused as by ``coded``."""
    with coded(reading, asked) as table:
        return crossed(table)


def crossed(table: Coded) -> Crossed:
    """The visits of a table, counted and added up."""
    unit, shift = table.facts.scale.unit, shift_of(table)
    occasions = Occasions(table)
    pair = table.columns(_PAIRS)
    stores, people = table.columns(_STORES, shift), table.columns(_SHOPPERS, shift)
    sizes = len(table.stores), len(table.shoppers), occasions.count
    at = stores["store"], occasions.of(stores), (sizes[0], sizes[2])
    return Crossed(
        facts=table.facts,
        stores=table.stores,
        shoppers=table.shoppers,
        of_stores=table.of_stores,
        of_occasions=occasions.factors,
        unit_of=table.unit_of,
        pairs=_table(pair["n"], pair["store"], pair["shopper"], sizes[:2]),
        by_store=_table(stores["n"], *at),
        by_shopper=_table(people["n"], people["shopper"], occasions.of(people), sizes[1:]),
        totals=_table(stores["total"] / unit, *at),
        shopper_totals=_added(people["shopper"], people["total"], sizes[1]) / unit,
        raw=_added(stores["store"], stores["raw"], sizes[0]) / 100,
        squares=_squares(table, shift) / unit**2,
        shift=shift / unit,
    )


_PAIRS = "select store, shopper, count(*) as n from compared where shopper >= 0 group by all"
_STORES = (
    "select store, wave, version, count(*) as n, cast(sum(score - ?) as bigint) as total, "
    "cast(sum(raw) as bigint) as raw from compared group by all"
)
_SHOPPERS = (
    "select shopper, wave, version, count(*) as n, cast(sum(score - ?) as bigint) as total "
    "from compared where shopper >= 0 group by all"
)
_SHIFT = "select sum(score), count(*) from compared"
_SQUARES = "select sum(cast(score - ? as hugeint) * (score - ?)) from compared"


def shift_of(table: Coded) -> int:
    """The mean score, to the nearest part."""
    total, count = table.reading.ask(_SHIFT)[0]
    return round(Fraction(int(total), int(count)))


def _squares(table: Coded, shift: int) -> int:
    return int(table.reading.ask(_SQUARES, (shift, shift))[0][0])


def _table(values: NDArray[Any], rows: NDArray[Any], columns: NDArray[Any], shape: tuple[int, ...]) -> Sparse:
    return sparse.csr_array((values.astype(np.float64), (rows, columns)), shape=shape)


def _added(places: NDArray[Any], values: NDArray[Any], size: int) -> Vector:
    return np.bincount(places, values, size).astype(np.float64)
