"""The marks inside ticked boxes, drawn as shapes so that no font is needed."""

from __future__ import annotations

from collections.abc import Sequence

from cemaudit.report.kit.style import INK

__all__ = ["CHECK", "DOT", "SIDE"]

SIDE = 10.5
"""How wide and high a box to tick is, in points."""

_ROUND = 0.5523
"""How far the handles of four curves stand off to make a circle."""


def _dot(radius: float) -> str:
    middle, handle = SIDE / 2, radius * _ROUND
    corners: Sequence[tuple[int, int]] = ((1, 0), (0, 1), (-1, 0), (0, -1))
    path = [f"{middle + radius:.2f} {middle:.2f} m"]
    for (x, y), (to_x, to_y) in zip(corners, (*corners[1:], corners[0]), strict=True):
        points = (
            radius * x + handle * to_x,
            radius * y + handle * to_y,
            radius * to_x + handle * x,
            radius * to_y + handle * y,
            radius * to_x,
            radius * to_y,
        )
        path.append(" ".join(f"{middle + point:.2f}" for point in points) + " c")
    return f"{_INK} rg {' '.join(path)} f"


_INK = " ".join(f"{part:.3f}" for part in INK)
DOT = _dot(0.29 * SIDE)
"""Drawing operators of a filled circle."""
CHECK = f"{_INK} RG 1.5 w 1 J 1 j 2.4 5.3 m 4.5 3 l 8.2 7.7 l S"
"""Drawing operators of a check mark."""
