"""Labels that lie on nothing else."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.report.kit.placement import LabelRequest, Rectangle, place, spread

ROOM = Rectangle(0, 0, 300, 200)
POINTS = st.lists(st.tuples(st.floats(0, 300), st.floats(0, 200)), max_size=40)


@given(POINTS)
def test_labels_meet_no_other_label_no_dot_and_no_edge(points):
    boxes = place([LabelRequest(x, y, 40, 8) for x, y in points], points, (), ROOM)
    placed = [box for box in boxes if box]
    assert not any(one.meets(other) for one, other in combinations(placed, 2))
    assert all(box.inside(ROOM) for box in placed)
    assert not any(box.left < x < box.right and box.top < y < box.bottom for box in placed for x, y in points)


def test_the_first_label_has_the_first_choice():
    first, second = place([LabelRequest(150, 100, 40, 8)] * 2, [(150, 100)], (), ROOM)
    assert first == Rectangle(154.5, 96, 194.5, 104)
    assert second is not None
    assert second.right < 150


def test_what_finds_no_room_is_left_out():
    assert place([LabelRequest(150, 100, 400, 8)], [(150, 100)], (), ROOM) == [None]
    assert place([LabelRequest(150, 100, 40, 8)], [], [ROOM], ROOM) == [None]


@given(st.lists(st.floats(0, 100), max_size=12), st.floats(1, 30))
def test_spread_names_keep_their_order_and_distance(places, apart):
    moved = spread(places, apart, 0, 100)
    least = min(apart, 100 / max(len(places) - 1, 1))
    inorder = sorted(moved)
    assert all(right - left >= least - 1e-6 for left, right in pairwise(inorder))
    assert all(-1e-6 <= one <= 100 + 1e-6 for one in moved)
    ranked = [value for _, value in sorted(zip(places, moved, strict=True), key=lambda pair: pair[0])]
    assert all(
        left <= right for (left, right), (a, b) in zip(pairwise(ranked), pairwise(sorted(places)), strict=True) if a < b
    )


def test_places_far_apart_are_left_alone():
    assert spread([10, 50, 90], 9, 0, 100) == pytest.approx([10, 50, 90])
