"""A fitted model as its callers see it: effects, estimates of combinations, standard errors, covariances."""

from __future__ import annotations

from abc import ABC, abstractmethod
from copy import copy
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
    """Of each combination: its ``value`` (m) and the standard error ``standard_error`` (m) of that as a prediction."""

    value: Vector
    standard_error: Vector


def _contrast_rows(system: MixedModelEquations, units: Sparse, columns: Sparse) -> Sparse:
    """Return the rows q = s (c_dense - N' (θ_0² / D) c_units), one for each combination (m x K)."""
    shrunken = _scale_columns(units, _conditional_variances(system)) @ system.sums.unit_by_column
    return _scale_columns(columns - shrunken, system.scale)


def _scale_columns(rows: Sparse, columns: Vector) -> Sparse:
    """Return each column times a number of its own."""
    # Much cheaper for small matrices than a product with a diagonal one.
    return _with_data(rows, rows.data * columns[rows.indices])


def _with_data(rows: Sparse, data: Vector) -> Sparse:
    """Return a matrix with other numbers where ``rows`` has entries."""
    # A copy of the object, for scipy checks every index of a new one.
    matrix: Sparse = copy(rows)
    matrix.data = data
    return matrix


def _conditional_variances(system: MixedModelEquations) -> Vector:
    """Return the variance of each unit's effect if all else were known, in residual variances (I): θ_0² / D."""
    return np.asarray(system.theta[0] ** 2 / system.unit_diagonal)


def prediction_error_variances(system: MixedModelEquations, inverse: Matrix, units: Sparse, columns: Sparse) -> Vector:
    """Return prediction error variances (m), in residual variances, of ``units`` (m x I) plus ``columns`` (m x K).

    The sum of c_units² θ_0² / D + q' S⁻¹ q (Henderson 1975, Biometrics 31:423-447, after eliminating the units).
    ``inverse``: the lower triangle of S⁻¹ (K x K).
    """
    return np.asarray(
        _with_data(units, units.data**2) @ _conditional_variances(system)
        + quadratic_forms(_contrast_rows(system, units, columns), inverse)
    )


def prediction_error_covariances(
    system: MixedModelEquations, inverse: Matrix, units: Sparse, columns: Sparse
) -> Matrix:
    """Return covariances (m x m) of the prediction errors of a few combinations, in residual variances; see
    ``prediction_error_variances``.
    """
    conditional = (_scale_columns(units, _conditional_variances(system)) @ units.T).toarray()
    return np.asarray(conditional + bilinear_forms(_contrast_rows(system, units, columns).toarray(), inverse))


class MixedModel(ABC):
    """Effects of units (I) and dense columns (K) with their uncertainty, in the order of the ``cross_products`` behind
    them.

    ``theta``: standard deviation of units and of each further random factor, over ``sigma``. ``unit_sd`` and
    ``random_sds``: the same in points. ``aliased``: which fixed columns (from 0) say nothing the ones before them did
    not say; their effects are 0. ``effects`` (I + K): all of them, the units' first.
    """

    cross_products: CrossProducts
    theta: Vector
    sigma: float
    unit_sd: float
    random_sds: tuple[float, ...]
    aliased: tuple[int, ...]
    effects: Vector

    @abstractmethod
    def standard_errors(self, contrasts: Sparse) -> Vector:
        """Return the standard errors of combinations (m x (I + K)) of all effects, as predictions."""

    @abstractmethod
    def covariance(self, contrasts: Sparse) -> Matrix:
        """Return the covariances (m x m) of the prediction errors of a few combinations (m x (I + K))."""

    def contrast(self, units: Sparse | ArrayLike | None, dense: Sparse | ArrayLike | None) -> Estimates:
        """Return estimates of ``units`` (m x I) of unit effects plus ``dense`` (m x K) of dense ones; ``None``: none.

        A combination must make sense without aliased columns.
        """
        contrasts = _stacked_contrasts(self.cross_products, units, dense)
        return Estimates(contrasts @ self.effects, self.standard_errors(contrasts))

    def covariances(self, units: Sparse | ArrayLike | None, dense: Sparse | ArrayLike | None) -> Matrix:
        """Return the covariances (m x m) of the prediction errors of a few such combinations."""
        return self.covariance(_stacked_contrasts(self.cross_products, units, dense))

    @property
    def unit_blups(self) -> Vector:
        """Predicted effect of each unit (I), around 0."""
        return self.effects[: self.cross_products.units]

    @property
    def dense_effects(self) -> Vector:
        """Effects of all dense columns (K): predictions of random levels, estimates of fixed columns."""
        return self.effects[self.cross_products.units :]

    @property
    def random_blups(self) -> list[Vector]:
        """Predicted effects of each further random factor, around 0."""
        return [self.dense_effects[span] for span in self.cross_products.random_columns]

    @property
    def beta(self) -> Vector:
        """Estimates of the fixed columns (p)."""
        return self.dense_effects[self.cross_products.first_fixed :]

    @cached_property
    def unit_standard_errors(self) -> Vector:
        """Standard error of each unit's effect (I)."""
        return self.standard_errors(sparse.eye_array(self.cross_products.units, len(self.effects), format="csr"))

    @cached_property
    def dense_standard_errors(self) -> Vector:
        """Standard error of the effect of each dense column (K); 0 for an aliased one."""
        size = self.cross_products.columns
        return self.standard_errors(
            sparse.eye_array(size, len(self.effects), k=self.cross_products.units, format="csr")
        )

    @property
    def random_standard_errors(self) -> list[Vector]:
        """Standard errors of each further random factor's effects."""
        return [self.dense_standard_errors[span] for span in self.cross_products.random_columns]

    @property
    def beta_standard_errors(self) -> Vector:
        """Standard errors of the fixed columns (p)."""
        return self.dense_standard_errors[self.cross_products.first_fixed :]


def _stacked_contrasts(
    sums: CrossProducts, units: Sparse | ArrayLike | None, dense: Sparse | ArrayLike | None
) -> Sparse:
    """Return the combinations as rows over all effects, zeros where a side is ``None``."""
    blocks: list[Sparse] = [
        block
        if block is None or sparse.issparse(block)
        else sparse.csr_array(np.atleast_2d(np.asarray(block, dtype=np.float64)))
        for block in (units, dense)
    ]
    rows = max(block.shape[0] for block in blocks if block is not None)
    filled = [
        sparse.csr_array((rows, width)) if block is None else block
        for block, width in zip(blocks, (sums.units, sums.columns), strict=True)
    ]
    return sparse.hstack(filled, format="csr")
