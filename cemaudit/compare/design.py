"""Whether the way shoppers were sent lets stores and pools be compared, and what would make it better."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse import csgraph

from cemaudit.compare.coded import Factor
from cemaudit.compare.crossed import Crossed
from cemaudit.compare.fitted import Fitted
from cemaudit.compare.pools import Pool, Pools
from cemaudit.language import Message, message

__all__ = ["Design", "design_of"]


@dataclass(frozen=True)
class Design:
    """``groups``: of stores that share no shopper with each other. ``alone``: places of the stores that one shopper
    visited who visited no other: whether such a store differs, or its shopper, cannot be told. ``pools``: where there
    are several. ``notes``: what a reader must know.
    """

    groups: int
    alone: tuple[int, ...]
    pools: tuple[Pool, ...]
    notes: tuple[Message, ...]


def design_of(crossed: Crossed, by: Fitted) -> Design:
    """The check of the visits in ``crossed``, whose model is fitted; shoppers not known link nothing.

    ``pools`` are there where the model has shoppers and there are several. Of stores visited once each
    only pools are looked at: nothing links single stores.
    """
    groups = np.zeros(len(crossed.stores), np.int32) if by.once else _groups(crossed)
    several = next((one for one in crossed.of_stores if one.name in {"pool", "region"} and len(one.levels) > 1), None)
    pools = tuple(Pools(crossed, by.model, several, groups).each()) if several and by.crossed.shoppers else ()
    alone = () if by.once else tuple(_alone(crossed))
    return Design(len(np.unique(groups)), alone, pools, tuple(_notes(crossed, several, groups, alone)))


def _groups(crossed: Crossed) -> NDArray[np.int32]:
    """Of each store the group it is in: connected components of the graph of stores and shoppers."""
    graph = sparse.block_array([[None, crossed.pairs], [crossed.pairs.T, None]], format="csr")
    _, labels = csgraph.connected_components(graph, directed=False)
    return np.asarray(labels[: len(crossed.stores)])


def _alone(crossed: Crossed) -> list[int]:
    """The stores all of whose visits are by one shopper who visited nothing else."""
    pairs = crossed.pairs
    stores_of = np.diff(pairs.tocsc().indptr)
    shoppers_of = np.diff(pairs.indptr)
    known = np.asarray(pairs.sum(axis=1)) == crossed.visits
    only = np.asarray(pairs @ (stores_of == 1)) > 0
    return np.flatnonzero((shoppers_of == 1) & known & only).tolist() if len(crossed.stores) > 1 else []


def _notes(
    crossed: Crossed, pool: Factor | None, groups: NDArray[np.int32], alone: tuple[int, ...]
) -> Iterator[Message]:
    if crossed.shoppers and pool is None:
        yield message(
            "No pools or regions are known of the stores: if shoppers work in one region each, differences between "
            "regions are taken for their strictness."
        )
    if alone:
        yield message(
            "Stores visited by one shopper who visited no other store: {n}. Whether such a store differs or its "
            "shopper cannot be told, so it has no place among the others.",
            n=len(alone),
        )
    together = len(set(groups.tolist())) - len(alone)
    if crossed.shoppers and together > 1:
        yield message(
            "The stores fall into {n} groups that share no shopper. Differences between groups may be their shoppers' "
            "strictness.",
            n=together,
        )
