"""Which drivers harm when low, and which lift when high, in the visits of a study."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from cemaudit.compare.drivers.asked import Asymmetric
from cemaudit.compare.drivers.asymmetry import asymmetries
from cemaudit.compare.drivers.corners import CORNERS, corners, make_corners
from cemaudit.compare.drivers.frame import OUTCOME, products_of
from cemaudit.compare.drivers.sampling import interval, sampled_asymmetries
from cemaudit.ledger.query.reading import Local

__all__ = ["LEAST_CORNER", "leanings"]

LEAST_CORNER = 10
"""Visits in which a driver is low, in the middle and high, before its asymmetry is looked at."""
SMALL = 0.1
"""An effect below this share of the outcome's standard deviation is none; where all may be, none leans anywhere."""
_NOTHING = 1e-9


def leanings(
    reading: Local, names: Sequence[str], *, visits: int, by_shopper: bool, level: float
) -> dict[str, Asymmetric]:
    """The asymmetry of each of the frame's columns that can be told, all fitted together; ``visits``: of the frame."""
    found = corners(reading, names)
    enough = [name for name in names if min(found[name]) >= LEAST_CORNER]
    if not enough:
        return {}
    columns = make_corners(reading, enough)
    products = products_of(reading, [OUTCOME, *columns], by_shopper=by_shopper, frame=CORNERS)
    covariances = products.covariances()
    small = SMALL * float(np.sqrt(covariances[0, 0]))
    whole, samples = asymmetries(covariances), sampled_asymmetries(products)
    told = {}
    for at, name in enumerate(enough):
        penalty, reward, both, leaning = (float(numbers[at]) for numbers in whole)
        is_told = interval(samples.range[:, at], level).low > small
        told[name] = Asymmetric(
            penalty,
            reward,
            both,
            leaning if is_told else None,
            interval(samples.leaning[:, at], level) if is_told else None,
            found[name].high / visits,
            max(penalty, reward) < small and all(interval(one[:, at], level).low < _NOTHING for one in samples[:2]),
        )
    return told
