"""The score of whole episodes as a measure that stores are compared by and followed in."""

from __future__ import annotations

import json
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest
from helpers import care
from helpers.program import call

from cemaudit.compare.drop_outs import DropOutCounts, drop_out_sentences, drop_outs_of
from cemaudit.compare.from_snapshot import episode_drop_outs, estimate_trend, fit_league, read_visit_arrays
from cemaudit.compare.intervals import wilson_interval
from cemaudit.compare.queries.episode_scores import episode_table
from cemaudit.compare.queries.episodes import episode_view
from cemaudit.compare.selection import EPISODE_MEASURE, Selection
from cemaudit.errors import BadInput
from cemaudit.ledger import open_ledger
from cemaudit.ledger.history import review_visits
from cemaudit.ledger.query import LedgerQuery
from cemaudit.ledger.query.keys import Condition
from cemaudit.ledger.query.reading import reading
from cemaudit.ledger.query.statement import Filter
from cemaudit.ledger.snapshot.taking import update_snapshot
from cemaudit.ledger.states import VisitState
from cemaudit.ledger.store_registry import Store, import_stores

SELECTION = Selection(measure=EPISODE_MEASURE)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four clinics with six treatments each, one visit excluded; the stores have regions."""
    home = tmp_path_factory.mktemp("episodes")
    visits = list(care.treatments())
    with open_ledger(str(home / "hq.db"), make=True, who="hq") as ledger:
        import_stores(
            ledger, [Store(id=f"s{number}", name=f"C{number}", region="ns"[number % 2]) for number in range(5)]
        )
        care.collect(ledger, *visits)
        review_visits(ledger, [visits[1].id], VisitState.EXCLUDED, "not a patient of ours")
        update_snapshot(ledger, care.engine(), home / "hq-snapshot")
    return home / "hq-snapshot"


def queried(snapshot: Path, *by: str, **conditions: str) -> list[dict[str, Any]]:
    which = Filter(tuple(Condition(key, (value,)) for key, value in conditions.items()))
    with reading(snapshot) as opened:
        return episode_view(opened, LedgerQuery(by, which)).rows


def test_the_mean_of_a_store_is_that_of_its_episodes(snapshot: Path) -> None:
    with reading(snapshot) as opened:
        league = fit_league(opened, SELECTION)
    means = {standing.store: (standing.visits, standing.raw) for standing in league.standings}
    assert means == {row["store"]: (row["scored"], pytest.approx(row["mean"])) for row in queried(snapshot, "store")}
    assert league.facts.visits == sum(row["scored"] for row in queried(snapshot, "checklist"))


def test_each_wave_has_its_episodes(snapshot: Path) -> None:
    with reading(snapshot) as opened:
        trend = estimate_trend(opened, SELECTION)
    counted = {row["wave"]: row["scored"] for row in queried(snapshot, "wave")}
    assert {point.wave: point.visits for point in trend.network.points} == counted


def test_regions_are_compared_by_their_stores_episodes(snapshot: Path) -> None:
    with reading(snapshot) as opened:
        league = fit_league(opened, Selection(measure=EPISODE_MEASURE, unit="region"))
    counted = {row["region"]: row["scored"] for row in queried(snapshot, "region")}
    assert {standing.store: standing.visits for standing in league.standings} == counted


def test_conditions_choose_episodes(snapshot: Path) -> None:
    only = Selection(Filter((Condition("region", ("n",)),)), measure=EPISODE_MEASURE)
    with reading(snapshot) as opened:
        arrays = read_visit_arrays(opened, only)
    assert fmean(arrays.raw) == pytest.approx(queried(snapshot, "region", region="n")[0]["mean"])
    assert arrays.shoppers


def test_what_has_no_score_is_left_out_and_told(snapshot: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with reading(snapshot) as opened:
        whole = episode_table(opened, SELECTION)
        define = type(opened).define

        def without_first(self: Any, name: str, sql: str) -> None:
            first = f"number = (select min(number) from ({sql}))"
            scored = f"select * replace (case when {first} then null else score end as score) from ({sql})"
            define(self, name, scored if name == "visits" else sql)

        monkeypatch.setattr(type(opened), "define", without_first)
        table = episode_table(opened, SELECTION)
    assert table.facts.left_out == {"nothing-to-score": 1}
    assert table.facts.visits == whole.facts.visits - 1


def test_drop_outs_are_those_of_the_query(snapshot: Path) -> None:
    with reading(snapshot) as opened:
        by_store = episode_drop_outs(opened, SELECTION, "store")
    rows = queried(snapshot, "store")
    assert {store: share.counts[:3] for store, share in by_store.shares.items()} == {
        row["store"]: (row["episodes"], row["dropped_out"], row["missing"]) for row in rows
    }
    assert by_store.whole
    assert by_store.whole.counts.dropped_out == sum(row["dropped_out"] for row in rows) > 0


def test_drop_outs_say_what_is_not_known() -> None:
    drop_outs = drop_outs_of(
        "store", {"a": DropOutCounts(4, 1, 2, 3), "b": DropOutCounts(6, 0, 0, 6), "c": DropOutCounts()}, 0.9
    )
    assert list(drop_outs.shares) == ["a", "b"]
    assert drop_outs.shares["a"].interval == wilson_interval(1, 4, 0.9)
    assert drop_outs.whole
    assert (drop_outs.whole.counts, drop_outs.whole.interval) == ((10, 1, 2, 9), wilson_interval(1, 10, 0.9))
    first, second, third = map(str, drop_out_sentences(drop_outs))
    assert "1 of 10" in first
    assert "2" in second
    assert "plan is not known: 1" in third
    assert list(drop_out_sentences(drop_outs_of("store", {}, 0.9))) == []


@pytest.mark.parametrize(
    "more", [{"scheme": "x@1"}, {"facet": "channel"}, {"adjust_for": ("weekday",)}, {"scale": "arcsine"}]
)
def test_what_episodes_do_not_have_is_refused(snapshot: Path, more: dict[str, Any]) -> None:
    with reading(snapshot) as opened, pytest.raises(BadInput, match="by their score alone"):
        episode_table(opened, Selection(measure=EPISODE_MEASURE, **more))


def test_no_measure_of_a_scheme_can_be_taken_for_it(snapshot: Path) -> None:
    """A snapshot without episodes says so, whatever its schemes measure."""
    with pytest.MonkeyPatch.context() as patch, reading(snapshot) as opened:
        patch.setattr(type(opened.manifest), "files", lambda *_: [])
        with pytest.raises(BadInput, match="make the snapshot again"):
            episode_table(opened, SELECTION)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_commands_show_score_and_drop_outs(snapshot: Path, language: str) -> None:
    asked = ("--measure", "episode", "--snapshot", str(snapshot), "--lang", language)
    league = call(snapshot.parent, "compare", *asked)
    trend = call(snapshot.parent, "trend", *asked)
    pair = call(snapshot.parent, "compare", "stores", "s1", "s2", *asked)
    assert (league.code, trend.code, pair.code) == (0, 0, 0)
    words = {"en": ("Episodes", "Drop-outs"), "ko": ("에피소드", "이탈")}[language]
    for word in words:
        assert word in league.out
        assert word in trend.out
    assert words[0] in pair.out


def test_programs_get_both(snapshot: Path) -> None:
    asked = ("--measure", "episode", "--snapshot", str(snapshot))
    league = json.loads(call(snapshot.parent, "compare", *asked, "--json").out)
    episodes = {row["store"]: row for row in queried(snapshot, "store")}
    for row in league["standings"]:
        assert row["raw"] == pytest.approx(episodes[row["store"]]["mean"])
        assert row["missing"] == episodes[row["store"]]["missing"]
    assert (league["measure"], league["drop_outs"]["episodes"]) == ("episode", 24)
    trend = json.loads(call(snapshot.parent, "trend", *asked, "--json").out)
    assert sum(row["episodes"] for row in trend["drop_outs"]["by"]) == 24
    header = call(snapshot.parent, "compare", *asked, "--csv").out.splitlines()[0]
    assert header.endswith("episodes,missing,dropped_out,drop_out_share,drop_out_low,drop_out_high")


@pytest.mark.parametrize("more", [("--report", "out"), ("--relation",), ("--by", "channel"), ("--adjust", "hour")])
def test_what_does_not_go_together_is_told(snapshot: Path, more: tuple[str, ...]) -> None:
    asked = ("compare", "--measure", "episode", "--snapshot", str(snapshot))
    assert call(snapshot.parent, *asked, *more).code in {2, 3}


def test_trend_by_a_facet_is_refused(snapshot: Path) -> None:
    with reading(snapshot) as opened, pytest.raises(BadInput, match="by their score alone"):
        estimate_trend(opened, SELECTION, "channel")


def test_a_scheme_that_scored_episodes_only_does_not_matter(snapshot: Path) -> None:
    with reading(snapshot) as opened:
        whole = episode_table(opened, SELECTION)
        opened.manifest = opened.manifest._replace(schemes={})
        assert episode_table(opened, SELECTION).score_sum() == whole.score_sum()
