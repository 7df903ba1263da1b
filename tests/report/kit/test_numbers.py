"""Numbers of charts."""

from __future__ import annotations

import pytest

from cemaudit.report.kit.numbers import NumberScale, finite


def test_signs_where_the_scale_goes_below_zero():
    scale = NumberScale(-100, 100, [1.5])
    assert [scale.show(value) for value in (12.3, -12.3, 0, -0.01)] == ["+12.3", "−12.3", "0.0", "0.0"]
    assert NumberScale(0, 100, [1.5]).show(12.3) == "12.3"


def test_whole_numbers_without_decimals():
    assert NumberScale(0, 10, [3, 4]).show(3, "회") == "3회"


def test_origin():
    assert NumberScale(-100, 100).origin == 0.5
    assert NumberScale(20, 100).origin == 0


@pytest.mark.parametrize(("low", "high"), [(0, 0), (5, 5), (10, -10)])
def test_odd_scales_still_place_values(low, high):
    assert 0 <= NumberScale(low, high).at(3) <= 1


def test_goodness_where_less_is_better():
    scale = NumberScale(100, 0)
    assert (scale.goodness(0), scale.goodness(100)) == (1, 0)
    assert (scale.low, scale.high, scale.worst, scale.best) == (0, 100, 100, 0)


def test_finite():
    assert [finite(value) for value in (1.0, None, float("nan"), float("inf"))] == [1.0, None, None, None]
