"""The same sums in the order that is quickest to solve: the factor with most levels takes the units' place."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from cemaudit.compare.mixed.aliases import independent
from cemaudit.compare.mixed.sums import Sparse, Sums, Vector

__all__ = ["Arrangement", "arrange"]


@dataclass(frozen=True, eq=False)
class Arrangement:
    """Sums as given (``given``) and as solved (``sums``).

    ``units`` and ``columns``: where each solved unit and dense column stands among the given effects, counted with
    the given units first (0 to I + K - 1); aliased fixed columns stand nowhere. ``factors``: which given random
    factor each solved one is.
    """

    given: Sums
    sums: Sums
    units: NDArray[np.intp]
    columns: NDArray[np.intp]
    factors: tuple[int, ...]

    def solved_order(self, ratios: Vector) -> Vector:
        """Ratios of the given factors in the order of the solved ones."""
        return np.asarray(ratios[list(self.factors)], dtype=np.float64)

    def given_order(self, ratios: Vector) -> Vector:
        """Ratios of the solved factors in the order of the given ones."""
        return np.asarray(ratios[np.argsort(self.factors)], dtype=np.float64)

    def spread_out(self, units: Vector, columns: Vector) -> Vector:
        """Effects of the solved units and columns in the order of the given ones (I + K); aliased ones are 0.

        What was taken off the scores before summing is back in the constant.
        """
        effects = np.zeros(self.given.units + self.given.columns)
        effects[self.units] = units
        effects[self.columns] = columns
        if self.given.shift:
            effects[self.given.units + self.given.first_fixed] += self.given.shift
        return effects

    def parts(self, whole: Sparse) -> tuple[Sparse, Sparse]:
        """Combinations (m x (I + K)) of given effects, as those of solved units and of solved columns."""
        return whole[:, self.units], whole[:, self.columns]

    @property
    def aliased(self) -> tuple[int, ...]:
        """Which of the given fixed columns (from 0) were dropped."""
        first = self.given.units + self.given.first_fixed
        missing = np.setdiff1d(np.arange(first, first + self.given.fixed), self.columns)
        return tuple((missing - first).tolist())


def _order(sums: Sums) -> list[int]:
    """The largest factor first, the units where they are as large."""
    largest = int(np.argmax(sums.levels))
    return [largest, *(factor for factor in range(len(sums.levels)) if factor != largest)]


def _kept(sums: Sums) -> NDArray[np.intp]:
    fixed = sums.dense[sums.first_fixed :, sums.first_fixed :].toarray()
    return np.asarray(np.flatnonzero(independent(fixed)) + sums.units + sums.first_fixed)


def _places(sums: Sums, factors: list[int]) -> list[NDArray[np.intp]]:
    starts = np.cumsum((0, *sums.levels))
    return [np.arange(starts[factor], starts[factor + 1]) for factor in factors]


def arrange(sums: Sums) -> Arrangement:
    """The arrangement of ``sums`` with the smallest dense block and no aliased column."""
    factors = _order(sums)
    first, *others = _places(sums, factors)
    columns = np.concatenate([*others, _kept(sums)])
    if factors[0] == 0 and len(columns) == sums.columns:
        return Arrangement(sums, sums, first, columns, tuple(factors))
    return Arrangement(sums, _taken(sums, factors, first, columns), first, columns, tuple(factors))


def _taken(sums: Sums, factors: list[int], first: NDArray[np.intp], columns: NDArray[np.intp]) -> Sums:
    total, totals = sums.total(), np.concatenate([sums.unit_totals, sums.dense_totals])
    block = total[columns]
    randoms = tuple(sums.levels[factor] for factor in factors[1:])
    return Sums(
        visits=sums.visits,
        weight=np.asarray(total.diagonal()[first]),
        cross=sparse.csr_array(total[first][:, columns]),
        dense=sparse.csr_array(block[:, columns]),
        unit_totals=totals[first],
        dense_totals=totals[columns],
        squares=sums.squares,
        randoms=randoms,
        fixed=len(columns) - sum(randoms),
        log_weights=sums.log_weights,
        shift=sums.shift,
    )
