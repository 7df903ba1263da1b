"""Cross-products of the visits (X'X, X'Z, Z'y ...) as sparse matrices, and quadratic forms in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import linalg, sparse

__all__ = [
    "Codes",
    "CrossProducts",
    "Matrix",
    "Sparse",
    "Vector",
    "bilinear_forms",
    "cross_products_of_rows",
    "quadratic_forms",
    "row_blocks",
    "schur_complement",
    "sparse_is_quicker",
    "weighted_trace",
]

Vector: TypeAlias = NDArray[np.float64]
Matrix: TypeAlias = NDArray[np.float64]
Codes: TypeAlias = NDArray[np.integer[Any]]
Sparse: TypeAlias = Any  # scipy.sparse.csr_array, which comes without types


@dataclass(frozen=True, eq=False)
class CrossProducts:
    """Weighted cross-products of the visits, with ``I`` units and ``K`` dense columns.

    The dense columns are: the levels of each further random factor (``random_levels`` says how many each has, in this
    order), then ``fixed_columns`` columns, of which the first is the constant 1. ``visits``: number of rows.
    ``total_weight`` (I): sum of weights per unit (its number of visits where all weigh 1). ``unit_by_column`` (I x K)
    and ``column_by_column`` (K x K, both triangles): cross-tabulations, sparse. ``unit_totals`` (I), ``dense_totals``
    (K), ``sum_of_squares``: weighted sums of y per unit, of y times each column, of y². ``log_weights``: sum of the
    logarithms of the weights. ``shift`` was taken off every score before summing (best their mean: less is lost to
    rounding); estimates have it back. A row without a level of a factor (or without a unit) simply does not count
    there.
    """

    visits: int
    total_weight: Vector
    unit_by_column: Sparse
    column_by_column: Sparse
    unit_totals: Vector
    dense_totals: Vector
    sum_of_squares: float
    random_levels: tuple[int, ...]
    fixed_columns: int
    log_weights: float = 0.0
    shift: float = 0.0

    @property
    def units(self) -> int:
        """Number of units (I)."""
        return len(self.total_weight)

    @property
    def columns(self) -> int:
        """Number of dense columns (K)."""
        return len(self.dense_totals)

    @property
    def levels(self) -> tuple[int, ...]:
        """Levels of each random factor, the units first."""
        return (self.units, *self.random_levels)

    @property
    def first_fixed(self) -> int:
        """Index of the first fixed column among the dense columns."""
        return sum(self.random_levels)

    @property
    def random_columns(self) -> tuple[slice, ...]:
        """The dense columns of each further random factor."""
        return tuple(slice(low, high) for low, high in pairwise(np.cumsum((0, *self.random_levels)).tolist()))

    def total(self) -> Sparse:
        """Return all cross-products, units first: sparse (I + K) x (I + K)."""
        units = sparse.diags_array(self.total_weight)
        return sparse.block_array(
            [[units, self.unit_by_column], [self.unit_by_column.T, self.column_by_column]], format="csr"
        )


def cross_products_of_rows(  # noqa: PLR0913, PLR0917
    unit: Codes,
    randoms: Sequence[Codes],
    fixed: Sparse | ArrayLike,
    y: ArrayLike,
    weights: ArrayLike | None = None,
    levels: Sequence[int] | None = None,
) -> CrossProducts:
    """Return the cross-products of ``n`` visits held in memory.

    ``unit`` and each of ``randoms``: codes (n) from 0, -1 where a visit has no level. ``fixed``: n x p, dense or
    sparse, the constant first. ``y``: scores (n). ``weights``: positive precisions (n), 1 if not given. ``levels``:
    number of units and of levels of each further factor, the largest codes plus 1 if not given.
    """
    scores = np.asarray(y, dtype=np.float64)
    precisions = np.ones(len(scores)) if weights is None else np.asarray(weights, dtype=np.float64)
    factors = [np.asarray(codes) for codes in (unit, *randoms)]
    sizes = [int(codes.max(initial=-1)) + 1 for codes in factors] if levels is None else list(levels)
    columns = sparse.csr_array(fixed if sparse.issparse(fixed) else np.asarray(fixed, dtype=np.float64))
    # Only the constant can have the shift back; without one, scores stay as they are.
    has_constant = bool(columns.shape[1]) and bool(np.all(columns[:, [0]].toarray() == 1.0))
    shift = float(np.average(scores, weights=precisions)) if len(scores) and has_constant else 0.0
    centred = scores - shift
    incidences = []
    for codes, size in zip(factors, sizes, strict=True):
        rows = np.flatnonzero(codes >= 0)
        incidences.append(sparse.csr_array((np.ones(len(rows)), (rows, codes[rows])), shape=(len(codes), size)))
    units, *others = incidences
    block = sparse.hstack([*others, columns], format="csr")
    weighted = sparse.diags_array(precisions) @ block
    return CrossProducts(
        visits=len(scores),
        total_weight=units.T @ precisions,
        unit_by_column=sparse.csr_array(units.T @ weighted),
        column_by_column=sparse.csr_array(block.T @ weighted),
        unit_totals=units.T @ (precisions * centred),
        dense_totals=weighted.T @ centred,
        sum_of_squares=float(precisions @ centred**2),
        random_levels=tuple(sizes[1:]),
        fixed_columns=columns.shape[1],
        log_weights=float(np.log(precisions).sum()),
        shift=shift,
    )


_BLOCK = 4_000_000
_SPARSE_COST = 1_000
"""How many multiplications of a dense product, by BLAS, take as long as one of a sparse product."""
_SETUP = 1e6
"""Multiplications of a dense product that take as long as setting up a sparse one."""


def row_blocks(rows: int, columns: int) -> Iterator[slice]:
    """Yield runs of rows of a ``rows`` x ``columns`` matrix that hold about 4 million numbers each."""
    step = max(1, _BLOCK // max(1, columns))
    return (slice(low, min(low + step, rows)) for low in range(0, rows, step))


def _rows_of(matrix: Sparse, rows: slice) -> Sparse:
    # To cut all rows out of a small matrix takes longer than to work on it.
    return matrix if rows.stop - rows.start == matrix.shape[0] else matrix[rows]


def sparse_is_quicker(cross: Sparse, slower: int = _SPARSE_COST) -> bool:
    """Return whether to go through all pairs of entries in a row, each ``slower`` times as slow as a dense one."""
    filled = np.diff(cross.indptr).astype(np.float64)
    return bool(slower * (filled @ filled) + _SETUP < cross.shape[0] * float(cross.shape[1]) ** 2)


def _sparse_products(cross: Sparse, weights: Vector) -> Sparse:
    counts = np.diff(cross.indptr)
    weighted = sparse.csr_array((cross.data * np.repeat(weights, counts), cross.indices, cross.indptr), cross.shape)
    return cross.T @ weighted


def _dense_products(cross: Sparse, weights: Vector) -> Matrix:
    """Return the lower triangle of cross' diag(weights) cross, for ``weights`` >= 0."""
    products = np.zeros((cross.shape[1], cross.shape[1]), order="F")
    # With roots on both sides it is a symmetric product: dsyrk does half the work of a general one.
    roots = np.sqrt(weights)
    for rows in row_blocks(*cross.shape):
        block = _rows_of(cross, rows).toarray() * roots[rows, None]
        products = linalg.blas.dsyrk(1.0, block.T, beta=1.0, c=products, lower=1, overwrite_c=1)
    return np.asarray(products)


