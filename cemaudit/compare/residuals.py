"""What is left of each visit's score when all but its store is taken off."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from cemaudit.compare.coded import Coded, Codes, Factor
from cemaudit.compare.fitted import Fitted
from cemaudit.compare.mixed.sums import Matrix, Vector

__all__ = ["Dated", "Residuals", "dated", "residuals"]


@dataclass(frozen=True, eq=False)
class Residuals:
    """Of n visits: the places of their ``store`` and ``wave``, their ``day``, and what is left (``value``): the store's
    own and chance.

    ``sd``: of the chance in one visit, how little is known of shoppers included; ``store_sd``: of the stores' own.
    ``usual`` (I) and ``of_waves`` (W): what a store like it scores on usual occasions, and what waves add.
    """

    stores: tuple[str, ...]
    store: Codes
    wave: Codes
    day: Codes
    value: Vector
    sd: float
    store_sd: float
    usual: Vector
    of_waves: Vector

    def score(self, store: int, wave: int) -> tuple[float, float] | None:
        """The mean of a store's visits in a wave, adjusted, and its standard error; ``None`` without any."""
        number, total = self._by_wave[0][store, wave], self._by_wave[1][store, wave]
        if not number:
            return None
        mean = self.usual[store] + self.of_waves[wave] + total / number
        return float(mean), float(self.sd / np.sqrt(number))

    @cached_property
    def _by_wave(self) -> tuple[Matrix, Matrix]:
        """How many visits, and the sums of what is left (I x W)."""
        shape = len(self.stores), len(self.of_waves)
        cell = self.store.astype(np.int64) * shape[1] + self.wave
        size = shape[0] * shape[1]
        counts, totals = np.bincount(cell, minlength=size), np.bincount(cell, self.value, size)
        return counts.astype(np.float64).reshape(shape), totals.astype(np.float64).reshape(shape)


class Dated(NamedTuple):
    """Of n visits: the places of their ``store``, ``shopper`` (-1: not known) and ``wave``, their ``day``, what else
    the model takes into account of them (``factors``), and their ``score``.
    """

    store: Codes
    shopper: Codes
    wave: Codes
    day: Codes
    factors: tuple[Factor, ...]
    score: Vector


def dated(table: Coded) -> Dated:
    """The visits of a table, in no order."""
    rows = table.columns("select store, shopper, wave, version, day, score from compared")
    versions = tuple(one._replace(codes=one.codes[rows["version"]]) for one in table.of_versions)
    score = rows["score"] / table.facts.scale.unit
    return Dated(rows["store"], rows["shopper"], rows["wave"], rows["day"], versions, score)


class _Shoppers(NamedTuple):
    """Of the shopper of each visit: the ``severity``, and the ``variance`` of its error."""

    severity: Vector
    variance: Vector


def residuals(visits: Dated, fitted: Fitted) -> Residuals:
    """Visits, seen by the model of them."""
    model, crossed = fitted.model, fitted.crossed
    people = _shoppers(fitted, visits.shopper)
    others = sum((_effects(fitted, one) for one in visits.factors), np.zeros(len(visits.score)))
    intercept = model.dense[len(crossed.shoppers)]
    at_home = intercept + sum((_effects(fitted, one) for one in crossed.of_stores), np.zeros(len(crossed.stores)))
    of_waves = model.dense[crossed.columns_of("wave")]
    expected = at_home[visits.store] + of_waves[visits.wave] + others + people.severity
    return Residuals(
        stores=crossed.stores,
        store=visits.store,
        wave=visits.wave,
        day=visits.day,
        value=visits.score - expected,
        sd=float(np.sqrt(model.residual_sd**2 + people.variance.mean())),
        store_sd=model.unit_sd,
        usual=at_home + others.mean(),
        of_waves=of_waves,
    )


def _effects(fitted: Fitted, factor: Factor) -> Vector:
    """The effect of the level of each that a factor is said of."""
    return np.asarray(fitted.model.dense[fitted.crossed.columns_of(factor.name)][factor.codes])


def _shoppers(fitted: Fitted, shopper: Codes) -> _Shoppers:
    """The shoppers, those not known taken for average ones."""
    model = fitted.model
    if not model.randoms:
        return _Shoppers(np.zeros(len(shopper)), np.zeros(len(shopper)))
    severity = np.append(model.randoms[0], 0.0)
    variance = np.append(model.random_se[0] ** 2, model.random_sds[0] ** 2)
    return _Shoppers(severity[shopper], variance[shopper])
