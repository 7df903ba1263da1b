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
from cemaudit.compare.visit_table import Codes, Columns, Factor, TablePart, VisitTable, sorted_rows

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
        # One number for both, so that occasions are found by bisection; 64 bits, for waves times versions may be many.
        return np.asarray(columns["wave"].astype(np.int64) * self._versions + columns["version"])

    def codes_of(self, columns: Columns) -> NDArray[np.intp]:
        """Return the occasions' codes (from 0) of rows that have a ``wave`` and a ``version``."""
        return np.searchsorted(self._keys, self._key_of(columns))


@dataclass(frozen=True, eq=False)
class VisitArrays:
    """``n`` visits: ``score`` (n; adjusted, on the scale of the selection) and ``raw`` (n; points as they are);
    ``store`` and ``shopper`` (n; codes among ``stores`` and ``shoppers``, -1 where a shopper is not known);
    ``factors``, their codes visit by visit.
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
        """Return the cross-products of the visits; fixed columns: 1, then every level of every factor."""
        # All levels, and no reference level left out: the model drops what is aliased, and whoever asks for the
        # effect of a level finds it in its own column.
        fixed = sparse.hstack(
            [np.ones((len(self.score), 1)), indicator_matrix(self.factors, len(self.score))], format="csr"
        )
        levels = [len(self.stores), *([len(self.shoppers)] if self.shoppers else [])]
        randoms = [self.shopper] if self.shoppers else []
        return cross_products_of_rows(self.store, randoms, fixed, self.score, levels=levels)


def indicator_matrix(factors: Sequence[Factor], rows: int) -> Sparse:
    """Return a column for each level of each factor, 1 where a row has that level."""
    blocks = [
        sparse.csr_array((np.ones(rows), factor.codes, np.arange(rows + 1)), shape=(rows, len(factor.levels)))
        for factor in factors
    ]
    return sparse.hstack(blocks, format="csr") if blocks else sparse.csr_array((rows, 0))


def arrays_of_table(table: VisitTable) -> VisitArrays:
    """Return the visits of a table, in an order of their own (see ``sorted_rows``)."""
    rows = sorted_rows(table)
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
        visits_with_shopper = np.asarray(self.pairs.sum(axis=1))
        squares = np.asarray(self.pairs.power(2).sum(axis=1))
        return np.asarray(self.visits**2 / (squares + self.visits - visits_with_shopper))

    def columns_of(self, name: str) -> slice:
        """Return where among the dense columns of ``sums()`` a factor's levels stand; empty where there is no such."""
        start = len(self.shoppers) + 1
        for factor in self.factors:
            if factor.name == name:
                return slice(start, start + len(factor.levels))
            start += len(factor.levels)
        return slice(start, start)

    def rows(self) -> Sparse:
        """Return the dense part of each store's score (I x K): 1, its levels, and the shares of occasions' levels."""
        # All stores on the occasions of all visits, so that none is judged by the waves it happened to be visited in;
        # and by the average shopper, whose effect is 0.
        stores = _with_ones(indicator_matrix(self.store_factors, len(self.stores)))
        share = np.asarray(self.by_store.sum(axis=0)) / self.facts.visits
        usual = share @ indicator_matrix(self.occasion_factors, len(share))
        usually = sparse.csr_array(np.broadcast_to(usual, (len(self.stores), len(usual))))
        return sparse.hstack([sparse.csr_array(self.pairs.shape), stores, usually], format="csr")

    def without_shoppers(self) -> CrossTabulation:
        """Return the same as if no shopper were known."""
        pairs, by_shopper, totals = self.pairs[:, :0], self.by_shopper[:0], self.shopper_totals[:0]
        return replace(self, shoppers=(), pairs=pairs, by_shopper=by_shopper, shopper_totals=totals)

    def sums(self) -> CrossProducts:
        """Return the cross-products: units are stores; dense columns: shoppers, 1, every level of every factor."""
        # From the tables alone: one block for each pair of shoppers (J), stores' columns and occasions' columns. No
        # row of a visit is needed, so ten million visits take no more memory than their stores and shoppers.
        stores = _with_ones(indicator_matrix(self.store_factors, len(self.stores)))
        occasions = indicator_matrix(self.occasion_factors, self.by_store.shape[1])
        pairs, by_shopper = self.pairs, self.by_shopper
        visits_of_store = sparse.diags_array(self.visits)
        visits_of_shopper = sparse.diags_array(np.asarray(by_shopper.sum(axis=1)))
        visits_of_occasion = sparse.diags_array(np.asarray(self.by_store.sum(axis=0)))
        of_store, of_occasion = np.asarray(self.totals.sum(axis=1)), np.asarray(self.totals.sum(axis=0))
        cross = [pairs, visits_of_store @ stores, self.by_store @ occasions]
        shopper_store, shopper_occasion = pairs.T @ stores, by_shopper @ occasions
        store_occasion = stores.T @ self.by_store @ occasions
        dense = [
            [visits_of_shopper, shopper_store, shopper_occasion],
            [shopper_store.T, stores.T @ visits_of_store @ stores, store_occasion],
            [shopper_occasion.T, store_occasion.T, occasions.T @ visits_of_occasion @ occasions],
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
    shoppers = table.groups("shopper", "wave", "version", shift=shift)
    sizes = len(table.stores), len(table.shoppers), occasions.count
    store_cells = stores["store"], occasions.codes_of(stores), (sizes[0], sizes[2])
    return CrossTabulation(
        facts=table.facts,
        stores=table.stores,
        shoppers=table.shoppers,
        store_factors=table.store_factors,
        occasion_factors=occasions.factors,
        unit_factor=table.unit_factor,
        pairs=_sparse_table(pair["n"], pair["store"], pair["shopper"], sizes[:2]),
        by_store=_sparse_table(stores["n"], *store_cells),
        by_shopper=_sparse_table(shoppers["n"], shoppers["shopper"], occasions.codes_of(shoppers), sizes[1:]),
        totals=_sparse_table(stores["total"] / unit, *store_cells),
        # Whole numbers are added up before they are divided: their sum is exact in any order.
        shopper_totals=np.bincount(shoppers["shopper"], shoppers["total"], sizes[1]) / unit,
        raw=np.bincount(stores["store"], stores["raw"], sizes[0]) / 100,
        squares=table.square_sum(shift) / unit**2,
        shift=shift / unit,
    )


def mean_score(table: VisitTable) -> int:
    """Return the mean score, to the nearest part."""
    # As a fraction: the sum of scores may have more digits than a float holds.
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
        """Return the same for what a model was fitted to, in which there may be no shoppers."""
        return replace(self, crossed=crossed, by_shopper=self.by_shopper[: len(crossed.shoppers)])

    def columns(self) -> Sparse:
        """Return the sums of each dense column of ``crossed.sums()`` in each part (K x P)."""
        crossed = self.crossed
        stores = indicator_matrix(crossed.store_factors, len(crossed.stores))
        occasions = indicator_matrix(crossed.occasion_factors, self.by_occasion.shape[0])
        indicator = sparse.csr_array(self.visits[None, :])
        return sparse.vstack(
            [self.by_shopper, indicator, stores.T @ self.by_store, occasions.T @ self.by_occasion], format="csr"
        )

    def sums(self, extra_columns: ArrayLike) -> CrossProducts:
        """Return the cross-products with further fixed columns after the others, whose values in each part are
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
        """Return the sum of residuals of each part (P), by a model of ``sums(extra_columns)``."""
        # The totals are of scores less the shift, and the model's constant has it back.
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
    shoppers = table.groups("shopper", "part", by, part=part)
    occasions = table.groups(*dict.fromkeys(["wave", "version", "part", by]), part=part)
    store_part, shopper_part, occasion_part = (
        rows["part"].astype(np.int64) * size + rows[by] for rows in (stores, shoppers, occasions)
    )
    occasion = Occasions(table).codes_of(occasions)
    shape = len(crossed.stores), count
    return PartitionedVisits(
        crossed=crossed,
        by_store=_sparse_table(stores["n"], stores["store"], store_part, shape),
        by_shopper=_sparse_table(shoppers["n"], shoppers["shopper"], shopper_part, (len(crossed.shoppers), count)),
        by_occasion=_sparse_table(occasions["n"], occasion, occasion_part, (crossed.by_store.shape[1], count)),
        store_totals=_sparse_table(stores["total"] / unit, stores["store"], store_part, shape),
        raw=np.bincount(store_part, stores["raw"], count) / 100,
    )
