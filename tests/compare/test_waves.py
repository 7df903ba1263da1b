"""Changes from wave to wave: contrasts of one model, with what is chance in them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from helpers import crosstabs

from cemaudit.compare.crosstabs import CrossTabulation, cross_tabulate
from cemaudit.compare.fitting import fit_mixed_model
from cemaudit.compare.queries.visits import visit_table
from cemaudit.compare.selection import Selection
from cemaudit.compare.waves import (
    Wave,
    confounded_with_waves,
    individuals_chart_limits,
    network_series,
    series_by_factor,
    waves_by_date,
)
from cemaudit.ledger.query.keys import Condition
from cemaudit.ledger.query.reading import Local
from cemaudit.ledger.query.statement import Filter

WAVES = [Wave(f"w{number + 1}", number) for number in range(3)]


def made(seed: int, *, same: bool) -> tuple[CrossTabulation, list[float]]:
    """Sixty stores in three waves, two visits each; the ``same`` shopper of a store in all waves, or any."""
    draw = np.random.default_rng(seed)
    store, wave = np.repeat(np.arange(60), 6), np.tile([0, 0, 1, 1, 2, 2], 60)
    shopper = store % 12 if same else draw.integers(0, 12, 360)
    severity = draw.normal(0, 8, 12)
    score = 70 + 4 * wave + draw.normal(0, 5, 60)[store] + severity[shopper] + draw.normal(0, 6, 360)
    return crosstabs.crossed(store, shopper, score, wave=wave), [float(score[wave == one].mean()) for one in range(3)]


def test_changes_between_the_same_visits_are_differences_of_means() -> None:
    """Where every store has the same shoppers in every wave, their severity cancels."""
    found, means = made(1, same=True)
    series = network_series(fit_mixed_model(found), WAVES, 0.9)
    assert [point.change for point in series.points[1:]] == pytest.approx(np.diff(means).tolist(), abs=1e-6)
    assert [point.visits for point in series.points] == [120, 120, 120]


def test_severity_that_cancels_does_not_widen_a_change() -> None:
    series = network_series(fit_mixed_model(made(1, same=True)[0]), WAVES, 0.9)
    last = series.points[-1]
    assert last.change_interval
    assert last.interval
    assert last.change_interval.high - last.change_interval.low < last.interval.high - last.interval.low


@pytest.mark.slow
def test_intervals_hold_the_true_change() -> None:
    changed = [
        point.change_interval
        for seed in range(8)
        for point in network_series(fit_mixed_model(made(seed, same=False)[0]), WAVES, 0.9).points[1:]
    ]
    held = sum(one is not None and one.low < 4 < one.high for one in changed)
    assert 12 <= held <= 16


def test_a_change_beyond_chance_is_told() -> None:
    first, second, third = network_series(fit_mixed_model(made(2, same=True)[0]), WAVES, 0.9).points
    assert (first.change, first.is_significant) == (None, False)
    assert second.is_significant
    assert third.is_significant


def test_waves_stand_in_the_order_of_their_days(snapshot: Local) -> None:
    with visit_table(snapshot, Selection()) as table:
        waves = waves_by_date(table)
        levels = table.keys["wave"].levels
    assert sorted(wave.name for wave in waves) == ["w1", "w2"]
    assert all(levels[wave.level_index] == wave.name for wave in waves)


def test_parts_change_as_their_visits_alone_say(snapshot: Local) -> None:
    """A region's change is near that of a model of its visits only."""
    asked = Selection(unit="region")
    with visit_table(snapshot, asked) as table:
        waves = waves_by_date(table)
        whole = fit_mixed_model(cross_tabulate(table))
        assert table.unit_factor
        parts = series_by_factor(table, whole, waves, table.unit_factor, 0.9)
    assert [part.key for part in parts] == ["north", "south", "?"]
    for name, part in zip(("north", "south"), parts, strict=False):
        with visit_table(snapshot, Selection(Filter((Condition("region", (name,)),)))) as table:
            there = {wave.name: wave for wave in waves_by_date(table)}
            own_waves = [there[wave.name] for wave in waves]
            own = network_series(fit_mixed_model(cross_tabulate(table)), own_waves, 0.9)
        assert [point.visits for point in part.points] == [point.visits for point in own.points]
        change, alone = part.points[1], own.points[1]
        assert change.change_interval
        assert alone.change is not None
        assert change.change_interval.low < alone.change < change.change_interval.high


def test_waves_of_other_versions_are_called_mixed_up() -> None:
    found, _ = made(1, same=True)
    by_wave = found.occasion_factors[0]
    other = by_wave._replace(name="checklist", levels=("a@1", "a@2"), codes=np.array([0, 0, 1], np.int32))
    assert not confounded_with_waves(fit_mixed_model(found))
    assert confounded_with_waves(fit_mixed_model(replace(found, occasion_factors=(by_wave, other))))


def test_limits_of_individuals_are_the_textbook_ones() -> None:
    """Mean 5, mean moving range 2: 5 ± 5.32."""
    assert individuals_chart_limits([4, 6, 4, 6, 4, 6]) == pytest.approx((5 - 5.32, 5 + 5.32))
    assert individuals_chart_limits([4, 6, 4, 6, 4]) is None
