"""How well pools (or regions) can be compared, seen from which shoppers work where."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

from cemaudit.compare.coded import Factor
from cemaudit.compare.crossed import Crossed
from cemaudit.compare.mixed.model import Model
from cemaudit.compare.mixed.sums import Matrix, Sparse, Vector
from cemaudit.language import N_, Message, message

__all__ = ["ELSEWHERE", "Pool", "Pools"]

ELSEWHERE = 0.10
"""The share of a pool's visits by shoppers from elsewhere that the check imagines, and below which it warns."""


class Error(NamedTuple):
    """The ``difference`` of a pool's mean from that of the others, and its standard error ``se``.

    ``se_alike``: if all shoppers were equally strict. ``se_linked``: about, if a tenth of the pool's visits were by
    shoppers from elsewhere (``None`` where there are none, or as many are already). All in units of the model's scale.
    """

    difference: float
    se: float
    se_alike: float
    se_linked: float | None


class Pool(NamedTuple):
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
    error: Error
    said: Message | None


class Pools:
    """The pools of a comparison: their stores, and the visits of each (P) by each shopper (P x J)."""

    def __init__(self, crossed: Crossed, model: Model, pool: Factor, groups: NDArray[np.int32]) -> None:
        self._crossed, self._model, self._pool, self._groups = crossed, model, pool, groups
        stores = len(crossed.stores)
        self._of = sparse.csr_array((np.ones(stores), (pool.codes, np.arange(stores))))
        self._visits = np.asarray(self._of @ crossed.visits)
        self._seen = sparse.csr_array(self._of @ crossed.pairs)

    def each(self) -> Iterator[Pool]:
        """The figures of each pool."""
        count, total = len(self._pool.levels), self._visits.sum()
        against = np.eye(count) - (1 - np.eye(count)) * self._visits / (total - self._visits)[:, None]
        means = sparse.diags_array(1 / self._visits) @ self._of @ sparse.diags_array(self._crossed.visits)
        units = sparse.csr_array(against @ means)
        found = self._model.contrast(units, sparse.csr_array(units @ self._crossed.rows()))
        alike = self._model.residual_sd * np.sqrt(1 / self._visits + 1 / (total - self._visits))
        for place in range(count):
            se, linked = float(found.se[place]), self._linked(place)
            then = self._se_linked(place, against[place], se, ELSEWHERE - linked) if linked < ELSEWHERE else None
            error = Error(float(found.value[place]), se, min(float(alike[place]), se), then)
            yield self._pool_of(place, linked, error)

    def _pool_of(self, place: int, linked: float, error: Error) -> Pool:
        stores = self._pool.codes == place
        pool = Pool(
            pool=self._pool.levels[place],
            stores=int(stores.sum()),
            visits=int(self._visits[place]),
            shoppers=int(np.diff(self._seen.indptr)[place]),
            linked=linked,
            groups=len(np.unique(self._groups[stores])),
            error=error,
            said=None,
        )
        return pool._replace(said=_said(pool))

    def _linked(self, place: int) -> float:
        """The share of a pool's visits by shoppers who work in other pools, too."""
        everywhere = np.asarray(self._seen.sum(axis=0))
        here = self._seen[[place]].toarray()[0]
        return float(here[everywhere > here].sum() / self._visits[place])

    def _se_linked(self, place: int, against: Vector, se: float, part: float) -> float | None:
        """The standard error of a pool's difference with a ``part`` of its visits moved to shoppers from elsewhere.

        ``se`` in proportion to what it would be by the visits of pools and shoppers alone.
        """
        here = self._seen[[place]].toarray()[0]
        others = np.asarray(self._seen.sum(axis=0)) - here
        if not others.sum() or not here.sum():
            return None
        moved = part * (here.sum() * others / others.sum() - here)
        step = sparse.csr_array((moved, (np.full(len(moved), place), np.arange(len(moved)))), shape=self._seen.shape)
        now, then = self._spread(self._seen, against), self._spread(self._seen + step, against)
        return se * min(then / now, 1.0)

    def _spread(self, seen: Sparse, against: Vector) -> float:
        """The standard error of a difference between pools, shoppers random, of so many visits (P x J)."""
        shopper, residual = self._model.random_sds[0] ** 2, self._model.residual_sd**2
        known = np.asarray(seen.sum(axis=1))
        each = np.asarray(seen.sum(axis=0))
        share = sparse.diags_array(shopper / (residual + shopper * each))
        information: Matrix = np.diag(known / residual + (self._visits - known) / (residual + shopper))
        information -= (seen @ share @ seen.T).toarray() / residual
        return float(np.sqrt(against @ linalg.solve(information, against, assume_a="pos")))


def _said(pool: Pool) -> Message | None:
    """What a reader must know of a pool, where too few of its visits link it with the others."""
    if pool.linked >= ELSEWHERE:
        return None
    values = {
        "pool": _called(pool.pool),
        "difference": f"{pool.error.difference:+.1f}",
        "se": f"{pool.error.se:.1f}",
        "linked": f"{100 * pool.linked:.1f}",
    }
    if pool.error.se_linked is None:
        return message(_UNLINKED if pool.linked == 0 else _HARDLY, **values)
    text = _UNLINKED_BUT if pool.linked == 0 else _HARDLY_BUT
    return message(text, then=f"{pool.error.se_linked:.1f}", **values)


def _called(pool: str | None) -> object:
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
_HARDLY = N_(
    "{pool}: only {linked} % of visits are by shoppers who work elsewhere, too. The difference from the others is "
    "{difference}, standard error {se}."
)
_HARDLY_BUT = N_(
    "{pool}: only {linked} % of visits are by shoppers who work elsewhere, too. The difference from the others is "
    "{difference}, standard error {se}; with one visit in ten by shoppers from elsewhere it would be about {then}."
)
