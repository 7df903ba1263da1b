"""The league table: adjusted scores, ranks, groups and flags from a fitted mixed model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from cemaudit.compare.crosstabs import CrossTabulation
from cemaudit.compare.design_check import DesignCheck, check_design
from cemaudit.compare.errors import NotEstimable
from cemaudit.compare.fitting import FittedModel, fit_mixed_model, fit_without_store_effect, units_of_single_visits
from cemaudit.compare.intervals import Interval, Standing
from cemaudit.compare.mixed_model.crossproducts import Matrix, Sparse, Vector
from cemaudit.compare.mixed_model.model import Estimates
from cemaudit.compare.ranking import (
    MOST_UNITS,
    RankIntervals,
    distinguishable_pairs,
    flag_stores,
    probability_below,
    rank_intervals,
    store_groups,
)
from cemaudit.compare.reliability import StandardDeviations, VarianceComponent, variance_components
from cemaudit.compare.results import DEFAULT_RULES, UNIT_TITLES, ComparedData, ComparisonRules
from cemaudit.compare.visit_table import Factor
from cemaudit.language import Message, message

__all__ = [
    "LEAST_TENTH",
    "League",
    "RankingQuality",
    "adjusted_scores",
    "fit_units",
    "make_league",
    "pools_confounded",
    "reliabilities",
    "singletons",
    "standard_deviations",
]


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


def standard_deviations(fitted: FittedModel) -> StandardDeviations:
    """Standard deviations between stores, between shoppers (0 without them), between visits, on the scale."""
    model = fitted.model
    return StandardDeviations(model.unit_sd, model.random_sds[0] if model.random_sds else 0.0, model.sigma)


def adjusted_scores(fitted: FittedModel, weights: Sparse | None = None) -> Estimates:
    """The score of each store with its standard error, on the scale; with ``weights`` (m x I), of mixtures of them."""
    units = sparse.eye_array(len(fitted.crossed.stores), format="csr") if weights is None else weights
    return fitted.model.contrast(units, units @ fitted.crossed.rows())


def reliabilities(fitted: FittedModel) -> Vector:
    """How much of the variance of each store's effect is known (I), 0 to 1.

    NaN for the only store of a pool: what is the pool's and what is the store's own is one and the same there.
    """
    own = fitted.model.unit_sd**2
    known_share = (
        np.clip(1.0 - fitted.model.unit_standard_errors**2 / own, 0.0, 1.0)
        if own
        else np.zeros(len(fitted.crossed.stores))
    )
    return np.where(singletons(fitted.crossed), np.nan, known_share)


def singletons(crossed: CrossTabulation) -> NDArray[np.bool_]:
    """Which stores (I) are the only ones of their pool (or of another level of what is said of stores)."""
    sizes = [np.bincount(factor.codes)[factor.codes] for factor in crossed.store_factors]
    return np.any([size == 1 for size in sizes], axis=0) if sizes else np.zeros(len(crossed.stores), dtype=np.bool_)


def pools_confounded(fitted: FittedModel) -> bool:
    """Whether differences between pools cannot be told from those between waves, scenarios, versions or schemes."""
    sums = fitted.model.cross_products
    fixed = sums.column_by_column[sums.first_fixed :, sums.first_fixed :].toarray()
    start = 1 + sum(len(factor.levels) for factor in fitted.crossed.store_factors)
    if not 1 < start < len(fixed):
        return False
    return _rank(fixed) < _rank(fixed[:start, :start]) + _rank(fixed[start:, start:]) - 1


def _rank(block: Matrix) -> int:
    return int(np.linalg.matrix_rank(block, hermitian=True))


UNKNOWN = "?"


def make_league(
    fitted: FittedModel,
    names: Mapping[str | None, str],
    target: float | None = None,
    rules: ComparisonRules = DEFAULT_RULES,
) -> League:
    """The league of a fitted model.

    ``names`` of stores by id; ``target`` in points: stores probably worse are flagged, without one those probably among
    the lowest tenth.
    """
    return _LeagueBuilder(fitted, target, rules).league(names)


class _LeagueBuilder:
    """The columns of a league in the making: U units, of better and higher ``values`` on the scale."""

    def __init__(self, fitted: FittedModel, target: float | None, rules: ComparisonRules) -> None:
        self.fitted, self.target, self.rules = fitted, target, rules
        crossed = fitted.crossed
        self.scale, self.sign = crossed.facts.scale, -1.0 if crossed.facts.better == "lower" else 1.0
        self.labels, self.weights = _units_from_stores(crossed)
        self.score, self.se = adjusted_scores(fitted, self.weights)
        self.visits = _sum_over_stores(self.weights, crossed.visits)
        self.design = check_design(crossed, fitted)
        self.apart = np.zeros(len(self.labels), dtype=np.bool_)
        if crossed.unit_factor is None:
            self.apart[list(self.design.isolated_stores)] = True
        self.allowed = (self.visits >= rules.least_visits) & ~self.apart

    def league(self, names: Mapping[str | None, str]) -> League:
        fitted, facts = self.fitted, self.fitted.crossed.facts
        values, errors = self.sign * self.score, self._standard_errors()
        ranks = rank_intervals(values, errors, self.allowed, self.rules)
        grouped = store_groups(values, errors, self.allowed, self.rules.preference)
        if ranks.places < LEAST_TENTH:
            nobody = np.full(len(values), np.nan)
            ranks = replace(ranks, lowest=nobody, highest=nobody)
        below = self._probability_below_target(values)
        chance = np.nan_to_num(ranks.lowest) if below is None else below
        flags = flag_stores(chance, self.allowed, self.rules.flag_at)
        standings = self._standings(names, ranks, grouped.group, below, flags.flagged)
        best_first = np.lexsort((np.arange(len(values)), -values, ~self.allowed))
        distinguishable = distinguishable_pairs(values, errors, self.allowed)
        return League(
            facts=facts,
            rules=self.rules,
            unit=fitted.crossed.unit_factor.name if fitted.crossed.unit_factor else "store",
            target=self.target,
            standings=tuple(standings[unit_order] for unit_order in best_first),
            spreads=standard_deviations(fitted),
            parts=() if fitted.one_visit_each else variance_components(standard_deviations(fitted)),
            centre=float(self.scale.to_points(self.score.mean())),
            order=RankingQuality(
                ranks.places, grouped.groups, distinguishable, grouped.ranked, grouped.wrong, grouped.wrong_in_full
            ),
            wrong=flags.wrong,
            found=flags.sensitivity,
            shoppers=len(fitted.crossed.shoppers),
            factors=fitted.crossed.factors,
            design=self.design,
            notes=(*facts.notes, *fitted.notes, *self._notes()),
        )

    def _standard_errors(self) -> Vector | Matrix:
        """Standard errors (U,) of stores; of a few regions, formats ... the covariances (U, U).

        These share shoppers, waves and the level of all, which moves none past another.
        """
        crossed, weights = self.fitted.crossed, self.weights
        if crossed.unit_factor is None or len(self.labels) > MOST_UNITS:
            return self.se
        return self.fitted.model.covariances(weights, weights @ crossed.rows())

    def _notes(self) -> Iterator[Message]:
        yield from map(
            _unknown_level_note, (factor for factor in self.fitted.crossed.store_factors if None in factor.levels)
        )
        yield from self.design.notes
        yield from (pool.said for pool in self.design.pools if pool.said)
        alone = int(singletons(self.fitted.crossed).sum())
        if alone and self.fitted.crossed.unit_factor is None:
            yield message("Stores that are the only one of their pool: {n}. Their scores are not shrunk.", n=alone)
        if pools_confounded(self.fitted):
            yield message(
                "Pools are partly confounded with waves, scenarios or versions of the checklist: differences between "
                "pools may be differences between these."
            )

    def _probability_below_target(self, values: Vector) -> Vector | None:
        if self.target is None:
            return None
        return probability_below(values, self.se, self.sign * self.scale.from_points(self.target))

    def _standings(
        self,
        names: Mapping[str | None, str],
        ranks: RankIntervals,
        group: NDArray[np.int64],
        below: Vector | None,
        flagged: NDArray[np.bool_],
    ) -> list[Standing]:
        half = NormalDist().inv_cdf((1 + self.rules.level) / 2) * self.se
        low, high = self.scale.to_points(self.score - half), self.scale.to_points(self.score + half)
        points, raw = self.scale.to_points(self.score), self._raw_means()
        pools, effective, columns = self._pools(), self._effective_visits(), self._reliabilities()
        return [
            Standing(
                store=label,
                name=names.get(label, label) if self.fitted.crossed.unit_factor is None else label,
                pool=pools[index],
                visits=int(self.visits[index]),
                effective=None if effective is None else float(effective[index]),
                raw=float(raw[index]),
                score=float(points[index]),
                se=float((high[index] - low[index]) / (half[index] * 2) * self.se[index]) if half[index] else 0.0,
                interval=Interval(float(low[index]), float(high[index])),
                reliability=None if columns is None else _finite_or_none(columns[index]),
                below=None if below is None else float(below[index]),
                rank=Interval(int(ranks.low[index]), int(ranks.high[index])) if self.allowed[index] else None,
                lowest=_finite_or_none(ranks.lowest[index]),
                highest=_finite_or_none(ranks.highest[index]),
                group=int(group[index]) or None,
                flagged=bool(flagged[index]),
                apart=bool(self.apart[index]),
            )
            for index, label in enumerate(self.labels)
        ]

    def _raw_means(self) -> Vector:
        """The mean of all raw scores of each unit."""
        return _sum_over_stores(self.weights, self.fitted.crossed.raw) / np.maximum(self.visits, 1)

    def _pools(self) -> list[str]:
        crossed = self.fitted.crossed
        if crossed.unit_factor is not None or not crossed.store_factors:
            return [""] * len(self.labels)
        pool = crossed.store_factors[0]
        return [pool.levels[code] or UNKNOWN for code in pool.codes]

    def _effective_visits(self) -> Vector | None:
        return self.fitted.crossed.effective if self.fitted.crossed.unit_factor is None else None

    def _reliabilities(self) -> Vector | None:
        return reliabilities(self.fitted) if self.fitted.crossed.unit_factor is None else None


def _unknown_level_note(factor: Factor) -> Message:
    """How many stores are of no known pool, region or the like."""
    count = sum(factor.levels[code] is None for code in factor.codes)
    return message(
        "{what}: unknown for {n} stores, which form one level of their own ({mark}).",
        what=UNIT_TITLES[factor.name], n=count, mark=UNKNOWN,
    )  # fmt: skip


def _units_from_stores(crossed: CrossTabulation) -> tuple[list[str], Sparse]:
    """What is compared, and how it is made of stores (U x I): each store of a region weighs the same."""
    count = len(crossed.stores)
    if crossed.unit_factor is None:
        return list(crossed.stores), sparse.eye_array(count, format="csr")
    unit = crossed.unit_factor
    belongs = sparse.csr_array((np.ones(count), (unit.codes, np.arange(count))), shape=(len(unit.levels), count))
    size = np.asarray(belongs.sum(axis=1))
    return [level or UNKNOWN for level in unit.levels], sparse.csr_array(sparse.diags_array(1 / size) @ belongs)


def _sum_over_stores(weights: Sparse, values: Vector) -> Vector:
    """The sum over the stores of each unit."""
    return np.asarray((weights != 0).astype(np.float64) @ values)


def _finite_or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def fit_units(crossed: CrossTabulation) -> FittedModel:
    """Return the model that stores, or what is made of them, are compared by.

    ``NotEstimable`` where there are not two of the unit, or where the visits do not say enough.
    """
    if crossed.unit_factor and len(crossed.unit_factor.levels) < 2:
        raise NotEstimable(_single_level_message(crossed.unit_factor))
    return fit_without_store_effect(crossed) if units_of_single_visits(crossed) else fit_mixed_model(crossed)


def _single_level_message(unit: Factor) -> Message:
    """Why stores cannot be compared by what is known of them."""
    if unit.levels == (None,):
        return message("of none of these stores anything is known as {key}: nothing to compare", key=unit.name)
    return message("all these stores have the same {key}: {value}", key=unit.name, value=unit.levels[0])
