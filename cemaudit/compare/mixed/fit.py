"""The model at the ratios that fit best, or at given ones."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from cemaudit.compare.mixed.arrangement import Arrangement, arrange
from cemaudit.compare.mixed.contrast import covariances, errors
from cemaudit.compare.mixed.identified import identified
from cemaudit.compare.mixed.model import Model
from cemaudit.compare.mixed.optimum import optimum
from cemaudit.compare.mixed.sums import Matrix, Sparse, Sums, Vector
from cemaudit.compare.mixed.system import Method, System, solve

__all__ = ["Fit", "fit", "fit_at"]


class Fit(Model):
    """Effects at known ratios.

    ``criterion``: -2 log likelihood, restricted for REML. ``spare``: degrees of freedom less for the residual
    variance (2 makes it a posterior mean).
    """

    def __init__(self, arrangement: Arrangement, system: System, method: Method, spare: int = 0) -> None:
        self._arrangement = arrangement
        self._system = system
        self.method = method
        self.sums = arrangement.given
        self.aliased = arrangement.aliased
        self.criterion = system.criterion(method)
        self.variance = system.residual / (system.freedom(method) - spare)
        self.residual_sd = float(np.sqrt(self.variance))
        self.ratios = arrangement.given_order(system.ratios)
        self.unit_sd, *others = (self.ratios * self.residual_sd).tolist()
        self.random_sds = tuple(others)
        self.effects = arrangement.spread_out(system.ratios[0] * system.units, system.scale * system.columns)

    def errors(self, whole: Sparse) -> Vector:
        return np.asarray(np.sqrt(self.variances(*self.parts(whole))))

    def parts(self, whole: Sparse) -> tuple[Sparse, Sparse]:
        """Combinations as those of solved units and of solved columns, which all fits of an arrangement share."""
        return self._arrangement.parts(whole)

    def variances(self, units: Sparse, columns: Sparse) -> Vector:
        """Of each combination's ``parts``: the variance of its prediction error (m)."""
        return self.variance * np.maximum(errors(self._system, self._inverse, units, columns), 0.0)

    def spreads(self, whole: Sparse) -> Matrix:
        return self.variance * covariances(self._system, self._inverse, *self._arrangement.parts(whole))

    @cached_property
    def _inverse(self) -> Matrix:
        return self._system.inverse()


def fit(sums: Sums, method: Method = "REML") -> Fit:
    """The model that fits ``sums`` best; ``CannotTell`` where they do not say enough."""
    arrangement, moments = identified(sums)
    return Fit(arrangement, optimum(arrangement.sums, method, moments.ratios()), method)


def fit_at(sums: Sums, ratios: Vector, method: Method = "REML") -> Fit:
    """The model at given ``ratios`` (units first, then each further random factor; 0 leaves one out)."""
    arrangement = arrange(sums)
    return Fit(arrangement, solve(arrangement.sums, arrangement.solved_order(ratios)), method)
