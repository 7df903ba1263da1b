"""Averages over the posterior of theta, for small comparisons, and the model without units."""

from __future__ import annotations

from itertools import product

import numpy as np
from scipy.optimize import minimize_scalar

from cemaudit.compare.mixed_model.crossproducts import CrossProducts, Matrix, Sparse, Vector
from cemaudit.compare.mixed_model.equations import (
    EliminationOrder,
    MixedModelEquations,
    elimination_order,
    solve_equations,
)
from cemaudit.compare.mixed_model.model import MixedModel
from cemaudit.compare.mixed_model.reml import ModelAtTheta, check_identified, fit_at_theta, fit_reml

__all__ = ["ModelAveragedOverTheta", "average_over_theta", "fit_best", "fit_without_units"]

_RANGE = (0.01, 10.0)
_POINTS = {1: 25, 2: 13, 3: 7}
"""Points of the grid on each axis, by the number of random factors."""
_LEAST_ROUGHLY, _LEAST = 1e-3, 1e-4
"""Weights below which the coarse and the fine grid leave points out."""


class ModelAveragedOverTheta(MixedModel):
    """An average of fits at many theta, weighted by the posterior density.

    Standard errors hold the variance within the fits and the differences between them. ``theta`` is its mean;
    ``sigma``, ``unit_sd`` and ``random_sds`` are roots of mean variances.
    """

    def __init__(self, fits: list[ModelAtTheta], weights: Vector) -> None:
        self._fits = fits
        self._weights = weights
        self._all_effects = np.array([fit.effects for fit in fits])
        self.cross_products = fits[0].cross_products
        self.aliased = fits[0].aliased
        variances = np.array([fit.variance for fit in fits])
        thetas = np.array([fit.theta for fit in fits])
        self.theta = weights @ thetas
        self.sigma = float(np.sqrt(weights @ variances))
        self.unit_sd, *others = np.sqrt((weights * variances) @ thetas**2).tolist()
        self.random_sds = tuple(others)
        self.effects = weights @ self._all_effects

    def standard_errors(self, contrasts: Sparse) -> Vector:
        # Law of total variance: between the fits, and the mean within them.
        variance = self._between_fits(contrasts) ** 2 @ self._weights
        blocks = self._fits[0].split_contrasts(contrasts)
        for weight, grid_fit in zip(self._weights, self._fits, strict=True):
            variance += weight * grid_fit.variances(*blocks)
        return np.asarray(np.sqrt(variance))

    def covariance(self, contrasts: Sparse) -> Matrix:
        between = self._between_fits(contrasts)
        covariances = (between * self._weights) @ between.T
        for weight, grid_fit in zip(self._weights, self._fits, strict=True):
            covariances += weight * grid_fit.covariance(contrasts)
        return np.asarray(covariances)

    def _between_fits(self, contrasts: Sparse) -> Matrix:
        """Return how far each fit (columns) lies from the average, by combination (rows)."""
        return np.asarray(contrasts @ (self._all_effects - self.effects).T)


def _log_posterior(system: MixedModelEquations) -> float:
    """Return the logarithm of the posterior density on a grid of log theta, given half-normal(1) priors of theta.

    The restricted likelihood is the likelihood with fixed effects (flat prior) and residual variance (prior 1 over
    it) integrated out (Harville 1974, Biometrika 61:383-385).
    """
    # log θ is the Jacobian: points of the grid are even in log θ, the prior is a density of θ.
    return float(-0.5 * system.criterion("REML") + np.sum(np.log(system.theta) - 0.5 * system.theta**2))


def _normalised_weights(logs: Vector) -> Vector:
    # Less the largest, for the likelihoods themselves are below the smallest float.
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum())


def _refined_grid(sums: CrossProducts, axis: Vector) -> list[Vector]:
    """Return for each factor the stretch of a coarse ``axis`` of theta that matters, cut anew into as many points."""
    size, factors = len(axis), len(sums.levels)
    logs = np.array([_log_posterior(solve_equations(sums, np.array(theta))) for theta in product(axis, repeat=factors)])
    weights = _normalised_weights(logs).reshape((size,) * factors)
    axes = []
    for factor in range(factors):
        margin = weights.sum(axis=tuple(other for other in range(factors) if other != factor))
        matters = np.flatnonzero(margin > _LEAST_ROUGHLY)
        # One point more on either side: the weight does not end where the coarse grid has its last heavy point.
        low, high = max(matters[0] - 1, 0), min(matters[-1] + 1, size - 1)
        axes.append(np.geomspace(axis[low], axis[high], size))
    return axes


