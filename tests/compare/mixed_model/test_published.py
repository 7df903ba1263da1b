"""Fits that others published: lme4 (reference manual) and MixedModels.jl (its own tests, commit 2228a9a)."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import numpy as np
import pytest
from helpers import mixed_models
from helpers.mixed_models import numbers, ones
from numpy.typing import NDArray

from cemaudit.compare.mixed_model.crossproducts import cross_products_of_rows
from cemaudit.compare.mixed_model.equations import Method
from cemaudit.compare.mixed_model.reml import ModelAtTheta, fit_reml

ROOT = Path(__file__).parents[3]


def fitted(table: str, size: int, method: Method) -> ModelAtTheta:
    """One random factor, ``size`` rows of each level after another."""
    y = numbers(table)
    return fit_reml(cross_products_of_rows(np.arange(len(y)) // size, [], ones(len(y)), y), method)


def test_dyestuff_by_maximum_likelihood() -> None:
    found = fitted(mixed_models.DYESTUFF, 5, "ML")
    assert found.criterion == pytest.approx(327.32705988112673, abs=1e-8)
    assert found.unit_sd == pytest.approx(37.260343703061764, rel=1e-5)
    assert found.sigma == pytest.approx(49.51010035223816, rel=1e-5)
    assert found.beta_standard_errors == pytest.approx([17.694552929494222], rel=1e-5)


def test_dyestuff_by_restricted_likelihood() -> None:
    found = fitted(mixed_models.DYESTUFF, 5, "REML")
    assert found.criterion == pytest.approx(319.6542768422576, abs=1e-8)
    assert (found.unit_sd, found.sigma) == pytest.approx((42.00, 49.51), abs=0.005)
    assert found.beta == pytest.approx([1527.5])


def test_dyestuff2_has_a_variance_of_exactly_zero() -> None:
    found = fitted(mixed_models.DYESTUFF2, 5, "ML")
    assert found.unit_sd == 0.0
    assert found.criterion == pytest.approx(162.87303665382575, abs=1e-8)
    assert found.sigma == pytest.approx(3.6532313513746537, rel=1e-9)
    assert found.beta_standard_errors == pytest.approx([0.6669857396443264], rel=1e-9)
    assert not found.unit_blups.any()
    assert not found.unit_standard_errors.any()
    restricted = fitted(mixed_models.DYESTUFF2, 5, "REML")
    assert restricted.unit_sd == 0.0
    assert restricted.criterion == pytest.approx(161.8283, abs=5e-5)
    assert restricted.sigma == pytest.approx(3.716, abs=5e-4)


def penicillin(method: Method) -> ModelAtTheta:
    y, plate, sample = numbers(mixed_models.PENICILLIN), np.repeat(np.arange(24), 6), np.tile(np.arange(6), 24)
    return fit_reml(cross_products_of_rows(plate, [sample], ones(144), y), method)


def test_penicillin_by_maximum_likelihood() -> None:
    found = penicillin("ML")
    assert found.criterion == pytest.approx(332.1883486700085, abs=1e-8)
    assert found.unit_sd == pytest.approx(0.845571948075415, rel=1e-5)
    assert found.random_sds == pytest.approx((1.770666460750787,), rel=2e-5)
    assert found.sigma == pytest.approx(0.549931906953287, rel=1e-5)
    assert found.beta == pytest.approx([22.97222222222222])
    assert found.beta_standard_errors == pytest.approx([0.7446037806555799], rel=2e-5)
    assert found.random_blups[0][-1] == pytest.approx(-3.0018241391465703, rel=1e-6)


def test_penicillin_by_restricted_likelihood() -> None:
    found = penicillin("REML")
    assert found.criterion == pytest.approx(330.8606, abs=5e-5)
    assert (found.unit_sd, *found.random_sds, found.sigma) == pytest.approx((0.8467, 1.9316, 0.5499), abs=5e-5)
    assert found.beta == pytest.approx([22.97], abs=0.005)


def pastes(method: Method) -> ModelAtTheta:
    cask = np.repeat(np.arange(30), 2)
    return fit_reml(cross_products_of_rows(cask, [cask // 3], ones(60), numbers(mixed_models.PASTES)), method)


def test_casks_nested_in_batches() -> None:
    found = pastes("ML")
    assert found.criterion == pytest.approx(247.9944658624955, abs=1e-8)
    assert found.unit_sd == pytest.approx(2.90407793598792, rel=1e-5)
    assert found.random_sds == pytest.approx((1.0950608007768226,), rel=1e-4)
    assert found.sigma == pytest.approx(0.8234073887751603, rel=1e-5)
    assert found.beta_standard_errors == pytest.approx([0.6421355774401101], rel=1e-5)
    restricted = pastes("REML")
    assert restricted.criterion == pytest.approx(246.9907, abs=5e-5)
    sds = (restricted.unit_sd, *restricted.random_sds, restricted.sigma)
    assert sds == pytest.approx((2.9041, 1.2874, 0.8234), abs=5e-5)


def test_a_covariate() -> None:
    days = np.tile(np.arange(10.0), 18)
    sums = cross_products_of_rows(
        np.repeat(np.arange(18), 10), [], np.column_stack([ones(180), days]), numbers(mixed_models.SLEEP)
    )
    found = fit_reml(sums)
    assert found.criterion == pytest.approx(1786.4651, abs=5e-5)
    assert (found.unit_sd, found.sigma) == pytest.approx((37.1238, 30.9912), abs=1e-4)
    assert found.beta == pytest.approx([251.4051, 10.4673], abs=5e-5)
    assert found.beta_standard_errors == pytest.approx([9.7467, 0.8042], abs=5e-5)


class Ratings:
    """73,421 ratings of lecturers by students (lme4's InstEval), fetched by hand, not ours to pass on."""

    def __init__(self, file: Path) -> None:
        with file.open(encoding="utf-8", newline="") as rows:
            names, *lines = csv.reader(rows)
        columns = np.array(lines).T
        self.codes = {
            name: np.unique(column, return_inverse=True)[1] for name, column in zip(names, columns, strict=True)
        }
        self.y = columns[names.index("y")].astype(float)
        self.service = (columns[names.index("service")] == "1").astype(float)

    def fit(self, unit: str, randoms: list[str], fixed: NDArray[np.float64], method: Method) -> ModelAtTheta:
        return fit_reml(
            cross_products_of_rows(self.codes[unit], [self.codes[name] for name in randoms], fixed, self.y), method
        )

    def simple(self) -> NDArray[np.float64]:
        return np.column_stack([ones(len(self.y)), self.service])


@pytest.fixture(scope="module")
def ratings() -> Ratings:
    file = Path(os.environ.get("CEMAUDIT_SHARED", ROOT.parent / "shared")) / "data/statistics/InstEval.csv"
    if not file.is_file():
        pytest.skip("shared data are not here")
    return Ratings(file)


def test_students_lecturers_and_departments(ratings: Ratings) -> None:
    found = ratings.fit("s", ["d", "dept"], ratings.simple(), "ML")
    assert found.criterion == pytest.approx(237721.76877450474, abs=1e-5)
    student, lecturer, department = (ratings.codes[name][0] for name in ("s", "d", "dept"))
    first = found.beta @ ratings.simple()[0] + found.unit_blups[student]
    first += found.random_blups[0][lecturer] + found.random_blups[1][department]
    assert first == pytest.approx(3.1787619026604945, abs=1e-5)


def test_many_fixed_columns(ratings: Ratings) -> None:
    departments = (ratings.codes["dept"][:, None] == np.arange(1, 14)).astype(float)
    fixed = np.hstack([ratings.simple(), departments, departments * ratings.service[:, None]])
    found = ratings.fit("s", ["d"], fixed, "ML")
    assert found.criterion == pytest.approx(237585.5534151695, abs=1e-5)


def test_either_factor_may_be_the_units(ratings: Ratings) -> None:
    """The figures of two programs, not a published one."""
    students = ratings.fit("s", ["d"], ones(len(ratings.y)), "REML")
    lecturers = ratings.fit("d", ["s"], ones(len(ratings.y)), "REML")
    for found in (students, lecturers):
        assert found.criterion == pytest.approx(237783.88039, abs=1e-5)
        assert found.sigma == pytest.approx(1.17779, abs=1e-5)
    assert (students.unit_sd, *students.random_sds) == pytest.approx((0.32590, 0.52321), abs=2e-5)
    assert lecturers.random_sds == pytest.approx((students.unit_sd,), rel=1e-6)
    assert lecturers.unit_blups == pytest.approx(students.random_blups[0], abs=1e-6)
    assert lecturers.unit_standard_errors == pytest.approx(students.random_standard_errors[0], rel=1e-6)
