"""Shopper severity: how strict and how steady each shopper is, judged from stores that others visited too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cemaudit.compare.crosstabs import VisitArrays, indicator_matrix
from cemaudit.compare.errors import NotEstimable
from cemaudit.compare.intervals import Interval
from cemaudit.compare.mixed_model.crossproducts import Vector, cross_products_of_rows
from cemaudit.compare.mixed_model.model import MixedModel
from cemaudit.compare.mixed_model.posterior import fit_best
from cemaudit.compare.results import DEFAULT_RULES, ComparisonRules
from cemaudit.compare.shopper_scatter import ShopperScatter, scatter_of_shopper, sorted_residuals
from cemaudit.compare.wording import percent
from cemaudit.language import Message, message

__all__ = ["LEAST_CHANCE", "ShopperSeverities", "ShopperSeverity", "shopper_severities"]

FLAG_LEVEL = 0.001
"""Scatter that chance gives less often than this, on either side, is called unlike the others'."""

LEAST_CHANCE = 0.0001
"""Smaller chances are not told apart by the draws they come from."""

_KIND_FACTORS = ("scenario", "checklist", "scheme")
"""Visits that differ in one of these are of different kinds: what is hard in one is easy in another."""

Spread = Literal["uniform", "erratic"]


@dataclass(frozen=True, slots=True)
class ShopperSeverity:
    """The severity of a shopper, by pseudonym.

    ``visits`` in so many ``stores``. ``severity``: points this shopper's scores are worse than those of the average
    shopper in the same place (below 0: better), with its ``se`` and ``interval``. ``ratio``: how far the scores scatter
    round what was expected, over what is usual for visits of that kind (1: as usual; see ``shopper_scatter``); ``None``
    where there are too few like them. ``chance``: the probability that a shopper like the others comes as far from
    usual, on that side; ``spread``: ``uniform`` (too alike to be seen one by one?) or ``erratic`` where that is below
    ``FLAG_LEVEL``.
    """

    shopper: str
    visits: int
    stores: int
    severity: float
    se: float
    interval: Interval
    ratio: float | None
    spread: Spread | None
    chance: float | None

    @property
    def strict(self) -> bool:
        """Stricter than the average shopper, beyond the interval."""
        return self.interval.low > 0

    @property
    def mild(self) -> bool:
        """Milder than the average shopper, beyond the interval."""
        return self.interval.high < 0


@dataclass(frozen=True, slots=True)
class ShopperSeverities:
    """The ``shoppers`` of enough visits, the strictest first; ``few``: how many have too few for anything to be said.

    ``sd``: the standard deviation of severity, ``visit_sd`` that of single visits, in points; ``separable``: whether
    stores are told from shoppers (else a store that is bad makes its shopper look strict). ``notes``: what cannot be
    told.
    """

    shoppers: tuple[ShopperSeverity, ...]
    few: int
    sd: float
    visit_sd: float
    separable: bool
    notes: tuple[Message, ...]


def shopper_severities(arrays: VisitArrays, rules: ComparisonRules = DEFAULT_RULES) -> ShopperSeverities:
    """Return the severity of the shoppers of these visits; ``NotEstimable`` where the visits do not say it."""
    if len(arrays.shoppers) < 2:
        raise NotEstimable(message("fewer than two shoppers are known: nothing to compare them with"), "one-shopper")
    if len(set(arrays.score.tolist())) == 1:
        raise NotEstimable(message("all scores are equal: these visits show no difference at all"), "equal")
    return _SeverityEstimates(arrays, _model(arrays), rules).severity()


def _model(arrays: VisitArrays) -> MixedModel:
    """Return the model with stores; without, where each was visited once, or stores are told by their pool alone."""
    try:
        return fit_best(arrays.sums())
    except NotEstimable as refusal:
        # Only where it is the stores (factor 0) that cannot be told can a model without them say anything.
        if refusal.factor != 0 or refusal.reason not in {"once", "absorbed"}:
            raise _for_shoppers(refusal) from refusal
    fixed = indicator_matrix(arrays.factors, len(arrays.score))
    intercept = np.ones((len(arrays.score), 1))
    design_matrix = np.hstack([intercept, fixed.toarray()])
    try:
        return fit_best(
            cross_products_of_rows(arrays.shopper, [], design_matrix, arrays.score, levels=[len(arrays.shoppers)])
        )
    except NotEstimable as refusal:
        raise _for_shoppers(refusal) from refusal


def _for_shoppers(refusal: NotEstimable) -> NotEstimable:
    """Return a refusal in words of shoppers."""
    text = _MESSAGES.get(refusal.reason)
    return NotEstimable(text, refusal.reason, refusal.factor) if text else refusal


_ONE_TO_ONE = message(
    "each shopper went to stores where no other went: the data cannot show whether a shopper is strict or the store "
    "worse"
)

_MESSAGES = {
    "once": message("no shopper came twice: severity cannot be distinguished from the chance of the visit"),
    "same": _ONE_TO_ONE,
    "alike": _ONE_TO_ONE,
    "absorbed": message("shoppers are confounded with the other factors: they cannot be compared"),
    "equal": message("the scores differ by nothing that shoppers could be the reason of: nothing to compare"),
}


