"""The ratios that fit best."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from cemaudit.compare.mixed.sums import Sums, Vector
from cemaudit.compare.mixed.system import Method, System, solve

__all__ = ["optimum"]

_LOWEST, _HIGHEST = 1e-4, 1e3
_PRECISION = 1e-4
_PERHAPS_ZERO = 0.2
_NO_WORSE = 1e-7


@dataclass
class _Search:
    """Searches the ratios ``free`` (the others are 0) by the logarithms of them, in about their standard errors."""

    sums: Sums
    method: Method
    free: NDArray[np.intp]
    best: System | None = field(default=None, init=False)
    lowest: float = field(default=np.inf, init=False)

    def steps(self) -> Vector:
        """The standard error of a log ratio is about 1 / sqrt(2 levels)."""
        return np.asarray(np.sqrt(2.0 * np.array(self.sums.levels, dtype=np.float64)[self.free]))

    def ratios(self, places: Vector) -> Vector:
        ratios = np.zeros(len(self.sums.levels))
        ratios[self.free] = np.exp(places / self.steps())
        return ratios

    def __call__(self, places: Vector) -> tuple[float, Vector]:
        system = solve(self.sums, self.ratios(places))
        found = system.criterion(self.method)
        if found < self.lowest:
            self.best, self.lowest = system, found
        return found, system.slope(self.method)[self.free] / self.steps()

    def run(self, start: Vector) -> System:
        places = np.log(np.maximum(start[self.free], _LOWEST)) * self.steps()
        bounds = [(np.log(_LOWEST) * step, np.log(_HIGHEST) * step) for step in self.steps()]
        options = {"gtol": _PRECISION, "ftol": 1e-15, "maxiter": 100}
        optimize.minimize(self, places, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
        return self.best if self.best is not None else solve(self.sums, start)


def _without(sums: Sums, method: Method, system: System) -> System | None:
    """The system with one small ratio at exactly 0, where that fits as well."""
    for factor in np.flatnonzero((system.ratios > 0) & (system.ratios < _PERHAPS_ZERO)):
        ratios = np.where(np.arange(len(system.ratios)) == factor, 0.0, system.ratios)
        other = solve(sums, ratios)
        if other.criterion(method) <= system.criterion(method) + _NO_WORSE:
            return other
    return None


def optimum(sums: Sums, method: Method, start: Vector) -> System:
    """The system at the ratios of the lowest criterion; a variance is exactly 0 where nothing speaks for more."""
    system = _Search(sums, method, np.arange(len(sums.levels))).run(start)
    while (other := _without(sums, method, system)) is not None:
        free = np.flatnonzero(other.ratios > 0)
        system = _Search(sums, method, free).run(other.ratios) if len(free) else other
    return system
