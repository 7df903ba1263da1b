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
    """Averaged over the ratios for fewer than 200 units, else at the best ratios (REML); ``CannotTell`` for neither."""
    smallest = sums.columns + sums.units - max(sums.levels)
    few = sums.units < FEW_UNITS and len(sums.levels) <= _MOST_FACTORS and smallest <= _SMALL_BLOCK
    return integrated(sums) if few else fit(sums)
