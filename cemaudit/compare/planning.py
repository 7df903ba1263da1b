"""How many visits it takes to see a difference, and what difference some visits can show."""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from cemaudit.compare.reliability import Spreads

__all__ = ["ANOTHER_STORE", "Against", "Aim", "power", "smallest_difference", "visits_for_difference"]

Against = Literal["store", "wave", "target"]


class Aim(NamedTuple):
    """What is to be seen.

    ``against``: another store, the same store in another wave, or a fixed target. ``same_shoppers``: the same persons
    visit both stores, or in both waves, so that their strictness cancels (nothing cancels against a target).
    ``power`` (above 0, below 1): how often a difference that is there shall be seen; ``level``: the confidence with
    which it is called one.
    """

    against: Against = "store"
    same_shoppers: bool = False
    power: float = 0.80
    level: float = 0.95


ANOTHER_STORE = Aim()


def visits_for_difference(difference: float, spreads: Spreads, aim: Aim = ANOTHER_STORE) -> int:
    """Visits of each store (or in each wave), each by another shopper, that show ``difference`` > 0 points.

    n = k (z_{(1+level)/2} + z_power)² (σ_b² + σ_e²) / δ², rounded up; k is 2, against a target 1.
    """
    factor = _quantile(aim) + NormalDist().inv_cdf(aim.power)
    return max(1, math.ceil((factor * _one_visit(spreads, aim) / difference) ** 2 - 1e-9))


def smallest_difference(visits: int, spreads: Spreads, aim: Aim = ANOTHER_STORE) -> float:
    """The difference in points that so many visits (each; 1 or more) show with the aim's power."""
    factor = _quantile(aim) + NormalDist().inv_cdf(aim.power)
    return factor * _one_visit(spreads, aim) / math.sqrt(visits)


def power(difference: float, visits: int, spreads: Spreads, aim: Aim = ANOTHER_STORE) -> float:
    """How often (0 to 1) so many visits show ``difference`` points in its right direction; ``aim.power`` is not used.

    1 where visits do not differ.
    """
    se = _one_visit(spreads, aim) / math.sqrt(visits)
    return NormalDist().cdf(difference / se - _quantile(aim)) if se else 1.0


def _quantile(aim: Aim) -> float:
    return NormalDist().inv_cdf((1 + aim.level) / 2)


def _one_visit(spreads: Spreads, aim: Aim) -> float:
    """The standard deviation of the difference with one visit (each)."""
    if aim.against == "target":
        return math.hypot(spreads.shopper, spreads.visit)
    return math.sqrt(2) * (spreads.visit if aim.same_shoppers else math.hypot(spreads.shopper, spreads.visit))
