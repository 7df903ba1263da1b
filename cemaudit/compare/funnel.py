"""Funnel plots: how far from the rest chance alone takes a store of so many visits."""

from __future__ import annotations

from statistics import NormalDist
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from cemaudit.compare.league_table import League
from cemaudit.compare.report_records import Funnel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from cemaudit.compare.reliability import StandardDeviations

__all__ = ["FunnelLimits", "funnel_limits", "league_funnel", "outside"]

_INNER, _OUTER = NormalDist().inv_cdf(0.975), NormalDist().inv_cdf(0.999)


class FunnelLimits(NamedTuple):
    """(N,) limits that 95 % (2 in 40 lie outside) and 99.8 % (2 in 1,000) of ordinary stores keep."""

    low95: NDArray[np.float64]
    high95: NDArray[np.float64]
    low998: NDArray[np.float64]
    high998: NDArray[np.float64]


def funnel_limits(
    centre: float,
    spreads: StandardDeviations,
    visits: NDArray[np.float64],
    effective: NDArray[np.float64] | None = None,
    *,
    between: bool = True,
) -> FunnelLimits:
    """Return ``centre`` ± z √(σ_b² / k_eff + σ_e² / n + τ²), the limits for plain means of visits.

    σ_b, σ_e and τ are the standard deviations of shoppers, visits and stores.

    ``visits`` (N,) n > 0; ``effective`` (N,) k_eff, else each visit is by another shopper; without ``between`` τ is 0:
    limits of chance alone. Spiegelhalter 2005, Statistics in Medicine 24:1185-1202.
    """
    shoppers = visits if effective is None else effective
    variance = spreads.shopper**2 / shoppers + spreads.visit**2 / visits
    se = np.sqrt(variance + (spreads.store**2 if between else 0))
    return FunnelLimits(centre - _INNER * se, centre + _INNER * se, centre - _OUTER * se, centre + _OUTER * se)


def outside(values: NDArray[np.float64], low: NDArray[np.float64], high: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return -1 for values below the lower limit, 1 for those above the upper, else 0 (N,)."""
    return (values > high).astype(np.int64) - (values < low)


CURVE_POINTS = 80


def league_funnel(league: League) -> Funnel | None:
    """Return limits for one visit up to as many as any store has, and the stores outside; ``None`` for no stores.

    The limits hold the spread between ordinary stores, too: who is outside is unusual, not merely unlucky.
    """
    standings = [standing for standing in league.standings if standing.visits]
    if not standings or league.unit != "store":
        return None
    scale = league.facts.scale
    centre = scale.from_points(league.centre)
    most = max(standing.visits for standing in standings)
    # Every number of visits where the curve bends, then even steps.
    visits = np.unique(np.concatenate([np.arange(1, min(most, CURVE_POINTS) + 1), np.linspace(1, most, CURVE_POINTS)]))
    limits = [scale.to_points(side) for side in funnel_limits(centre, league.spreads, visits)]
    own = funnel_limits(
        centre,
        league.spreads,
        np.array([standing.visits for standing in standings], dtype=np.float64),
        np.array([standing.effective or standing.visits for standing in standings], dtype=np.float64),
    )
    raw = np.array([standing.raw for standing in standings])
    sides = outside(raw, scale.to_points(own.low95), scale.to_points(own.high95))
    low95, high95, low998, high998 = (tuple(side.tolist()) for side in limits)
    beyond = {standing.store: int(side) for standing, side in zip(standings, sides, strict=True) if side}
    return Funnel(league.centre, tuple(visits.tolist()), low95, high95, low998, high998, beyond)
