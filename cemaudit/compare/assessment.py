"""How a league is made of a fitted model: scores, places, groups and flags, and what must be said beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from cemaudit.compare.coded import Factor
from cemaudit.compare.confident import MOST_UNITS
from cemaudit.compare.crossed import Crossed
from cemaudit.compare.design import design_of
from cemaudit.compare.fitted import Fitted
from cemaudit.compare.flags import probability_below
from cemaudit.compare.groups import groups
from cemaudit.compare.league import LEAST_TENTH, League, Order
from cemaudit.compare.mixed.sums import Matrix, Sparse, Vector
from cemaudit.compare.pairs import told_apart
from cemaudit.compare.ranks import Ranks, rank_intervals
from cemaudit.compare.reliability import components
from cemaudit.compare.rules import DEFAULT, Rules
from cemaudit.compare.scored import mixed_up, only_ones, reliabilities, scores, spreads
from cemaudit.compare.standing import Interval, Standing
from cemaudit.compare.units import UNITS
from cemaudit.language import Message, message

__all__ = ["league_of"]

NOT_KNOWN = "?"


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
        values, errors = self.sign * self.score, self._errors()
        ranks = rank_intervals(values, errors, self.allowed, self.rules)
        grouped = groups(values, errors, self.allowed, self.rules.preference)
        if ranks.placed < LEAST_TENTH:
            nobody = np.full(len(values), np.nan)
            ranks = ranks._replace(lowest=nobody, highest=nobody)
        below = self._below(values)
        chance = np.nan_to_num(ranks.lowest) if below is None else below
        flagged = self.allowed & (chance >= self.rules.flag_at)
        standings = self._standings(names, ranks, grouped.group, below, flagged)
        best_first = np.lexsort((np.arange(len(values)), -values, ~self.allowed))
        expected = float(chance[self.allowed].sum())
        told = told_apart(values, errors, self.allowed)
        return League(
            facts=facts,
            rules=self.rules,
            unit=fitted.crossed.unit_of.name if fitted.crossed.unit_of else "store",
            target=self.target,
            standings=tuple(standings[place] for place in best_first),
            spreads=spreads(fitted),
            parts=() if fitted.once else components(spreads(fitted)),
            centre=float(self.scale.back(self.score.mean())),
            order=Order(ranks.placed, grouped.parts, told, grouped.ranked, grouped.wrong, grouped.wrong_in_full),
            wrong=float(1 - chance[flagged].mean()) if flagged.any() else None,
            found=float(chance[flagged].sum()) / expected if expected else None,
            shoppers=len(fitted.crossed.shoppers),
            factors=fitted.crossed.factors,
            design=self.design,
            notes=(*facts.notes, *fitted.notes, *self._notes()),
        )

    def _errors(self) -> Vector | Matrix:
        """Standard errors (U,) of stores; of a few regions, formats ... the covariances (U, U).

        These share shoppers, waves and the level of all, which moves none past another.
        """
        crossed, weights = self.fitted.crossed, self.weights
        if crossed.unit_of is None or len(self.labels) > MOST_UNITS:
            return self.se
        return self.fitted.model.covariances(weights, weights @ crossed.rows())

    def _notes(self) -> Iterator[Message]:
        yield from map(_not_known, (one for one in self.fitted.crossed.of_stores if None in one.levels))
        yield from self.design.notes
        yield from (pool.said for pool in self.design.pools if pool.said)
        alone = int(only_ones(self.fitted.crossed).sum())
        if alone and self.fitted.crossed.unit_of is None:
            yield message("The only stores of their pool: {n}. They are drawn towards no others.", n=alone)
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
                reliability=None if known is None else _known(known[place]),
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


def _not_known(factor: Factor) -> Message:
    """How many stores are of no known pool, region or the like."""
    count = sum(factor.levels[code] is None for code in factor.codes)
    return message(
        "{what}: not known of {n} stores, which are taken together as one of their own ({mark}).",
        what=UNITS[factor.name], n=count, mark=NOT_KNOWN,
    )  # fmt: skip


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
