"""A league: what is known of each store among the others, and how much may be concluded from all of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from cemaudit.compare.coded import Factor
from cemaudit.compare.crossed import Crossed
from cemaudit.compare.design import Design, design_of
from cemaudit.compare.facts import Facts
from cemaudit.compare.fitted import Fitted
from cemaudit.compare.flags import probability_below
from cemaudit.compare.groups import groups
from cemaudit.compare.mixed.sums import Sparse, Vector
from cemaudit.compare.pairs import told_apart
from cemaudit.compare.ranks import Ranks, rank_intervals
from cemaudit.compare.reliability import Component, Spreads, components
from cemaudit.compare.rules import DEFAULT, Rules
from cemaudit.compare.scored import mixed_up, reliabilities, scores, spreads
from cemaudit.compare.standing import Interval, Standing
from cemaudit.language import Message, message

__all__ = ["LEAST_TENTH", "League", "Order", "league_of"]

NOT_KNOWN = "?"
LEAST_TENTH = 10
"""Of fewer that have a place there is no lowest tenth."""


class Order(NamedTuple):
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
    visit's variance. ``centre``: the mean score of all stores, in points. ``wrong``: the share of the flagged expected
    not to be what they are flagged for (``None`` without flags), ``found``: the share of those that are that the flags
    find. ``factors``: what else the model takes into account.
    """

    facts: Facts
    rules: Rules
    unit: str
    target: float | None
    standings: tuple[Standing, ...]
    spreads: Spreads
    parts: tuple[Component, ...]
    centre: float
    order: Order
    wrong: float | None
    found: float | None
    shoppers: int
    factors: tuple[Factor, ...]
    design: Design
    notes: tuple[Message, ...]

    @property
    def flagged(self) -> tuple[Standing, ...]:
        """The stores that are flagged."""
        return tuple(standing for standing in self.standings if standing.flagged)

    @property
    def worse(self) -> str:
        """On which side of a target the bad stores lie: ``below`` or ``above``."""
        return "above" if self.facts.better == "lower" else "below"


def league_of(
    fitted: Fitted,
    names: Mapping[str | None, str],
    target: float | None = None,
    rules: Rules = DEFAULT,
) -> League:
    """The league of a fitted model.

    ``names`` of stores by id; ``target`` in points: stores probably worse are flagged, without one those probably among
    the lowest tenth.
    """
    return _Table(fitted, target, rules).league(names)


