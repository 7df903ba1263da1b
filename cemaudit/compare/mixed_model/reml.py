"""Restricted maximum likelihood: the theta that fits best, and the model at it.

The search begins at the method of moments. With Z_r the incidence of random factor r and Q the projection off the fixed
columns, the expectation of |Z_r' Q y|² is the sum over s of |Z_r' Q Z_s|² times the variance of s, the residual
counting as one more factor with Z = 1 (MINQUE with zero prior weights: Rao 1971, Journal of Multivariate Analysis
1:257-275; Hartley, Rao & LaMotte 1978, Biometrics 34:233-242). These variances are identified exactly if the matrix of
those squares can be inverted.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import linalg, optimize

from cemaudit.compare.errors import NotEstimable
from cemaudit.compare.mixed_model.crossproducts import CrossProducts, Matrix, Sparse, Vector
from cemaudit.compare.mixed_model.equations import (
    EliminationOrder,
    Method,
    MixedModelEquations,
    elimination_order,
    solve_equations,
)
from cemaudit.compare.mixed_model.model import MixedModel, prediction_error_covariances, prediction_error_variances
from cemaudit.language import N_, message

__all__ = [
    "LARGEST_BLOCK",
    "ModelAtTheta",
    "MomentEquations",
    "check_identified",
    "fit_at_theta",
    "fit_reml",
    "minimise_criterion",
]

_USUAL_THETA = 0.5
_RANGE = (0.1, 10.0)


@dataclass(frozen=True, eq=False)
class MomentEquations:
    """``matrix``: |Z_r' Q Z_s|² for units, further random factors and residual; ``right_hand_side``: |Z_r' Q y|².

    ``raw``: |Z_r' Z_r|², the diagonal as it would be without fixed columns.
    """

    matrix: Matrix
    right_hand_side: Vector
    raw: Vector

    @staticmethod
    def from_cross_products(sums: CrossProducts) -> MomentEquations:
        """Return the moment equations of ``sums`` without aliased columns."""
        return _ProjectedProducts(sums).moments()

    def starting_theta(self) -> Vector:
        """Return roughly the standard deviation of each random factor over the residual one: 0.1 to 10."""
        try:
            *variances, residual = np.linalg.solve(self.matrix, self.right_hand_side)
        except np.linalg.LinAlgError:
            residual = 0.0
        if not residual > 0:
            return np.full(len(self.right_hand_side) - 1, _USUAL_THETA)
        return np.asarray(np.clip(np.sqrt(np.maximum(variances, 0.0) / residual), *_RANGE))

    def collinearity(self) -> Matrix:
        """Return how alike two variances act on the scores: 1 on the diagonal, and where two are confounded.

        A row is 0 where the fixed columns explain all that a factor could.
        """
        own = np.diagonal(self.matrix)
        roots = np.sqrt(np.where(own > 1e-9 * self.raw, own, np.inf))
        return np.asarray(self.matrix / np.outer(roots, roots))


class _ProjectedProducts:
    """Cross-products between random factors after the fixed columns are taken out of them.

    ``explained``: for each random level, its part along the fixed columns in orthonormal coordinates (p x levels).
    """

    def __init__(self, sums: CrossProducts) -> None:
        self.sums = sums
        self.total = sums.total()
        self.ends = np.cumsum((0, *sums.levels))
        totals = np.concatenate([sums.unit_totals, sums.dense_totals])
        last = self.ends[-1]
        lower = np.linalg.cholesky(self.total[last:, last:].toarray())
        self.explained = linalg.solve_triangular(lower, self.total[last:, :last].toarray(), lower=True)
        along = linalg.solve_triangular(lower, totals[last:], lower=True)
        self.totals = totals[:last] - self.explained.T @ along
        self.squares = sums.sum_of_squares - float(along @ along)

    def spans(self) -> list[slice]:
        return [slice(low, high) for low, high in pairwise(self.ends.tolist())]

    def _square(self, first: slice, other: slice) -> tuple[float, float]:
        """Return |Z_r' Z_s|² and |Z_r' Q Z_s|²."""
        cells, left, right = self.total[first, other], self.explained[:, first], self.explained[:, other]
        raw = float((cells.data**2).sum())
        # |A - B|² = |A|² - 2 A·B + |B|², with A sparse and B of low rank: neither difference nor B is ever made.
        mixed = float(((cells.T @ left.T).T * right).sum())
        return raw, raw - 2.0 * mixed + float(((left @ left.T) * (right @ right.T)).sum())

    def moments(self) -> MomentEquations:
        """Return the moment equations, the residual last."""
        spans, size = self.spans(), len(self.sums.levels)
        matrix, raw = np.empty((size + 1, size + 1)), np.empty(size + 1)
        for row, span in enumerate(spans):
            for column, other in enumerate(spans[: row + 1]):
                raw[row], matrix[row, column] = self._square(span, other)
                matrix[column, row] = matrix[row, column]
            with_residual = self.total.diagonal()[span].sum() - (self.explained[:, span] ** 2).sum()
            matrix[row, size] = matrix[size, row] = with_residual
        raw[size], matrix[size, size] = self.sums.visits, self.sums.visits - self.sums.fixed_columns
        right = np.array([*(float((self.totals[span] ** 2).sum()) for span in spans), self.squares])
        return MomentEquations(matrix, right, raw)


LARGEST_BLOCK = 6_000
"""Dense columns that are factorised at most: 6,000 of them take 0.3 GB."""
_COLLINEAR = 1e-9


def check_identified(sums: CrossProducts) -> tuple[EliminationOrder, MomentEquations]:
    """Return the arrangement of ``sums`` and its moments; ``NotEstimable`` where they do not determine a model."""
    arrangement = elimination_order(sums)
    # After the aliased columns are dropped: only those left take degrees of freedom and room.
    visits, fixed_columns, columns = sums.visits, arrangement.sums.fixed_columns, arrangement.sums.columns
    if visits - fixed_columns < 2:
        raise NotEstimable(message("{count} visits are too few to compare anything", count=visits), "few")
    if columns > LARGEST_BLOCK:
        text = N_("both factors have more than {most} levels: compare fewer at once, for instance region by region")
        raise NotEstimable(message(text, most=LARGEST_BLOCK), "large")
    moments = MomentEquations.from_cross_products(arrangement.sums)
    _check_moments(arrangement, moments)
    return arrangement, moments


def _check_moments(arrangement: EliminationOrder, moments: MomentEquations) -> None:
    """Raise ``NotEstimable`` where two variances leave the same mark on the scores, or one leaves none."""
    if not moments.right_hand_side[-1] > 1e-12 * max(arrangement.sums.sum_of_squares, np.finfo(float).tiny):
        raise NotEstimable(
            message("the scores are all equal, or no residual variation is left: nothing to compare"), "equal"
        )
    collinearity = moments.collinearity()
    for row, factor in enumerate(arrangement.factors):
        if collinearity[row, row] == 0.0:
            text = N_("there is only one unit to compare, or every unit is a group of its own")
            raise NotEstimable(message(text), "absorbed", factor)
        if collinearity[row, -1] > 1.0 - _COLLINEAR:
            text = N_("each unit has one visit only: its effect cannot be separated from visit-to-visit chance")
            raise NotEstimable(message(text), "once", factor)
        if np.any(collinearity[row, :row] > 1.0 - _COLLINEAR):
            text = N_("the two factors are confounded one to one, as where each store has one shopper of its own")
            raise NotEstimable(message(text), "same", factor)
    # Pairs first, whose messages name the factor; three or more may still be confounded together.
    if np.linalg.eigvalsh(collinearity)[0] < _COLLINEAR:
        raise NotEstimable(message("the sources of variation are confounded in these visits"), "alike")


_LOWEST, _HIGHEST = 1e-4, 1e3
_PRECISION = 1e-4
_PERHAPS_ZERO = 0.2
"""A theta below it is compared with 0."""
_NO_WORSE = 1e-7


@dataclass
class _ThetaSearch:
    """Searches the theta of ``free_parameters`` (the others are 0) by their logarithms, in about their standard errors.

    The log scale makes the criterion nearly quadratic, and the steps alike for factors of few and of many levels.
    """

    sums: CrossProducts
    method: Method
    free_parameters: NDArray[np.intp]
    best: MixedModelEquations | None = field(default=None, init=False)
    lowest: float = field(default=np.inf, init=False)

    def steps(self) -> Vector:
        """Return the steps: the standard error of log theta is about 1 / sqrt(2 levels)."""
        return np.asarray(np.sqrt(2.0 * np.array(self.sums.levels, dtype=np.float64)[self.free_parameters]))

    def theta_at(self, coordinates: Vector) -> Vector:
        """Return theta at coordinates of the search."""
        theta = np.zeros(len(self.sums.levels))
        theta[self.free_parameters] = np.exp(coordinates / self.steps())
        return theta

    def __call__(self, coordinates: Vector) -> tuple[float, Vector]:
        system = solve_equations(self.sums, self.theta_at(coordinates))
        criterion = system.criterion(self.method)
        if criterion < self.lowest:
            self.best, self.lowest = system, criterion
        return criterion, system.criterion_gradient(self.method)[self.free_parameters] / self.steps()

    def run(self, start: Vector) -> MixedModelEquations:
        """Return the best system met on the way from ``start``."""
        coordinates = np.log(np.maximum(start[self.free_parameters], _LOWEST)) * self.steps()
        bounds = [(np.log(_LOWEST) * step, np.log(_HIGHEST) * step) for step in self.steps()]
        options = {"gtol": _PRECISION, "ftol": 1e-15, "maxiter": 100}
        # The best system is kept on the way: the optimiser returns its theta, which would have to be solved again.
        optimize.minimize(self, coordinates, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
        return self.best if self.best is not None else solve_equations(self.sums, start)


def _at_zero_variance(sums: CrossProducts, method: Method, system: MixedModelEquations) -> MixedModelEquations | None:
    """Return the system with one small theta at exactly 0, where that fits as well; ``None`` where none does."""
    for factor in np.flatnonzero((system.theta > 0) & (system.theta < _PERHAPS_ZERO)):
        other = solve_equations(sums, np.where(np.arange(len(system.theta)) == factor, 0.0, system.theta))
        if other.criterion(method) <= system.criterion(method) + _NO_WORSE:
            return other
    return None


def minimise_criterion(sums: CrossProducts, method: Method, start: Vector) -> MixedModelEquations:
    """Return the system of the lowest criterion; a variance is exactly 0 where nothing speaks for more."""
    # Logarithms do not reach 0, so it is tried afterwards, one factor at a time, and the others are searched again.
    system = _ThetaSearch(sums, method, np.arange(len(sums.levels))).run(start)
    while (other := _at_zero_variance(sums, method, system)) is not None:
        free = np.flatnonzero(other.theta > 0)
        system = _ThetaSearch(sums, method, free).run(other.theta) if len(free) else other
    return system


class ModelAtTheta(MixedModel):
    """The model at given theta.

    ``criterion``: -2 log likelihood, restricted for REML. ``spare``: degrees of freedom less for the residual
    variance (2 makes it a posterior mean).
    """

    def __init__(
        self, arrangement: EliminationOrder, system: MixedModelEquations, method: Method, spare: int = 0
    ) -> None:
        self._arrangement = arrangement
        self._system = system
        self.method = method
        self.cross_products = arrangement.original
        self.aliased = arrangement.aliased
        self.criterion = system.criterion(method)
        self.variance = system.residual / (system.degrees_of_freedom(method) - spare)
        self.sigma = float(np.sqrt(self.variance))
        self.theta = arrangement.given_order(system.theta)
        self.unit_sd, *others = (self.theta * self.sigma).tolist()
        self.random_sds = tuple(others)
        self.effects = arrangement.expand_effects(system.theta[0] * system.units, system.scale * system.columns)

    def standard_errors(self, contrasts: Sparse) -> Vector:
        return np.asarray(np.sqrt(self.variances(*self.split_contrasts(contrasts))))

    def split_contrasts(self, contrasts: Sparse) -> tuple[Sparse, Sparse]:
        """Return combinations as those of solved units and solved columns, which all fits of an arrangement share."""
        return self._arrangement.split_columns(contrasts)

    def variances(self, units: Sparse, columns: Sparse) -> Vector:
        """Return the variances of the prediction errors (m) of combinations split by ``split_contrasts``."""
        # Not below 0, where rounding would put a combination that is known exactly.
        return self.variance * np.maximum(prediction_error_variances(self._system, self._inverse, units, columns), 0.0)

    def covariance(self, contrasts: Sparse) -> Matrix:
        return self.variance * prediction_error_covariances(
            self._system, self._inverse, *self._arrangement.split_columns(contrasts)
        )

    @cached_property
    def _inverse(self) -> Matrix:
        return self._system.inverse()


def fit_reml(sums: CrossProducts, method: Method = "REML") -> ModelAtTheta:
    """Return the model that fits ``sums`` best; ``NotEstimable`` where they do not determine one."""
    arrangement, moments = check_identified(sums)
    return ModelAtTheta(arrangement, minimise_criterion(arrangement.sums, method, moments.starting_theta()), method)


def fit_at_theta(sums: CrossProducts, theta: Vector, method: Method = "REML") -> ModelAtTheta:
    """Return the model at given ``theta`` (units first, then each further random factor; 0 leaves one out)."""
    arrangement = elimination_order(sums)
    return ModelAtTheta(arrangement, solve_equations(arrangement.sums, arrangement.solved_order(theta)), method)
