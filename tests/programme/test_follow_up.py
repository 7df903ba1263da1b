"""What later visits show of an action: nothing, that it holds, or that its fault came back."""

from __future__ import annotations

import datetime as dt

import pytest

from cemaudit.programme.follow_up import FollowUpOutcome, follow_up, follow_up_words
from cemaudit.programme.queries import FaultOutcome

SINCE, DONE = dt.date(2026, 7, 1), dt.date(2026, 7, 20)
DAY = dt.timedelta(days=1)


def outcomes(store: str, day: dt.date, *faults: bool) -> list[FaultOutcome]:
    return [FaultOutcome(store, day + number * DAY, fault) for number, fault in enumerate(faults)]


BEFORE = outcomes("s1", dt.date(2026, 3, 1), True, True, False, True)
AFTER = DONE + DAY


def shown(*rows: FaultOutcome, stores: tuple[str, ...] = ("s1",), critical: bool = False) -> FollowUpOutcome | None:
    result = follow_up("a", stores, (SINCE, DONE), [*BEFORE, *rows], is_critical=critical)
    return result and result.outcome


def test_without_a_later_visit_nothing_is_said() -> None:
    assert shown() is None
    # Of the very day it was done nobody knows which came first; visits while it was being done are neither.
    assert shown(*outcomes("s1", DONE, True), *outcomes("s1", SINCE, True)) is None


def test_no_fault_in_any_store_is_verified_with_its_chance() -> None:
    result = follow_up("a", ("s1",), (SINCE, DONE), [*BEFORE, *outcomes("s1", AFTER, False, False)], is_critical=False)
    assert result is not None
    assert (result.outcome, result.proposed) == (FollowUpOutcome.VERIFIED, "verified")
    assert (result.faults_before, result.before) == (3, 4)
    assert result.chance == pytest.approx((1 - 3.5 / 5) ** 2)
    assert "9%" in str(follow_up_words(result))


def test_good_so_far_until_all_stores_were_visited() -> None:
    rows = outcomes("s1", AFTER, False)
    assert shown(*rows, stores=("s1", "s2")) is FollowUpOutcome.SO_FAR
    assert shown(*rows, *outcomes("s2", AFTER, False), stores=("s1", "s2")) is FollowUpOutcome.VERIFIED


def test_one_fault_of_a_critical_item_is_one_too_many() -> None:
    rows = outcomes("s1", AFTER, *[False] * 20, True)
    assert shown(*rows, critical=True) is FollowUpOutcome.CAME_BACK
    assert shown(*rows) is FollowUpOutcome.VERIFIED


def test_faults_no_rarer_than_chance_makes_them_came_back() -> None:
    assert shown(*outcomes("s1", AFTER, True, False)) is FollowUpOutcome.CAME_BACK


def test_without_visits_before_there_is_no_chance() -> None:
    result = follow_up("a", ("s1",), (SINCE, DONE), outcomes("s1", AFTER, False), is_critical=False)
    assert result is not None
    assert (result.outcome, result.chance) == (FollowUpOutcome.VERIFIED, None)
    assert "not known" in str(follow_up_words(result))
    back = follow_up("a", ("s1",), (SINCE, DONE), outcomes("s1", AFTER, True), is_critical=False)
    assert back is not None
    assert (back.outcome, back.proposed) == (FollowUpOutcome.CAME_BACK, "open")
