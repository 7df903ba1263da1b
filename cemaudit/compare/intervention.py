"""The effect of an action on the scores of its stores, without regression to the mean."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
from scipy import sparse

from cemaudit.compare.crosstabs import PartitionedVisits, cross_tabulate, partition
from cemaudit.compare.errors import NotEstimable
from cemaudit.compare.fitting import fit_mixed_model
from cemaudit.compare.intervals import Interval
from cemaudit.compare.mixed_model.posterior import fit_best
from cemaudit.compare.results import DEFAULT_RULES, ComparedData, ComparisonRules
from cemaudit.compare.score_scale import decimals_of
from cemaudit.compare.visit_table import Codes, TablePart, VisitTable
from cemaudit.language import Message, message

__all__ = [
    "ACTION_COLUMNS",
    "FIRST_DAY",
    "PARTS",
    "ActionEffect",
    "Intervention",
    "StoreSelection",
    "StoreVisitCounts",
    "effect_in_table",
    "estimate_effect",
]

PARTS = 4
"""Visits of other stores before and after, of the stores acted in before and after, in this order."""
_BEFORE, _AFTER = 2, 3
ACTION_COLUMNS = np.array([[0, 0], [1, 0], [0, 0], [1, 1]])
"""The values in each part of two columns: after the action began, in any store; and in a store where it was done."""

POWER = 0.8
FEW_STORES = 5
FIRST_DAY = dt.date(1970, 1, 1)
"""Days are counted from this one."""


@dataclass(frozen=True)
class Intervention:
    """An action by its ``id``: ``what`` is done in ``stores`` from the day ``since`` on.

    ``noted``: the day it was noted; ``None``: not known, and taken for a day before the visits it is judged by.
    """

    id: str
    stores: tuple[str, ...]
    since: dt.date
    what: str = ""
    noted: dt.date | None = None


class StoreVisitCounts(NamedTuple):
    """``stores`` visited at all, and their visits ``before`` and ``after``."""

    stores: int
    before: int
    after: int


class StoreSelection(NamedTuple):
    """How the stores of an action stood before it.

    ``gap``: points by which the mean of their scores was worse than that of the other stores visited then (below 0:
    better); ``chance``: the probability of as bad ones if the stores had been drawn by lot (0 to 1).
    """

    gap: float
    chance: float

    @property
    def is_of_low_scores(self) -> bool:
        """Whether the stores were chosen, knowingly or not, by their own low scores."""
        return self.chance < SELECTED_BELOW


SELECTED_BELOW = 0.05
"""Stores so bad come by lot in fewer cases than this: then they count as chosen by their scores."""


@dataclass(frozen=True)
class ActionEffect:
    """The effect of an action, in points; parts of ``naive``: ``regression``, ``effect`` and ``other``.

    ``naive``: how much higher the plain mean of the stores acted in is after than before. ``regression``: what of that
    is regression to the mean: by how much chance, and the strictness of the shoppers who happened to come, had made the
    scores before worse than those after. ``effect`` with its standard error ``se`` and ``interval``: what
    remains beside that and the change of all stores; ``other``: the latter, and other stores, items and checklists.
    ``smallest_detectable``: the effect that so many visits show four times in five. ``missing``: the stores of the
    action nobody visited.

    ``seen_before``: of the visits it is judged by (``acted.after``), how many were made before the action was noted:
    whoever noted it may have seen them. ``selection``: how bad the scores of its stores were beforehand.
    """

    action: Intervention
    facts: ComparedData
    level: float
    acted: StoreVisitCounts
    others: StoreVisitCounts
    missing: tuple[str, ...]
    naive: float
    regression: float
    effect: float
    se: float
    smallest_detectable: float
    selection: StoreSelection
    seen_before: int = 0
    notes: tuple[Message, ...] = ()

    @property
    def decimals(self) -> int:
        """The decimals its points are printed with: an effect of a measure of 0 and 1 is a matter of hundredths."""
        return decimals_of(max(abs(self.naive), 10 * self.se))

    @property
    def other(self) -> float:
        """The part of the difference that comes of all stores' change, and of other stores, items and checklists."""
        return self.naive - self.effect - self.regression

    @property
    def interval(self) -> Interval:
        """The interval that holds the effect with the probability ``level``."""
        half = NormalDist().inv_cdf((1 + self.level) / 2) * self.se
        return Interval(self.effect - half, self.effect + half)

    @property
    def has_verdict(self) -> bool:
        """Whether these visits may judge the action: not where it was noted after some of them."""
        return not self.seen_before

    @property
    def is_significant(self) -> bool:
        """Whether the effect is more than chance: its interval does not hold 0."""
        return self.interval.low > 0 or self.interval.high < 0

    @property
    def is_improvement(self) -> bool:
        """Whether the effect goes where scores should go."""
        return (self.effect < 0) == (self.facts.better == "lower")


def effect_in_table(table: VisitTable, action: Intervention, rules: ComparisonRules = DEFAULT_RULES) -> ActionEffect:
    """Return the effect of an action on the visits of a table, whose days are all known.

    ``NotEstimable`` without visits before and after it, in its stores and in others.
    """
    acted: Codes = np.isin(table.stores, action.stores).astype(np.int32)
    division = TablePart(acted, 2, (action.since - FIRST_DAY).days)
    effect = estimate_effect(partition(table, cross_tabulate(table), division, "later"), action, rules)
    return replace(effect, seen_before=_seen_before(table, acted, effect))


