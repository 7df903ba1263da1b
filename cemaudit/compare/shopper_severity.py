"""Shopper severity: how strict and how steady each shopper is, judged from stores that others visited too."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import NormalDist
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import special

from cemaudit.compare.crosstabs import Observed, indicators
from cemaudit.compare.errors import CannotTell
from cemaudit.compare.intervals import Interval
from cemaudit.compare.mixed_model.crossproducts import Vector, sums_of_rows
from cemaudit.compare.mixed_model.model import Model
from cemaudit.compare.mixed_model.posterior import model_of
from cemaudit.compare.results import DEFAULT, Rules
from cemaudit.compare.wording import percent
from cemaudit.language import Message, message

__all__ = ["Severity", "Shopper", "severity_of"]


RARE = 0.001
"""The probability, on either side, with which a steady shopper counts as unlike the others."""


Spread = Literal["uniform", "erratic"]


class Shopper(NamedTuple):
    """A shopper by pseudonym.

    ``visits`` in so many ``stores``. ``severity``: points this shopper's scores are worse than those of the average
    shopper in the same place (below 0: better), with its ``se`` and ``interval``. ``ratio``: how far the scores scatter
    round what was expected, over all shoppers' scatter (1: as usual); ``spread``: ``uniform`` (too alike to be seen
    one by one?) or ``erratic`` beyond what is usual by chance.
    """

    shopper: str
    visits: int
    stores: int
    severity: float
    se: float
    interval: Interval
    ratio: float
    spread: Spread | None

    @property
    def strict(self) -> bool:
        """Stricter than the average shopper, beyond the interval."""
        return self.interval.low > 0

    @property
    def mild(self) -> bool:
        """Milder than the average shopper, beyond the interval."""
        return self.interval.high < 0


class Severity(NamedTuple):
    """The ``shoppers`` of enough visits, the strictest first; ``few``: how many have too few for anything to be said.

    ``sd``: the standard deviation of severity, ``visit_sd`` that of single visits, in points; ``apart``: whether stores
    are told from shoppers (else a store that is bad makes its shopper look strict). ``notes``: what cannot be told.
    """

    shoppers: tuple[Shopper, ...]
    few: int
    sd: float
    visit_sd: float
    apart: bool
    notes: tuple[Message, ...]


def severity_of(arrays: Observed, rules: Rules = DEFAULT) -> Severity:
    """The severity of the shoppers of these visits; ``CannotTell`` where the visits do not say it."""
    if len(arrays.shoppers) < 2:
        raise CannotTell(message("fewer than two shoppers are known: nothing to compare them with"), "one-shopper")
    if len(set(arrays.score.tolist())) == 1:
        raise CannotTell(message("all scores are equal: these visits show no difference at all"), "equal")
    return _Table(arrays, _model(arrays), rules).severity()


def _model(arrays: Observed) -> Model:
    """The model with stores; without, where every store was visited once, or stores are told by their pool alone."""
    try:
        return model_of(arrays.sums())
    except CannotTell as refusal:
        if refusal.factor != 0 or refusal.reason not in {"once", "absorbed"}:
            raise _in_words(refusal) from refusal
    fixed = indicators(arrays.factors, len(arrays.score))
    intercept = np.ones((len(arrays.score), 1))
    design_matrix = np.hstack([intercept, fixed.toarray()])
    try:
        return model_of(sums_of_rows(arrays.shopper, [], design_matrix, arrays.score, levels=[len(arrays.shoppers)]))
    except CannotTell as refusal:
        raise _in_words(refusal) from refusal


def _in_words(refusal: CannotTell) -> CannotTell:
    """It in words of shoppers."""
    text = _WORDS.get(refusal.reason)
    return CannotTell(text, refusal.reason, refusal.factor) if text else refusal


_ONE_TO_ONE = message(
    "each shopper went to stores where no other went: whether a shopper is strict or the store worse cannot be told"
)


_WORDS = {
    "once": message("no shopper came twice: how strict each is cannot be told from the chance of the visit"),
    "same": _ONE_TO_ONE,
    "alike": _ONE_TO_ONE,
    "absorbed": message("each shopper stands alone with what else differs: nothing to compare them with"),
    "equal": message("the scores differ by nothing that shoppers could be the reason of: nothing to compare"),
}


class _Table:
    """Shoppers in the making."""

    def __init__(self, arrays: Observed, model: Model, rules: Rules) -> None:
        self.seen, self.model, self.rules = arrays, model, rules
        self.with_stores = bool(model.randoms)
        self.apart = self.with_stores or int(np.bincount(arrays.store).max()) > 1
        self.worse = 1.0 if arrays.facts.better == "lower" else -1.0
        self.effect = model.randoms[0] if self.with_stores else model.units
        self.se = model.random_se[0] if self.with_stores else model.unit_se
        self.known = arrays.shopper >= 0
        self.visits = np.bincount(arrays.shopper[self.known], minlength=len(arrays.shoppers))

    def severity(self) -> Severity:
        listed = np.flatnonzero(self.visits >= self.rules.least_person)
        order = listed[np.argsort(-self.worse * self.effect[listed], kind="stable")]
        stores, ratios = self._stores(), self._ratios()
        return Severity(
            shoppers=tuple(
                self._shopper(shopper_index, int(stores[shopper_index]), float(ratios[shopper_index]))
                for shopper_index in order
            ),
            few=len(self.visits) - len(listed),
            sd=self.model.random_sds[0] if self.with_stores else self.model.unit_sd,
            visit_sd=self.model.residual_sd,
            apart=self.apart,
            notes=tuple(self._notes(len(self.visits) - len(listed))),
        )

    def _shopper(self, index: int, stores: int, ratio: float) -> Shopper:
        severity, se = float(self.worse * self.effect[index]), float(self.se[index])
        half = NormalDist().inv_cdf((1 + self.rules.level) / 2) * se
        visits = int(self.visits[index])
        interval = Interval(severity - half, severity + half)
        spread = _spread(ratio, visits)
        return Shopper(self.seen.shoppers[index], visits, stores, severity, se, interval, ratio, spread)

    def _stores(self) -> NDArray[np.int64]:
        """How many stores each shopper visited."""
        pairs = np.unique(np.column_stack([self.seen.shopper, self.seen.store])[self.known], axis=0)
        return np.bincount(pairs[:, 0], minlength=len(self.visits))

    def _ratios(self) -> Vector:
        """The root mean square of each shopper's residuals over that of all."""
        square = self._residuals()[self.known] ** 2
        total = np.bincount(self.seen.shopper[self.known], square, minlength=len(self.visits))
        usual = square.mean() if len(square) else 0.0
        mean = total / np.maximum(self.visits, 1)
        return np.sqrt(mean / usual) if usual else np.ones(len(self.visits))

    def _residuals(self) -> Vector:
        """What is left of each score."""
        arrays, model = self.seen, self.model
        residual: Vector = arrays.score - model.fixed[0]
        start = 1
        for factor in arrays.factors:
            residual -= model.fixed[start + factor.codes]
            start += len(factor.levels)
        if self.with_stores:
            residual -= model.units[arrays.store]
        residual -= np.where(self.known, self.effect[arrays.shopper], 0.0)
        return residual

    def _notes(self, few: int) -> Iterator[Message]:
        yield from self.seen.facts.notes
        if not self.apart:
            yield message(
                "Every store was visited once: whether a shopper is strict or met worse stores cannot be told apart. "
                "What is shown holds where stores were given to shoppers by lot."
            )
        yield message(
            "Nothing is said of shoppers with fewer than {least} visits (here {count}); intervals are made to hold the "
            "truth in {level} of cases.",
            least=self.rules.least_person, count=few, level=percent(self.rules.level),
        )  # fmt: skip


def _spread(ratio: float, visits: int) -> Spread | None:
    """By the limits of a chi-square of as many degrees of freedom as visits."""
    square = ratio**2 * visits
    if square > special.chdtri(visits, RARE):
        return "erratic"
    return "uniform" if square < special.chdtri(visits, 1 - RARE) else None
