"""Sums of products of variables, store by store: all that shares, their intervals and asymmetries are made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Products", "drawn", "products_of_rows"]

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Products:
    """Of I stores and all P = m(m+1)/2 pairs of m variables, in the order of ``numpy.triu_indices(m)``.

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
        """(m, m) of all stores; or (B, m, m), each store as often as ``drawn`` (B, I) says.

        Each pair over the visits in which both are known; 0 where there are none.
        """
        counts = self.counts.sum(axis=0) if drawn is None else drawn @ self.counts
        sums = self.sums.sum(axis=0) if drawn is None else drawn @ self.sums
        return self._square(np.where(counts > 0, sums / np.maximum(counts, 1), 0))

    def only(self, names: Sequence[str]) -> Products:
        """The same of fewer variables, in this order."""
        m = len(self.names)
        places = np.zeros((m, m), np.int64)
        places[np.triu_indices(m)] = np.arange(self.counts.shape[1])
        places = np.maximum(places, places.T)
        kept = [self.names.index(name) for name in names]
        rows, columns = np.triu_indices(len(kept))
        pairs = places[np.array(kept)[rows], np.array(kept)[columns]]
        return Products(tuple(names), self.counts[:, pairs], self.sums[:, pairs])

    def _square(self, pairs: Numbers) -> Numbers:
        m = len(self.names)
        rows, columns = np.triu_indices(m)
        found = np.zeros((*pairs.shape[:-1], m, m))
        found[..., rows, columns] = pairs
        found[..., columns, rows] = pairs
        return found


def products_of_rows(names: Sequence[str], values: Numbers, store: NDArray[np.int64]) -> Products:
    """The products of (n, m) centred ``values`` (NaN: not known) of the visits of stores numbered from 0."""
    rows, columns = np.triu_indices(len(names))
    pairs = values[:, rows] * values[:, columns]
    known = ~np.isnan(pairs)
    counts, sums = (np.zeros((int(store.max()) + 1, len(rows))) for _ in range(2))
    np.add.at(counts, store, known)
    np.add.at(sums, store, np.where(known, pairs, 0))
    return Products(tuple(names), counts, sums)


def drawn(stores: int, replicates: int = 1_000, seed: int = 1, at_once: int = 100) -> Iterator[Numbers]:
    """How often each store comes in samples of stores, with replacement: (B, I), ``at_once`` replicates at a time.

    Stores are drawn whole, because the visits to one are alike.
    """
    generator = np.random.Generator(np.random.PCG64(seed))
    even = np.full(stores, 1 / stores)
    for start in range(0, replicates, at_once):
        yield generator.multinomial(stores, even, min(at_once, replicates - start)).astype(np.float64)
