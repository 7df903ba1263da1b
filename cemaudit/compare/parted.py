"""Visits sorted into parts that neither their store nor their occasion alone tells, such as after an action."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from cemaudit.compare.coded import Coded, Codes
from cemaudit.compare.crossed import Crossed, shift_of
from cemaudit.compare.mixed.model import Model
from cemaudit.compare.mixed.sums import Sparse, Sums, Vector
from cemaudit.compare.observed import indicators
from cemaudit.compare.occasions import Occasions

__all__ = ["Parted", "parted"]


@dataclass(frozen=True, eq=False)
class Parted:
    """Visits of ``crossed`` in P parts.

    ``by_store`` (I x P), ``by_shopper`` (J x P), ``by_occasion`` (C x P): how many. ``totals`` (P): sums of scores less
    ``crossed.shift``; ``store_totals`` (I x P) by store; ``raw`` (P): sums of raw scores in points.
    """

    crossed: Crossed
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

    def among(self, crossed: Crossed) -> Parted:
        """The same for what a model was fitted to, in which there may be no shoppers."""
        return replace(self, crossed=crossed, by_shopper=self.by_shopper[: len(crossed.shoppers)])

    def columns(self) -> Sparse:
        """Sums of each dense column of ``crossed.sums()`` in each part (K x P)."""
        crossed = self.crossed
        stores = indicators(crossed.of_stores, len(crossed.stores))
        occasions = indicators(crossed.of_occasions, self.by_occasion.shape[0])
        ones = sparse.csr_array(self.visits[None, :])
        return sparse.vstack(
            [self.by_shopper, ones, stores.T @ self.by_store, occasions.T @ self.by_occasion], format="csr"
        )

    def sums(self, more: ArrayLike) -> Sums:
        """What the model needs with further fixed columns after the others, whose values in each part are ``more``
        (P x q).
        """
        sums, values = self.crossed.sums(), sparse.csr_array(np.asarray(more, np.float64))
        units, columns = self.by_store @ values, self.columns() @ values
        own = values.T @ sparse.diags_array(self.visits) @ values
        return replace(
            sums,
            cross=sparse.hstack([sums.cross, units], format="csr"),
            dense=sparse.block_array([[sums.dense, columns], [columns.T, own]], format="csr"),
            dense_totals=np.concatenate([sums.dense_totals, values.T @ self.totals]),
            fixed=sums.fixed + values.shape[1],
        )

    def residuals(self, model: Model, more: ArrayLike) -> Vector:
        """Of each part (P): the sum of scores less what a model of ``sums(more)`` says of these visits."""
        values = np.asarray(more, np.float64) * self.visits[:, None]
        known = self.by_store.T @ model.units + np.concatenate([self.columns().toarray(), values.T]).T @ model.dense
        return np.asarray(self.totals + self.crossed.shift * self.visits - known)


def parted(table: Coded, crossed: Crossed, places: Codes, part: str, count: int) -> Parted:
    """The visits of a table in ``count`` parts.

    ``part``: SQL that says which, of the columns of ``compared`` and ``place``, which is what ``places`` (I) say of the
    store.
    """
    unit, shift = table.facts.scale.unit, shift_of(table)
    with _placed(table, places):
        stores = table.columns(f"select store, {part} as part, {_SUMS} group by all", shift)
        people = table.columns(f"select shopper, {part} as part, {_COUNTS} where shopper >= 0 group by all")
        occasions = table.columns(f"select wave, version, {part} as part, {_COUNTS} group by all")
    at = stores["store"], stores["part"], (len(crossed.stores), count)
    return Parted(
        crossed=crossed,
        by_store=_table(stores["n"], *at),
        by_shopper=_table(people["n"], people["shopper"], people["part"], (len(crossed.shoppers), count)),
        by_occasion=_table(
            occasions["n"], Occasions(table).of(occasions), occasions["part"], (crossed.by_store.shape[1], count)
        ),
        store_totals=_table(stores["total"] / unit, *at),
        raw=np.bincount(stores["part"], stores["raw"] / 100, count).astype(np.float64),
    )


_COUNTS = "count(*) as n from compared join placed using (store)"
_SUMS = f"cast(sum(score - ?) as bigint) as total, cast(sum(raw) as bigint) as raw, {_COUNTS}"


@contextmanager
def _placed(table: Coded, places: Codes) -> Iterator[None]:
    """The table ``placed``: of each store's code, what ``places`` say."""
    codes = np.flatnonzero(table.keys["store"].places[1:] >= 0)
    table.reading.ask(
        "create or replace temp table placed as "
        "select unnest(cast(? as integer[])) as store, unnest(cast(? as integer[])) as place",
        (codes.tolist(), places.tolist()),
    )
    try:
        yield
    finally:
        table.reading.link.execute("drop table placed")


def _table(values: NDArray[Any], rows: NDArray[Any], columns: NDArray[Any], shape: tuple[int, int]) -> Sparse:
    return sparse.csr_array((values.astype(np.float64), (rows, columns)), shape=shape)
