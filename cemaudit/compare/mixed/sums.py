"""Everything the model needs to know of the visits: sums, counts and pairwise cross-tabulations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

__all__ = ["Codes", "Matrix", "Sparse", "Sums", "Vector", "sums_of_rows"]

Vector: TypeAlias = NDArray[np.float64]
Matrix: TypeAlias = NDArray[np.float64]
Codes: TypeAlias = NDArray[np.integer[Any]]
Sparse: TypeAlias = Any  # scipy.sparse.csr_array, which comes without types


@dataclass(frozen=True, eq=False)
class Sums:
    """Weighted cross-products of the visits, with ``I`` units and ``K`` dense columns.

    The dense columns are: the levels of each further random factor (``randoms`` says how many each has, in this
    order), then ``fixed`` columns, of which the first is the constant 1. ``visits``: number of rows. ``weight`` (I):
    sum of weights per unit (its number of visits where all weigh 1). ``cross`` (I x K) and ``dense`` (K x K, both
    triangles): cross-tabulations, sparse. ``unit_totals`` (I), ``dense_totals`` (K), ``squares``: weighted sums of y
    per unit, of y times each column, of y². ``log_weights``: sum of the logarithms of the weights.
    ``shift`` was taken off every score before summing (best their mean: less is lost to rounding); estimates have it
    back. A row without a level of a factor (or without a unit) simply does not count there.
    """

    visits: int
    weight: Vector
    cross: Sparse
    dense: Sparse
    unit_totals: Vector
    dense_totals: Vector
    squares: float
    randoms: tuple[int, ...]
    fixed: int
    log_weights: float = 0.0
    shift: float = 0.0

    @property
    def units(self) -> int:
        """Number of units (I)."""
        return len(self.weight)

    @property
    def columns(self) -> int:
        """Number of dense columns (K)."""
        return len(self.dense_totals)

    @property
    def levels(self) -> tuple[int, ...]:
        """Levels of each random factor, the units first."""
        return (self.units, *self.randoms)

    @property
    def first_fixed(self) -> int:
        """Where among the dense columns the fixed ones begin."""
        return sum(self.randoms)

    @property
    def spans(self) -> tuple[slice, ...]:
        """Where among the dense columns each further random factor stands."""
        return tuple(slice(low, high) for low, high in pairwise(np.cumsum((0, *self.randoms)).tolist()))

    def total(self) -> Sparse:
        """All cross-products, units first: sparse (I + K) x (I + K)."""
        units = sparse.diags_array(self.weight)
        return sparse.block_array([[units, self.cross], [self.cross.T, self.dense]], format="csr")


def _incidence(codes: Codes, levels: int) -> Sparse:
    rows = np.flatnonzero(codes >= 0)
    return sparse.csr_array((np.ones(len(rows)), (rows, codes[rows])), shape=(len(codes), levels))


def _constant_first(fixed: Sparse) -> bool:
    return bool(fixed.shape[1]) and bool(np.all(fixed[:, [0]].toarray() == 1.0))


def sums_of_rows(  # noqa: PLR0913, PLR0917
    unit: Codes,
    randoms: Sequence[Codes],
    fixed: Sparse | ArrayLike,
    y: ArrayLike,
    weights: ArrayLike | None = None,
    levels: Sequence[int] | None = None,
) -> Sums:
    """The sums of ``n`` visits held in memory.

    ``unit`` and each of ``randoms``: codes (n) from 0, -1 where a visit has no level. ``fixed``: n x p, dense or
    sparse, the constant first. ``y``: scores (n). ``weights``: positive precisions (n), 1 if not given. ``levels``:
    number of units and of levels of each further factor, the largest codes plus 1 if not given.
    """
    scores = np.asarray(y, dtype=np.float64)
    weigh = np.ones(len(scores)) if weights is None else np.asarray(weights, dtype=np.float64)
    factors = [np.asarray(codes) for codes in (unit, *randoms)]
    sizes = [int(codes.max(initial=-1)) + 1 for codes in factors] if levels is None else list(levels)
    columns = sparse.csr_array(fixed if sparse.issparse(fixed) else np.asarray(fixed, dtype=np.float64))
    shift = float(np.average(scores, weights=weigh)) if len(scores) and _constant_first(columns) else 0.0
    centred = scores - shift
    units, *others = (_incidence(codes, size) for codes, size in zip(factors, sizes, strict=True))
    block = sparse.hstack([*others, columns], format="csr")
    weighed = sparse.diags_array(weigh) @ block
    return Sums(
        visits=len(scores),
        weight=units.T @ weigh,
        cross=sparse.csr_array(units.T @ weighed),
        dense=sparse.csr_array(block.T @ weighed),
        unit_totals=units.T @ (weigh * centred),
        dense_totals=weighed.T @ centred,
        squares=float(weigh @ centred**2),
        randoms=tuple(sizes[1:]),
        fixed=columns.shape[1],
        log_weights=float(np.log(weigh).sum()),
        shift=shift,
    )
