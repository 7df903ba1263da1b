"""Design check: whether the plan of visits lets stores and pools be compared, and what would make it better."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class PoolDifference:
    """The ``difference`` of a pool's mean from that of the others, and its standard error ``se``.

    ``standard_error_equal_shoppers``: if all shoppers were equally strict. ``standard_error_if_linked``: about, if a
    tenth of each pool's visits were by shoppers from elsewhere (``None`` where there are none, or as many are already).
    All in points.
    """

    difference: float
    se: float
    standard_error_equal_shoppers: float
    standard_error_if_linked: float | None


@dataclass(frozen=True, slots=True)
class PoolCheck:
    """How well a pool (or region; ``None``: not known) can be compared with the others.

    ``linked``: the share (0 to 1) of its visits by shoppers who work elsewhere, too. ``groups``: in so many groups of
    stores that share no shopper its stores are. ``warning``: a sentence where too few visits link it.
    """

    pool: str | None
    stores: int
    visits: int
    shoppers: int
    linked: float
    groups: int
    error: PoolDifference
    warning: Message | None


class PoolAnalysis:
    """The pools of a comparison: their stores, and the visits of each (P) by each shopper (P x J)."""

    def __init__(self, crossed: CrossTabulation, model: MixedModel, pool: Factor, groups: NDArray[np.int32]) -> None:
        self._crossed, self._model, self._pool, self._groups = crossed, model, pool, groups
        stores = len(crossed.stores)
        self._stores_of_pool = sparse.csr_array((np.ones(stores), (pool.codes, np.arange(stores))))
        self._visits = np.asarray(self._stores_of_pool @ crossed.visits)
        self._pairs: Matrix = (self._stores_of_pool @ crossed.pairs).toarray()

    def each(self) -> Iterator[PoolCheck]:
        """Yield the check of each pool."""
        count, total = len(self._pool.levels), self._visits.sum()
        # Pools as their visits are: a store that was visited more often weighs more in its pool's mean here.
        against = np.eye(count) - (1 - np.eye(count)) * self._visits / (total - self._visits)[:, None]
        means = sparse.diags_array(1 / self._visits) @ self._stores_of_pool @ sparse.diags_array(self._crossed.visits)
        units = sparse.csr_array(against @ means)
        contrast = self._model.contrast(units, sparse.csr_array(units @ self._crossed.rows()))
        equal_shoppers = self._model.sigma * np.sqrt(1 / self._visits + 1 / (total - self._visits))
        linked, slope = self._linked_share(), self._crossed.facts.scale.slope(self._crossed.shift)
        if_linked = slope * contrast.standard_error * self._standard_error_ratio_if_linked(against, linked)
        for index in range(count):
            is_linked = linked[index] >= LINKED_SHARE or np.isnan(if_linked[index])
            se = slope * float(contrast.standard_error[index])
            error = PoolDifference(
                difference=slope * float(contrast.value[index]),
                se=se,
                standard_error_equal_shoppers=min(slope * float(equal_shoppers[index]), se),
                standard_error_if_linked=None if is_linked else float(if_linked[index]),
            )
            yield self._pool_check(index, float(linked[index]), error)

    def _pool_check(self, index: int, linked: float, error: PoolDifference) -> PoolCheck:
        pool, stores = self._pool.levels[index], self._pool.codes == index
        return PoolCheck(
            pool=pool,
            stores=int(stores.sum()),
            visits=int(self._visits[index]),
            shoppers=int(np.count_nonzero(self._pairs[index])),
            linked=linked,
            groups=len(np.unique(self._groups[stores])),
            error=error,
            warning=_link_warning(pool, linked, error),
        )

    def _linked_share(self) -> Vector:
        """Return the share of each pool's visits by shoppers who work in other pools, too."""
        both = np.where(self._shopper_visits > self._pairs, self._pairs, 0.0)
        return np.asarray(both.sum(axis=1) / self._visits)

    @property
    def _shopper_visits(self) -> Vector:
        return np.asarray(self._pairs.sum(axis=0))

    def _standard_error_ratio_if_linked(self, against: Matrix, linked: Vector) -> Vector:
        """Return what a tenth of each pool's visits by shoppers from elsewhere would make of each standard error.

        As a share of it (at most 1), by the visits of pools and shoppers alone; NaN where nobody is elsewhere. The
        visits that are missing to a tenth are taken from the pool's own shoppers in equal shares, and given to those
        from elsewhere in proportion to their visits.
        """
        others = self._shopper_visits - self._pairs
        missing_share = np.clip(LINKED_SHARE - linked, 0, None)[:, None]
        with np.errstate(invalid="ignore", divide="ignore"):
            away = self._pairs.sum(axis=1, keepdims=True) * others / others.sum(axis=1, keepdims=True)
        linked_pairs = np.nan_to_num((1 - missing_share) * self._pairs + missing_share * away)
        # A ratio of two approximations: what both leave out, stores and occasions, nearly cancels.
        now, then = self._standard_errors(self._pairs, against), self._standard_errors(linked_pairs, against)
        return np.where(others.any(axis=1), np.minimum(then / now, 1.0), np.nan)

    def _standard_errors(self, visits: Matrix, against: Matrix) -> Vector:
        """Return the standard errors of differences between pools, shoppers random, of so many visits (P x J).

        The information of the pools' means with shoppers absorbed: N - Σ_j n_j n_j' σ_s² / (σ² + σ_s² n_j), over σ².
        """
        shopper, residual = self._model.random_sds[0] ** 2, self._model.sigma**2
        with_shopper = visits.sum(axis=1)
        share = shopper / (residual + shopper * visits.sum(axis=0))
        # A visit by a shopper not known is as one by a shopper of its own, of variance σ² + σ_s².
        information = np.diag(with_shopper / residual + (self._visits - with_shopper) / (residual + shopper))
        information -= (visits * share) @ visits.T / residual
        solution = linalg.solve(information, against.T, assume_a="pos")
        return np.asarray(np.sqrt(np.einsum("ij,ji->i", against, solution)))


