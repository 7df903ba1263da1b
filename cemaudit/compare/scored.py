"""What a fitted model says of stores: their scores, and how far these are known."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from cemaudit.compare.crossed import Crossed
from cemaudit.compare.fitted import Fitted
from cemaudit.compare.mixed.contrast import Estimates
from cemaudit.compare.mixed.sums import Matrix, Sparse, Vector
from cemaudit.compare.reliability import Spreads

__all__ = ["mixed_up", "only_ones", "reliabilities", "scores", "spreads"]


def spreads(fitted: Fitted) -> Spreads:
    """Standard deviations between stores, between shoppers (0 without them), between visits, on the scale."""
    model = fitted.model
    return Spreads(model.unit_sd, model.random_sds[0] if model.random_sds else 0.0, model.residual_sd)


def scores(fitted: Fitted, weights: Sparse | None = None) -> Estimates:
    """The score of each store with its standard error, on the scale; with ``weights`` (m x I), of mixtures of them."""
    units = sparse.eye_array(len(fitted.crossed.stores), format="csr") if weights is None else weights
    return fitted.model.contrast(units, units @ fitted.crossed.rows())


def reliabilities(fitted: Fitted) -> Vector:
    """How much of the variance of each store's effect is known (I), 0 to 1.

    NaN for the only store of a pool: what is the pool's and what is the store's own is one and the same there.
    """
    own = fitted.model.unit_sd**2
    known = np.clip(1.0 - fitted.model.unit_se**2 / own, 0.0, 1.0) if own else np.zeros(len(fitted.crossed.stores))
    return np.where(only_ones(fitted.crossed), np.nan, known)


def only_ones(crossed: Crossed) -> NDArray[np.bool_]:
    """Which stores (I) are the only ones of their pool (or of another level of what is said of stores)."""
    sizes = [np.bincount(factor.codes)[factor.codes] for factor in crossed.of_stores]
    return np.any([size == 1 for size in sizes], axis=0) if sizes else np.zeros(len(crossed.stores), dtype=np.bool_)


def mixed_up(fitted: Fitted) -> bool:
    """Whether differences between pools cannot be told from those between waves, scenarios, versions or schemes."""
    sums = fitted.model.sums
    fixed = sums.dense[sums.first_fixed :, sums.first_fixed :].toarray()
    start = 1 + sum(len(factor.levels) for factor in fitted.crossed.of_stores)
    if not 1 < start < len(fixed):
        return False
    return _rank(fixed) < _rank(fixed[:start, :start]) + _rank(fixed[start:, start:]) - 1


def _rank(block: Matrix) -> int:
    return int(np.linalg.matrix_rank(block, hermitian=True))
