"""Visits differ in weekday and hour, and on request no store gains or loses by when it was visited."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from helpers import chains, samples
from numpy.typing import NDArray

from cemaudit import compare
from cemaudit.compare.fitting import fit_mixed_model
from cemaudit.compare.from_snapshot import estimate_trend, fit_league, read_cross_tabulation
from cemaudit.compare.league_table import adjusted_scores
from cemaudit.compare.report_data import league_report_data
from cemaudit.compare.selection import Selection
from cemaudit.errors import BadInput
from cemaudit.language import use
from cemaudit.ledger.query.keys import Condition
from cemaudit.ledger.query.question import LedgerQuery
from cemaudit.ledger.query.reading import Local, reading
from cemaudit.ledger.query.statement import Filter
from cemaudit.ledger.query.views import show
from cemaudit.model import Visit
from cemaudit.report import league_report
from cemaudit.scoring import audit_visit

COUNT = 160
MONDAY, SATURDAY = dt.date(2026, 3, 2), dt.date(2026, 3, 7)
SEOUL = dt.timezone(dt.timedelta(hours=9))


def visits(worse: int, *, step: str | None = None) -> list[Visit]:
    """Visits of eight stores, some of them far more often on Saturday afternoons, where C is ``worse`` points less."""
    draw = random.Random(4)
    return [_visit(draw, number, worse, step) for number in range(COUNT)]


def _visit(draw: random.Random, number: int, worse: int, step: str | None) -> Visit:
    store = number % 8
    crowded = draw.random() < (store + 1) / 9
    seen = 3 + (draw.random() < 0.2 + 0.1 * (store % 4)) + (draw.random() < 0.4)
    day, hour = (SATURDAY, 15) if crowded else (MONDAY, 9)
    return samples.visit(
        id=f"v{number}",
        checklist=chains.SHOPS[0].ref,
        store=f"s{store}",
        shopper=f"u{draw.randrange(5)}",
        wave=f"w{1 + number // 80}",
        started=dt.datetime.combine(day, dt.time(hour, number % 60), SEOUL),
        occasion="busy" if crowded else None,
        place=f"place {number}",
        answers={"C": seen - worse * crowded},
        skipped={item: {"state": "not-applicable"} for item in "ABD"},
        **({"episode": {"id": f"E{number // 8}-{store}", "step": step}} if step else {}),
    )


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Snapshots of visits that Saturdays make no worse, and two points worse."""
    home = tmp_path_factory.mktemp("times")
    made = {}
    for worse in (0, 2):
        (home / str(worse)).mkdir()
        made[worse] = chains.network(home / str(worse), visits(worse)).folder
    return made


@pytest.fixture
def snapshot(folders: dict[int, Path]) -> Iterator[Local]:
    with reading(folders[2]) as opened:
        yield opened


def selection(*keys: str) -> Selection:
    return Selection(measure="plain", pool="", adjust_for=keys)


def league(folder: Path, *keys: str) -> NDArray[np.float64]:
    """The score of each store against their mean."""
    with reading(folder) as opened:
        crossed = read_cross_tabulation(opened, selection(*keys))
        found = adjusted_scores(fit_mixed_model(crossed), np.eye(len(crossed.stores)))[0]
    return found - found.mean()


@pytest.mark.parametrize("keys", [("weekday",), ("hour",), ("hour-band",), ("weekday", "hour-band"), ("occasion",)])
def test_adjusted_for_no_store_loses_by_when_it_was_visited(folders: dict[int, Path], keys: tuple[str, ...]) -> None:
    even, uneven = league(folders[0], *keys), league(folders[2], *keys)
    assert np.ptp(even) > 5
    assert uneven == pytest.approx(even, abs=1e-4)


def test_unless_asked_nothing_is_adjusted_and_the_screen_says_so(folders: dict[int, Path], snapshot: Local) -> None:
    even, uneven = league(folders[0]), league(folders[2])
    assert np.corrcoef(uneven - even, np.arange(8))[0, 1] < -0.9
    said = [str(note) for note in read_cross_tabulation(snapshot, selection()).facts.notes]
    assert (
        "Not adjusted, although it differs between the visits: weekday, hours of the day (--adjust weekday,hour-band)."
        in said
    )


def test_what_is_adjusted_for_is_said_and_what_does_not_differ_is_not(snapshot: Local) -> None:
    facts = read_cross_tabulation(snapshot, selection("weekday", "hour")).facts
    assert facts.adjusted_for == ("weekday", "hour")
    assert [str(note) for note in facts.notes] == [
        "No case-mix adjustment: this measure is not a mean of item points.",
        "Scores are adjusted for circumstances of the visits: weekday, hour.",
    ][-len(facts.notes) :]
    chosen = Filter((Condition("weekday", ("sat",)),))
    one_day = read_cross_tabulation(snapshot, Selection(chosen, measure="plain", pool=""))
    assert not any("Not adjusted" in str(note) for note in one_day.facts.notes)


def test_keys_that_are_none_and_words_of_too_many_kinds_are_refused(snapshot: Local) -> None:
    with pytest.raises(BadInput, match=r"nothing to adjust for: weekdy.*did you mean weekday"):
        selection("weekdy")
    with pytest.raises(BadInput, match="place has 160 values, too many to adjust for"):
        read_cross_tabulation(snapshot, selection("place"))


def test_visits_of_an_episode_stay_one_whenever_they_were(tmp_path: Path) -> None:
    folder = chains.network(tmp_path, visits(2, step="first")).folder
    with reading(folder) as opened:
        plain = read_cross_tabulation(opened, selection())
        adjusted = read_cross_tabulation(opened, selection("weekday"))
    assert adjusted.visits.tolist() == plain.visits.tolist()