def schur_complement(contrasts: Sparse, cross: Sparse, weights: Vector) -> Matrix:
    """Return the lower triangle of contrasts - cross' diag(weights) cross, for ``weights`` >= 0 (Fortran order).

    Fortran order, as LAPACK factorises it in place.
    """
    if sparse_is_quicker(cross):
        return np.asarray((contrasts - _sparse_products(cross, weights)).toarray(order="F"))
    remainder = contrasts.toarray(order="F")
    remainder -= _dense_products(cross, weights)
    return np.asarray(remainder)


def weighted_trace(cross: Sparse, weights: Vector, scale: Vector, lower: Matrix) -> float:
    """Return the trace of cross' diag(weights) cross times diag(scale) S diag(scale); ``lower``: a triangle of S."""
    # A trace of two symmetric matrices is the sum of products of their entries: twice the triangle, less the diagonal.
    if not sparse_is_quicker(cross):
        weighted_products = _dense_products(cross, weights) * scale
        weighted_products *= scale[:, None]
        return float(
            2.0 * np.einsum("ij,ij->", weighted_products, lower) - np.diagonal(weighted_products) @ np.diagonal(lower)
        )
    products = sparse.tril(_sparse_products(cross, weights), format="coo")
    row, column = products.coords
    twice = np.where(row == column, 1.0, 2.0) * scale[row] * scale[column]
    return float(np.sum(twice * products.data * lower[row, column]))


_PAIR_COSTS = 1_000


def quadratic_forms(left: Sparse, lower: Matrix) -> Vector:
    """Return q' S q for each row q of ``left`` (m x K), where ``lower`` (K x K) is the lower triangle of S."""
    size = left.shape[1]
    if sparse_is_quicker(left, _PAIR_COSTS):
        pairs = 4 * int(np.diff(left.indptr).max(initial=1)) ** 2
        forms = [_by_pairs(_rows_of(left, rows), lower) for rows in row_blocks(left.shape[0], pairs)]
    else:
        dense = (_rows_of(left, rows).toarray() for rows in row_blocks(left.shape[0], size))
        forms = [np.einsum("ij,ji->i", dense_form, _times(lower, dense_form)) for dense_form in dense]
    return np.concatenate([np.zeros(0), *forms])


def bilinear_forms(left: Matrix, lower: Matrix) -> Matrix:
    """Return left S left' (m x m) for a few rows ``left`` (m x K)."""
    return np.asarray(left @ _times(lower, left))


def _times(lower: Matrix, left: Matrix) -> Matrix:
    """Return S left' (K x m)."""
    return np.asarray(linalg.blas.dsymm(1.0, lower, np.ascontiguousarray(left).T, lower=1))


def _by_pairs(left: Sparse, lower: Matrix) -> Vector:
    """Return the forms as sums over all pairs of entries that a row has."""
    # For every entry of the CSR arrays the run of its row's entries, without a loop: `run_starts` is the first of a
    # pair, `other` the second.
    counts = np.diff(left.indptr)
    partners = np.repeat(counts, counts)
    run_starts = np.repeat(np.arange(left.nnz), partners)
    run = np.arange(len(run_starts)) - np.repeat(np.cumsum(partners) - partners, partners)
    other = run + np.repeat(np.repeat(left.indptr[:-1], counts), partners)
    row, column = left.indices[run_starts], left.indices[other]
    terms = left.data[run_starts] * left.data[other] * lower[np.maximum(row, column), np.minimum(row, column)]
    rows = np.repeat(np.arange(left.shape[0]), counts.astype(np.int64) ** 2)
    return np.bincount(rows, weights=terms, minlength=left.shape[0]).astype(np.float64)
