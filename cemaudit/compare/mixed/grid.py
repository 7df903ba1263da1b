"""Few units: the ratios are not known well enough to act as if they were, so the model is averaged over them."""

from __future__ import annotations

from itertools import product

import numpy as np

from cemaudit.compare.mixed.arrangement import Arrangement
from cemaudit.compare.mixed.fit import Fit
from cemaudit.compare.mixed.identified import identified
from cemaudit.compare.mixed.model import Model
from cemaudit.compare.mixed.sums import Matrix, Sparse, Sums, Vector
from cemaudit.compare.mixed.system import System, solve

__all__ = ["Mixture", "integrated"]

_RANGE = (0.01, 10.0)
_POINTS = {1: 25, 2: 13, 3: 7}
_LEAST_ROUGHLY, _LEAST = 1e-3, 1e-4


class Mixture(Model):
    """An average of fits at many ratios, each weighing as much as the scores and the prior speak for it.

    Standard errors hold the variance within the fits and the differences between them. ``ratios`` are mean ratios;
    ``residual_sd``, ``unit_sd`` and ``random_sds`` are roots of mean variances.
    """

    def __init__(self, fits: list[Fit], weights: Vector) -> None:
        self._fits = fits
        self._weights = weights
        self._all_effects = np.array([fit.effects for fit in fits])
        self.sums = fits[0].sums
        self.aliased = fits[0].aliased
        variances = np.array([fit.variance for fit in fits])
        ratios = np.array([fit.ratios for fit in fits])
        self.ratios = weights @ ratios
        self.residual_sd = float(np.sqrt(weights @ variances))
        self.unit_sd, *others = np.sqrt((weights * variances) @ ratios**2).tolist()
        self.random_sds = tuple(others)
        self.effects = weights @ self._all_effects

    def errors(self, whole: Sparse) -> Vector:
        variance = self._apart(whole) ** 2 @ self._weights
        parts = self._fits[0].parts(whole)
        for weight, fit in zip(self._weights, self._fits, strict=True):
            variance += weight * fit.variances(*parts)
        return np.asarray(np.sqrt(variance))

    def spreads(self, whole: Sparse) -> Matrix:
        apart = self._apart(whole)
        covariances = (apart * self._weights) @ apart.T
        for weight, fit in zip(self._weights, self._fits, strict=True):
            covariances += weight * fit.spreads(whole)
        return np.asarray(covariances)

    def _apart(self, whole: Sparse) -> Matrix:
        """How far each fit (columns) lies from the average, by combination (rows)."""
        return np.asarray(whole @ (self._all_effects - self.effects).T)


def _log_weight(system: System) -> float:
    """Logarithm of the posterior density on a grid of log ratios, given half-normal(1) priors of the ratios.

    The restricted likelihood is the likelihood with fixed effects (flat prior) and residual variance (prior 1 over
    it) integrated out (Harville 1974, Biometrika 61:383-385).
    """
    return float(-0.5 * system.criterion("REML") + np.sum(np.log(system.ratios) - 0.5 * system.ratios**2))


def _weigh(logs: Vector) -> Vector:
    weights = np.exp(logs - logs.max())
    return np.asarray(weights / weights.sum())


def _promising(sums: Sums, axis: Vector) -> list[Vector]:
    """For each factor the stretch of a coarse ``axis`` of ratios that matters, cut anew into as many points."""
    size, factors = len(axis), len(sums.levels)
    logs = np.array([_log_weight(solve(sums, np.array(ratios))) for ratios in product(axis, repeat=factors)])
    weights = _weigh(logs).reshape((size,) * factors)
    found = []
    for factor in range(factors):
        margin = weights.sum(axis=tuple(other for other in range(factors) if other != factor))
        matters = np.flatnonzero(margin > _LEAST_ROUGHLY)
        low, high = max(matters[0] - 1, 0), min(matters[-1] + 1, size - 1)
        found.append(np.geomspace(axis[low], axis[high], size))
    return found


def _averaged(arrangement: Arrangement) -> Mixture:
    sums = arrangement.sums
    axis = np.geomspace(*_RANGE, _POINTS[len(sums.levels)])
    systems = [solve(sums, np.array(ratios)) for ratios in product(*_promising(sums, axis))]
    weights = _weigh(np.array([_log_weight(system) for system in systems]))
    kept = np.flatnonzero(weights > _LEAST * weights.max())
    fits = [Fit(arrangement, systems[place], "REML", spare=2) for place in kept]
    return Mixture(fits, weights[kept] / weights[kept].sum())


def integrated(sums: Sums) -> Mixture:
    """The model averaged over its ratios (at most three random factors); ``CannotTell`` as for ``fit``.

    A coarse grid from 0.01 to 10 finds where the weight is, a second one covers that.
    """
    arrangement, _ = identified(sums)
    return _averaged(arrangement)
