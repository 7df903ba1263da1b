"""Importance against performance: what is suggested, and where nothing is."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from cemaudit.compare.drivers.ipa import (
    SUGGESTION_LEVEL,
    Quadrant,
    QuadrantPosition,
    Suggestion,
    quadrant_positions,
    suggest,
)


@pytest.mark.parametrize(
    ("quadrant", "idle", "hint"),
    [
        (Quadrant.IMPROVE, False, Suggestion.RAISE),
        (Quadrant.KEEP, False, Suggestion.KEEP),
        (Quadrant.ENOUGH, False, Suggestion.REDUCE),
        (Quadrant.MINOR, True, Suggestion.ELIMINATE),
        (Quadrant.MINOR, False, Suggestion.UNCLEAR),
    ],
)
def test_a_suggestion_needs_a_sure_place(quadrant: Quadrant, idle: bool, hint: Suggestion) -> None:
    sure, unsure = QuadrantPosition(quadrant, SUGGESTION_LEVEL), QuadrantPosition(quadrant, SUGGESTION_LEVEL - 0.01)
    assert suggest(sure, idle=idle, lifts=False, seldom=True, mandatory=False) is hint
    assert suggest(unsure, idle=idle, lifts=False, seldom=True, mandatory=False) is Suggestion.UNCLEAR


def test_what_surely_lifts_and_is_seldom_there_is_to_be_created() -> None:
    placed = QuadrantPosition(Quadrant.MINOR, 0.4)
    assert suggest(placed, idle=False, lifts=True, seldom=True, mandatory=False) is Suggestion.CREATE
    assert suggest(placed, idle=False, lifts=True, seldom=False, mandatory=False) is Suggestion.UNCLEAR


def test_of_what_is_mandatory_less_is_never_suggested_and_all_else_stays() -> None:
    for quadrant, certain, idle, lifts, seldom in product(Quadrant, (0.5, 1.0), *[(False, True)] * 3):
        placed = QuadrantPosition(quadrant, certain)
        free, bound = (
            suggest(placed, idle=idle, lifts=lifts, seldom=seldom, mandatory=mandatory) for mandatory in (False, True)
        )
        assert bound is (Suggestion.MUST_KEEP if free in {Suggestion.REDUCE, Suggestion.ELIMINATE} else free)


def test_places_are_against_an_equal_share_and_the_mean_performance() -> None:
    share, performance = np.array([0.5, 0.3, 0.2, 0.0]), np.array([60.0, 90, 90, 60])
    samples = np.stack([share, share, share, share[::-1]])
    found = quadrant_positions(share, performance, samples, np.stack([performance] * 4))
    assert [one.quadrant for one in found] == [Quadrant.IMPROVE, Quadrant.KEEP, Quadrant.ENOUGH, Quadrant.MINOR]
    assert [one.certain for one in found] == [0.75, 0.75, 0.75, 0.75]


def test_the_lines_move_with_the_samples() -> None:
    """All perform 10 points better in a sample: nobody has changed place."""
    share, performance = np.array([0.6, 0.4]), np.array([60.0, 90])
    found = quadrant_positions(share, performance, share[None], performance[None] + 10)
    assert [one.certain for one in found] == [1, 1]
