"""The scale scores are compared on: points as they are, or shares of points as angles (arcsine)."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "ARCSINE_UNITS",
    "FULL_POINTS",
    "POINT_UNITS",
    "ScoreScale",
    "arcsine_transform",
    "decimals_of",
    "inverse_arcsine",
]

POINT_UNITS = 10_000
"""Parts of a point that scores are counted in, so that sums are exact."""

ARCSINE_UNITS = 100_000_000
"""Parts of a radian that angles are counted in."""

FULL_POINTS = 100.0
"""The points of a share of 1."""

_STEP = 1e-3


def arcsine_transform(points: ArrayLike, possible: ArrayLike) -> NDArray[np.float64]:
    """Return a share of points as an angle, asin √((k + 3/8) / (m + 3/4)), in radians, 0 to π/2.

    Its variance is nearly the same, 1 / (4m), wherever it lies; ``points`` k lie in 0 to ``possible`` m > 0. Anscombe
    1948, Biometrika 35:246-254.
    """
    earned, most = np.asarray(points, dtype=np.float64), np.asarray(possible, dtype=np.float64)
    return np.arcsin(np.sqrt((earned + 0.375) / (most + 0.75)))


def inverse_arcsine(angle: ArrayLike, possible: ArrayLike = np.inf) -> NDArray[np.float64]:
    """Return the share (0 to 1) that has this angle: the way back from ``arcsine_transform``.

    With the same ``possible`` the very share; without, that of very many points, sin². Angles beyond 0 to π/2, as
    ends of intervals are, count as 0 and π/2.
    """
    square = np.sin(np.clip(np.asarray(angle, dtype=np.float64), 0, np.pi / 2)) ** 2
    share: NDArray[np.float64] = square + (0.75 * square - 0.375) / np.asarray(possible, dtype=np.float64)
    return np.clip(share, 0, 1)


def decimals_of(size: float) -> int:
    """Return the decimals of scores of that size: three below 1 (shares), two below 10 (counts), else one."""
    return 1 if size >= 10 else 2 if size >= 1 else 3


class ScoreScale(NamedTuple):
    """A scale: its ``name``, ``points`` or ``arcsine``.

    ``unit``: parts that scores are counted in, of a point or of a radian. ``items``: on the arcsine scale shares count
    as those of so many items (the fewest of any list).
    """

    name: str = "points"
    unit: int = POINT_UNITS
    items: int = 0

    def from_points(self, points: float) -> float:
        """Return points (the arcsine scale: 0 to 100) on the scale."""
        if self.name == "points":
            return points
        return float(arcsine_transform(self.items * min(max(points / FULL_POINTS, 0.0), 1.0), self.items))

    def slope(self, value: float) -> float:
        """Return the points for a unit of the scale, near a value on it."""
        low, high = self.to_points([value - _STEP, value + _STEP])
        return float(high - low) / (2 * _STEP)

    def to_points(self, values: ArrayLike) -> NDArray[np.float64]:
        """Return values on the scale as points (the arcsine scale: 0 to 100)."""
        if self.name == "points":
            return np.asarray(values, dtype=np.float64)
        return FULL_POINTS * inverse_arcsine(values, self.items)
