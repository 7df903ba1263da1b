"""The place of a store in its own report."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cemaudit.compare.intervals import Interval
from cemaudit.compare.report_records import HistoryLine, ScoreHistory, StorePlace
from cemaudit.hookspecs import Context
from cemaudit.language import message
from cemaudit.report import report_bytes, store_report
from cemaudit.report.sections.place import place_section


@pytest.fixture
def place(make_league):
    league = make_league()
    peers = league.standings[:20]
    own = peers[12]
    return StorePlace(
        standing=own,
        stores=60,
        centre=league.centre,
        measure="Performance",
        target=72.0,
        peers=peers,
        peer_group="same format",
        course=ScoreHistory(("2026-1", "2026-2"), (HistoryLine(own.name, (70.0, 73.0), (Interval(64, 76), None)),)),
        notes=(message("Nothing that is more than chance."),),
    )


@pytest.fixture
def drawn(context, read):
    def draw(place, language="en"):
        return read(report_bytes(store_report(context, place=place), language))

    return draw


def test_a_store_sees_its_interval_its_ranks_and_its_course(drawn, place):
    own = place.standing
    text = drawn(place).text
    assert f"lies between {own.rank.low} and {own.rank.high} (90% interval)" in text
    assert f"{own.interval.low:.1f} – {own.interval.high:.1f}" in text
    assert own.name in text
    assert "2026-1" in text


def test_other_stores_are_not_named_unless_they_may_be(drawn, place):
    others = [peer.name for peer in place.peers if peer.store != place.standing.store]
    hidden, named = drawn(place).text, drawn(replace(place, named=True)).text
    assert not any(f"{name} " in hidden for name in others)
    assert all(name in named for name in others)
    assert "Another store 1" in hidden


def test_of_many_peers_the_nearest_are_shown(make_league, place):
    standings = make_league(count=300).standings
    for at in (0, 150, 299):
        section = place_section(replace(place, peers=standings, standing=standings[at], named=True))
        (chart,) = (block for block in section.blocks if block.type == "intervals")
        assert len(chart.rows) == 24
        assert [row.label for row in chart.rows if row.strong] == [standings[at].name]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_too_few_visits_and_stores_apart_have_no_rank(drawn, place, language):
    own = replace(place.standing, rank=None, group=None)
    few = drawn(replace(place, standing=own), language).text
    assert {"en": "no rank is given", "ko": "순위를 제시하지 않습니다"}[language] in few
    apart = drawn(replace(place, standing=replace(own, is_isolated=True), peers=()), language).text
    assert {"en": "visited no other store", "ko": "다른 매장과 비교하지 않습니다"}[language] in apart


def test_the_place_follows_the_summary(context, place):
    report = store_report(context, place=place)
    assert [section.id for section in report.ordered][:2] == ["summary", "place"]
    assert "place" not in [section.id for section in store_report(context).ordered]


def test_a_store_report_needs_no_numpy():
    import subprocess
    import sys

    code = "import sys, cemaudit.report.store; sys.exit(any(name in sys.modules for name in ('numpy', 'scipy')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_context_without_visits_before(make_audit, place):
    assert store_report(Context(audits=[make_audit()]), place=place).ordered
