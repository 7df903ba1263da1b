"""Henderson's mixed model equations: the order they are solved in, aliased columns, and their solution at given ratios.

One elimination of the units, one Cholesky factor of the rest. With ratio t_r = sd of factor r / residual sd,
D = t_0² weight + 1 (units), s the ratios of the dense columns (1 for fixed ones), N and C the cross-products:
S = s (C - N' (t_0² / D) N) s + I_random = L L' (Bates et al. 2015, Journal of Statistical Software 67(1), section 3;
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
_SMALL = 64


@dataclass(frozen=True, eq=False)
class MixedModelEquations:
    """A solved system: effects are those in ``units`` (I) and ``columns`` (K), divided by their ratios ("spherical").

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
        """Visits, less the fixed columns for REML."""
        return self.sums.visits - (self.sums.fixed_columns if method == "REML" else 0)

    def variance(self, method: Method) -> float:
        """Residual variance that the ratios go with."""
        return self.residual / self.degrees_of_freedom(method)

    def criterion(self, method: Method) -> float:
        """-2 log likelihood, restricted or not, profiled over fixed effects and residual variance."""
        freedom = self.degrees_of_freedom(method)
        counted = self.sums.columns if method == "REML" else self.sums.first_fixed
        determinant = np.log(self.unit_diagonal).sum() + 2.0 * np.log(np.diagonal(self.cholesky_factor)[:counted]).sum()
        likelihood = freedom * (1.0 + np.log(2.0 * np.pi * self.residual / freedom))
        return float(determinant + likelihood - self.sums.log_weights)

    def inverse(self, method: Method = "REML") -> Matrix:
        """The lower triangle of the inverse of S (K x K); for ML the fixed columns are held (zeros)."""
        if method == "REML":
            return _inverse(self.cholesky_factor)
        size = self.sums.first_fixed
        found = np.zeros_like(self.cholesky_factor)
        if size:
            found[:size, :size] = _inverse(np.asfortranarray(self.cholesky_factor[:size, :size]))
        return found

    def relative_prediction_variance(self, inverse: Matrix) -> Vector:
        """Per random factor: the sum of its levels' prediction error variances, each as a share of its variance."""
        again = (self.theta[0] / self.unit_diagonal) ** 2
        units = float((1.0 / self.unit_diagonal).sum()) + weighted_trace(
            self.sums.unit_by_column, again, self.scale, inverse
        )
        diagonal = np.diagonal(inverse)
        return np.array([units, *(float(diagonal[span].sum()) for span in self.sums.random_columns)])

    def criterion_gradient(self, method: Method) -> Vector:
        """Gradient of the criterion by the logarithms of the ratios: 2 (levels - unexplained - sum of squares)."""
        squares = [
            self.units @ self.units,
            *(self.columns[span] @ self.columns[span] for span in self.sums.random_columns),
        ]
        levels = np.array(self.sums.levels, dtype=np.float64)
        gone = self.relative_prediction_variance(self.inverse(method))
        return np.asarray(2.0 * (levels - gone - np.array(squares) / self.variance(method)))


def _inverse(lower: Matrix) -> Matrix:
    """The lower triangle of (L L')⁻¹; LAPACK's own routine wakes threads, which a small matrix does not repay."""
    if len(lower) > _SMALL:
        return np.asarray(linalg.lapack.dpotri(lower, lower=1)[0])
    root = np.tril(linalg.lapack.dtrtri(lower, lower=1)[0])
    return np.asfortranarray(root.T @ root)


def _scale(sums: CrossProducts, ratios: Vector) -> Vector:
    scale = np.ones(sums.columns)
    for span, ratio in zip(sums.random_columns, ratios[1:], strict=True):
        scale[span] = ratio
    return scale


def _factor(sums: CrossProducts, scale: Vector, shrink: Vector) -> Matrix:
    matrix = schur_complement(sums.column_by_column, sums.unit_by_column, shrink)
    matrix *= scale
    matrix *= scale[:, None]
    np.einsum("ii->i", matrix)[: sums.first_fixed] += 1.0
    lower, failed = linalg.lapack.dpotrf(matrix, lower=1, overwrite_a=1, clean=0)
    if failed:
        raise np.linalg.LinAlgError
    return np.asarray(lower)


