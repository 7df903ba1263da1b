"""Linear combinations of effects, each with its standard error."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import sparse

from cemaudit.compare.mixed.products import blocks
from cemaudit.compare.mixed.sums import Matrix, Sparse, Vector
from cemaudit.compare.mixed.system import System

__all__ = ["Estimates", "covariances", "errors"]

_FILLED = 0.1


class Estimates(NamedTuple):
    """Of each combination: its ``value`` (m) and the standard error ``se`` (m) of that as a prediction."""

    value: Vector
    se: Vector


def _left(system: System, units: Sparse, columns: Sparse) -> Sparse:
    """The rows q = s (c_dense - N' (t_0² / D) c_units), one for each combination (m x K)."""
    shrink = sparse.diags_array(system.ratios[0] ** 2 / system.spread)
    return sparse.csr_array(columns @ sparse.diags_array(system.scale) - (units @ shrink) @ system.cross)


def errors(system: System, inverse: Matrix, units: Sparse, columns: Sparse) -> Vector:
    """Prediction error variances (m), in residual variances, of ``units`` (m x I) and ``columns`` (m x K) together.

    sum of c_units² t_0² / D + q' S⁻¹ q (Henderson 1975, Biometrics 31:423-447, after eliminating the units).
    ``inverse``: S⁻¹ (K x K, whole).
    """
    left = _left(system, units, columns)
    found = units.power(2) @ (system.ratios[0] ** 2 / system.spread)
    dense = left.nnz > _FILLED * left.shape[0] * left.shape[1]
    for rows in blocks(*left.shape):
        part = left[rows].toarray() if dense else left[rows]
        product = part @ inverse
        found[rows] += np.einsum("ij,ij->i", part, product) if dense else (part * product).sum(axis=1)
    return np.asarray(found)


def covariances(system: System, inverse: Matrix, units: Sparse, columns: Sparse) -> Matrix:
    """Covariances (m x m) of the prediction errors of a few combinations, in residual variances; see ``errors``."""
    left = _left(system, units, columns).toarray()
    alone = units @ sparse.diags_array(system.ratios[0] ** 2 / system.spread) @ units.T
    return np.asarray(alone.toarray() + left @ inverse @ left.T)