def average_over_theta(sums: CrossProducts) -> ModelAveragedOverTheta:
    """Return the model averaged over theta (at most three random factors); ``NotEstimable`` as for ``fit_reml``.

    A coarse grid from 0.01 to 10 finds where the weight is, a second one covers that.
    """
    arrangement, _ = check_identified(sums)
    axis = np.geomspace(*_RANGE, _POINTS[len(sums.levels)])
    grid = product(*_refined_grid(arrangement.sums, axis))
    systems = [solve_equations(arrangement.sums, np.array(theta)) for theta in grid]
    weights = _normalised_weights(np.array([_log_posterior(system) for system in systems]))
    # Every fit kept costs an inverse; those left out weigh a ten-thousandth of the heaviest at most.
    kept = np.flatnonzero(weights > _LEAST * weights.max())
    fits = [ModelAtTheta(arrangement, systems[index], "REML", spare=2) for index in kept]
    return ModelAveragedOverTheta(fits, weights[kept] / weights[kept].sum())


_LOWEST, _HIGHEST, _POINTS_WITHOUT_UNITS = 0.01, 10.0, 41
_FEW, _LEAST_WEIGHT = 200, 1e-4


def fit_without_units(sums: CrossProducts) -> MixedModel:
    """Return the model with no variance between units, of at most one further random factor; else of fixed effects.

    ``sigma`` holds the differences between units. Fewer than 200 levels of the factor: averaged over its theta from
    0.01 to 10 with a half-normal(1) prior; else at the best one (REML).
    """
    if not sums.random_levels:
        return fit_at_theta(sums, np.zeros(1))
    arrangement = elimination_order(sums)
    if sums.random_levels[0] >= _FEW:
        bounds = np.log(_LOWEST), np.log(_HIGHEST)
        minimum = minimize_scalar(lambda log: _fit_at(arrangement, np.exp(log)).criterion, bounds=bounds)
        # The search is by logarithms, which do not reach 0.
        return min(_fit_at(arrangement, 0.0), _fit_at(arrangement, np.exp(minimum.x)), key=lambda fit: fit.criterion)
    axis = np.geomspace(_LOWEST, _HIGHEST, _POINTS_WITHOUT_UNITS)
    fits = [_fit_at(arrangement, theta) for theta in axis]
    logs = np.log(axis) - 0.5 * axis**2 - 0.5 * np.array([fit.criterion for fit in fits])
    weights = np.exp(logs - logs.max())
    kept = np.flatnonzero(weights > _LEAST_WEIGHT)
    return ModelAveragedOverTheta([fits[index] for index in kept], weights[kept] / weights[kept].sum())


def _fit_at(arrangement: EliminationOrder, theta: float) -> ModelAtTheta:
    solved = arrangement.solved_order(np.array([0.0, theta]))
    return ModelAtTheta(arrangement, solve_equations(arrangement.sums, solved), "REML")


FEWEST_FOR_REML = 200
_MOST_FACTORS = 3
_SMALL_BLOCK = 400


def fit_best(sums: CrossProducts) -> MixedModel:
    """Return the model averaged over theta for fewer than 200 units, else at the best theta (REML).

    Averaged for more units, too, where the best theta of the units is 0: that would claim that they are surely equal.
    Only small systems (400 dense columns) of up to three random factors are averaged; others take the best theta.
    ``NotEstimable`` where the visits allow neither.
    """
    # The dense columns there will be once the largest factor is eliminated.
    smallest = sums.columns + sums.units - max(sums.levels)
    small = len(sums.levels) <= _MOST_FACTORS and smallest <= _SMALL_BLOCK
    if small and sums.units < FEWEST_FOR_REML:
        return average_over_theta(sums)
    best = fit_reml(sums)
    return average_over_theta(sums) if small and not best.theta[0] else best
