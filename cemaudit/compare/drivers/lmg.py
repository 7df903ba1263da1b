"""Shares of explained variance by LMG: each driver's gain in R², averaged over all orders in which drivers can come in.

Lindeman, Merenda and Gold 1980; Grömping 2006, J. Stat. Software 17(1). The same as the Shapley value of R².
"""

from __future__ import annotations

from math import factorial

import numpy as np
from numpy.typing import NDArray

__all__ = ["MOST", "explained", "lmg"]

MOST = 14
"""So many drivers can be reckoned in all their orders; 2^14 sets."""

_NOTHING_LEFT = 1e-10  # of a driver's variance: the drivers before it say all it says
_AT_ONCE = 1 << 18  # sets, of all matrices together

Numbers = NDArray[np.float64]


def lmg(R: Numbers) -> Numbers:
    """The share of the outcome's variance that each of p drivers explains: (..., p), adding up to R².

    ``R``: (..., p+1, p+1) correlations, the outcome first; a column of zeros for what does not vary.
    """
    whole = R.reshape(-1, *R.shape[-2:])
    size = max(1, _AT_ONCE >> (R.shape[-1] - 1))
    blocks = [_gains(explained(whole[start : start + size])) for start in range(0, len(whole), size)]
    return np.concatenate(blocks).reshape(*R.shape[:-2], -1)


def explained(R: Numbers) -> Numbers:
    """R² of every set of drivers: (n, 2, 2, ...), where index 1 on axis j + 1 says that driver j is in the set.

    ``R``: (n, p+1, p+1) correlations, the outcome first. A driver which those before it already say adds nothing.
    """
    n, drivers = len(R), R.shape[-1] - 1
    left = np.roll(R, -1, axis=(1, 2))[:, None]  # the outcome last
    for _ in range(drivers):
        without = left[..., 1:, 1:]
        left = np.stack([without, without - _said(left)], axis=2).reshape(n, -1, *without.shape[-2:])
    return 1 - left.reshape(n, *(2,) * drivers)


def _said(left: Numbers) -> Numbers:
    """What the first driver says of all others' covariances: (..., m-1, m-1)."""
    others, own = left[..., 0, 1:], left[..., 0, 0]
    says = own > _NOTHING_LEFT
    scale = np.where(says, 1 / np.where(says, own, 1), 0)
    said: Numbers = others[..., :, None] * (others * scale[..., None])[..., None, :]
    return said


def _gains(r2: Numbers) -> Numbers:
    """Each driver's mean gain over all orders: (n, p)."""
    drivers = r2.ndim - 1
    if not drivers:
        return np.zeros((len(r2), 0))
    sizes = np.indices((2,) * (drivers - 1)).sum(axis=0)
    orders = [factorial(size) * factorial(drivers - size - 1) / factorial(drivers) for size in range(drivers)]
    weights = np.array(orders)[sizes].ravel()
    gains = [np.take(r2, 1, axis) - np.take(r2, 0, axis) for axis in range(1, drivers + 1)]
    return np.stack([gain.reshape(len(r2), -1) @ weights for gain in gains], axis=1)
