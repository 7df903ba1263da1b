"""Design check: whether the plan of visits lets stores and pools be compared, and what would make it better."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse
from scipy.sparse import csgraph

from cemaudit.compare.crosstabs import CrossTabulation
from cemaudit.compare.fitting import FittedModel
from cemaudit.compare.mixed_model.crossproducts import Matrix, Vector
from cemaudit.compare.mixed_model.model import MixedModel
from cemaudit.compare.visit_table import Factor
from cemaudit.language import N_, Message, message

__all__ = ["LINKED_SHARE", "DesignCheck", "PoolAnalysis", "PoolCheck", "check_design"]

LINKED_SHARE = 0.10
"""The share of a pool's visits by shoppers from elsewhere that the check imagines, and below which it warns."""


class PoolDifference(NamedTuple):
    """The ``difference`` of a pool's mean from that of the others, and its standard error ``se``.

    ``standard_error_equal_shoppers``: if all shoppers were equally strict. ``standard_error_if_linked``: about, if a
    tenth of each pool's visits were by shoppers from elsewhere (``None`` where there are none, or as many are already).
    All in points.
    """

    difference: float
    se: float
    standard_error_equal_shoppers: float
    standard_error_if_linked: float | None


class PoolCheck(NamedTuple):
    """How well a pool (or region; ``None``: not known) can be compared with the others.

    ``linked``: the share (0 to 1) of its visits by shoppers who work elsewhere, too. ``groups``: in so many groups of
    stores that share no shopper its stores are. ``said``: what a reader must know, where too little links it.
    """

    pool: str | None
    stores: int
    visits: int
    shoppers: int
    linked: float
    groups: int
    error: PoolDifference
    said: Message | None


class PoolAnalysis:
    """The pools of a comparison: their stores, and the visits of each (P) by each shopper (P x J)."""

    def __init__(self, crossed: CrossTabulation, model: MixedModel, pool: Factor, groups: NDArray[np.int32]) -> None:
        self._crossed, self._model, self._pool, self._groups = crossed, model, pool, groups
        stores = len(crossed.stores)
        self._of = sparse.csr_array((np.ones(stores), (pool.codes, np.arange(stores))))
        self._visits = np.asarray(self._of @ crossed.visits)
        self._seen: Matrix = (self._of @ crossed.pairs).toarray()

    def each(self) -> Iterator[PoolCheck]:
        """The figures of each pool."""
        count, total = len(self._pool.levels), self._visits.sum()
        against = np.eye(count) - (1 - np.eye(count)) * self._visits / (total - self._visits)[:, None]
        means = sparse.diags_array(1 / self._visits) @ self._of @ sparse.diags_array(self._crossed.visits)
        units = sparse.csr_array(against @ means)
        contrast = self._model.contrast(units, sparse.csr_array(units @ self._crossed.rows()))
        alike = self._model.sigma * np.sqrt(1 / self._visits + 1 / (total - self._visits))
        linked = self._linked_share()
        gain, slope = (
            self._standard_error_if_linked(against, linked),
            self._crossed.facts.scale.slope(self._crossed.shift),
        )
        then = slope * contrast.standard_error * gain
        for pool_index in range(count):
            imagined = (
                None if linked[pool_index] >= LINKED_SHARE or np.isnan(then[pool_index]) else float(then[pool_index])
            )
            se = slope * float(contrast.standard_error[pool_index])
            error = PoolDifference(
                slope * float(contrast.value[pool_index]), se, min(slope * float(alike[pool_index]), se), imagined
            )
            yield self._pool_check(pool_index, float(linked[pool_index]), error)

    def _pool_check(self, index: int, linked: float, error: PoolDifference) -> PoolCheck:
        stores = self._pool.codes == index
        pool = PoolCheck(
            pool=self._pool.levels[index],
            stores=int(stores.sum()),
            visits=int(self._visits[index]),
            shoppers=int(np.count_nonzero(self._seen[index])),
            linked=linked,
            groups=len(np.unique(self._groups[stores])),
            error=error,
            said=None,
        )
        return pool._replace(said=_pool_message(pool))

    def _linked_share(self) -> Vector:
        """The share of each pool's visits by shoppers who work in other pools, too."""
        both = np.where(self._shopper_visits > self._seen, self._seen, 0.0)
        return np.asarray(both.sum(axis=1) / self._visits)

    @property
    def _shopper_visits(self) -> Vector:
        return np.asarray(self._seen.sum(axis=0))

    def _standard_error_if_linked(self, against: Matrix, linked: Vector) -> Vector:
        """What a tenth of each pool's visits by shoppers from elsewhere would make of each difference's standard error.

        As a share of it (at most 1), by the visits of pools and shoppers alone; NaN where nobody is elsewhere.
        """
        others = self._shopper_visits - self._seen
        missing_share = np.clip(LINKED_SHARE - linked, 0, None)[:, None]
        with np.errstate(invalid="ignore", divide="ignore"):
            away = self._seen.sum(axis=1, keepdims=True) * others / others.sum(axis=1, keepdims=True)
        now = self._spread(self._seen, against)
        then = self._spread(np.nan_to_num((1 - missing_share) * self._seen + missing_share * away), against)
        return np.where(others.any(axis=1), np.minimum(then / now, 1.0), np.nan)

    def _spread(self, visits: Matrix, against: Matrix) -> Vector:
        """The standard errors of differences between pools, shoppers random, of so many visits (P x J)."""
        shopper, residual = self._model.random_sds[0] ** 2, self._model.sigma**2
        is_known = visits.sum(axis=1)
        share = shopper / (residual + shopper * visits.sum(axis=0))
        information = np.diag(is_known / residual + (self._visits - is_known) / (residual + shopper))
        information -= (visits * share) @ visits.T / residual
        alternative = linalg.solve(information, against.T, assume_a="pos")
        return np.asarray(np.sqrt(np.einsum("ij,ji->i", against, alternative)))


