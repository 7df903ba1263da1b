"""The model without an effect of the units: where each was seen once, it is one with the chance of that visit."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize_scalar

from cemaudit.compare.mixed.fit import Fit, fit_at
from cemaudit.compare.mixed.grid import Mixture
from cemaudit.compare.mixed.model import Model
from cemaudit.compare.mixed.sums import Sums

__all__ = ["model_without_units"]

_LOWEST, _HIGHEST, _POINTS_WITHOUT_UNITS = 0.01, 10.0, 41
_FEW, _LEAST_WEIGHT = 200, 1e-4


def model_without_units(sums: Sums) -> Model:
    """The model with no variance between units, of at most one further random factor; fixed effects alone without.

    ``residual_sd`` holds what units differ by. Fewer than 200 levels of the factor: averaged over the ratios 0.01 to
    10 with a half-normal(1) prior; else at the best one (REML).
    """
    if not sums.randoms:
        return fit_at(sums, np.zeros(1))
    return _averaged_without_units(sums) if sums.randoms[0] < _FEW else _best(sums)


def _at(sums: Sums, ratio: float) -> Fit:
    return fit_at(sums, np.array([0.0, ratio]))


def _averaged_without_units(sums: Sums) -> Mixture:
    ratios = np.geomspace(_LOWEST, _HIGHEST, _POINTS_WITHOUT_UNITS)
    fits = [_at(sums, ratio) for ratio in ratios]
    logs = np.log(ratios) - 0.5 * ratios**2 - 0.5 * np.array([fit.criterion for fit in fits])
    weights = np.exp(logs - logs.max())
    kept = np.flatnonzero(weights > _LEAST_WEIGHT)
    return Mixture([fits[place] for place in kept], weights[kept] / weights[kept].sum())


def _best(sums: Sums) -> Fit:
    bounds = np.log(_LOWEST), np.log(_HIGHEST)
    found = minimize_scalar(lambda log: _at(sums, np.exp(log)).criterion, bounds=bounds)
    return min(_at(sums, 0.0), _at(sums, np.exp(found.x)), key=lambda fit: fit.criterion)
