"""Henderson's mixed model equations: the order they are solved in, aliased columns, and their solution at given theta.

One elimination of the units, one Cholesky factor of the rest. With θ_r = sd of factor r / residual sd,
D = θ_0² weight + 1 (units), s the θ of the dense columns (1 for fixed ones), N and C the cross-products:
S = s (C - N' (θ_0² / D) N) s + I_random = L L' (Bates et al. 2015, Journal of Statistical Software 67(1), section 3;
the same elimination as MixedModels.jl).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, sparse

from cemaudit.compare.mixed_model.crossproducts import (
    CrossProducts,
    Matrix,
    Sparse,
    Vector,
    schur_complement,
    weighted_trace,
)

__all__ = [
    "EliminationOrder",
    "Method",
    "MixedModelEquations",
    "elimination_order",
    "independent_columns",
    "solve_equations",
]

Method: TypeAlias = Literal["REML", "ML"]
_LEAST_RESIDUAL = 1e-14
"""The residual sum of squares over that of the scores that rounding errors may leave."""
_SMALL = 64


@dataclass(frozen=True, eq=False)
class MixedModelEquations:
    """A solved system: effects are those in ``units`` (I) and ``columns`` (K), divided by their theta ("spherical").

    ``unit_diagonal``: D (I). ``scale``: s (K). ``cholesky_factor``: L (K x K, lower triangle alone).
    ``residual``: the penalised residual sum of squares.
    """

    sums: CrossProducts
    theta: Vector
    unit_diagonal: Vector
    scale: Vector
    cholesky_factor: Matrix
    residual: float
    units: Vector
    columns: Vector

    def degrees_of_freedom(self, method: Method) -> int:
        """Return the number of visits, less that of the fixed columns for REML."""
        return self.sums.visits - (self.sums.fixed_columns if method == "REML" else 0)

    def variance(self, method: Method) -> float:
        """Return the residual variance that goes with theta."""
        return self.residual / self.degrees_of_freedom(method)

    def criterion(self, method: Method) -> float:
        """Return -2 log likelihood, restricted or not, profiled over fixed effects and residual variance."""
        freedom = self.degrees_of_freedom(method)
        # REML counts the fixed columns of L, too: they integrate β out.
        counted = self.sums.columns if method == "REML" else self.sums.first_fixed
        determinant = np.log(self.unit_diagonal).sum() + 2.0 * np.log(np.diagonal(self.cholesky_factor)[:counted]).sum()
        likelihood = freedom * (1.0 + np.log(2.0 * np.pi * self.residual / freedom))
        return float(determinant + likelihood - self.sums.log_weights)

    def inverse(self, method: Method = "REML") -> Matrix:
        """Return the lower triangle of the inverse of S (K x K); for ML the fixed columns are held (zeros)."""
        if method == "REML":
            return _inverse(self.cholesky_factor)
        size = self.sums.first_fixed
        inverse = np.zeros_like(self.cholesky_factor)
        if size:
            inverse[:size, :size] = _inverse(np.asfortranarray(self.cholesky_factor[:size, :size]))
        return inverse

    def relative_prediction_variance(self, inverse: Matrix) -> Vector:
        """Return for each random factor the sum of its levels' prediction error variances over its variance."""
        # Of units, which were eliminated: 1/D, and what the error of all other effects adds.
        weights = (self.theta[0] / self.unit_diagonal) ** 2
        of_others = weighted_trace(self.sums.unit_by_column, weights, self.scale, inverse)
        units = float((1.0 / self.unit_diagonal).sum()) + of_others
        diagonal = np.diagonal(inverse)
        return np.array([units, *(float(diagonal[span].sum()) for span in self.sums.random_columns)])

    def criterion_gradient(self, method: Method) -> Vector:
        """Return the gradient of the criterion by log theta: 2 (levels - PEV over variance - u'u over σ²)."""
        squares = [
            self.units @ self.units,
            *(self.columns[span] @ self.columns[span] for span in self.sums.random_columns),
        ]
        levels = np.array(self.sums.levels, dtype=np.float64)
        unexplained = self.relative_prediction_variance(self.inverse(method))
        return np.asarray(2.0 * (levels - unexplained - np.array(squares) / self.variance(method)))


def _inverse(lower: Matrix) -> Matrix:
    """Return the lower triangle of (L L')⁻¹."""
    # LAPACK's own routine wakes threads, which a small matrix does not repay.
    if len(lower) > _SMALL:
        return np.asarray(linalg.lapack.dpotri(lower, lower=1)[0])
    root = np.tril(linalg.lapack.dtrtri(lower, lower=1)[0])
    return np.asfortranarray(root.T @ root)


def _cholesky_factor(sums: CrossProducts, scale: Vector, shrink: Vector) -> Matrix:
    """Return L with S = L L' in its lower triangle; what is above is left as it was."""
    matrix = schur_complement(sums.column_by_column, sums.unit_by_column, shrink)
    matrix *= scale
    matrix *= scale[:, None]
    np.einsum("ii->i", matrix)[: sums.first_fixed] += 1.0
    lower, failed = linalg.lapack.dpotrf(matrix, lower=1, overwrite_a=1, clean=0)
    if failed:
        raise np.linalg.LinAlgError
    return np.asarray(lower)


