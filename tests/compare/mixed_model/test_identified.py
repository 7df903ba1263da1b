"""Where the visits cannot tell, that is said, and why."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from helpers.mixed_models import ones
from numpy.typing import ArrayLike

from cemaudit.compare.errors import NotEstimable
from cemaudit.compare.mixed_model import reml
from cemaudit.compare.mixed_model.crossproducts import CrossProducts, cross_products_of_rows
from cemaudit.compare.mixed_model.posterior import fit_best
from cemaudit.compare.mixed_model.reml import fit_reml
from cemaudit.language import use

NUMBERS = np.random.default_rng(1)


def sums(
    unit: Sequence[int], *randoms: Sequence[int], fixed: ArrayLike | None = None, y: ArrayLike | None = None
) -> CrossProducts:
    codes = [np.array(one) for one in (unit, *randoms)]
    scores = NUMBERS.normal(80, 10, len(unit)) if y is None else y
    return cross_products_of_rows(codes[0], codes[1:], ones(len(unit)) if fixed is None else fixed, scores)


def reason(given: CrossProducts) -> tuple[str, int | None]:
    with pytest.raises(NotEstimable) as caught:
        fit_best(given)
    with use("ko"):
        korean = str(caught.value)
    assert korean != str(caught.value)
    return caught.value.reason, caught.value.factor


def test_every_unit_visited_once() -> None:
    assert reason(sums([0, 1, 2, 3, 4, 5], [0, 0, 1, 1, 2, 2])) == ("once", 0)


def test_every_shopper_came_once() -> None:
    assert reason(sums([0, 0, 1, 1, 2, 2], [0, 1, 2, 3, 4, 5])) == ("once", 1)


def test_every_unit_with_a_shopper_of_its_own() -> None:
    assert reason(sums([0, 0, 1, 1, 2, 2], [1, 1, 0, 0, 2, 2]))[0] == "same"


def test_one_unit() -> None:
    assert reason(sums([0, 0, 0, 0])) == ("absorbed", 0)


def test_one_shopper() -> None:
    assert reason(sums([0, 0, 1, 1, 2, 2], [0] * 6)) == ("absorbed", 1)


def test_every_unit_in_a_pool_of_its_own() -> None:
    unit = [0, 0, 1, 1, 2, 2]
    assert reason(sums(unit, fixed=np.eye(3)[unit])) == ("absorbed", 0)


def test_scores_all_equal() -> None:
    assert reason(sums([0, 0, 1, 1, 2, 2], y=np.full(6, 93.4)))[0] == "equal"


def test_scores_that_the_fixed_columns_explain() -> None:
    wave = np.array([0.0, 1.0] * 4)
    assert (
        reason(sums([0, 0, 1, 1, 2, 2, 3, 3], fixed=np.column_stack([np.ones(8), wave]), y=80 + 3 * wave))[0] == "equal"
    )


@pytest.mark.parametrize("visits", [0, 1, 2])
def test_hardly_any_visit(visits: int) -> None:
    assert reason(sums(range(visits)))[0] in {"few", "once"}


def test_three_sources_that_leave_the_same_mark_together_alone() -> None:
    """Pairs of visits: either both by one shopper or both to one unit, so that the two add up to the pair."""
    pair = np.repeat(np.arange(8), 2)
    unit = np.where(pair < 4, pair, 4 + np.arange(16))
    shopper = np.where(pair < 4, np.arange(16) + 100, pair)
    _, units = np.unique(unit, return_inverse=True)
    _, shoppers = np.unique(shopper, return_inverse=True)
    assert reason(sums(units.tolist(), shoppers.tolist(), pair.tolist())) == ("alike", None)


def test_too_many_on_both_sides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reml, "LARGEST_BLOCK", 5)
    assert reason(sums(list(range(6)) * 2, [0, 1, 2, 3, 4, 5, 5, 4, 3, 2, 1, 0])) == ("large", None)


def test_many_on_one_side_alone_are_not_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reml, "LARGEST_BLOCK", 5)
    shopper = [0, 1, 2, 3, 4, 5, 6, 7, 0, 1, 2, 3, 4, 5, 6, 7]
    assert len(fit_reml(sums([0, 1, 2, 3] * 2 + [1, 2, 3, 0] * 2, shopper)).random_blups[0]) == 8


def test_one_store_visited_twice_among_many_visited_once_is_enough() -> None:
    assert fit_reml(sums([*range(40), 0, 1, 2])).sigma > 0


def test_levels_nobody_visited_have_the_average_and_all_the_uncertainty() -> None:
    unit, shopper = np.repeat(np.arange(8), 4), np.tile(np.arange(4), 8)
    y = 80 + 5 * NUMBERS.normal(size=8)[unit] + 5 * NUMBERS.normal(size=4)[shopper] + NUMBERS.normal(size=32)
    found = fit_reml(cross_products_of_rows(unit, [shopper], ones(32), y, levels=[10, 5]))
    assert found.unit_blups[8:].tolist() == [0.0, 0.0]
    assert found.unit_standard_errors[8:] == pytest.approx([found.unit_sd] * 2)
    assert found.random_standard_errors[0][4] == pytest.approx(found.random_sds[0])
