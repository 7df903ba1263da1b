"""Which stores are flagged: by how probably they lie below the target, never by their place."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.special import ndtr

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Flags", "flags", "probability_below"]


class Flags(NamedTuple):
    """The flagged among S stores.

    ``below``: (S,) the probability of lying below the target. ``flagged``: (S,) yes or no. ``wrong``: the share of the
    flagged expected not to be below it, ``None`` where none is flagged. ``found``: the share of all stores expected
    below the target that the flags find, ``None`` where none is expected there.
    """

    below: NDArray[np.float64]
    flagged: NDArray[np.bool_]
    wrong: float | None
    found: float | None


def probability_below(
    score: NDArray[np.float64], se: NDArray[np.float64], target: float | NDArray[np.float64]
) -> NDArray[np.float64]:
    """Φ((target - score) / se), 0 to 1; where ``se`` is 0, 1 below the target and 0 elsewhere.

    Lin, Louis, Paddock & Ridgeway 2006, Bayesian Analysis 1:915-946.
    """
    gap = target - score
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        far = np.where(se > 0, gap / se, np.where(gap > 0, np.inf, -np.inf))
    below: NDArray[np.float64] = ndtr(far)
    return below


def flags(
    score: NDArray[np.float64],
    se: NDArray[np.float64],
    target: float | NDArray[np.float64],
    at: float = 0.80,
    allowed: NDArray[np.bool_] | None = None,
) -> Flags:
    """Flag the stores that lie below ``target`` with probability ``at`` or more; only those ``allowed``.

    ``score`` and ``se``: (S,). The expected wrong share is the mean of 1 - P over the flagged: it is right where the
    intervals are.
    """
    below = probability_below(score, se, target)
    eligible = np.ones(len(below), dtype=np.bool_) if allowed is None else allowed
    flagged = eligible & (below >= at)
    total, caught = float(below[eligible].sum()), float(below[flagged].sum())
    count = int(flagged.sum())
    return Flags(below, flagged, 1 - caught / count if count else None, caught / total if total > 0 else None)