def test_trends_are_adjusted_alike(snapshot: Local) -> None:
    trend = estimate_trend(snapshot, selection("weekday"))
    assert trend.facts.adjusted_for == ("weekday",)


def test_grouped_by_weekday_and_hour_means_are_those_of_the_visits(snapshot: Local) -> None:
    rows = show(snapshot, "heatmap", LedgerQuery(("hour", "weekday"), measure="plain")).rows
    assert [(row["hour"], row["weekday"]) for row in rows] == [("09", "mon"), ("15", "sat")]
    counts: dict[tuple[str, str], int] = defaultdict(int)
    for visit in visits(2):
        assert visit.started
        counts[f"{visit.started.hour:02}", f"{visit.started:%a}".lower()] += 1
    assert {(row["hour"], row["weekday"]): row["scored"] for row in rows} == counts


@pytest.mark.parametrize(
    ("condition", "count"),
    [
        (Condition("weekday", ("sat",)), None),
        (Condition("hour", ("15",)), None),
        (Condition("hour-band", ("14-17",)), None),
        (Condition("occasion", ("busy",)), None),
        (Condition("season", ("spring",)), COUNT),
        (Condition("hour", ("9", "15")), COUNT),
        (Condition("persona", ("",)), COUNT),
        (Condition("place", ("place 7",)), 1),
    ],
)
def test_visits_are_chosen_by_circumstances(snapshot: Local, condition: Condition, count: int | None) -> None:
    crowded = sum(visit.occasion == "busy" for visit in visits(2))
    rows = show(snapshot, "visits", LedgerQuery(("wave",), Filter((condition,)))).rows
    assert sum(row["visits"] for row in rows) == (crowded if count is None else count)


@pytest.mark.parametrize(("key", "value"), [("weekday", "saturday"), ("hour", "25"), ("season", "fall")])
def test_values_that_cannot_be_are_refused_with_those_there_are(snapshot: Local, key: str, value: str) -> None:
    with pytest.raises(BadInput, match=f"expected one of .*, found {value}"):
        show(snapshot, "visits", LedgerQuery(("wave",), Filter((Condition(key, (value,)),))))


def test_a_snapshot_from_before_says_that_they_are_not_known(snapshot: Local) -> None:
    kept = tuple(part for part in snapshot.manifest.parts if part.kind != "circumstances")
    snapshot.manifest = snapshot.manifest._replace(parts=kept)
    with pytest.raises(BadInput, match=r"are not known: this snapshot does not hold them.*make it again"):
        show(snapshot, "heatmap", LedgerQuery(("hour", "weekday")))
    with pytest.raises(BadInput, match="are not known"):
        read_cross_tabulation(snapshot, selection("weekday"))
    facts = read_cross_tabulation(snapshot, selection()).facts
    assert not any("Not adjusted" in str(note) for note in facts.notes)
    assert show(snapshot, "visits", LedgerQuery(("season",))).rows == [{"season": "spring", "visits": COUNT}]
    assert league_report_data(snapshot, selection()).times is None


def test_the_league_report_has_a_map_with_the_visits_of_each_cell(snapshot: Local) -> None:
    account = league_report_data(snapshot, selection())
    assert account.times
    assert (account.times.hours, account.times.weekdays) == (("09", "15"), ("mon", "sat"))
    assert sum(map(sum, account.times.visits)) == COUNT
    assert account.times.scores[0][1] is None
    (section,) = (section for section in league_report(account).sections if section.id == "times")
    heat = section.blocks[-1]
    assert heat.type == "heat-map"
    assert heat.counts == account.times.visits


def plain_columns(worse: int) -> dict[str, list[object]]:
    """The same visits in plain columns."""
    made = visits(worse)
    audits = [audit_visit(one, chains.SHOPS[0], chains.SCHEMES[0]) for one in made]
    return {
        "store": [one.store for one in made],
        "shopper": [one.shopper for one in made],
        "wave": [one.wave for one in made],
        "checklist": [one.checklist for one in made],
        "scheme": [chains.SCHEMES[0].ref for _ in made],
        "score": [audit.score("plain").value for audit in audits],
        "weekday": ["sat" if one.day == SATURDAY else "mon" for one in made],
        "occasion": [one.occasion for one in made],
        "row": list(range(len(made))),
    }


@pytest.mark.parametrize("keys", [(), ("weekday",), ("occasion",), ("weekday", "occasion")])
def test_plain_columns_are_adjusted_to_the_same_numbers(folders: dict[int, Path], keys: tuple[str, ...]) -> None:
    table = compare.league(plain_columns(2), pool="", adjust_for=keys)
    with reading(folders[2]) as opened:
        asked = replace(selection(*keys), adjusted=False, scale="points")
        kept = fit_league(opened, asked, scale="points")
    assert [one.store for one in table.standings] == [one.store for one in kept.standings]
    for one, other in zip(table.standings, kept.standings, strict=True):
        assert (one.score, one.se) == pytest.approx((other.score, other.se), rel=1e-12)
    assert table.facts.adjusted_for == keys
    assert any("adjusted for circumstances" in str(note) for note in table.facts.notes) == bool(keys)


def test_a_column_that_is_not_there_or_has_too_many_values_is_refused() -> None:
    with use("en"):
        with pytest.raises(BadInput, match="there is no column hour"):
            compare.league(plain_columns(2), pool="", adjust_for=("hour",))
        with pytest.raises(BadInput, match="row has 160 values, too many to adjust for"):
            compare.league(plain_columns(2), pool="", adjust_for=("row",))
