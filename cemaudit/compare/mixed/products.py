"""Products of a cross-tabulation with itself, sparse where that is quicker."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import linalg, sparse

from cemaudit.compare.mixed.sums import Matrix, Sparse, Vector

__all__ = ["blocks", "left_over", "sparse_is_quicker", "weighed_trace"]

_BLOCK = 4_000_000
_SLOWER = 1_000
_SETUP = 1e6


def blocks(rows: int, columns: int) -> Iterator[slice]:
    """Runs of rows of a ``rows`` x ``columns`` matrix that hold about 4 million numbers each."""
    step = max(1, _BLOCK // max(1, columns))
    return (slice(low, min(low + step, rows)) for low in range(0, rows, step))


def sparse_is_quicker(cross: Sparse, slower: int = _SLOWER) -> bool:
    """Whether to go through all pairs of entries in a row, one of which takes ``slower`` times as long as if dense."""
    filled = np.diff(cross.indptr).astype(np.float64)
    return bool(slower * (filled @ filled) + _SETUP < cross.shape[0] * float(cross.shape[1]) ** 2)


def _sparse_products(cross: Sparse, weights: Vector) -> Sparse:
    counts = np.diff(cross.indptr)
    weighed = sparse.csr_array((cross.data * np.repeat(weights, counts), cross.indices, cross.indptr), cross.shape)
    return cross.T @ weighed


def _dense_products(cross: Sparse, weights: Vector) -> Matrix:
    """The lower triangle of cross' diag(weights) cross, for ``weights`` >= 0."""
    found = np.zeros((cross.shape[1], cross.shape[1]), order="F")
    roots = np.sqrt(weights)
    for rows in blocks(*cross.shape):
        block = cross[rows].toarray() * roots[rows, None]
        found = linalg.blas.dsyrk(1.0, block.T, beta=1.0, c=found, lower=1, overwrite_c=1)
    return np.asarray(found)


def left_over(whole: Sparse, cross: Sparse, weights: Vector) -> Matrix:
    """The difference whole - cross' diag(weights) cross for ``weights`` >= 0, its lower triangle (Fortran order)."""
    if sparse_is_quicker(cross):
        return np.asarray((whole - _sparse_products(cross, weights)).toarray(order="F"))
    found = whole.toarray(order="F")
    found -= _dense_products(cross, weights)
    return np.asarray(found)


def weighed_trace(cross: Sparse, weights: Vector, scale: Vector, lower: Matrix) -> float:
    """Trace of cross' diag(weights) cross times diag(scale) S diag(scale), where ``lower`` is a triangle of S."""
    if not sparse_is_quicker(cross):
        whole = _dense_products(cross, weights) * scale
        whole *= scale[:, None]
        return float(2.0 * np.einsum("ij,ij->", whole, lower) - np.diagonal(whole) @ np.diagonal(lower))
    products = sparse.tril(_sparse_products(cross, weights), format="coo")
    row, column = products.coords
    twice = np.where(row == column, 1.0, 2.0) * scale[row] * scale[column]
    return float(np.sum(twice * products.data * lower[row, column]))
