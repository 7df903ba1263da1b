"""The rules a comparison keeps: all can be overridden, all are printed."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["DEFAULT", "Rules"]


class Rules(NamedTuple):
    """What must be there before anything is said.

    ``least_visits``: below it a store has no rank and no place in a group. ``least_person``: below so many visits
    nothing is said of a shopper. ``level``: how often an interval is meant to hold the truth. ``flag_at``: the
    probability of being below target from which a store is flagged. ``arcsine_above``: the mean share of points
    (0 to 1) above which shares are compared on the arcsine scale. ``extremes``: the share of stores called the lowest
    or the highest. ``preference``: a store is placed above another where that is likelier than 1 in (1 + this).
    """

    least_visits: int = 3
    least_person: int = 5
    level: float = 0.90
    flag_at: float = 0.80
    arcsine_above: float = 0.85
    extremes: float = 0.10
    preference: float = 0.25


DEFAULT = Rules()
