"""The mixed model equations at given ratios: one elimination of the units, one Cholesky factor of the rest.

With ratio t_r = sd of factor r / residual sd, D = t_0² weight + 1 (units), s the ratios of the dense columns (1 for
fixed ones), N and C the cross-products: S = s (C - N' (t_0² / D) N) s + I_random = L L' (Bates et al. 2015, Journal
of Statistical Software 67(1), section 3; the same elimination as MixedModels.jl).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from scipy import linalg

from cemaudit.compare.mixed.products import left_over, weighed_trace
from cemaudit.compare.mixed.sums import Matrix, Sums, Vector

__all__ = ["Method", "System", "solve"]

Method: TypeAlias = Literal["REML", "ML"]
_LEAST_RESIDUAL = 1e-14
_SMALL = 64


@dataclass(frozen=True, eq=False)
class System:
    """A solved system: effects are those in ``units`` (I) and ``columns`` (K), divided by their ratios ("spherical").

    ``spread``: D (I). ``scale``: s (K). ``lower``: L (K x K, lower triangle alone).
    ``residual``: the penalised residual sum of squares.
    """

    sums: Sums
    ratios: Vector
    spread: Vector
    scale: Vector
    lower: Matrix
    residual: float
    units: Vector
    columns: Vector

    def freedom(self, method: Method) -> int:
        """Visits, less the fixed columns for REML."""
        return self.sums.visits - (self.sums.fixed if method == "REML" else 0)

    def variance(self, method: Method) -> float:
        """Residual variance that the ratios go with."""
        return self.residual / self.freedom(method)

    def criterion(self, method: Method) -> float:
        """-2 log likelihood, restricted or not, profiled over fixed effects and residual variance."""
        freedom = self.freedom(method)
        counted = self.sums.columns if method == "REML" else self.sums.first_fixed
        determinant = np.log(self.spread).sum() + 2.0 * np.log(np.diagonal(self.lower)[:counted]).sum()
        likelihood = freedom * (1.0 + np.log(2.0 * np.pi * self.residual / freedom))
        return float(determinant + likelihood - self.sums.log_weights)

    def inverse(self, method: Method = "REML") -> Matrix:
        """The lower triangle of the inverse of S (K x K); for ML the fixed columns are held (zeros)."""
        if method == "REML":
            return _inverse(self.lower)
        size = self.sums.first_fixed
        found = np.zeros_like(self.lower)
        if size:
            found[:size, :size] = _inverse(np.asfortranarray(self.lower[:size, :size]))
        return found

    def unexplained(self, inverse: Matrix) -> Vector:
        """Per random factor: the sum of its levels' prediction error variances, each as a share of its variance."""
        again = (self.ratios[0] / self.spread) ** 2
        units = float((1.0 / self.spread).sum()) + weighed_trace(self.sums.cross, again, self.scale, inverse)
        diagonal = np.diagonal(inverse)
        return np.array([units, *(float(diagonal[span].sum()) for span in self.sums.spans)])

    def slope(self, method: Method) -> Vector:
        """Gradient of the criterion by the logarithms of the ratios: 2 (levels - unexplained - sum of squares)."""
        squares = [self.units @ self.units, *(self.columns[span] @ self.columns[span] for span in self.sums.spans)]
        levels = np.array(self.sums.levels, dtype=np.float64)
        gone = self.unexplained(self.inverse(method))
        return np.asarray(2.0 * (levels - gone - np.array(squares) / self.variance(method)))


def _inverse(lower: Matrix) -> Matrix:
    """The lower triangle of (L L')⁻¹; LAPACK's own routine wakes threads, which a small matrix does not repay."""
    if len(lower) > _SMALL:
        return np.asarray(linalg.lapack.dpotri(lower, lower=1)[0])
    root = np.tril(linalg.lapack.dtrtri(lower, lower=1)[0])
    return np.asfortranarray(root.T @ root)


def _scale(sums: Sums, ratios: Vector) -> Vector:
    scale = np.ones(sums.columns)
    for span, ratio in zip(sums.spans, ratios[1:], strict=True):
        scale[span] = ratio
    return scale


def _factor(sums: Sums, scale: Vector, shrink: Vector) -> Matrix:
    matrix = left_over(sums.dense, sums.cross, shrink)
    matrix *= scale
    matrix *= scale[:, None]
    np.einsum("ii->i", matrix)[: sums.first_fixed] += 1.0
    lower, failed = linalg.lapack.dpotrf(matrix, lower=1, overwrite_a=1, clean=0)
    if failed:
        raise np.linalg.LinAlgError
    return np.asarray(lower)


def solve(sums: Sums, ratios: Vector) -> System:
    """The system at ``ratios`` (units first, then each further factor; zero is allowed).

    ``numpy.linalg.LinAlgError`` where fixed columns are aliased: drop those first.
    """
    spread = ratios[0] ** 2 * sums.weight + 1.0
    shrink = ratios[0] ** 2 / spread
    scale = _scale(sums, ratios)
    lower = _factor(sums, scale, shrink)
    right = scale * (sums.dense_totals - sums.cross.T @ (shrink * sums.unit_totals))
    half = linalg.solve_triangular(lower, right, lower=True, check_finite=False)
    columns = linalg.solve_triangular(lower, half, lower=True, trans="T", check_finite=False)
    residual = sums.squares - shrink @ sums.unit_totals**2 - half @ half
    units = ratios[0] * (sums.unit_totals - sums.cross @ (scale * columns)) / spread
    least = max(_LEAST_RESIDUAL * sums.squares, np.finfo(float).tiny)
    return System(sums, ratios, spread, scale, lower, max(float(residual), least), units, columns)
