"""The fitted model."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from cemaudit.compare.mixed.arrangement import Arrangement, arrange
from cemaudit.compare.mixed.contrast import Estimates, covariances, errors
from cemaudit.compare.mixed.identified import check_moments, check_sums
from cemaudit.compare.mixed.moments import Moments
from cemaudit.compare.mixed.optimum import optimum
from cemaudit.compare.mixed.sums import Matrix, Sparse, Sums, Vector
from cemaudit.compare.mixed.system import Method, System, solve

__all__ = ["Fit", "fit", "fit_at"]


class Fit:
    """Estimated effects and their uncertainty at fixed ratios; everything in the order of the sums it was made from.

    ``ratios``: standard deviation of units and each further random factor over ``residual_sd``. ``criterion``: -2 log
    likelihood, restricted for REML. Standard errors are those of predictions at the estimated ratios.
    """

    def __init__(self, arrangement: Arrangement, system: System, method: Method) -> None:
        self._arrangement = arrangement
        self._system = system
        self.sums = arrangement.given
        self.method = method
        self.criterion = system.criterion(method)
        self.variance = system.variance(method)
        self.residual_sd = float(np.sqrt(self.variance))
        self.ratios = arrangement.given_order(system.ratios)
        self.unit_sd = float(self.ratios[0]) * self.residual_sd
        self.random_sds = tuple(float(ratio) * self.residual_sd for ratio in self.ratios[1:])
        self.effects = arrangement.spread_out(system.ratios[0] * system.units, system.scale * system.columns)
        if self.sums.fixed:
            self.effects[self.sums.units + self.sums.first_fixed] += self.sums.shift

    @property
    def units(self) -> Vector:
        """Predicted effect of each unit (I), around 0."""
        return self.effects[: self.sums.units]

    @property
    def dense(self) -> Vector:
        """Effects of all dense columns (K): predictions of random levels, estimates of fixed ones."""
        return self.effects[self.sums.units :]

    @property
    def randoms(self) -> list[Vector]:
        """Predicted effects of each further random factor, around 0."""
        return [self.dense[span] for span in self.sums.spans]

    @property
    def fixed(self) -> Vector:
        """Estimates of the fixed columns (p); 0 for an aliased one."""
        return self.dense[self.sums.first_fixed :]

    @cached_property
    def aliased(self) -> tuple[int, ...]:
        """Which fixed columns (from 0) say nothing the ones before them did not say."""
        first = self.sums.units + self.sums.first_fixed
        missing = np.setdiff1d(np.arange(first, first + self.sums.fixed), self._arrangement.columns)
        return tuple(int(place - first) for place in missing)

    @cached_property
    def unit_se(self) -> Vector:
        """Standard error of each unit's effect (I)."""
        return self._errors(sparse.eye_array(self.sums.units, len(self.effects), format="csr"))

    @cached_property
    def dense_se(self) -> Vector:
        """Standard error of the effect of each dense column (K); 0 for an aliased one."""
        size = self.sums.columns
        return self._errors(sparse.eye_array(size, len(self.effects), k=self.sums.units, format="csr"))

    @property
    def random_se(self) -> list[Vector]:
        """Standard errors of each further random factor's effects."""
        return [self.dense_se[span] for span in self.sums.spans]

    @property
    def fixed_se(self) -> Vector:
        """Standard errors of the fixed columns (p)."""
        return self.dense_se[self.sums.first_fixed :]

    def contrast(self, units: Sparse | ArrayLike | None, dense: Sparse | ArrayLike | None) -> Estimates:
        """The combinations ``units`` (m x I) of unit effects plus ``dense`` (m x K) of dense ones; ``None``: none.

        A combination must make sense without aliased columns: these count as 0.
        """
        whole = joined(self.sums, units, dense)
        return Estimates(whole @ self.effects, self._errors(whole))

    def covariances(self, units: Sparse | ArrayLike | None, dense: Sparse | ArrayLike | None) -> Matrix:
        """Covariances (m x m) of the prediction errors of a few combinations."""
        whole = joined(self.sums, units, dense)
        return self.variance * covariances(self._system, self._inverse, *self._parts(whole))

    def _errors(self, whole: Sparse) -> Vector:
        found = errors(self._system, self._inverse, *self._parts(whole))
        return np.asarray(np.sqrt(self.variance * np.maximum(found, 0.0)))

    def _parts(self, whole: Sparse) -> tuple[Sparse, Sparse]:
        return whole[:, self._arrangement.units], whole[:, self._arrangement.columns]

    @cached_property
    def _inverse(self) -> Matrix:
        inverse = self._system.inverse()
        above = np.triu_indices(len(inverse), 1) if len(inverse) < 500 else None
        if above is not None:
            inverse[above] = inverse.T[above]
            return inverse
        return np.asarray(np.tril(inverse) + np.tril(inverse, -1).T)


def joined(sums: Sums, units: Sparse | ArrayLike | None, dense: Sparse | ArrayLike | None) -> Sparse:
    """One sparse matrix (m x (I + K)) of combinations."""
    parts = [None if part is None else sparse.csr_array(part) for part in (units, dense)]
    rows = max(part.shape[0] for part in parts if part is not None)
    whole = [
        sparse.csr_array((rows, width)) if part is None else part
        for part, width in zip(parts, (sums.units, sums.columns), strict=True)
    ]
    return sparse.hstack(whole, format="csr")


def fit(sums: Sums, method: Method = "REML") -> Fit:
    """The model that fits ``sums`` best; ``CannotTell`` where they do not say enough."""
    arrangement = arrange(sums)
    check_sums(arrangement.sums)
    moments = Moments.of(arrangement.sums)
    check_moments(arrangement.sums, moments, arrangement.factors)
    return Fit(arrangement, optimum(arrangement.sums, method, moments.ratios()), method)


def fit_at(sums: Sums, ratios: Vector, method: Method = "REML") -> Fit:
    """The model at given ``ratios`` (units first, then each further random factor; 0 leaves one out)."""
    arrangement = arrange(sums)
    return Fit(arrangement, solve(arrangement.sums, arrangement.solved_order(ratios)), method)
