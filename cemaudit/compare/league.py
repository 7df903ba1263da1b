"""The records of a league table: its standings, order, spreads and notes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from cemaudit.compare.design_check import DesignCheck
from cemaudit.compare.intervals import Standing
from cemaudit.compare.reliability import StandardDeviations, VarianceComponent
from cemaudit.compare.results import ComparedData, ComparisonRules
from cemaudit.compare.visit_table import Factor
from cemaudit.language import Message

__all__ = ["LEAST_TENTH", "League", "RankingQuality"]

LEAST_TENTH = 10
"""Of fewer that have a place there is no lowest tenth."""


class RankingQuality(NamedTuple):
    """How far the order of stores may be trusted; shares are 0 to 1.

    ``places``: stores that have one. ``groups``: of stores that cannot be told apart. ``told_apart``: the share of
    pairs that differ at 95 % (``None`` without a pair). ``ranked``: the share of pairs in different groups, ``wrong``:
    of all pairs expected in the wrong order then, ``wrong_in_full``: if every pair were ranked.
    """

    places: int
    groups: int
    told_apart: float | None
    ranked: float
    wrong: float
    wrong_in_full: float


@dataclass(frozen=True, eq=False)
class League:
    """Stores (or ``unit``: regions, formats ...), best first; those without a place by their scores, too.

    ``target`` in points, or ``None``. ``spreads`` on the scale of ``facts.scale``; ``parts``: the same as shares of one
    visit's variance (none where every store was visited once). ``centre``: the mean score of all stores, in points.
    ``wrong``: the share of the flagged expected not to be what they are flagged for (``None`` without flags),
    ``found``: the share of those that are that the flags find. ``factors``: what else the model takes into account.
    """

    facts: ComparedData
    rules: ComparisonRules
    unit: str
    target: float | None
    standings: tuple[Standing, ...]
    spreads: StandardDeviations
    parts: tuple[VarianceComponent, ...]
    centre: float
    order: RankingQuality
    wrong: float | None
    found: float | None
    shoppers: int
    factors: tuple[Factor, ...]
    design: DesignCheck
    notes: tuple[Message, ...]

    @property
    def flagged(self) -> tuple[Standing, ...]:
        """The stores that are flagged."""
        return tuple(standing for standing in self.standings if standing.flagged)

    @property
    def worse(self) -> str:
        """On which side of a target the bad stores lie: ``below`` or ``above``."""
        return "above" if self.facts.better == "lower" else "below"