def solve_equations(sums: CrossProducts, theta: Vector) -> MixedModelEquations:
    """Return the solved system at ``theta`` (units first, then each further factor; zero is allowed).

    ``numpy.linalg.LinAlgError`` where fixed columns are aliased: drop those first.
    """
    diagonal = theta[0] ** 2 * sums.total_weight + 1.0
    shrink = theta[0] ** 2 / diagonal
    scale = np.ones(sums.columns)
    for span, ratio in zip(sums.random_columns, theta[1:], strict=True):
        scale[span] = ratio
    lower = _cholesky_factor(sums, scale, shrink)
    right = scale * (sums.dense_totals - sums.unit_by_column.T @ (shrink * sums.unit_totals))
    half = linalg.solve_triangular(lower, right, lower=True, check_finite=False)
    columns = linalg.solve_triangular(lower, half, lower=True, trans="T", check_finite=False)
    residual = sums.sum_of_squares - shrink @ sums.unit_totals**2 - half @ half
    units = theta[0] * (sums.unit_totals - sums.unit_by_column @ (scale * columns)) / diagonal
    # A difference of sums: rounding could make it 0 or less, and its logarithm is needed.
    least = max(_LEAST_RESIDUAL * sums.sum_of_squares, np.finfo(float).tiny)
    return MixedModelEquations(sums, theta, diagonal, scale, lower, max(float(residual), least), units, columns)


_LEAST = 1e-9


def independent_columns(products: Matrix) -> NDArray[np.bool_]:
    """Return which columns are kept, given their cross-products (p x p); the others combine earlier ones.

    Gaussian elimination in the order given: a column whose square, left over after the kept columns before it, is
    less than 1e-9 of what it was says nothing new.
    """
    # No QR with pivoting: which column is dropped must follow from the order alone, not from rounding.
    left = np.array(products, dtype=np.float64)
    first = np.diagonal(left).copy()
    kept = np.zeros(len(left), dtype=bool)
    for column in range(len(left)):
        pivot = left[column, column]
        kept[column] = pivot > _LEAST * first[column]
        if kept[column]:
            left[column + 1 :, column:] -= np.outer(left[column + 1 :, column] / pivot, left[column, column:])
    return kept


@dataclass(frozen=True, eq=False)
class EliminationOrder:
    """Cross-products as given (``original``) and as solved (``sums``).

    ``units`` and ``columns``: where each solved unit and dense column stands among the given effects, counted with
    the given units first (0 to I + K - 1); aliased fixed columns stand nowhere. ``factors``: which given random
    factor each solved one is.
    """

    original: CrossProducts
    sums: CrossProducts
    units: NDArray[np.intp]
    columns: NDArray[np.intp]
    factors: tuple[int, ...]

    def solved_order(self, theta: Vector) -> Vector:
        """Return theta of the given factors in the order of the solved ones."""
        return np.asarray(theta[list(self.factors)], dtype=np.float64)

    def given_order(self, theta: Vector) -> Vector:
        """Return theta of the solved factors in the order of the given ones."""
        return np.asarray(theta[np.argsort(self.factors)], dtype=np.float64)

    def expand_effects(self, units: Vector, columns: Vector) -> Vector:
        """Return effects of the solved units and columns in the order of the given ones (I + K); aliased ones are 0.

        What was taken off the scores before summing is back in the constant.
        """
        effects = np.zeros(self.original.units + self.original.columns)
        effects[self.units] = units
        effects[self.columns] = columns
        if self.original.shift:
            effects[self.original.units + self.original.first_fixed] += self.original.shift
        return effects

    def split_columns(self, contrasts: Sparse) -> tuple[Sparse, Sparse]:
        """Return combinations (m x (I + K)) of given effects, as those of solved units and of solved columns."""
        return contrasts[:, self.units], contrasts[:, self.columns]

    @property
    def aliased(self) -> tuple[int, ...]:
        """The given fixed columns (from 0) that were dropped."""
        first = self.original.units + self.original.first_fixed
        missing = np.setdiff1d(np.arange(first, first + self.original.fixed_columns), self.columns)
        return tuple((missing - first).tolist())


def elimination_order(sums: CrossProducts) -> EliminationOrder:
    """Return the arrangement of ``sums`` with the smallest dense block and no aliased column."""
    # The factor with the most levels is eliminated (the units where they are as many): its block is diagonal, and
    # work grows with the third power of the columns that are left.
    largest = int(np.argmax(sums.levels))
    factors = [largest, *(factor for factor in range(len(sums.levels)) if factor != largest)]
    starts = np.cumsum((0, *sums.levels))
    first, *others = [np.arange(starts[factor], starts[factor + 1]) for factor in factors]
    fixed = sums.column_by_column[sums.first_fixed :, sums.first_fixed :].toarray()
    kept = np.flatnonzero(independent_columns(fixed)) + sums.units + sums.first_fixed
    columns = np.concatenate([*others, kept])
    # As given already: nothing is copied.
    if factors[0] == 0 and len(columns) == sums.columns:
        return EliminationOrder(sums, sums, first, columns, tuple(factors))
    return EliminationOrder(sums, _reordered(sums, factors, first, columns), first, columns, tuple(factors))


def _reordered(
    sums: CrossProducts, factors: list[int], first: NDArray[np.intp], columns: NDArray[np.intp]
) -> CrossProducts:
    """Return ``sums`` with the columns ``first`` as units, and ``columns`` as dense ones."""
    total, totals = sums.total(), np.concatenate([sums.unit_totals, sums.dense_totals])
    block = total[columns]
    randoms = tuple(sums.levels[factor] for factor in factors[1:])
    return CrossProducts(
        visits=sums.visits,
        total_weight=np.asarray(total.diagonal()[first]),
        unit_by_column=sparse.csr_array(total[first][:, columns]),
        column_by_column=sparse.csr_array(block[:, columns]),
        unit_totals=totals[first],
        dense_totals=totals[columns],
        sum_of_squares=sums.sum_of_squares,
        random_levels=randoms,
        fixed_columns=len(columns) - sum(randoms),
        log_weights=sums.log_weights,
        shift=sums.shift,
    )