def solve_equations(sums: CrossProducts, ratios: Vector) -> MixedModelEquations:
    """The system at ``ratios`` (units first, then each further factor; zero is allowed).

    ``numpy.linalg.LinAlgError`` where fixed columns are aliased: drop those first.
    """
    spread = ratios[0] ** 2 * sums.total_weight + 1.0
    shrink = ratios[0] ** 2 / spread
    scale = _scale(sums, ratios)
    lower = _factor(sums, scale, shrink)
    right = scale * (sums.dense_totals - sums.unit_by_column.T @ (shrink * sums.unit_totals))
    half = linalg.solve_triangular(lower, right, lower=True, check_finite=False)
    columns = linalg.solve_triangular(lower, half, lower=True, trans="T", check_finite=False)
    residual = sums.sum_of_squares - shrink @ sums.unit_totals**2 - half @ half
    units = ratios[0] * (sums.unit_totals - sums.unit_by_column @ (scale * columns)) / spread
    least = max(_LEAST_RESIDUAL * sums.sum_of_squares, np.finfo(float).tiny)
    return MixedModelEquations(sums, ratios, spread, scale, lower, max(float(residual), least), units, columns)


_LEAST = 1e-9


def independent_columns(products: Matrix) -> NDArray[np.bool_]:
    """Which columns are kept, given their cross-products (p x p); the others are linear combinations of earlier ones.

    Gaussian elimination in the order given: a column whose square, left over after the kept columns before it, is
    less than 1e-9 of what it was says nothing new.
    """
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
    """Sums as given (``original``) and as solved (``sums``).

    ``units`` and ``columns``: where each solved unit and dense column stands among the given effects, counted with
    the given units first (0 to I + K - 1); aliased fixed columns stand nowhere. ``factors``: which given random
    factor each solved one is.
    """

    original: CrossProducts
    sums: CrossProducts
    units: NDArray[np.intp]
    columns: NDArray[np.intp]
    factors: tuple[int, ...]

    def solved_order(self, ratios: Vector) -> Vector:
        """Ratios of the given factors in the order of the solved ones."""
        return np.asarray(ratios[list(self.factors)], dtype=np.float64)

    def given_order(self, ratios: Vector) -> Vector:
        """Ratios of the solved factors in the order of the given ones."""
        return np.asarray(ratios[np.argsort(self.factors)], dtype=np.float64)

    def expand_effects(self, units: Vector, columns: Vector) -> Vector:
        """Effects of the solved units and columns in the order of the given ones (I + K); aliased ones are 0.

        What was taken off the scores before summing is back in the constant.
        """
        effects = np.zeros(self.original.units + self.original.columns)
        effects[self.units] = units
        effects[self.columns] = columns
        if self.original.shift:
            effects[self.original.units + self.original.first_fixed] += self.original.shift
        return effects

    def split_columns(self, contrasts: Sparse) -> tuple[Sparse, Sparse]:
        """Combinations (m x (I + K)) of given effects, as those of solved units and of solved columns."""
        return contrasts[:, self.units], contrasts[:, self.columns]

    @property
    def aliased(self) -> tuple[int, ...]:
        """Which of the given fixed columns (from 0) were dropped."""
        first = self.original.units + self.original.first_fixed
        missing = np.setdiff1d(np.arange(first, first + self.original.fixed_columns), self.columns)
        return tuple((missing - first).tolist())


def _order(sums: CrossProducts) -> list[int]:
    """The largest factor first, the units where they are as large."""
    largest = int(np.argmax(sums.levels))
    return [largest, *(factor for factor in range(len(sums.levels)) if factor != largest)]


def _kept(sums: CrossProducts) -> NDArray[np.intp]:
    fixed = sums.column_by_column[sums.first_fixed :, sums.first_fixed :].toarray()
    return np.asarray(np.flatnonzero(independent_columns(fixed)) + sums.units + sums.first_fixed)


def _column_indices(sums: CrossProducts, factors: list[int]) -> list[NDArray[np.intp]]:
    starts = np.cumsum((0, *sums.levels))
    return [np.arange(starts[factor], starts[factor + 1]) for factor in factors]


def elimination_order(sums: CrossProducts) -> EliminationOrder:
    """The arrangement of ``sums`` with the smallest dense block and no aliased column."""
    factors = _order(sums)
    first, *others = _column_indices(sums, factors)
    columns = np.concatenate([*others, _kept(sums)])
    if factors[0] == 0 and len(columns) == sums.columns:
        return EliminationOrder(sums, sums, first, columns, tuple(factors))
    return EliminationOrder(sums, _reordered(sums, factors, first, columns), first, columns, tuple(factors))


def _reordered(
    sums: CrossProducts, factors: list[int], first: NDArray[np.intp], columns: NDArray[np.intp]
) -> CrossProducts:
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