def _pool_message(pool: PoolCheck) -> Message | None:
    """What a reader must know of a pool, where too few of its visits link it with the others."""
    if pool.linked >= LINKED_SHARE:
        return None
    values = {
        "pool": _pool_name(pool.pool),
        "difference": f"{pool.error.difference:+.1f}",
        "se": f"{pool.error.se:.1f}",
        "linked": f"{100 * pool.linked:.1f}",
    }
    if pool.error.standard_error_if_linked is None:
        return message(_UNLINKED if pool.linked == 0 else _WEAKLY_LINKED, **values)
    text = _UNLINKED_BUT if pool.linked == 0 else _WEAKLY_LINKED_BUT
    return message(text, then=f"{pool.error.standard_error_if_linked:.1f}", **values)


def _pool_name(pool: str | None) -> object:
    return message("not known") if pool is None else pool


_UNLINKED = N_(
    "{pool}: no shopper works here and elsewhere. The difference from the others ({difference}, standard error {se}) "
    "may be stricter or milder shoppers as well as better or worse stores; shoppers are taken to be equally strict "
    "everywhere on average."
)

_UNLINKED_BUT = N_(
    "{pool}: no shopper works here and elsewhere. The difference from the others ({difference}, standard error {se}) "
    "may be stricter or milder shoppers as well as better or worse stores; shoppers are taken to be equally strict "
    "everywhere on average. With one visit in ten by shoppers from elsewhere, the standard error would be about {then}."
)

_WEAKLY_LINKED = N_(
    "{pool}: only {linked} % of visits are by shoppers who work elsewhere, too. The difference from the others is "
    "{difference}, standard error {se}."
)

_WEAKLY_LINKED_BUT = N_(
    "{pool}: only {linked} % of visits are by shoppers who work elsewhere, too. The difference from the others is "
    "{difference}, standard error {se}; with one visit in ten by shoppers from elsewhere it would be about {then}."
)


@dataclass(frozen=True)
class DesignCheck:
    """``groups``: of stores that share no shopper with each other. ``isolated_stores``: places of the stores that one
    shopper visited who visited no other: whether such a store differs, or its shopper, cannot be told. ``pools``: where
    there are several. ``notes``: what a reader must know.
    """

    groups: int
    isolated_stores: tuple[int, ...]
    pools: tuple[PoolCheck, ...]
    notes: tuple[Message, ...]


def check_design(crossed: CrossTabulation, by: FittedModel) -> DesignCheck:
    """The check of the visits in ``crossed``, whose model is fitted; shoppers not known link nothing.

    ``pools`` are there where the model has shoppers and there are several. Of stores visited once each
    only pools are looked at: nothing links single stores.
    """
    groups = np.zeros(len(crossed.stores), np.int32) if by.one_visit_each else _connected_components(crossed)
    several = next(
        (factor for factor in crossed.store_factors if factor.name in {"pool", "region"} and len(factor.levels) > 1),
        None,
    )
    pools = tuple(PoolAnalysis(crossed, by.model, several, groups).each()) if several and by.crossed.shoppers else ()
    alone = () if by.one_visit_each else tuple(_isolated_stores(crossed))
    return DesignCheck(len(np.unique(groups)), alone, pools, tuple(_notes(crossed, several, groups, alone)))


def _connected_components(crossed: CrossTabulation) -> NDArray[np.int32]:
    """Of each store the group it is in: connected components of the graph of stores and shoppers."""
    graph = sparse.block_array([[None, crossed.pairs], [crossed.pairs.T, None]], format="csr")
    _, labels = csgraph.connected_components(graph, directed=False)
    return np.asarray(labels[: len(crossed.stores)])


def _isolated_stores(crossed: CrossTabulation) -> list[int]:
    """The stores all of whose visits are by one shopper who visited nothing else."""
    pairs = crossed.pairs
    stores_of = np.diff(pairs.tocsc().indptr)
    shoppers_of = np.diff(pairs.indptr)
    one_shopper_only = np.asarray(pairs.sum(axis=1)) == crossed.visits
    only = np.asarray(pairs @ (stores_of == 1)) > 0
    return np.flatnonzero((shoppers_of == 1) & one_shopper_only & only).tolist() if len(crossed.stores) > 1 else []


def _notes(
    crossed: CrossTabulation, pool: Factor | None, groups: NDArray[np.int32], alone: tuple[int, ...]
) -> Iterator[Message]:
    if crossed.shoppers and pool is None:
        yield message(
            "The stores have no pool or region: if each shopper works in one region, regional differences are "
            "mistaken for shopper severity."
        )
    if alone:
        yield message(
            "Stores visited only by a shopper who visited no other store: {n}. Store and shopper are confounded "
            "there, so these stores are not ranked.",
            n=len(alone),
        )
    together = len(set(groups.tolist())) - len(alone)
    if crossed.shoppers and together > 1:
        yield message(
            "The design is disconnected: {n} groups of stores share no shopper. Differences between groups may be "
            "shopper severity.",
            n=together,
        )
