"""Linear combinations of effects, each with its standard error."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cemaudit.compare.mixed.quadratic import bilinear, quadratic
from cemaudit.compare.mixed.sums import Matrix, Sparse, Vector
from cemaudit.compare.mixed.system import System

__all__ = ["Estimates", "covariances", "errors"]


class Estimates(NamedTuple):
    """Of each combination: its ``value`` (m) and the standard error ``se`` (m) of that as a prediction."""

    value: Vector
    se: Vector


def _left(system: System, units: Sparse, columns: Sparse) -> Sparse:
    """The rows q = s (c_dense - N' (t_0² / D) c_units), one for each combination (m x K)."""
    shrunken = _times(units, _alone(system)) @ system.sums.cross
    return _times(columns - shrunken, system.scale)


def _times(rows: Sparse, columns: Vector) -> Sparse:
    """Each column times a number of its own; much cheaper for small matrices than a product with a diagonal one."""
    found: Sparse = rows.copy()
    found.data = found.data * columns[found.indices]
    return found


def _alone(system: System) -> Vector:
    """Variance of each unit's effect if all else were known, in residual variances (I)."""
    return np.asarray(system.ratios[0] ** 2 / system.spread)


def errors(system: System, inverse: Matrix, units: Sparse, columns: Sparse) -> Vector:
    """Prediction error variances (m), in residual variances, of ``units`` (m x I) and ``columns`` (m x K) together.

    Sum of c_units² t_0² / D + q' S⁻¹ q (Henderson 1975, Biometrics 31:423-447, after eliminating the units).
    ``inverse``: the lower triangle of S⁻¹ (K x K).
    """
    return np.asarray(units.power(2) @ _alone(system) + quadratic(_left(system, units, columns), inverse))


def covariances(system: System, inverse: Matrix, units: Sparse, columns: Sparse) -> Matrix:
    """Covariances (m x m) of the prediction errors of a few combinations, in residual variances; see ``errors``."""
    alone = (_times(units, _alone(system)) @ units.T).toarray()
    return np.asarray(alone + bilinear(_left(system, units, columns).toarray(), inverse))
