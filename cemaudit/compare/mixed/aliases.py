"""Fixed columns that say nothing the columns before them did not say."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cemaudit.compare.mixed.sums import Matrix

__all__ = ["independent"]

_LEAST = 1e-9


def independent(products: Matrix) -> NDArray[np.bool_]:
    """Which columns are kept, given their cross-products (p x p); the others are linear combinations of earlier ones.

    Gaussian elimination in the order given: a column whose square, left over after the kept columns before it, is
    less than 1e-9 of what it was says nothing new.
    """
    left = np.array(products, dtype=np.float64)
    first = np.diagonal(left).copy()
    kept = np.zeros(len(left), dtype=bool)
    for column in range(len(left)):
        pivot = left[column, column]
        kept[column] = pivot > _LEAST * first[column]
        if kept[column]:
            left[column + 1 :, column:] -= np.outer(left[column + 1 :, column] / pivot, left[column, column:])
    return kept
