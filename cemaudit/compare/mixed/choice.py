"""Which way of fitting suits the size of the comparison."""

from __future__ import annotations

from cemaudit.compare.mixed.fit import fit
from cemaudit.compare.mixed.grid import integrated
from cemaudit.compare.mixed.model import Model
from cemaudit.compare.mixed.sums import Sums

__all__ = ["model_of"]

FEW_UNITS = 200
_MOST_FACTORS = 3
_SMALL_BLOCK = 400


def model_of(sums: Sums) -> Model:
    """Averaged over the ratios for fewer than 200 units, else at the best ratios (REML); ``CannotTell`` for neither.

    Averaged for more units, too, where the best ratio of the units is 0: that would claim that they are surely equal.
    Only small systems (400 dense columns) of up to three random factors are averaged; others take the best ratios.
    """
    smallest = sums.columns + sums.units - max(sums.levels)
    small = len(sums.levels) <= _MOST_FACTORS and smallest <= _SMALL_BLOCK
    if small and sums.units < FEW_UNITS:
        return integrated(sums)
    best = fit(sums)
    return integrated(sums) if small and not best.ratios[0] else best
