"""Cross-tabulations of the visits by store, shopper and occasion (wave and version): all that the mixed model needs.

Scores are whole numbers of parts until they are added up, so that sums are exact whatever their order.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from cemaudit.compare.mixed_model.crossproducts import CrossProducts, Sparse, Vector, cross_products_of_rows
from cemaudit.compare.mixed_model.model import MixedModel
from cemaudit.compare.results import ComparedData
from cemaudit.compare.visit_table import Codes, Columns, Factor, TablePart, VisitTable

__all__ = [
    "CrossTabulation",
    "Occasions",
    "PartitionedVisits",
    "VisitArrays",
    "arrays_of_table",
    "cross_tabulate",
    "indicator_matrix",
    "mean_score",
    "partition",
]


class Occasions:
    """The waves under versions that a table has visits of: how many there are, and their ``factors``."""

    def __init__(self, table: VisitTable) -> None:
        self._versions = len(table.versions)
        columns = table.groups("wave", "version")
        self._keys = np.unique(self._key_of(columns))
        waves, versions = self._keys // self._versions, self._keys % self._versions
        wave = Factor("wave", table.keys["wave"].levels, waves.astype(np.int32))
        self.factors = (wave, *(factor._replace(codes=factor.codes[versions]) for factor in table.version_factors))
        self.count = len(self._keys)

    def _key_of(self, columns: Columns) -> NDArray[np.int64]:
        return np.asarray(columns["wave"].astype(np.int64) * self._versions + columns["version"])

    def of(self, columns: Columns) -> NDArray[np.intp]:
        """The places of rows that have a ``wave`` and a ``version``."""
        return np.searchsorted(self._keys, self._key_of(columns))


@dataclass(frozen=True, eq=False)
class VisitArrays:
    """``n`` visits: ``score`` (n; adjusted, on the scale asked for) and ``raw`` (n; points as they are); ``store`` and
    ``shopper`` (n; places among ``stores`` and ``shoppers``, -1 where a shopper is not known); ``factors``, their codes
    visit by visit.
    """

    facts: ComparedData
    stores: tuple[str, ...]
    shoppers: tuple[str, ...]
    store: Codes
    shopper: Codes
    factors: tuple[Factor, ...]
    score: NDArray[np.float64]
    raw: NDArray[np.float64]

    def sums(self) -> CrossProducts:
        """What the model needs of them; fixed columns: 1, then every level of every factor."""
        fixed = sparse.hstack(
            [np.ones((len(self.score), 1)), indicator_matrix(self.factors, len(self.score))], format="csr"
        )
        levels = [len(self.stores), *([len(self.shoppers)] if self.shoppers else [])]
        randoms = [self.shopper] if self.shoppers else []
        return cross_products_of_rows(self.store, randoms, fixed, self.score, levels=levels)


def indicator_matrix(factors: Sequence[Factor], rows: int) -> Sparse:
    """A column for each level of each factor, 1 where it holds."""
    blocks = [
        sparse.csr_array((np.ones(rows), factor.codes, np.arange(rows + 1)), shape=(rows, len(factor.levels)))
        for factor in factors
    ]
    return sparse.hstack(blocks, format="csr") if blocks else sparse.csr_array((rows, 0))


def arrays_of_table(table: VisitTable) -> VisitArrays:
    """Return the visits of a table, in its order."""
    rows = table.rows()
    of_stores = [factor._replace(codes=factor.codes[rows["store"]]) for factor in table.store_factors]
    of_versions = [factor._replace(codes=factor.codes[rows["version"]]) for factor in table.version_factors]
    return VisitArrays(
        facts=table.facts,
        stores=table.stores,
        shoppers=table.shoppers,
        store=rows["store"],
        shopper=rows["shopper"],
        factors=(*of_stores, Factor("wave", table.keys["wave"].levels, rows["wave"]), *of_versions),
        score=rows["score"] / table.facts.scale.unit,
        raw=rows["raw"] / 100,
    )


@dataclass(frozen=True, eq=False)
class CrossTabulation:
    """Counts and sums of visits by ``stores`` (I), ``shoppers`` (J) and occasions (C).

    An occasion is a wave, a checklist's version, a scheme, a scenario, and whether something was done by then.

    ``store_factors``: the factors stores have (the pool first, where there is one), ``occasion_factors`` those
    occasions have; ``unit_factor``: the factor that is compared, where that is not the stores themselves. ``pairs`` (I
    x J), ``by_store`` (I x C) and ``by_shopper`` (J x C): how many visits (pairs and shoppers: without those by
    shoppers not known). ``totals`` (I x C) and ``shopper_totals`` (J): sums of scores less ``shift`` each; ``raw`` (I):
    sums of raw scores, in points. ``squares``: sum of squares of scores less ``shift``.
    """

    facts: ComparedData
    stores: tuple[str, ...]
    shoppers: tuple[str, ...]
    store_factors: tuple[Factor, ...]
    occasion_factors: tuple[Factor, ...]
    unit_factor: Factor | None
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
        return (*self.store_factors, *self.occasion_factors)

    @cached_property
    def visits(self) -> Vector:
        """How many visits each store had (I)."""
        return np.asarray(self.by_store.sum(axis=1), np.float64)

    @property
    def effective(self) -> Vector | None:
        """k_eff of each store, n² / Σ n_j²; each shopper not known counts as one of their own. ``None`` without any."""
        if not self.shoppers:
            return None
        visits_by_known = np.asarray(self.pairs.sum(axis=1))
        return np.asarray(
            self.visits**2 / (np.asarray(self.pairs.power(2).sum(axis=1)) + self.visits - visits_by_known)
        )

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
        stores = _with_ones(indicator_matrix(self.store_factors, len(self.stores)))
        share = np.asarray(self.by_store.sum(axis=0)) / self.facts.visits
        usual = share @ indicator_matrix(self.occasion_factors, len(share))
        usually = sparse.csr_array(np.broadcast_to(usual, (len(self.stores), len(usual))))
        return sparse.hstack([sparse.csr_array(self.pairs.shape), stores, usually], format="csr")

    def without_shoppers(self) -> CrossTabulation:
        """The same as if no shopper were known."""
        pairs, by_shopper, totals = self.pairs[:, :0], self.by_shopper[:0], self.shopper_totals[:0]
        return replace(self, shoppers=(), pairs=pairs, by_shopper=by_shopper, shopper_totals=totals)

    def sums(self) -> CrossProducts:
        """What the model needs: units are stores; dense columns: shoppers, 1, every level of every factor."""
        stores = _with_ones(indicator_matrix(self.store_factors, len(self.stores)))
        occasions = indicator_matrix(self.occasion_factors, self.by_store.shape[1])
        pairs, by_shopper = self.pairs, self.by_shopper
        weigh, visit_blocks = sparse.diags_array(self.visits), np.asarray(by_shopper.sum(axis=1))
        at = sparse.diags_array(np.asarray(self.by_store.sum(axis=0)))
        of_store, of_occasion = np.asarray(self.totals.sum(axis=1)), np.asarray(self.totals.sum(axis=0))
        cross = [pairs, weigh @ stores, self.by_store @ occasions]
        blocks = sparse.diags_array(visit_blocks), pairs.T @ stores, by_shopper @ occasions
        fixed = stores.T @ weigh @ stores, stores.T @ self.by_store @ occasions, occasions.T @ at @ occasions
        dense = [
            [blocks[0], blocks[1], blocks[2]],
            [blocks[1].T, fixed[0], fixed[1]],
            [blocks[2].T, fixed[1].T, fixed[2]],
        ]
        return CrossProducts(
            visits=self.facts.visits,
            total_weight=self.visits,
            unit_by_column=_stacked([cross]),
            column_by_column=_stacked(dense),
            unit_totals=of_store,
            dense_totals=np.concatenate([self.shopper_totals, stores.T @ of_store, occasions.T @ of_occasion]),
            sum_of_squares=self.squares,
            random_levels=(len(self.shoppers),) if self.shoppers else (),
            fixed_columns=stores.shape[1] + occasions.shape[1],
            shift=self.shift,
        )


def _with_ones(matrix: Sparse) -> Sparse:
    return sparse.hstack([sparse.csr_array(np.ones((matrix.shape[0], 1))), matrix], format="csr")


def _stacked(blocks: list[list[Sparse]]) -> Sparse:
    rows = [sparse.hstack([sparse.csr_array(block) for block in row], format="csr") for row in blocks]
    return sparse.csr_array(sparse.vstack(rows, format="csr"), dtype=np.float64)


def cross_tabulate(table: VisitTable) -> CrossTabulation:
    """Return the visits of a table, counted and added up."""
    unit, shift = table.facts.scale.unit, mean_score(table)
    occasions = Occasions(table)
    pair = table.groups("store", "shopper")
    stores = table.groups("store", "wave", "version", shift=shift)
    people = table.groups("shopper", "wave", "version", shift=shift)
    sizes = len(table.stores), len(table.shoppers), occasions.count
    at = stores["store"], occasions.of(stores), (sizes[0], sizes[2])
    return CrossTabulation(
        facts=table.facts,
        stores=table.stores,
        shoppers=table.shoppers,
        store_factors=table.store_factors,
        occasion_factors=occasions.factors,
        unit_factor=table.unit_factor,
        pairs=_sparse_table(pair["n"], pair["store"], pair["shopper"], sizes[:2]),
        by_store=_sparse_table(stores["n"], *at),
        by_shopper=_sparse_table(people["n"], people["shopper"], occasions.of(people), sizes[1:]),
        totals=_sparse_table(stores["total"] / unit, *at),
        # Whole numbers are added up before they are divided: their sum is exact in any order.
        shopper_totals=np.bincount(people["shopper"], people["total"], sizes[1]) / unit,
        raw=np.bincount(stores["store"], stores["raw"], sizes[0]) / 100,
        squares=table.square_sum(shift) / unit**2,
        shift=shift / unit,
    )


def mean_score(table: VisitTable) -> int:
    """Return the mean score, to the nearest part."""
    return round(Fraction(table.score_sum(), table.facts.visits))


def _sparse_table(values: NDArray[Any], rows: NDArray[Any], columns: NDArray[Any], shape: tuple[int, ...]) -> Sparse:
    return sparse.csr_array((values.astype(np.float64), (rows, columns)), shape=shape)


@dataclass(frozen=True, eq=False)
class PartitionedVisits:
    """Visits of ``cross_tabulate_table`` in P parts.

    ``by_store`` (I x P), ``by_shopper`` (J x P), ``by_occasion`` (C x P): how many. ``totals`` (P): sums of scores less
    ``crossed.shift``; ``store_totals`` (I x P) by store; ``raw`` (P): sums of raw scores in points.
    """

    crossed: CrossTabulation
    by_store: Sparse
    by_shopper: Sparse
    by_occasion: Sparse
    store_totals: Sparse
    raw: Vector

    @property
    def visits(self) -> Vector:
        """How many visits there are in each part (P)."""
        return np.asarray(self.by_store.sum(axis=0), np.float64)

    @property
    def totals(self) -> Vector:
        """Sums of scores less the shift in each part (P)."""
        return np.asarray(self.store_totals.sum(axis=0), np.float64)

    def among(self, crossed: CrossTabulation) -> PartitionedVisits:
        """The same for what a model was fitted to, in which there may be no shoppers."""
        return replace(self, crossed=crossed, by_shopper=self.by_shopper[: len(crossed.shoppers)])

    def columns(self) -> Sparse:
        """Sums of each dense column of ``crossed.sums()`` in each part (K x P)."""
        crossed = self.crossed
        stores = indicator_matrix(crossed.store_factors, len(crossed.stores))
        occasions = indicator_matrix(crossed.occasion_factors, self.by_occasion.shape[0])
        indicator = sparse.csr_array(self.visits[None, :])
        return sparse.vstack(
            [self.by_shopper, indicator, stores.T @ self.by_store, occasions.T @ self.by_occasion], format="csr"
        )

    def sums(self, extra_columns: ArrayLike) -> CrossProducts:
        """What the model needs with further fixed columns after the others, whose values in each part are
        ``extra_columns`` (P x q).
        """
        sums, values = self.crossed.sums(), sparse.csr_array(np.asarray(extra_columns, np.float64))
        units, columns = self.by_store @ values, self.columns() @ values
        own = values.T @ sparse.diags_array(self.visits) @ values
        return replace(
            sums,
            unit_by_column=sparse.hstack([sums.unit_by_column, units], format="csr"),
            column_by_column=sparse.block_array([[sums.column_by_column, columns], [columns.T, own]], format="csr"),
            dense_totals=np.concatenate([sums.dense_totals, values.T @ self.totals]),
            fixed_columns=sums.fixed_columns + values.shape[1],
        )

    def residuals(self, model: MixedModel, extra_columns: ArrayLike) -> Vector:
        """Of each part (P): the sum of scores less what a model of ``sums(more)`` says of these visits."""
        values = np.asarray(extra_columns, np.float64) * self.visits[:, None]
        explained = (
            self.by_store.T @ model.unit_blups
            + np.concatenate([self.columns().toarray(), values.T]).T @ model.dense_effects
        )
        return np.asarray(self.totals + self.crossed.shift * self.visits - explained)


def partition(
    table: VisitTable, crossed: CrossTabulation, part: TablePart, by: Literal["wave", "later"]
) -> PartitionedVisits:
    """Return the visits of a table in parts: of each number that ``part`` gives the stores its waves, or before and
    later, one after the other.
    """
    unit, shift = table.facts.scale.unit, mean_score(table)
    size = len(table.keys["wave"].levels) if by == "wave" else 2
    count = part.count * size
    stores = table.groups("store", "part", by, shift=shift, part=part)
    people = table.groups("shopper", "part", by, part=part)
    occasions = table.groups(*dict.fromkeys(["wave", "version", "part", by]), part=part)
    store_part, shopper_part, occasion_part = (
        rows["part"].astype(np.int64) * size + rows[by] for rows in (stores, people, occasions)
    )
    occasion = Occasions(table).of(occasions)
    shape = len(crossed.stores), count
    return PartitionedVisits(
        crossed=crossed,
        by_store=_sparse_table(stores["n"], stores["store"], store_part, shape),
        by_shopper=_sparse_table(people["n"], people["shopper"], shopper_part, (len(crossed.shoppers), count)),
        by_occasion=_sparse_table(occasions["n"], occasion, occasion_part, (crossed.by_store.shape[1], count)),
        store_totals=_sparse_table(stores["total"] / unit, stores["store"], store_part, shape),
        raw=np.bincount(store_part, stores["raw"], count) / 100,
    )
