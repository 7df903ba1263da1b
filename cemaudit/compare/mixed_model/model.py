"""A fitted model as its callers see it: effects, estimates of combinations, standard errors, covariances."""

from __future__ import annotations

from abc import ABC, abstractmethod
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy import sparse

from cemaudit.compare.mixed_model.crossproducts import (
    CrossProducts,
    Matrix,
    Sparse,
    Vector,
    bilinear_forms,
    quadratic_forms,
)
from cemaudit.compare.mixed_model.equations import MixedModelEquations

__all__ = ["Estimates", "MixedModel", "prediction_error_covariances", "prediction_error_variances"]


class Estimates(NamedTuple):
    """Of each combination: its ``value`` (m) and the standard error ``se`` (m) of that as a prediction."""

    value: Vector
    se: Vector


def _contrast_rows(system: MixedModelEquations, units: Sparse, columns: Sparse) -> Sparse:
    """The rows q = s (c_dense - N' (t_0² / D) c_units), one for each combination (m x K)."""
    shrunken = _scale_columns(units, _conditional_variances(system)) @ system.sums.cross
    return _scale_columns(columns - shrunken, system.scale)


def _scale_columns(rows: Sparse, columns: Vector) -> Sparse:
    """Each column times a number of its own; much cheaper for small matrices than a product with a diagonal one."""
    found: Sparse = rows.copy()
    found.data = found.data * columns[found.indices]
    return found


def _conditional_variances(system: MixedModelEquations) -> Vector:
    """Variance of each unit's effect if all else were known, in residual variances (I)."""
    return np.asarray(system.ratios[0] ** 2 / system.spread)


def prediction_error_variances(system: MixedModelEquations, inverse: Matrix, units: Sparse, columns: Sparse) -> Vector:
    """Prediction error variances (m), in residual variances, of ``units`` (m x I) and ``columns`` (m x K) together.

    Sum of c_units² t_0² / D + q' S⁻¹ q (Henderson 1975, Biometrics 31:423-447, after eliminating the units).
    ``inverse``: the lower triangle of S⁻¹ (K x K).
    """
    return np.asarray(
        units.power(2) @ _conditional_variances(system)
        + quadratic_forms(_contrast_rows(system, units, columns), inverse)
    )


def prediction_error_covariances(
    system: MixedModelEquations, inverse: Matrix, units: Sparse, columns: Sparse
) -> Matrix:
    """Covariances (m x m) of the prediction errors of a few combinations, in residual variances; see
    ``prediction_error_variances``.
    """
    alone = (_scale_columns(units, _conditional_variances(system)) @ units.T).toarray()
    return np.asarray(alone + bilinear_forms(_contrast_rows(system, units, columns).toarray(), inverse))


class MixedModel(ABC):
    """Effects of units (I) and dense columns (K) with their uncertainty, in the order of the ``sums`` behind them.

    ``ratios``: standard deviation of units and of each further random factor, over ``residual_sd``. ``unit_sd`` and
    ``random_sds``: the same in points. ``aliased``: which fixed columns (from 0) say nothing the ones before them did
    not say; their effects are 0. ``effects`` (I + K): all of them, the units' first.
    """

    sums: CrossProducts
    ratios: Vector
    residual_sd: float
    unit_sd: float
    random_sds: tuple[float, ...]
    aliased: tuple[int, ...]
    effects: Vector

    @abstractmethod
    def errors(self, contrasts: Sparse) -> Vector:
        """Standard errors of combinations (m x (I + K)) of all effects, as predictions."""

    @abstractmethod
    def spreads(self, contrasts: Sparse) -> Matrix:
        """Covariances (m x m) of the prediction errors of a few combinations (m x (I + K))."""

    def contrast(self, units: Sparse | ArrayLike | None, dense: Sparse | ArrayLike | None) -> Estimates:
        """The combinations ``units`` (m x I) of unit effects plus ``dense`` (m x K) of dense ones; ``None``: none.

        A combination must make sense without aliased columns.
        """
        contrasts = _stacked_contrasts(self.sums, units, dense)
        return Estimates(contrasts @ self.effects, self.errors(contrasts))

    def covariances(self, units: Sparse | ArrayLike | None, dense: Sparse | ArrayLike | None) -> Matrix:
        """Covariances (m x m) of the prediction errors of a few such combinations."""
        return self.spreads(_stacked_contrasts(self.sums, units, dense))

    @property
    def units(self) -> Vector:
        """Predicted effect of each unit (I), around 0."""
        return self.effects[: self.sums.units]

    @property
    def dense(self) -> Vector:
        """Effects of all dense columns (K): predictions of random levels, estimates of fixed columns."""
        return self.effects[self.sums.units :]

    @property
    def randoms(self) -> list[Vector]:
        """Predicted effects of each further random factor, around 0."""
        return [self.dense[span] for span in self.sums.spans]

    @property
    def fixed(self) -> Vector:
        """Estimates of the fixed columns (p)."""
        return self.dense[self.sums.first_fixed :]

    @cached_property
    def unit_se(self) -> Vector:
        """Standard error of each unit's effect (I)."""
        return self.errors(sparse.eye_array(self.sums.units, len(self.effects), format="csr"))

    @cached_property
    def dense_se(self) -> Vector:
        """Standard error of the effect of each dense column (K); 0 for an aliased one."""
        size = self.sums.columns
        return self.errors(sparse.eye_array(size, len(self.effects), k=self.sums.units, format="csr"))

    @property
    def random_se(self) -> list[Vector]:
        """Standard errors of each further random factor's effects."""
        return [self.dense_se[span] for span in self.sums.spans]

    @property
    def fixed_se(self) -> Vector:
        """Standard errors of the fixed columns (p)."""
        return self.dense_se[self.sums.first_fixed :]


def _rows(block: Sparse | ArrayLike) -> Sparse:
    return block if sparse.issparse(block) else sparse.csr_array(np.atleast_2d(np.asarray(block, dtype=np.float64)))


def _stacked_contrasts(
    sums: CrossProducts, units: Sparse | ArrayLike | None, dense: Sparse | ArrayLike | None
) -> Sparse:
    blocks = [None if block is None else _rows(block) for block in (units, dense)]
    rows = max(block.shape[0] for block in blocks if block is not None)
    filled = [
        sparse.csr_array((rows, width)) if block is None else block
        for block, width in zip(blocks, (sums.units, sums.columns), strict=True)
    ]
    return sparse.hstack(filled, format="csr")
