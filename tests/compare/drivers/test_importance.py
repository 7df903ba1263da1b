"""Importance against performance: what is suggested, and where nothing is."""

from __future__ import annotations

import numpy as np
import pytest

from cemaudit.compare.drivers.ipa import SURE, Hint, Placed, Quadrant, hint_of, quadrants


@pytest.mark.parametrize(
    ("quadrant", "idle", "hint"),
    [
        (Quadrant.IMPROVE, False, Hint.RAISE),
        (Quadrant.KEEP, False, Hint.KEEP),
        (Quadrant.ENOUGH, False, Hint.REDUCE),
        (Quadrant.MINOR, True, Hint.ELIMINATE),
        (Quadrant.MINOR, False, Hint.UNCLEAR),
    ],
)
def test_a_suggestion_needs_a_sure_place(quadrant: Quadrant, idle: bool, hint: Hint) -> None:
    assert hint_of(Placed(quadrant, SURE), idle=idle, lifts=False, seldom=True) is hint
    assert hint_of(Placed(quadrant, SURE - 0.01), idle=idle, lifts=False, seldom=True) is Hint.UNCLEAR


def test_what_surely_lifts_and_is_seldom_there_is_to_be_created() -> None:
    placed = Placed(Quadrant.MINOR, 0.4)
    assert hint_of(placed, idle=False, lifts=True, seldom=True) is Hint.CREATE
    assert hint_of(placed, idle=False, lifts=True, seldom=False) is Hint.UNCLEAR


def test_places_are_against_an_equal_share_and_the_mean_performance() -> None:
    share, performance = np.array([0.5, 0.3, 0.2, 0.0]), np.array([60.0, 90, 90, 60])
    samples = np.stack([share, share, share, share[::-1]])
    found = quadrants(share, performance, samples, np.stack([performance] * 4))
    assert [one.quadrant for one in found] == [Quadrant.IMPROVE, Quadrant.KEEP, Quadrant.ENOUGH, Quadrant.MINOR]
    assert [one.certain for one in found] == [0.75, 0.75, 0.75, 0.75]


def test_the_lines_move_with_the_samples() -> None:
    """All perform 10 points better in a sample: nobody has changed place."""
    share, performance = np.array([0.6, 0.4]), np.array([60.0, 90])
    found = quadrants(share, performance, share[None], performance[None] + 10)
    assert [one.certain for one in found] == [1, 1]