class _SeverityEstimates:
    """Computes each shopper's severity and scatter from a fitted model."""

    def __init__(self, arrays: VisitArrays, model: MixedModel, rules: ComparisonRules) -> None:
        self.seen, self.model, self.rules = arrays, model, rules
        self.with_stores = bool(model.random_blups)
        self.separable = self.with_stores or int(np.bincount(arrays.store).max()) > 1
        self.worse = 1.0 if arrays.facts.better == "lower" else -1.0
        self.effect = model.random_blups[0] if self.with_stores else model.unit_blups
        self.se = model.random_standard_errors[0] if self.with_stores else model.unit_standard_errors
        self.known = arrays.shopper >= 0
        self.visits = np.bincount(arrays.shopper[self.known], minlength=len(arrays.shoppers))

    def severity(self) -> ShopperSeverities:
        listed = np.flatnonzero(self.visits >= self.rules.least_person)
        order = listed[np.argsort(-self.worse * self.effect[listed], kind="stable")]
        stores, scatters = self._stores(), self._scatters(listed)
        shoppers = tuple(
            self._shopper(shopper_index, int(stores[shopper_index]), scatters[shopper_index])
            for shopper_index in order.tolist()
        )
        return ShopperSeverities(
            shoppers=shoppers,
            few=len(self.visits) - len(listed),
            sd=self.model.random_sds[0] if self.with_stores else self.model.unit_sd,
            visit_sd=self.model.sigma,
            separable=self.separable,
            notes=(*self._notes(len(self.visits) - len(listed)), *_notes_on_scatter(shoppers)),
        )

    def _shopper(self, index: int, stores: int, scatter: ShopperScatter | None) -> ShopperSeverity:
        severity, se = float(self.worse * self.effect[index]), float(self.se[index])
        half = NormalDist().inv_cdf((1 + self.rules.level) / 2) * se
        interval = Interval(severity - half, severity + half)
        spread: Spread | None = None
        if scatter and min(scatter.below, scatter.above) < FLAG_LEVEL:
            spread = "uniform" if scatter.below < scatter.above else "erratic"
        return ShopperSeverity(
            shopper=self.seen.shoppers[index],
            visits=int(self.visits[index]),
            stores=stores,
            severity=severity,
            se=se,
            interval=interval,
            ratio=scatter.ratio if scatter else None,
            spread=spread,
            chance=min(scatter.below, scatter.above) if scatter else None,
        )

    def _stores(self) -> NDArray[np.int64]:
        """Return how many stores each shopper visited."""
        pairs = np.unique(np.column_stack([self.seen.shopper, self.seen.store])[self.known], axis=0)
        return np.bincount(pairs[:, 0], minlength=len(self.visits))

    def _scatters(self, listed: NDArray[np.intp]) -> dict[int, ShopperScatter | None]:
        """Return the scatter of the shoppers listed; ``None`` where too few of their visits have others like them."""
        arrays, residual = self.seen, self._residuals()
        known = np.flatnonzero(self.known)
        kinds = [factor.codes[known] for factor in arrays.factors if factor.name in _KIND_FACTORS]
        kind = np.unique(np.stack(kinds), axis=1, return_inverse=True)[1] if kinds else np.zeros(len(known), np.int64)
        residuals = sorted_residuals(
            (arrays.score - residual)[known],
            residual[known],
            arrays.shopper[known].astype(np.int64),
            kind.reshape(-1).astype(np.int64),
        )
        by_shopper = np.argsort(residuals.shopper, kind="stable")
        begins = np.searchsorted(residuals.shopper[by_shopper], np.arange(len(self.visits) + 1))
        return {
            index: scatter_of_shopper(residuals, by_shopper[begins[index] : begins[index + 1]], self.rules.least_person)
            for index in listed.tolist()
        }

    def _residuals(self) -> Vector:
        """Return what is left of each score."""
        arrays, model = self.seen, self.model
        residual: Vector = arrays.score - model.beta[0]
        start = 1
        for factor in arrays.factors:
            residual -= model.beta[start + factor.codes]
            start += len(factor.levels)
        if self.with_stores:
            residual -= model.unit_blups[arrays.store]
        residual -= np.where(self.known, self.effect[arrays.shopper], 0.0)
        return residual

    def _notes(self, few: int) -> Iterator[Message]:
        yield from self.seen.facts.notes
        if not self.separable:
            yield message(
                "Every store was visited once: the data cannot show whether a shopper is strict or met worse stores. "
                "The results hold only where stores were assigned to shoppers at random."
            )
        yield message(
            "Shoppers with fewer than {least} visits are left out (here {count}). Intervals contain the true value "
            "with probability {level}.",
            least=self.rules.least_person, count=few, level=percent(self.rules.level),
        )  # fmt: skip


def _notes_on_scatter(shoppers: Sequence[ShopperSeverity]) -> Iterator[Message]:
    judged = sum(shopper.chance is not None for shopper in shoppers)
    if judged < len(shoppers):
        yield message(
            "Scatter not judged: {count} of {all} shoppers. Too few visits by others are like theirs in scenario and "
            "expected score.",
            count=len(shoppers) - judged, all=len(shoppers),
        )  # fmt: skip
    if any(shopper.spread for shopper in shoppers):
        yield message(
            "Little variation and erratic: scatter that visits of the same scenario and expected score give by chance "
            "in less than {share} of cases on that side (the chance stands beside). Of {count} blameless shoppers "
            "about {expected} would be called so by chance alone: a reason to ask, not a finding.",
            share=f"{FLAG_LEVEL:.1%}", count=judged, expected=f"{2 * FLAG_LEVEL * judged:.1f}",
        )  # fmt: skip
    if any(shopper.strict or shopper.mild for shopper in shoppers):
        yield message(
            "Strict and mild: the interval lies wholly above or below 0. Of {count} shoppers looked at some lie so by "
            "chance; severity is taken off the scores of stores, and is no fault.",
            count=len(shoppers),
        )  # fmt: skip
