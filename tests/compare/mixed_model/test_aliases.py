"""Columns that say nothing new."""

from __future__ import annotations

import numpy as np
import pytest
from helpers.mixed_models import Design, designs
from hypothesis import given

from cemaudit.compare.mixed_model.crossproducts import cross_products_of_rows
from cemaudit.compare.mixed_model.equations import independent_columns
from cemaudit.compare.mixed_model.reml import fit_reml


def test_the_first_of_those_that_say_the_same_is_kept() -> None:
    one, wave = np.ones(6), np.array([0.0, 0, 1, 1, 2, 2])
    columns = np.column_stack([one, wave == 0, wave == 1, wave == 2, 7 * one, wave, np.zeros(6)])
    assert independent_columns(columns.T @ columns).tolist() == [True, True, True, False, False, False, False]


@given(designs())
def test_as_many_are_kept_as_are_independent(design: Design) -> None:
    assert independent_columns(design.fixed.T @ design.fixed).sum() == design.rank()


def test_no_columns_at_all_are_no_columns() -> None:
    assert independent_columns(np.zeros((0, 0))).tolist() == []


def test_an_aliased_column_has_no_effect_and_is_named() -> None:
    numbers = np.random.default_rng(3)
    unit, wave = np.repeat(np.arange(10), 6), np.tile([0, 0, 1, 1, 2, 2], 10)
    y = 80 + 4 * numbers.normal(size=10)[unit] + 3 * wave + numbers.normal(size=60)
    waves = (wave[:, None] == np.arange(3)).astype(float)
    full = fit_reml(cross_products_of_rows(unit, [], np.column_stack([np.ones(60), waves]), y))
    plain = fit_reml(cross_products_of_rows(unit, [], np.column_stack([np.ones(60), waves[:, :2]]), y))
    assert (full.aliased, plain.aliased) == ((3,), ())
    assert full.beta[3] == full.beta_standard_errors[3] == 0.0
    assert full.criterion == plain.criterion
    assert full.beta[:3] == pytest.approx(plain.beta)
