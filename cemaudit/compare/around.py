"""The funnel around a league: how far from the rest chance alone takes a store of so many visits."""

from __future__ import annotations

import numpy as np

from cemaudit.compare.account import Funnel
from cemaudit.compare.funnel import limits_of_means, outside
from cemaudit.compare.league import League

__all__ = ["funnel_around"]

CORNERS = 80


def funnel_around(league: League) -> Funnel | None:
    """Limits for one visit up to as many as any store has, and the stores outside; ``None`` where none are compared.

    The limits hold the spread between ordinary stores, too: who is outside is unusual, not merely unlucky.
    """
    standings = [one for one in league.standings if one.visits]
    if not standings or league.unit != "store":
        return None
    scale = league.facts.scale
    centre = scale.to(league.centre)
    most = max(one.visits for one in standings)
    visits = np.unique(np.concatenate([np.arange(1, min(most, CORNERS) + 1), np.linspace(1, most, CORNERS)]))
    limits = [scale.back(side) for side in limits_of_means(centre, league.spreads, visits)]
    own = limits_of_means(
        centre,
        league.spreads,
        np.array([one.visits for one in standings], dtype=np.float64),
        np.array([one.effective or one.visits for one in standings], dtype=np.float64),
    )
    raw = np.array([one.raw for one in standings])
    sides = outside(raw, scale.back(own.low95), scale.back(own.high95))
    low95, high95, low998, high998 = (tuple(side.tolist()) for side in limits)
    beyond = {one.store: int(side) for one, side in zip(standings, sides, strict=True) if side}
    return Funnel(league.centre, tuple(visits.tolist()), low95, high95, low998, high998, beyond)
