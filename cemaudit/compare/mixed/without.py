"""The model without an effect of the units: where each was seen once, it is one with the chance of that visit."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize_scalar

from cemaudit.compare.mixed.fit import Fit, fit_at
from cemaudit.compare.mixed.sums import Sums

__all__ = ["fit_without_units"]

_RANGE = (np.log(0.01), np.log(10.0))


def fit_without_units(sums: Sums) -> Fit:
    """The REML fit with no variance between units, of at most one further random factor; fixed effects alone without.

    ``residual_sd`` holds what units differ by. Of the ratios 0.01 to 10, and 0.
    """
    if not sums.randoms:
        return fit_at(sums, np.zeros(1))
    found = minimize_scalar(lambda log: fit_at(sums, np.array([0.0, np.exp(log)])).criterion, bounds=_RANGE)
    nothing, best = fit_at(sums, np.zeros(2)), fit_at(sums, np.array([0.0, np.exp(found.x)]))
    return best if best.criterion < nothing.criterion else nothing
