"""Whether a driver harms more when it is low than it lifts when it is high (penalty-reward contrast analysis).

Brandt 1987; impact range and asymmetry as in Mikulić and Prebežac 2008, Managing Service Quality 18(6). No
classification after Kano is drawn from it: its authors themselves question that.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["Asymmetry", "asymmetries", "contrasts"]

_NOTHING = 1e-9
_ALIASED = 1e-8

Numbers = NDArray[np.float64]


class Asymmetry(NamedTuple):
    """Of p drivers, in points of the outcome, each (..., p).

    ``penalty``: what is lost where the driver is low, not middling (0 or more); ``reward``: what is won where it is
    high. ``range``: both together (RIOCS). ``leaning``: (reward - penalty) / range (IA), -1 harms only, 1 lifts only,
    NaN where it does neither.
    """

    penalty: Numbers
    reward: Numbers
    range: Numbers
    leaning: Numbers


def contrasts(S: Numbers) -> Numbers:
    """Least-squares slopes (..., k) of the first variable on the k others, by covariances (..., k+1, k+1).

    Of variables that say the same, each has its part of their common slope.
    """
    slopes: Numbers = (np.linalg.pinv(S[..., 1:, 1:], rcond=_ALIASED, hermitian=True) @ S[..., 1:, :1])[..., 0]
    return slopes


def asymmetries(S: Numbers) -> Asymmetry:
    """By covariances (..., 2p+1, 2p+1) of the outcome, then of each driver being low and being high (0 or 1)."""
    slopes = contrasts(S)
    penalty, reward = np.maximum(-slopes[..., 0::2], 0), np.maximum(slopes[..., 1::2], 0)
    both = penalty + reward
    says = both > _NOTHING
    leaning = np.where(says, (reward - penalty) / np.where(says, both, 1), np.nan)
    return Asymmetry(penalty, reward, both, leaning)
