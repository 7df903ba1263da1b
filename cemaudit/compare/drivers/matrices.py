"""Correlations from covariances that were found pair by pair."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cemaudit.compare.drivers.johnson import johnson
from cemaudit.compare.drivers.lmg import MOST, lmg

__all__ = ["correlations", "mended", "shares"]

_UNSURE = 1e-9
_FLAT = 1e-12

Numbers = NDArray[np.float64]


def correlations(S: Numbers) -> Numbers:
    """(..., m, m) of covariances (..., m, m); zeros, also on the diagonal, for what does not vary."""
    variances = np.diagonal(S, axis1=-2, axis2=-1)
    varies = variances > _FLAT
    scale = np.where(varies, 1 / np.sqrt(np.where(varies, variances, 1)), 0)
    found: Numbers = S * scale[..., :, None] * scale[..., None, :]
    return found


def mended(R: Numbers) -> Numbers:
    """Correlations that can all hold together: negative eigenvalues become 0, the diagonal what it was.

    Pairs known in different visits can contradict each other. Higham 2002 (IMA J. Numer. Anal. 22:329-343) has the
    nearest such matrix; this is its first step, which is exact where there is nothing to mend.
    """
    values, V = np.linalg.eigh(R)
    broken = values[..., 0] < -_UNSURE
    if not broken.any():
        return R
    kept = (V * np.maximum(values, 0)[..., None, :]) @ np.swapaxes(V, -1, -2)
    whole = np.diagonal(R, axis1=-2, axis2=-1) > 0
    now = correlations(kept) * (whole[..., :, None] & whole[..., None, :])
    found: Numbers = np.where(broken[..., None, None], now, R)
    return found


def shares(R: Numbers) -> Numbers:
    """What share of R² each driver has: (..., p), adding up to 1, or zeros where nothing is explained.

    By LMG up to ``MOST`` drivers, by Johnson's relative weights above. ``R``: correlations, the outcome first.
    """
    parts = lmg(R) if R.shape[-1] - 1 <= MOST else johnson(R)
    total = parts.sum(axis=-1, keepdims=True)
    found: Numbers = np.where(total > _FLAT, parts / np.where(total > _FLAT, total, 1), 0)
    return found
