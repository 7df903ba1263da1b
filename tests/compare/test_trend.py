"""A trend is told in sentences, and drawn for the network, its parts and single stores."""

from __future__ import annotations

from dataclasses import replace

import pytest
from helpers.chains import Network

from cemaudit.compare.control_charts import EwmaChart, StoreAlarm, StoreMonitoring
from cemaudit.compare.errors import NotEstimable
from cemaudit.compare.from_snapshot import estimate_trend
from cemaudit.compare.selection import Selection
from cemaudit.compare.trends import Trend
from cemaudit.compare.wording import trend_conclusions
from cemaudit.errors import BadInput
from cemaudit.ledger.query.keys import Condition
from cemaudit.ledger.query.reading import Local, reading
from cemaudit.ledger.query.statement import Filter


@pytest.fixture(scope="module")
def trend(chain: Network) -> Trend:
    with reading(chain.folder) as opened:
        return estimate_trend(opened, Selection(), "region")


def with_alarm(trend: Trend, direction: str) -> Trend:
    alarm = StoreAlarm("s1", "Store 1", direction, 3, -9.0, 8.0, 2)  # type: ignore[arg-type]
    waves = tuple(wave.name for wave in trend.waves)
    return replace(trend, watching=StoreMonitoring(waves[:1], waves[1:], EwmaChart(), 9, 30, 0.9, 500.0, (alarm,)))


def test_lines_are_those_of_the_network_and_its_parts(trend: Trend) -> None:
    course = trend.course()
    assert course.waves == tuple(point.wave for point in trend.network.points)
    assert [str(line.name) for line in course.lines] == ["all stores", "north", "south", "?"]
    for line, series in zip(course.lines, (trend.network, *trend.part_series), strict=True):
        assert line.scores == tuple(point.score for point in series.points)
        assert all(
            one and one.low < (score or 0) < one.high for one, score in zip(line.intervals, line.scores, strict=True)
        )


def test_a_store_is_drawn_with_its_region_and_the_network(trend: Trend) -> None:
    course = trend.store_history("s1", "Store 1")
    assert [str(line.name) for line in course.lines] == ["Store 1", "south", "all stores"]
    own = course.lines[0]
    assert any(score is not None for score in own.scores)
    assert [one is None for one in own.intervals] == [score is None for score in own.scores]


def test_a_store_hears_whether_it_changed(trend: Trend) -> None:
    down, up = with_alarm(trend, "down"), with_alarm(trend, "up")
    assert down.watching
    quiet = replace(trend, watching=replace(down.watching, alarms=()))
    for words, one in (("lower than", down), ("higher than", up), ("no more than chance", quiet)):
        assert words in str(one.store_history("s1", "Store 1").notes[-1])


@pytest.mark.parametrize(("direction", "word"), [("down", "Lower"), ("up", "Higher")])
def test_alarms_are_told_by_name(trend: Trend, direction: str, word: str) -> None:
    known = list(map(str, trend_conclusions(with_alarm(trend, direction)).supported))
    assert any(one.startswith(word) and "Store 1" in one for one in known)
    assert any("0.9 of them would give a false alarm" in one for one in known)
    assert any("one false alarm in 500 visits" in one for one in known)


def test_a_change_of_the_network_is_called_what_it_is(trend: Trend) -> None:
    *before, last = trend.network.points
    assert last.change_interval
    for shift, words in ((1000.0, "more than chance"), (-(last.change or 0.0), "may be chance")):
        moved = replace(
            last,
            change=(last.change or 0.0) + shift,
            change_interval=type(last.change_interval)(
                last.change_interval.low + shift, last.change_interval.high + shift
            ),
        )
        told = trend_conclusions(replace(trend, network=trend.network._replace(points=(*before, moved))))
        assert words in str(told.supported[0])


def test_visits_of_no_wave_are_counted(trend: Trend) -> None:
    shown = sum(point.visits for point in trend.network.points)
    note = next(str(note) for note in trend_conclusions(trend).limitations if "Visits without a wave" in str(note))
    assert note.endswith(f": {trend.facts.visits - shown}.")


def test_a_part_that_cannot_be_told_is_named(snapshot: Local) -> None:
    found = estimate_trend(snapshot, Selection(), "channel")
    assert {part.key for part in found.part_series} <= {"face-to-face", "electronic"}
    assert any("measure" in str(note) for note in found.notes)


@pytest.mark.parametrize("baseline", [("w9",), ("w1", "w2")])
def test_a_wrong_baseline_is_refused(snapshot: Local, baseline: tuple[str, ...]) -> None:
    with pytest.raises(BadInput):
        estimate_trend(snapshot, Selection(), baseline=baseline)


def test_one_wave_has_no_trend(snapshot: Local) -> None:
    with pytest.raises(NotEstimable):
        estimate_trend(snapshot, Selection(Filter((Condition("wave", ("w1",)),))))
