"""Quadratic forms of many sparse rows in one large symmetric matrix, of which only the lower triangle is given."""

from __future__ import annotations

import numpy as np
from scipy import linalg

from cemaudit.compare.mixed.products import blocks, sparse_is_quicker
from cemaudit.compare.mixed.sums import Matrix, Sparse, Vector

__all__ = ["bilinear", "quadratic"]

_PAIR_COSTS = 1_000


def quadratic(left: Sparse, lower: Matrix) -> Vector:
    """For each row q of ``left`` (m x K): q' S q, where ``lower`` (K x K) is the lower triangle of S."""
    size = left.shape[1]
    if sparse_is_quicker(left, _PAIR_COSTS):
        pairs = 4 * int(np.diff(left.indptr).max(initial=1)) ** 2
        parts = [_by_pairs(left[rows], lower) for rows in blocks(left.shape[0], pairs)]
    else:
        dense = (left[rows].toarray() for rows in blocks(left.shape[0], size))
        parts = [np.einsum("ij,ji->i", part, _times(lower, part)) for part in dense]
    return np.concatenate([np.zeros(0), *parts])


def bilinear(left: Matrix, lower: Matrix) -> Matrix:
    """Left S left' (m x m) for a few rows ``left`` (m x K)."""
    return np.asarray(left @ _times(lower, left))


def _times(lower: Matrix, left: Matrix) -> Matrix:
    """S left' (K x m)."""
    return np.asarray(linalg.blas.dsymm(1.0, lower, np.ascontiguousarray(left).T, lower=1))


def _by_pairs(left: Sparse, lower: Matrix) -> Vector:
    """The forms as sums over all pairs of entries that a row has."""
    counts = np.diff(left.indptr)
    partners = np.repeat(counts, counts)
    one = np.repeat(np.arange(left.nnz), partners)
    run = np.arange(len(one)) - np.repeat(np.cumsum(partners) - partners, partners)
    other = run + np.repeat(np.repeat(left.indptr[:-1], counts), partners)
    row, column = left.indices[one], left.indices[other]
    terms = left.data[one] * left.data[other] * lower[np.maximum(row, column), np.minimum(row, column)]
    rows = np.repeat(np.arange(left.shape[0]), counts.astype(np.int64) ** 2)
    return np.bincount(rows, weights=terms, minlength=left.shape[0]).astype(np.float64)
