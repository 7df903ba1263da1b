"""Where an axis puts its numbers, and which it prints."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.model.blocks import Axis
from cemaudit.report.kit.ruler import Ruler, shown

NUMBERS = st.floats(-1e12, 1e12)


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0, 100, ["0", "20", "40", "60", "80", "100"]),
        (-100, 100, ["−100", "−50", "0", "50", "100"]),
        (0, 1, ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
        (61.3, 88.2, ["65", "70", "75", "80", "85"]),
    ],
)
def test_ticks_are_round(low, high, ticks):
    ruler = Ruler(Axis(low=low, high=high), (), 100)
    assert [ruler.show(tick) for tick in ruler.ticks] == ticks


def test_visits_are_whole():
    ruler = Ruler(Axis(low=0, high=3, whole=True, unit="회"), (), 100)
    assert [ruler.show(tick) for tick in ruler.ticks] == ["0회", "1회", "2회", "3회"]


def test_an_end_given_is_kept_and_what_lies_beyond_is_drawn_there():
    ruler = Ruler(Axis(low=0), [10, 90], 100)
    assert ruler.low == 0
    assert ruler.high > 90
    assert (ruler.at(-5), ruler.at(1e9)) == (0, 100)


@given(st.lists(NUMBERS, max_size=5), st.none() | NUMBERS, st.none() | NUMBERS, st.booleans())
def test_every_axis_has_few_ticks_within_its_ends(values, low, high, whole):
    ruler = Ruler(Axis(low=low, high=high, whole=whole), values, 100)
    assert ruler.low < ruler.high
    assert len(ruler.ticks) <= 7
    assert all(0 <= ruler.at(value) <= 100 for value in (*values, *ruler.ticks))
    assert all(len(ruler.show(tick)) <= 20 for tick in ruler.ticks)


def test_numbers_in_print():
    assert [shown(value) for value in (-3.14, -0.01, 72, 2.5e9)] == ["−3.1", "0.0", "72.0", "2.5e+09"]
