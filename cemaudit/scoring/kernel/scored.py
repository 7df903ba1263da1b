"""What comes out: a column for each score, a column of bands."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cemaudit.model import Band, Reason, Score
from cemaudit.scoring.kernel.block import REASONS, SCORED
from cemaudit.scoring.kernel.number import Floats

__all__ = ["NO_BAND", "Scored"]

NO_BAND = -1


@dataclass(frozen=True)
class Scored:
    """The scores of many visits, in their order.

    ``values``: score name -> numbers, NaN where there is none. ``reasons``: score name -> codes, 0 where there is a
    score, ``n`` for the ``n``-th ``Reason``. ``bands``: places in the scheme's bands, -1 for none. ``decided`` counts
    the visits that float64 could not decide and the exact evaluator did.
    """

    rows: int
    values: dict[str, Floats]
    reasons: dict[str, NDArray[np.int8]]
    bands: NDArray[np.int8]
    scheme_bands: tuple[Band, ...] = ()
    decided: int = 0

    def reason(self, score: str, row: int) -> Reason | None:
        """Why a visit has no such score; ``None`` where it has one."""
        code = int(self.reasons[score][row])
        return None if code == SCORED else REASONS[code - 1]

    def band(self, row: int) -> Band | None:
        """The band of a visit."""
        place = int(self.bands[row])
        return None if place == NO_BAND else self.scheme_bands[place]

    def put(self, row: int, name: str, score: Score) -> None:
        """Write down an exact score."""
        self.values[name][row] = np.nan if score.value is None else nearest(score)
        self.reasons[name][row] = SCORED if score.reason is None else REASONS.index(score.reason) + 1


def nearest(score: Score) -> float:
    """The float nearest to a score; infinite where it is too large for one."""
    assert score.value is not None  # noqa: S101 (asked where there is one)
    try:
        return float(score.value)
    except OverflowError:
        return np.inf if score.value > 0 else -np.inf
