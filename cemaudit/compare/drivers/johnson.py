"""Johnson's relative weights: shares of explained variance for any number of drivers.

Johnson 2000, Multivariate Behavioral Research 35:1-19: the drivers are rotated into the uncorrelated ones nearest to
them; what those explain is handed back by how much of each driver is in them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["johnson"]

_NO_DIRECTION = 1e-10  # an eigenvalue below it stands for a direction in which the drivers do not differ

Numbers = NDArray[np.float64]


def johnson(R: Numbers) -> Numbers:
    """The share of the outcome's variance given to each of p drivers: (..., p), adding up to R².

    ``R``: (..., p+1, p+1) correlations, the outcome first; a column of zeros for what does not vary.
    """
    values, V = np.linalg.eigh(R[..., 1:, 1:])
    says = values > _NO_DIRECTION
    roots = np.sqrt(np.where(says, values, 0))
    inverse = np.where(says, 1 / np.where(says, roots, 1), 0)
    turned = np.swapaxes(V, -1, -2)
    nearest = (V * roots[..., None, :]) @ turned
    beta = (V * inverse[..., None, :]) @ turned @ R[..., 1:, :1]
    shares: Numbers = (nearest**2 @ beta**2)[..., 0]
    return shares
