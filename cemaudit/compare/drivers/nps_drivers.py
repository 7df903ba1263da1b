"""Drivers of the net promoter score."""

from __future__ import annotations

import math
from collections.abc import Sequence

from cemaudit.compare.nps import NpsDriver, PairedSums, within_person_correlation

__all__ = ["nps_driver"]

_SQUARE = 100.0**2


def nps_driver(
    name: str, persons: Sequence[tuple[int, ...]], means: tuple[float | None, float | None], level: float
) -> NpsDriver:
    """Return how a driver goes with recommending.

    ``persons``: of each shopper (or of all as one) the visits, Σa, Σb, Σa², Σb², Σab of the answer a and the driver b,
    in hundredths; ``means``: of the driver in visits that promote and in those that detract, in hundredths.
    """
    paired = _paired_sums(persons)
    correlation, interval = within_person_correlation(paired, level)
    promoting, detracting = (None if mean is None else mean / 100 for mean in means)
    return NpsDriver(name, promoting, detracting, correlation, interval, paired.visits)


def _paired_sums(persons: Sequence[tuple[int, ...]]) -> PairedSums:
    """Return squares and products of differences from each person's means, the same whatever the persons' order.

    ``persons``: of each the visits, Σa, Σb, Σa², Σb², Σab.
    """

    def deviations(product: int, first: int, second: int) -> float:
        # n·Σab - Σa·Σb is whole, so that only the division rounds, and fsum does not depend on the order.
        return math.fsum(
            (person[0] * person[product] - person[first] * person[second]) / person[0] for person in persons
        )

    squares = (deviations(3, 1, 1) / _SQUARE, deviations(4, 2, 2) / _SQUARE, deviations(5, 1, 2) / _SQUARE)
    return PairedSums(sum(person[0] for person in persons), len(persons), *squares)
