"""The league table: adjusted scores, ranks, groups and flags from a fitted mixed model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from statistics import NormalDist

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
from cemaudit.compare.score_scale import decimals_of
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
"""Of fewer ranked stores there is no lowest tenth."""

UNKNOWN = "?"
"""The pool, region or the like of stores for which none is known."""


@dataclass(frozen=True, slots=True)
class RankingQuality:
    """How far the order of stores may be trusted; shares are 0 to 1.

    ``ranked_stores``: how many have a rank. ``groups``: of stores that cannot be distinguished. ``distinguishable``:
    the share of pairs that differ at 95 % (``None`` without a pair). ``ranked_pairs``: the share of pairs in different
    groups, ``discordance``: of all pairs expected in the wrong order then, ``discordance_in_full``: if every pair were
    ranked.
    """

    ranked_stores: int
    groups: int
    distinguishable: float | None
    ranked_pairs: float
    discordance: float
    discordance_in_full: float


@dataclass(frozen=True, eq=False)
class League:
    """Stores (or ``unit``: regions, formats ...), best first; those without a rank by their scores, too.

    ``target`` in points, or ``None``. ``spreads`` on the scale of ``facts.scale``; ``variance_components``: the same as
    shares of one visit's variance (none where every store was visited once). ``centre``: the mean score of all stores,
    in points. ``false_flag_rate``: the share of the flagged expected not to be what they are flagged for (``None``
    without flags), ``sensitivity``: the share of those that are that the flags find. ``factors``: what else the model
    takes into account.
    """

    facts: ComparedData
    rules: ComparisonRules
    unit: str
    target: float | None
    standings: tuple[Standing, ...]
    spreads: StandardDeviations
    variance_components: tuple[VarianceComponent, ...]
    centre: float
    order: RankingQuality
    false_flag_rate: float | None
    sensitivity: float | None
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
        """The side of a target on which the bad stores lie: ``below`` or ``above``."""
        return "above" if self.facts.better == "lower" else "below"

    @property
    def decimals(self) -> int:
        """The decimals its scores are printed with."""
        return decimals_of(max((abs(standing.raw) for standing in self.standings), default=0.0))


def standard_deviations(fitted: FittedModel) -> StandardDeviations:
    """Return the standard deviations between stores, shoppers (0 without them) and visits, on the scale."""
    model = fitted.model
    return StandardDeviations(model.unit_sd, model.random_sds[0] if model.random_sds else 0.0, model.sigma)


def adjusted_scores(fitted: FittedModel, weights: Sparse | None = None) -> Estimates:
    """Return the adjusted score of each store with its standard error, on the scale.

    With ``weights`` (m x I): of mixtures of stores. A score is the store's effect and that of its pool, on the usual
    mixture of occasions, as the average shopper sees it.
    """
    units = sparse.eye_array(len(fitted.crossed.stores), format="csr") if weights is None else weights
    return fitted.model.contrast(units, units @ fitted.crossed.rows())


def reliabilities(fitted: FittedModel) -> Vector:
    """Return the reliability of each store's effect (I), 0 to 1: 1 - PEV / σ_s².

    NaN for the only store of a pool, where the effects of pool and store are the same.
    """
    own = fitted.model.unit_sd**2
    if not own:
        return np.where(singletons(fitted.crossed), np.nan, 0.0)
    # Averaged over theta, a prediction error variance may exceed the mean variance of stores by a little.
    reliability = np.clip(1.0 - fitted.model.unit_standard_errors**2 / own, 0.0, 1.0)
    return np.where(singletons(fitted.crossed), np.nan, reliability)


def singletons(crossed: CrossTabulation) -> NDArray[np.bool_]:
    """Return which stores (I) are the only ones of their pool (or of another level of a factor of stores)."""
    sizes = [np.bincount(factor.codes)[factor.codes] for factor in crossed.store_factors]
    return np.any([size == 1 for size in sizes], axis=0) if sizes else np.zeros(len(crossed.stores), dtype=np.bool_)


def pools_confounded(fitted: FittedModel) -> bool:
    """Return whether pools are confounded with waves, scenarios, versions or schemes, at least in part.

    They are where the columns of pools and those of occasions, together, have a lower rank than one by one, less the
    constant that both span.
    """
    sums = fitted.model.cross_products
    fixed = sums.column_by_column[sums.first_fixed :, sums.first_fixed :].toarray()
    start = 1 + sum(len(factor.levels) for factor in fitted.crossed.store_factors)
    if not 1 < start < len(fixed):
        return False
    # Ranks of cross-products, for columns of all visits are never in memory; the rank of X'X is that of X.
    whole, of_pools, of_occasions = (
        int(np.linalg.matrix_rank(block, hermitian=True))
        for block in (fixed, fixed[:start, :start], fixed[start:, start:])
    )
    return whole < of_pools + of_occasions - 1


def make_league(
    fitted: FittedModel,
    names: Mapping[str | None, str],
    target: float | None = None,
    rules: ComparisonRules = DEFAULT_RULES,
) -> League:
    """Return the league of a fitted model.

    ``names`` of stores by id; ``target`` in points: stores probably worse are flagged, without one those probably among
    the lowest tenth.
    """
    return _LeagueBuilder(fitted, target, rules).league(names)


class _LeagueBuilder:
    """Makes a league of U units column by column; ``sign`` turns scores so that higher is better."""

    def __init__(self, fitted: FittedModel, target: float | None, rules: ComparisonRules) -> None:
        self.fitted, self.target, self.rules = fitted, target, rules
        crossed = fitted.crossed
        self.scale, self.sign = crossed.facts.scale, -1.0 if crossed.facts.better == "lower" else 1.0
        self.labels, self.weights = _units_from_stores(crossed)
        self.score, self.se = adjusted_scores(fitted, self.weights)
        self.visits = _sum_over_stores(self.weights, crossed.visits)
        self.design = check_design(crossed, fitted)
        self.isolated = np.zeros(len(self.labels), dtype=np.bool_)
        if crossed.unit_factor is None:
            self.isolated[list(self.design.isolated_stores)] = True
        self.allowed = (self.visits >= rules.least_visits) & ~self.isolated

    def league(self, names: Mapping[str | None, str]) -> League:
        fitted, facts = self.fitted, self.fitted.crossed.facts
        values, errors = self.sign * self.score, self._standard_errors()
        ranks = rank_intervals(values, errors, self.allowed, self.rules)
        grouped = store_groups(values, errors, self.allowed, self.rules.preference)
        if ranks.places < LEAST_TENTH:
            none = np.full(len(values), np.nan)
            ranks = replace(ranks, lowest=none, highest=none)
        below = None
        if self.target is not None:
            below = probability_below(values, self.se, self.sign * self.scale.from_points(self.target))
        # With a target it alone decides; the tenths are of those who happen to be compared.
        flags = flag_stores(np.nan_to_num(ranks.lowest) if below is None else below, self.allowed, self.rules.flag_at)
        standings = self._standings(names, ranks, grouped.group, below, flags.flagged)
        # Equal scores in the order of their codes, so that no sort of numpy's decides.
        best_first = np.lexsort((np.arange(len(values)), -values, ~self.allowed))
        return League(
            facts=facts,
            rules=self.rules,
            unit=fitted.crossed.unit_factor.name if fitted.crossed.unit_factor else "store",
            target=self.target,
            standings=tuple(standings[index] for index in best_first),
            spreads=standard_deviations(fitted),
            variance_components=() if fitted.one_visit_each else variance_components(standard_deviations(fitted)),
            centre=float(self.scale.to_points(self.score.mean())),
            order=RankingQuality(
                ranked_stores=ranks.places,
                groups=grouped.groups,
                distinguishable=distinguishable_pairs(values, errors, self.allowed),
                ranked_pairs=grouped.ranked,
                discordance=grouped.wrong,
                discordance_in_full=grouped.wrong_in_full,
            ),
            false_flag_rate=flags.wrong,
            sensitivity=flags.sensitivity,
            shoppers=len(fitted.crossed.shoppers),
            factors=fitted.crossed.factors,
            design=self.design,
            notes=(*facts.notes, *fitted.notes, *self._notes()),
        )

    def _standard_errors(self) -> Vector | Matrix:
        """Return the standard errors (U,) of stores; of a few regions, formats ... the covariances (U, U).

        The errors of regions are correlated by shoppers, waves and the constant they share, which changes no ranks.
        """
        crossed, weights = self.fitted.crossed, self.weights
        if crossed.unit_factor is None or len(self.labels) > MOST_UNITS:
            return self.se
        return self.fitted.model.covariances(weights, weights @ crossed.rows())

    def _notes(self) -> Iterator[Message]:
        crossed = self.fitted.crossed
        for factor in crossed.store_factors:
            if None in factor.levels:
                count = sum(factor.levels[code] is None for code in factor.codes)
                yield message(
                    "{what}: unknown for {n} stores, which form one level of their own ({mark}).",
                    what=UNIT_TITLES[factor.name], n=count, mark=UNKNOWN,
                )  # fmt: skip
        yield from self.design.notes
        yield from (pool.warning for pool in self.design.pools if pool.warning)
        single = int(singletons(crossed).sum())
        if single and crossed.unit_factor is None:
            yield message("Stores that are the only one of their pool: {n}. Their scores are not shrunk.", n=single)
        if pools_confounded(self.fitted):
            yield message(
                "Pools are partly confounded with waves, scenarios or versions of the checklist: differences between "
                "pools may be differences between these."
            )

    def _standings(
        self,
        names: Mapping[str | None, str],
        ranks: RankIntervals,
        group: NDArray[np.int64],
        below: Vector | None,
        flagged: NDArray[np.bool_],
    ) -> list[Standing]:
        half = NormalDist().inv_cdf((1 + self.rules.level) / 2) * self.se
        # Limits go back to points one by one: on the arcsine scale the interval is not symmetric in points.
        low, high = self.scale.to_points(self.score - half), self.scale.to_points(self.score + half)
        points, raw = self.scale.to_points(self.score), self._raw_means()
        compares_stores = self.fitted.crossed.unit_factor is None
        effective = self.fitted.crossed.effective if compares_stores else None
        pools, reliability = self._pools(), reliabilities(self.fitted) if compares_stores else None
        return [
            Standing(
                store=label,
                name=names.get(label, label) if compares_stores else label,
                pool=pools[index],
                visits=int(self.visits[index]),
                effective=None if effective is None else float(effective[index]),
                raw=float(raw[index]),
                score=float(points[index]),
                se=float((high[index] - low[index]) / (half[index] * 2) * self.se[index]) if half[index] else 0.0,
                interval=Interval(float(low[index]), float(high[index])),
                reliability=None if reliability is None else _finite_or_none(reliability[index]),
                below=None if below is None else float(below[index]),
                rank=Interval(int(ranks.low[index]), int(ranks.high[index])) if self.allowed[index] else None,
                lowest=_finite_or_none(ranks.lowest[index]),
                highest=_finite_or_none(ranks.highest[index]),
                group=int(group[index]) or None,
                flagged=bool(flagged[index]),
                is_isolated=bool(self.isolated[index]),
            )
            for index, label in enumerate(self.labels)
        ]

    def _raw_means(self) -> Vector:
        """Return the mean of all raw scores of each unit, in which every visit weighs the same."""
        return _sum_over_stores(self.weights, self.fitted.crossed.raw) / np.maximum(self.visits, 1)

    def _pools(self) -> list[str]:
        crossed = self.fitted.crossed
        if crossed.unit_factor is not None or not crossed.store_factors:
            return [""] * len(self.labels)
        pool = crossed.store_factors[0]
        return [pool.levels[code] or UNKNOWN for code in pool.codes]


def _units_from_stores(crossed: CrossTabulation) -> tuple[list[str], Sparse]:
    """Return what is compared, and the weights of stores in it (U x I): each store of a region weighs the same."""
    count = len(crossed.stores)
    if crossed.unit_factor is None:
        return list(crossed.stores), sparse.eye_array(count, format="csr")
    unit = crossed.unit_factor
    belongs = sparse.csr_array((np.ones(count), (unit.codes, np.arange(count))), shape=(len(unit.levels), count))
    size = np.asarray(belongs.sum(axis=1))
    return [level or UNKNOWN for level in unit.levels], sparse.csr_array(sparse.diags_array(1 / size) @ belongs)


def _sum_over_stores(weights: Sparse, values: Vector) -> Vector:
    """Return the sum over the stores of each unit."""
    return np.asarray((weights != 0).astype(np.float64) @ values)


def _finite_or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def fit_units(crossed: CrossTabulation, *, single: bool = False) -> FittedModel:
    """Return the model that stores, or what is made of them, are compared by.

    ``single``: one region, format ... will do, for it is held against a target. ``NotEstimable`` where there are not
    two of the unit otherwise, or where the visits do not say enough.
    """
    if crossed.unit_factor and len(crossed.unit_factor.levels) < 2 and not (single and crossed.unit_factor.levels[0]):
        name, levels = crossed.unit_factor.name, crossed.unit_factor.levels
        if levels == (None,):
            raise NotEstimable(
                message("of none of these stores anything is known as {key}: nothing to compare", key=message(name))
            )
        raise NotEstimable(message("all these stores have the same {key}: {value}", key=message(name), value=levels[0]))
    return fit_without_store_effect(crossed) if units_of_single_visits(crossed) else fit_mixed_model(crossed)
