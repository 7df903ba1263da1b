"""Variance components and reliability: how much the mean of some visits says of a store."""

from __future__ import annotations

import math
from typing import NamedTuple

__all__ = ["StandardDeviations", "VarianceComponent", "reliability", "variance_components", "visits_for_reliability"]

_NOTHING = 1e-6


class StandardDeviations(NamedTuple):
    """Standard deviations, in points of the measure, 0 or more: between stores, between shoppers, between visits."""

    store: float
    shopper: float
    visit: float


class VarianceComponent(NamedTuple):
    """One source of difference: its standard deviation and its ``share`` (0 to 1) of the variance of one visit."""

    name: str
    sd: float
    share: float


def variance_components(spreads: StandardDeviations) -> tuple[VarianceComponent, ...]:
    """Return ``store``, ``shopper`` and ``visit``; the shares add up to 1 (all 0 where nothing differs)."""
    total = sum(sd**2 for sd in spreads)
    return tuple(
        VarianceComponent(name, sd, sd**2 / total if total else 0.0)
        for name, sd in zip(StandardDeviations._fields, spreads, strict=True)
    )


def reliability(spreads: StandardDeviations, visits: float, effective: float | None = None) -> float:
    """Return σ_s² / (σ_s² + σ_b² / k_eff + σ_e² / n), 0 to 1: the stores' own share of the variance of their means.

    ``visits`` n > 0; ``effective`` k_eff = n² / Σ n_j² (n_j by shopper j), else each is by another. One visit:
    the intraclass correlation. 0 where stores do not differ. Finn & Kayandé 1999, Journal of Retailing 75:195-217.
    """
    own = spreads.store**2
    noise = spreads.shopper**2 / (effective or visits) + spreads.visit**2 / visits
    return own / (own + noise) if own else 0.0


def visits_for_reliability(spreads: StandardDeviations, target: float) -> int | None:
    """Return the least visits, each by another shopper, whose mean has reliability ``target`` (above 0, below 1).

    ``None`` where no number is enough: stores do not differ, or next to nothing. Spearman-Brown.
    """
    own, noise = spreads.store**2, spreads.shopper**2 + spreads.visit**2
    if own <= _NOTHING * noise:
        return None
    return max(1, math.ceil(target / (1 - target) * noise / own - 1e-9))
