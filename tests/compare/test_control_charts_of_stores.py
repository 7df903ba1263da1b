"""Stores are watched visit by visit: who really changed is found, and false alarms keep to their budget."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from helpers import crosstabs

from cemaudit.compare.control_charts import (
    DatedVisits,
    StoreMonitoring,
    VisitResiduals,
    average_run_length,
    monitor_stores,
    visit_residuals,
)
from cemaudit.compare.fitting import fit_mixed_model
from cemaudit.compare.waves import Wave

WAVES = [Wave(f"w{number + 1}", number) for number in range(4)]
STORES, CHANGED = 250, 20


@cache
def rests(drop: float, seed: int = 1) -> VisitResiduals:
    """Four visits in each of four waves by any of 40 shoppers; in the last the first ``CHANGED`` stores have fallen."""
    draw = np.random.default_rng(seed)
    store, wave = np.repeat(np.arange(STORES), 16), np.tile(np.repeat(np.arange(4), 4), STORES)
    shopper = draw.integers(0, 40, len(store))
    fallen = drop * ((store < CHANGED) & (wave == 3))
    parts = draw.normal(0, 5, STORES)[store], draw.normal(0, 5, 40)[shopper], draw.normal(0, 10, len(store))
    score = 70 + 3.0 * wave + sum(parts) - fallen
    model = fit_mixed_model(crosstabs.crossed(store, shopper, score, wave=wave))
    return visit_residuals(DatedVisits(store, shopper, wave, np.arange(len(store)), (), score), model)


def watched(rows: VisitResiduals, budget: float = 2.0) -> StoreMonitoring:
    found = monitor_stores(rows, WAVES[:3], WAVES[3:], {"s0": "First Store"}, budget)
    assert found
    return found


@pytest.mark.slow
def test_false_alarms_keep_to_their_budget() -> None:
    found = [watched(rests(0.0, seed), 5.0) for seed in range(1, 6)]
    assert all(one.expected_false_alarms == pytest.approx(5, abs=0.01) for one in found)
    assert 5 <= sum(len(one.alarms) for one in found) <= 40


def test_fewer_false_alarms_are_farther_apart() -> None:
    """A chart nobody can wait for is said to give none."""
    often, seldom, never = (watched(rests(0.0), budget) for budget in (20.0, 1.0, 1e-9))
    assert often.visits_per_false_alarm
    assert seldom.visits_per_false_alarm
    assert 4 < often.visits_per_false_alarm < seldom.visits_per_false_alarm
    assert seldom.visits_per_false_alarm == pytest.approx(average_run_length(seldom.chart))
    assert never.visits_per_false_alarm is None


def test_stores_that_fell_are_found_and_the_others_mostly_not() -> None:
    found = watched(rests(25.0))
    down = {alarm.store for alarm in found.alarms if alarm.direction == "down"}
    changed = {f"s{number}" for number in range(CHANGED)}
    assert len(down & changed) > CHANGED * 0.6
    assert len({alarm.store for alarm in found.alarms} - changed) <= 6


def test_an_alarm_says_where_it_came_and_how_far() -> None:
    for alarm in watched(rests(25.0)).alarms:
        assert abs(alarm.change) > alarm.limit > 0
        assert 1 <= alarm.alarm_visit <= alarm.visits == 4
        assert alarm.direction == ("up" if alarm.change > 0 else "down")
    names = {alarm.store: alarm.name for alarm in watched(rests(60.0)).alarms}
    assert (names["s0"], names["s1"]) == ("First Store", "s1")


def test_a_larger_budget_never_loses_an_alarm() -> None:
    few, many = ({alarm.store for alarm in watched(rests(15.0), budget).alarms} for budget in (0.5, 20.0))
    assert few <= many
    assert len(few) < len(many)


def test_the_order_of_days_is_what_counts() -> None:
    """The last visit is bad; seen first, its average has faded by the end, and seen last, it is fresh."""
    rows = rests(0.0)
    backwards = VisitResiduals(
        **{**{name: getattr(rows, name) for name in rows.__dataclass_fields__}, "day": -rows.day}
    )
    one, other = watched(rows, 100.0), watched(backwards, 100.0)
    assert one.stores == other.stores == STORES
    assert {alarm.store: alarm.alarm_visit for alarm in one.alarms} != {
        alarm.store: alarm.alarm_visit for alarm in other.alarms
    }


def test_without_later_visits_nothing_is_watched() -> None:
    assert monitor_stores(rests(0.0), WAVES[:2], [Wave("w9", 9)], {}, 1.0) is None


def test_the_mean_of_a_store_in_a_wave_is_adjusted() -> None:
    """The rest added to the level is the score less the severity of its shopper."""
    rows = rests(0.0)
    found = rows.score(3, 2)
    assert found
    score, error = found
    those = (rows.store == 3) & (rows.wave == 2)
    assert score == pytest.approx(rows.mean_of_stores[3] + rows.wave_effects[2] + rows.value[those].mean())
    assert error == pytest.approx(rows.sd / 2)
    assert rows.score(3, 1) != found