def _seen_before(table: VisitTable, acted: Codes, effect: ActionEffect) -> int:
    """Return how many of the visits an action is judged by were made before the day it was noted."""
    action = effect.action
    if action.noted is None or action.noted <= action.since:
        return 0
    groups = table.groups("part", "later", part=TablePart(acted, 2, (action.noted - FIRST_DAY).days))
    return effect.acted.after - int(groups["n"][(groups["part"] == 1) & (groups["later"] == 1)].sum())


def _store_selection(visits: PartitionedVisits) -> StoreSelection:
    """Return how bad the stores acted in were before, against stores drawn by lot from all that were visited then.

    The mean of a draw without replacement: Cochran 1977, Sampling Techniques, theorems 2.1 and 2.2.
    """
    counts, totals = visits.by_store.toarray(), visits.store_totals.toarray()
    worse = 1.0 if visits.crossed.facts.better == "lower" else -1.0
    acted, others = (
        (worse * totals[counts[:, part] > 0, part] / counts[counts[:, part] > 0, part]).tolist()
        for part in (_BEFORE, 0)
    )
    everyone = [*acted, *others]
    if not acted or not others:
        return StoreSelection(0.0, 1.0)
    # fsum, whose last digit does not depend on the order of the stores.
    mean, own = math.fsum(everyone) / len(everyone), math.fsum(acted) / len(acted)
    variance = math.fsum((value - mean) ** 2 for value in everyone) / (len(everyone) - 1)
    error = math.sqrt(variance * (1 / len(acted) - 1 / len(everyone)))
    chance = 1 - NormalDist().cdf((own - mean) / error) if error else 1.0
    return StoreSelection(own - math.fsum(others) / len(others), chance)


def estimate_effect(
    visits: PartitionedVisits, action: Intervention, rules: ComparisonRules = DEFAULT_RULES
) -> ActionEffect:
    """Return the effect of an action on visits in ``PARTS``; ``NotEstimable`` where they do not say enough."""
    missing = tuple(store for store in action.stores if store not in visits.crossed.stores)
    others, acted = _visit_counts(visits, 0), _visit_counts(visits, _BEFORE)
    _check_estimable(action, acted, others)
    # First without the action: whether shoppers can be in the model is decided as in every other comparison.
    before = fit_mixed_model(visits.crossed)
    visits = visits.among(before.crossed)
    model = fit_best(visits.sums(ACTION_COLUMNS))
    if model.cross_products.fixed_columns - 1 in model.aliased:
        raise NotEstimable(_CONFOUNDED, "mixed-up")
    contrast = model.contrast(
        None, sparse.eye_array(1, model.cross_products.columns, k=model.cross_products.columns - 1, format="csr")
    )
    # A store is chosen for an action where its scores are low, and these are low partly by chance: the residuals, and
    # the severity of the shoppers who happened to come. The plain difference holds that; the model's effect does not.
    strict = visits.by_shopper.T @ model.random_blups[0] if model.random_blups else 0.0
    chance = (visits.residuals(model, ACTION_COLUMNS) + strict) / np.maximum(visits.visits, 1)
    raw = visits.raw / np.maximum(visits.visits, 1)
    se = float(contrast.standard_error[0])
    return ActionEffect(
        action=action,
        facts=visits.crossed.facts,
        level=rules.level,
        acted=acted,
        others=others,
        missing=missing,
        naive=float(raw[_AFTER] - raw[_BEFORE]),
        regression=float(chance[_AFTER] - chance[_BEFORE]),
        effect=float(contrast.value[0]),
        se=se,
        selection=_store_selection(visits),
        smallest_detectable=(NormalDist().inv_cdf((1 + rules.level) / 2) + NormalDist().inv_cdf(POWER)) * se,
        notes=(*visits.crossed.facts.notes, *before.notes, *_notes(action, acted, missing)),
    )


def _visit_counts(visits: PartitionedVisits, part_number: int) -> StoreVisitCounts:
    """Return the stores and visits of two parts that follow each other: before and after."""
    both = visits.by_store[:, [part_number, part_number + 1]]
    before, after = visits.visits[part_number : part_number + 2].astype(int).tolist()
    return StoreVisitCounts(int(np.count_nonzero(np.asarray(both.sum(axis=1)))), before, after)


def _check_estimable(action: Intervention, acted: StoreVisitCounts, others: StoreVisitCounts) -> None:
    """Raise ``NotEstimable`` where one of the four groups of visits is empty."""
    since = action.since.isoformat()
    if not acted.stores:
        raise NotEstimable(message("none of the stores of {action} was visited", action=action.id), "none")
    if not acted.after:
        raise NotEstimable(message("no visit of these stores since {day}: nothing is known yet", day=since), "after")
    if not acted.before:
        raise NotEstimable(
            message("no visit of these stores before {day}: nothing to compare with", day=since), "before"
        )
    if not others.stores:
        raise NotEstimable(
            message(
                "all stores visited took part in {action}: its effect cannot be distinguished from changes everywhere",
                action=action.id,
            ),
            "all",
        )
    if not others.before or not others.after:
        raise NotEstimable(
            message(
                "other stores were not visited both before and after {day}: the action's effect cannot be "
                "distinguished from changes everywhere",
                day=since,
            ),
            "others",
        )


_CONFOUNDED = message(
    "in no wave were stores visited with the action and without it: its effect cannot be distinguished from the wave's"
)


def _notes(action: Intervention, acted: StoreVisitCounts, missing: tuple[str, ...]) -> Iterator[Message]:
    if missing:
        yield message(
            "Stores of the action that were not visited: {count} of {all}.", count=len(missing), all=len(action.stores)
        )
    if acted.stores < FEW_STORES:
        yield message(
            "The action was done in {count} of the stores visited: whatever else changed there counts as its effect.",
            count=acted.stores,
        )