class _Table:
    """The columns of a league in the making: U units, of better and higher ``values`` on the scale."""

    def __init__(self, fitted: Fitted, target: float | None, rules: Rules) -> None:
        self.fitted, self.target, self.rules = fitted, target, rules
        crossed = fitted.crossed
        self.scale, self.sign = crossed.facts.scale, -1.0 if crossed.facts.better == "lower" else 1.0
        self.labels, self.weights = _units(crossed)
        self.score, self.se = scores(fitted, self.weights)
        self.visits = _pooled(self.weights, crossed.visits)
        self.design = design_of(crossed, fitted)
        self.apart = np.zeros(len(self.labels), dtype=np.bool_)
        if crossed.unit_of is None:
            self.apart[list(self.design.alone)] = True
        self.allowed = (self.visits >= rules.least_visits) & ~self.apart

    def league(self, names: Mapping[str | None, str]) -> League:
        fitted, facts = self.fitted, self.fitted.crossed.facts
        values = self.sign * self.score
        ranks = rank_intervals(values, self.se, self.allowed, self.rules)
        grouped = groups(values, self.se, self.allowed, self.rules.preference)
        if ranks.placed < LEAST_TENTH:
            nobody = np.full(len(values), np.nan)
            ranks = ranks._replace(lowest=nobody, highest=nobody)
        below = self._below(values)
        chance = np.nan_to_num(ranks.lowest) if below is None else below
        flagged = self.allowed & (chance >= self.rules.flag_at)
        standings = self._standings(names, ranks, grouped.group, below, flagged)
        best_first = np.lexsort((np.arange(len(values)), -values, ~self.allowed))
        expected = float(chance[self.allowed].sum())
        told = told_apart(values, self.se, self.allowed)
        return League(
            facts=facts,
            rules=self.rules,
            unit=fitted.crossed.unit_of.name if fitted.crossed.unit_of else "store",
            target=self.target,
            standings=tuple(standings[place] for place in best_first),
            spreads=spreads(fitted),
            parts=components(spreads(fitted)),
            centre=float(self.scale.back(self.score.mean())),
            order=Order(ranks.placed, grouped.parts, told, grouped.ranked, grouped.wrong, grouped.wrong_in_full),
            wrong=float(1 - chance[flagged].mean()) if flagged.any() else None,
            found=float(chance[flagged].sum()) / expected if expected else None,
            shoppers=len(fitted.crossed.shoppers),
            factors=fitted.crossed.factors,
            design=self.design,
            notes=(*facts.notes, *fitted.notes, *self._notes()),
        )

    def _notes(self) -> Iterator[Message]:
        yield from self.design.notes
        yield from (pool.said for pool in self.design.pools if pool.said)
        if mixed_up(self.fitted):
            yield message(
                "Some pools were visited in some waves or scenarios only, or by some versions of the checklist: "
                "differences between pools may be differences between these."
            )

    def _below(self, values: Vector) -> Vector | None:
        if self.target is None:
            return None
        return probability_below(values, self.se, self.sign * self.scale.to(self.target))

    def _standings(
        self,
        names: Mapping[str | None, str],
        ranks: Ranks,
        group: NDArray[np.int64],
        below: Vector | None,
        flagged: NDArray[np.bool_],
    ) -> list[Standing]:
        half = NormalDist().inv_cdf((1 + self.rules.level) / 2) * self.se
        low, high = self.scale.back(self.score - half), self.scale.back(self.score + half)
        points, raw = self.scale.back(self.score), self._raw()
        pools, effective, known = self._pools(), self._effective(), self._reliabilities()
        return [
            Standing(
                store=label,
                name=names.get(label, label) if self.fitted.crossed.unit_of is None else label,
                pool=pools[place],
                visits=int(self.visits[place]),
                effective=None if effective is None else float(effective[place]),
                raw=float(raw[place]),
                score=float(points[place]),
                se=float((high[place] - low[place]) / (half[place] * 2) * self.se[place]) if half[place] else 0.0,
                interval=Interval(float(low[place]), float(high[place])),
                reliability=None if known is None else float(known[place]),
                below=None if below is None else float(below[place]),
                rank=Interval(int(ranks.low[place]), int(ranks.high[place])) if self.allowed[place] else None,
                lowest=_known(ranks.lowest[place]),
                highest=_known(ranks.highest[place]),
                group=int(group[place]) or None,
                flagged=bool(flagged[place]),
                apart=bool(self.apart[place]),
            )
            for place, label in enumerate(self.labels)
        ]

    def _raw(self) -> Vector:
        """The mean of all raw scores of each unit."""
        return _pooled(self.weights, self.fitted.crossed.raw) / np.maximum(self.visits, 1)

    def _pools(self) -> list[str]:
        crossed = self.fitted.crossed
        if crossed.unit_of is not None or not crossed.of_stores:
            return [""] * len(self.labels)
        pool = crossed.of_stores[0]
        return [pool.levels[code] or NOT_KNOWN for code in pool.codes]

    def _effective(self) -> Vector | None:
        return self.fitted.crossed.effective if self.fitted.crossed.unit_of is None else None

    def _reliabilities(self) -> Vector | None:
        return reliabilities(self.fitted) if self.fitted.crossed.unit_of is None else None


def _units(crossed: Crossed) -> tuple[list[str], Sparse]:
    """What is compared, and how it is made of stores (U x I): each store of a region weighs the same."""
    count = len(crossed.stores)
    if crossed.unit_of is None:
        return list(crossed.stores), sparse.eye_array(count, format="csr")
    unit = crossed.unit_of
    belongs = sparse.csr_array((np.ones(count), (unit.codes, np.arange(count))), shape=(len(unit.levels), count))
    size = np.asarray(belongs.sum(axis=1))
    return [level or NOT_KNOWN for level in unit.levels], sparse.csr_array(sparse.diags_array(1 / size) @ belongs)


def _pooled(weights: Sparse, values: Vector) -> Vector:
    """The sum over the stores of each unit."""
    return np.asarray((weights != 0).astype(np.float64) @ values)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
