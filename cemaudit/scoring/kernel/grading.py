"""Bands on columns: the first whose conditions hold, lowered by the downgrades that hold."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from cemaudit.model import Band, Scheme
from cemaudit.model.conditions import bounds
from cemaudit.scoring.kernel.block import Block
from cemaudit.scoring.kernel.number import Mask
from cemaudit.scoring.kernel.steps import hold

__all__ = ["grade"]


def grade(scheme: Scheme, block: Block, bands: NDArray[np.int8]) -> None:
    """Write each row's place among the scheme's bands into ``bands`` (-1: none); peers are not known here."""
    waiting = np.ones(block.rows, np.bool_)
    for number, band in enumerate(scheme.bands):
        if _asks_for_peers(band):
            break
        for name in band.where:
            has = block.scores[name].has
            if has is not None:
                waiting &= has
        meets = hold(band.where, block)
        mine = waiting if meets is None else waiting & meets
        bands[mine] = number
        waiting = waiting & ~mine
    _downgrade(scheme, block, bands)


def _downgrade(scheme: Scheme, block: Block, bands: NDArray[np.int8]) -> None:
    if not scheme.downgrades:
        return
    graded = bands >= 0
    lowered = bands.astype(np.int64)
    for downgrade in scheme.downgrades:
        held: Mask | None = hold(downgrade.where, block)
        lowered += downgrade.by if held is None else downgrade.by * held
    bands[graded] = np.minimum(lowered, len(scheme.bands) - 1)[graded]


def _asks_for_peers(band: Band) -> bool:
    return any(bound.is_percentile for condition in band.where.values() for bound in bounds(condition))