def _link_warning(pool: str | None, linked: float, error: PoolDifference) -> Message | None:
    """Return what a reader must know of a pool, where too few of its visits link it with the others."""
    if linked >= LINKED_SHARE:
        return None
    values = {
        "pool": message("not known") if pool is None else pool,
        "difference": f"{error.difference:+.1f}",
        "se": f"{error.se:.1f}",
        "linked": f"{100 * linked:.1f}",
    }
    if error.standard_error_if_linked is None:
        return message(_UNLINKED if linked == 0 else _WEAKLY_LINKED, **values)
    text = _UNLINKED_BUT if linked == 0 else _WEAKLY_LINKED_BUT
    return message(text, then=f"{error.standard_error_if_linked:.1f}", **values)


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
    """How far the plan of visits lets stores be compared.

    ``groups``: of stores that share no shopper with each other. ``isolated_stores``: codes of the stores that one
    shopper visited who visited no other: whether such a store differs, or its shopper, cannot be distinguished.
    ``pools``: where there are several. ``notes``: what a reader must know.
    """

    groups: int
    isolated_stores: tuple[int, ...]
    pools: tuple[PoolCheck, ...]
    notes: tuple[Message, ...]


def check_design(crossed: CrossTabulation, by: FittedModel) -> DesignCheck:
    """Return the check of the visits in ``crossed``, whose model is fitted; shoppers not known link nothing.

    ``pools`` are there where the model has shoppers and there are several. Of stores visited once each
    only pools are looked at: nothing links single stores.
    """
    groups: NDArray[np.int32] = np.zeros(len(crossed.stores), np.int32)
    isolated: tuple[int, ...] = ()
    if not by.one_visit_each:
        # Groups are the connected components of the graph in which a visit joins its store and its shopper.
        graph = sparse.block_array([[None, crossed.pairs], [crossed.pairs.T, None]], format="csr")
        groups = csgraph.connected_components(graph, directed=False)[1][: len(crossed.stores)]
        isolated = tuple(_isolated_stores(crossed))
    pool = next(
        (factor for factor in crossed.store_factors if factor.name in {"pool", "region"} and len(factor.levels) > 1),
        None,
    )
    pools = tuple(PoolAnalysis(crossed, by.model, pool, groups).each()) if pool and by.crossed.shoppers else ()
    return DesignCheck(len(np.unique(groups)), isolated, pools, tuple(_notes(crossed, pool, groups, isolated)))


def _isolated_stores(crossed: CrossTabulation) -> list[int]:
    """Return the codes of the stores all of whose visits are by one shopper who visited nothing else."""
    if len(crossed.stores) < 2:
        return []
    pairs = crossed.pairs
    stores_of = np.diff(pairs.tocsc().indptr)
    shoppers_of = np.diff(pairs.indptr)
    all_shoppers_known = np.asarray(pairs.sum(axis=1)) == crossed.visits
    shopper_goes_nowhere_else = np.asarray(pairs @ (stores_of == 1)) > 0
    codes: list[int] = np.flatnonzero((shoppers_of == 1) & all_shoppers_known & shopper_goes_nowhere_else).tolist()
    return codes


def _notes(
    crossed: CrossTabulation, pool: Factor | None, groups: NDArray[np.int32], isolated: tuple[int, ...]
) -> Iterator[Message]:
    # A single region that is itself held against a target is known, and the same for all.
    if crossed.shoppers and pool is None and not (crossed.unit_factor and len(crossed.unit_factor.levels) == 1):
        yield message(
            "The stores have no pool or region: if each shopper works in one region, regional differences are "
            "mistaken for shopper severity."
        )
    if isolated:
        yield message(
            "Stores visited only by a shopper who visited no other store: {n}. Store and shopper are confounded "
            "there, so these stores are not ranked.",
            n=len(isolated),
        )
    # Each isolated store is a group of its own, which the note above has told of.
    connected_groups = len(set(groups.tolist())) - len(isolated)
    if crossed.shoppers and connected_groups > 1:
        yield message(
            "The design is disconnected: {n} groups of stores share no shopper. Differences between groups may be "
            "shopper severity.",
            n=connected_groups,
        )
