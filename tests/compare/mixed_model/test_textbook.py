"""Every figure equals what the dense formulas of the textbook give, on small designs of every kind."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from helpers.mixed_models import Design, designs
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import sparse

from cemaudit.compare.mixed_model.crossproducts import cross_products_of_rows
from cemaudit.compare.mixed_model.equations import Method, elimination_order, solve_equations
from cemaudit.compare.mixed_model.reml import ModelAtTheta, fit_at_theta

METHODS: tuple[Method, ...] = ("REML", "ML")


def at_its_ratios(design: Design, method: Method = "REML") -> ModelAtTheta:
    return fit_at_theta(design.sums(), design.ratios, method)


@given(designs(), st.sampled_from(METHODS))
def test_the_criterion_is_that_of_the_whole_covariance_matrix(design: Design, method: Method) -> None:
    found = at_its_ratios(design, method)
    assert found.criterion - spanned(design, method, found) == pytest.approx(design.criterion(method), abs=1e-6)


def spanned(design: Design, method: Method, found: ModelAtTheta) -> float:
    """The restricted likelihood depends on which basis spans the fixed columns; the textbook's here is orthonormal."""
    if method == "ML":
        return 0.0
    kept = np.delete(design.fixed, found.aliased, axis=1)
    return float(np.linalg.slogdet(kept.T @ kept)[1]) - span_of_textbook(design)


def span_of_textbook(design: Design) -> float:
    _, singular, _ = np.linalg.svd(design.fixed, full_matrices=False)
    return float(2.0 * np.log(singular[singular > 1e-9 * singular[0]]).sum())


@given(designs())
def test_predictions_and_their_errors_solve_the_mixed_model_equations(design: Design) -> None:
    found, (inverse, solution) = at_its_ratios(design), design.equations()
    visited, units = design.visited(), design.levels[0]
    value, se = found.contrast(visited[:, :units], visited[:, units:])
    assert value == pytest.approx(visited @ solution, abs=1e-6)
    assert se**2 == pytest.approx(found.sigma**2 * np.einsum("ij,jk,ik->i", visited, inverse, visited), rel=1e-6)
    random = units + sum(design.levels[1:])
    assert found.effects[:random] == pytest.approx(solution[:random], abs=1e-6)
    errors = np.concatenate([found.unit_standard_errors, *found.random_standard_errors])
    assert errors == pytest.approx(found.sigma * np.sqrt(np.diagonal(inverse)[:random]), rel=1e-6)


@given(designs(), st.integers(0, 2**32 - 1))
def test_differences_between_combinations_have_the_variance_their_covariances_say(design: Design, seed: int) -> None:
    found, visited, units = at_its_ratios(design), design.visited(), design.levels[0]
    some, signs = visited[:4], np.random.default_rng(seed).normal(size=(3, 4))
    spread = found.covariances(some[:, :units], some[:, units:])
    value, se = found.contrast(some[:, :units], sparse.csr_array(some[:, units:]))
    mixed = found.contrast(signs @ some[:, :units], signs @ some[:, units:])
    assert np.sqrt(np.diagonal(spread)) == pytest.approx(se)
    assert mixed.value == pytest.approx(signs @ value)
    assert mixed.standard_error**2 == pytest.approx(np.diagonal(signs @ spread @ signs.T), rel=1e-6)


@given(designs(), st.sampled_from(METHODS))
def test_the_slope_is_that_of_the_criterion(design: Design, method: Method) -> None:
    sums = elimination_order(design.sums()).sums
    places, step = np.log(elimination_order(design.sums()).solved_order(design.ratios)), 1e-4
    slope = solve_equations(sums, np.exp(places)).criterion_gradient(method)
    for factor, direction in enumerate(np.eye(len(places))):
        higher, lower = (solve_equations(sums, np.exp(places + side * direction)) for side in (step, -step))
        difference = (higher.criterion(method) - lower.criterion(method)) / (2 * step)
        assert slope[factor] == pytest.approx(difference, abs=1e-4)


@given(designs(), st.integers(0, 2**32 - 1))
def test_the_order_of_visits_and_of_levels_does_not_matter(design: Design, seed: int) -> None:
    numbers = np.random.default_rng(seed)
    rows = numbers.permutation(len(design.y))
    names = [numbers.permutation(size) for size in design.levels]
    renamed = [
        np.where(codes < 0, -1, name[codes]) for codes, name in zip([design.unit, *design.randoms], names, strict=True)
    ]
    unit, *randoms = [codes[rows] for codes in renamed]
    sums = cross_products_of_rows(
        unit, randoms, design.fixed[rows], design.y[rows], design.weights[rows], design.levels
    )
    one, other = at_its_ratios(design), fit_at_theta(sums, design.ratios)
    assert other.criterion == pytest.approx(one.criterion)
    assert other.unit_blups[names[0]] == pytest.approx(one.unit_blups, abs=1e-8)
    assert other.unit_standard_errors[names[0]] == pytest.approx(one.unit_standard_errors)
    for factor, name in enumerate(names[1:]):
        assert other.random_blups[factor][name] == pytest.approx(one.random_blups[factor], abs=1e-8)


@given(designs(), st.floats(0.01, 100.0), st.floats(-1e3, 1e3))
def test_other_points_on_the_scale_change_nothing_but_the_scale(design: Design, times: float, plus: float) -> None:
    one = at_its_ratios(design)
    other = at_its_ratios(replace(design, y=times * design.y + plus))
    assert other.sigma == pytest.approx(times * one.sigma)
    assert other.unit_blups == pytest.approx(times * one.unit_blups, abs=1e-6 * times)
    assert other.unit_standard_errors == pytest.approx(times * one.unit_standard_errors)
    assert other.dense_standard_errors == pytest.approx(times * one.dense_standard_errors)
    visited, units = design.visited(), design.levels[0]
    before = one.contrast(visited[:, :units], visited[:, units:]).value
    after = other.contrast(visited[:, :units], visited[:, units:]).value
    assert after == pytest.approx(times * before + plus, abs=1e-5 * times + 1e-6)


@given(designs(further=1))
def test_a_factor_with_no_variance_is_as_good_as_not_there(design: Design) -> None:
    assume(len(design.randoms) == 1)
    with_it = fit_at_theta(design.sums(), np.array([design.ratios[0], 0.0]))
    without = fit_at_theta(replace(design, randoms=[], levels=design.levels[:1]).sums(), design.ratios[:1])
    assert with_it.criterion == pytest.approx(without.criterion)
    assert with_it.unit_blups == pytest.approx(without.unit_blups, abs=1e-8)
    assert with_it.unit_standard_errors == pytest.approx(without.unit_standard_errors)
    assert not with_it.random_blups[0].any()
    assert not with_it.random_standard_errors[0].any()
