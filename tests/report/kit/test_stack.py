"""Where a stack may be broken."""

from __future__ import annotations

import pytest

from cemaudit.report.kit.stack import Slice, Stack


class Row(Slice):
    def __init__(self, height: float, *, keeps: bool = False) -> None:
        self.height, self.keeps = height, keeps


@pytest.mark.parametrize("room", [25, 50, 99])
def test_a_group_row_waits_for_the_next_page_with_its_item(room: float) -> None:
    assert Stack([Row(20, keeps=True), Row(100), Row(30)]).split(400, room) == []


def test_what_was_before_the_group_row_stays() -> None:
    upper, _, rest = Stack([Row(30), Row(20, keeps=True), Row(100), Row(30)]).split(400, 60)
    assert [len(upper.slices), len(rest.slices)] == [1, 3]


def test_rows_too_tall_to_wait_are_broken_all_the_same() -> None:
    upper, _, rest = Stack([Row(200, keeps=True), Row(300), Row(30)]).split(400, 250)
    assert [len(upper.slices), len(rest.slices)] == [1, 2]
