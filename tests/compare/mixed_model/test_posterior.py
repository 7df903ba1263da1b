"""Few units: the average over what the variances may be."""

from __future__ import annotations

import numpy as np
import pytest
from helpers import mixed_models
from helpers.mixed_models import numbers, ones
from scipy import integrate

from cemaudit.compare.mixed_model import posterior
from cemaudit.compare.mixed_model.crossproducts import CrossProducts, cross_products_of_rows
from cemaudit.compare.mixed_model.posterior import ModelAveragedOverTheta, average_over_theta, fit_best
from cemaudit.compare.mixed_model.reml import ModelAtTheta, fit_reml


def dyestuff() -> CrossProducts:
    return cross_products_of_rows(np.repeat(np.arange(6), 5), [], ones(30), numbers(mixed_models.DYESTUFF))


def dyestuff2() -> CrossProducts:
    return cross_products_of_rows(np.repeat(np.arange(6), 5), [], ones(30), numbers(mixed_models.DYESTUFF2))


def crossed(turned: bool = False) -> CrossProducts:
    """12 units, each visited by the same 4 shoppers; or 4 and 12."""
    draw = np.random.default_rng(5)
    unit, shopper = np.repeat(np.arange(12), 4), np.tile(np.arange(4), 12)
    y = 80 + 5 * draw.normal(size=12)[unit] + 3 * draw.normal(size=4)[shopper] + 8 * draw.normal(size=48)
    return cross_products_of_rows(*((shopper, [unit]) if turned else (unit, [shopper])), ones(48), y)


def test_one_ratio_is_averaged_as_the_integral_says() -> None:
    """The posterior of a balanced one-way layout, by scipy's quadrature (Box & Tiao 1973, section 5.2)."""
    y = numbers(mixed_models.DYESTUFF).reshape(6, 5)
    within, between = ((y - y.mean(axis=1, keepdims=True)) ** 2).sum(), 5 * ((y.mean(axis=1) - y.mean()) ** 2).sum()

    def density(ratio: float) -> float:
        widened = 1 + 5 * ratio**2
        return widened**-2.5 * (within + between / widened) ** -14.5 * np.exp(-(ratio**2) / 2) * 1e40

    def shrunken(ratio: float) -> float:
        return density(ratio) * 5 * ratio**2 / (1 + 5 * ratio**2)

    share = integrate.quad(shrunken, 0, 20)[0] / integrate.quad(density, 0, 20)[0]
    assert average_over_theta(dyestuff()).unit_blups == pytest.approx(share * (y.mean(axis=1) - y.mean()), rel=0.01)


def test_a_best_ratio_of_zero_does_not_mean_that_all_are_surely_equal() -> None:
    assert fit_reml(dyestuff2()).unit_standard_errors.max() == 0.0
    assert average_over_theta(dyestuff2()).unit_standard_errors.min() > 0.3


def test_combinations_and_their_covariances_agree() -> None:
    found = average_over_theta(crossed())
    units, dense = np.eye(12)[:3] - np.eye(12)[3:6], np.zeros((3, 5))
    value, se = found.contrast(units, dense)
    assert value == pytest.approx(found.unit_blups[:3] - found.unit_blups[3:6])
    assert np.diagonal(found.covariances(units, None)) == pytest.approx(se**2)
    assert found.contrast(None, np.eye(5)).standard_error == pytest.approx(found.dense_standard_errors)
    assert found.contrast(np.eye(12), None).standard_error == pytest.approx(found.unit_standard_errors)


def test_either_factor_may_be_the_units() -> None:
    one, other = average_over_theta(crossed()), average_over_theta(crossed(turned=True))
    assert other.random_blups[0] == pytest.approx(one.unit_blups)
    assert other.random_standard_errors[0] == pytest.approx(one.unit_standard_errors)
    assert other.beta == pytest.approx(one.beta)
    assert [other.unit_sd, *other.random_sds] == pytest.approx([*one.random_sds, one.unit_sd])
    assert other.theta == pytest.approx(one.theta[::-1])


def test_few_units_are_averaged_and_many_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(fit_best(crossed()), ModelAveragedOverTheta)
    monkeypatch.setattr(posterior, "FEWEST_FOR_REML", 12)
    assert isinstance(fit_best(crossed()), ModelAtTheta)


def test_many_units_are_averaged_where_they_seem_to_be_all_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posterior, "FEWEST_FOR_REML", 6)
    assert isinstance(fit_best(dyestuff()), ModelAtTheta)
    assert fit_best(dyestuff2()).unit_standard_errors.min() > 0


def test_large_systems_take_the_best_ratios(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posterior, "_SMALL_BLOCK", 4)
    assert isinstance(fit_best(crossed()), ModelAtTheta)
