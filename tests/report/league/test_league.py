"""What a league report says, and that it can be said whatever is missing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from cemaudit.compare.drivers.ipa import Suggestion
from cemaudit.compare.intervals import Interval, Standing
from cemaudit.compare.league_table import RankingQuality
from cemaudit.compare.promises import KeptTotals, PromiseCell, promise_summary
from cemaudit.compare.relation import UNKNOWN_FLAG, VisitFlags, relation_of_stores
from cemaudit.compare.reliability import StandardDeviations, variance_components
from cemaudit.compare.report_records import FindingCount, FindingSummary
from cemaudit.language import message, use
from cemaudit.model import Severity, Text
from cemaudit.model.blocks import Table
from cemaudit.model.platform import Platform
from cemaudit.report import league_report, report_bytes, write_report
from cemaudit.report.league.drivers import HINTS

HOSTILE = "<b>x</b> \ud800 \x00\u202e" + "가" * 400


@pytest.fixture
def drawn(read, make_account):
    """The PDF of an account."""

    def draw(language="en", account=None, **changes):
        return read(report_bytes(league_report(account or make_account(**changes)), language))

    return draw


def ids(report):
    return [section.id for section in report.ordered]


def test_every_part_has_its_section(account):
    assert ids(league_report(account)) == [
        "summary",
        "league",
        "funnel",
        "parts",
        "channels",
        "trend",
        "drivers",
        "importance",
        "findings",
        "everyone",
        "method",
    ]


def relation_of(names, flags):
    """The relation of stores with 20 visits each, whose negative ones are those of ``flags``."""
    visits = VisitFlags(
        tuple(names),
        np.repeat(np.arange(len(names)), 20),
        np.tile(np.arange(20), len(names)),
        np.tile(np.arange(20), len(names)),
        np.concatenate(flags).astype(np.int8),
        np.full(20 * len(names), UNKNOWN_FLAG, np.int8),
    )
    return relation_of_stores(visits)


@pytest.mark.parametrize(
    ("language", "title", "alert"), [("en", "Relation and trust", "a broken run"), ("ko", "관계와 신뢰", "연속 끊김")]
)
def test_the_relation_of_each_store_has_a_row(make_account, make_league, drawn, language, title, alert):
    """In the order of the league; a store whose last visit broke its run stands out, and the alert is told."""
    stores = [one.store for one in make_league(8).standings]
    broken = np.array([0] * 19 + [1])
    account = replace(
        make_account(count=8), relation=relation_of(stores, [broken, *[np.arange(20) % 2 for _ in stores[1:]]])
    )
    assert "relation" in ids(league_report(account))
    (section,) = (section for section in league_report(account).sections if section.id == "relation")
    (table,) = (block for block in section.blocks if block.type == "table")
    assert [str(row[0].text) for row in table.rows] == [one.name for one in account.league.standings]
    first = table.rows[0]
    assert (first[2].text, first[4].text, first[4].tone) == ("95%", "19 / 0", "poor")
    assert {row[4].tone for row in table.rows[1:]} == {"plain"}
    text = " ".join(drawn(language, account).text.split())
    assert title in text
    assert alert in text


def test_of_very_many_stores_those_that_stand_out_have_a_row(make_account, make_league):
    stores = [one.store for one in make_league(200).standings]
    flags = [np.arange(20) % 2 for _ in stores]
    flags[100] = np.ones(20, int)
    account = replace(make_account(count=200), relation=relation_of(stores, flags))
    (section,) = (section for section in league_report(account).sections if section.id == "relation")
    (table,) = (block for block in section.blocks if block.type == "table")
    shown = [str(row[0].text) for row in table.rows]
    assert len(shown) == 25
    assert account.league.standings[100].name in shown


def test_what_is_not_known_has_no_section(make_account, make_league):
    account = make_account()
    bare = type(account)(league=make_league(), subject="")
    assert ids(league_report(bare)) == ["summary", "league", "everyone", "method"]


def findings_of(account):
    (section,) = (section for section in league_report(account).sections if section.id == "findings")
    return section.blocks


def test_strengths_are_one_row_after_all_faults(account):
    praised = [
        FindingCount(name, Severity.STRENGTH, Text(ko="뛰어난 경험", en="Strength"), times, 1)
        for name, times in (("a", 2), ("b", 9), ("c", 4), ("d", 1), ("e", 3))
    ]
    faults = tuple(one for one in account.findings.counts if one.severity is not Severity.STRENGTH)
    (table,) = findings_of(replace(account, findings=FindingSummary((*praised, *faults))))
    with use("en"):
        rows = [[str(getattr(cell, "text", cell)) for cell in row] for row in table.rows]
    assert [row[0] for row in rows].count("Strength") == 1
    assert rows[-1] == ["Strength", "b (9), c (4), e (3), and 2 more", "19", ""]


def test_findings_that_are_not_known_are_said_to_be_so_and_never_counted(account):
    (paragraph,) = findings_of(replace(account, findings=FindingSummary(None)))
    assert (paragraph.type, "cemaudit snapshot" in paragraph.text.ko) == ("paragraph", True)
    assert "make it again" in paragraph.text.en.lower()
    failed = FindingSummary(account.findings.counts, (message("Nothing that is more than chance."),))
    assert [block.type for block in findings_of(replace(account, findings=failed))] == ["table", "paragraph"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Look here first", "Take any two stores", "Pairs that can be distinguished", "target of 72.0"]),
        ("ko", ["먼저 살펴볼 매장", "그 차이가 우연이 아니라고", "구분되는 쌍의 비율", "목표 72.0점"]),
    ],
)
def test_the_first_page_says_where_to_go_and_what_is_noise(drawn, account, language, words):
    first = " ".join(drawn(language, account).pages[0].split())
    for word in words:
        assert word in first
    assert account.league.flagged
    for standing in account.league.flagged:
        assert standing.name in first


def test_every_store_is_in_the_list_with_its_interval(drawn, account):
    text = drawn(account=account).text
    for standing in account.league.standings:
        assert standing.name in text
        assert f"{standing.interval.low:.1f} – {standing.interval.high:.1f}" in text


@pytest.mark.parametrize("language", ["en", "ko"])
def test_nothing_lies_beyond_a_page(drawn, language):
    assert drawn(language).outside() == []


def test_the_same_account_gives_the_same_bytes(make_account):
    first, second = (report_bytes(league_report(make_account()), "ko") for _ in range(2))
    assert first == second


def test_leagues_of_other_visits_have_other_files(make_account, tmp_path):
    paths = {write_report(league_report(make_account(count=count)), tmp_path, "ko") for count in (8, 9)}
    assert len(paths) == 2
    assert all(path.name.startswith("league-") for path in paths)


def test_without_a_target_the_lowest_tenth_is_flagged(drawn):
    text = drawn(target=None).text
    assert "probably among the lowest tenth" in text
    assert "Among the lowest tenth" in text
    assert "target" not in drawn(target=None).pages[0]


def test_without_flags_nobody_is_named(drawn, make_league):
    calm = [replace(one, flagged=False) for one in make_league().standings]
    first = " ".join(drawn(standings=tuple(calm), false_flag_rate=None).pages[0].split())
    assert "No stores that surely stand out for the worse" in first
    assert "Look here" not in first


def test_stores_without_a_place_are_counted_and_listed(drawn, make_league):
    standings = list(make_league().standings)
    few = sum(1 for one in standings if one.rank is None)
    assert few
    standings[0] = replace(standings[0], rank=None, group=None, is_isolated=True)
    pdf = drawn(standings=tuple(standings))
    assert f"{few} stores with fewer than 3 visits, and 1 store whose only shopper" in pdf.text
    assert "Without a place" in pdf.text


def test_lower_may_be_better(drawn, make_league):
    facts = replace(make_league().facts, better="lower")
    text = drawn(facts=facts).text
    assert "probably above the target of 72.0" in text


def test_one_store_in_a_league(drawn):
    one = Standing("s", "Only", "", 1, None, 50.0, 50.0, 0.0, Interval(50, 50), None)
    nothing = StandardDeviations(0, 0, 0)
    pdf = drawn(
        standings=(one,),
        spreads=nothing,
        variance_components=variance_components(nothing),
        order=RankingQuality(0, 0, None, 0, 0, 0),
        false_flag_rate=None,
        sensitivity=None,
        shoppers=0,
    )
    assert "Only" in pdf.text
    assert pdf.outside() == []


@pytest.mark.slow
def test_ten_thousand_stores_are_a_short_report(drawn):
    pdf = drawn(count=10_000)
    assert len(pdf) < 35
    assert "drawn as 300 evenly chosen lines" in pdf.text
    assert "Not listed: 9,700 more." in pdf.text


def test_regions_have_no_reliability(drawn, make_league):
    regions = [replace(one, reliability=None) for one in make_league(count=8).standings]
    text = drawn(standings=tuple(regions), unit="region").text
    assert "8 regions" in text
    assert "Region" in text
    assert " Reliability " not in text


def test_hostile_names(make_account, read):
    account = make_account(count=8)
    hostile = [replace(one, name=HOSTILE, flagged=True) for one in account.league.standings]
    pdf = read(report_bytes(league_report(make_account(count=8, standings=tuple(hostile))), "en"))
    assert pdf.outside() == []
    assert "<b>x</b>" in pdf.text


@pytest.mark.parametrize(
    ("language", "suggestion", "sentence"),
    [
        ("en", "must keep", "must be kept, whichever quarter it lies in"),
        ("ko", "지켜야 함", "어느 칸에 있든 지켜야 합니다"),
    ],
)
def test_what_must_be_kept_is_called_that(drawn, account, language, suggestion, sentence):
    assert set(HINTS) == set(Suggestion)
    text = " ".join(drawn(language, account).text.split())
    assert suggestion not in text
    study = account.study
    bound = tuple(
        replace(driver, hint=Suggestion.MUST_KEEP)
        if driver.hint in {Suggestion.REDUCE, Suggestion.ELIMINATE}
        else driver
        for driver in study.drivers
    )
    text = " ".join(drawn(language, replace(account, study=replace(study, drivers=bound))).text.split())
    assert text.count(suggestion) == 2
    assert sentence in text


def test_promises_stand_with_the_worst_store_and_channel_that_are_told_apart(make_account):
    texts = {name: {"ko": name, "en": name} for name in ("title", "positioning", "theme")}
    listed = [{"id": name, "title": {"ko": name, "en": name}} for name in ("quick", "later", "nobody")]
    platform = Platform.model_validate({"id": "p", "version": "1", **texts, "promises": listed})
    twenty = {1: KeptTotals(20, 20, 20, 20, 20, 20), 0: KeptTotals(20, 20, 0, 0, 0, 20)}
    cells = {
        "s0": {PromiseCell("quick"): twenty[1], PromiseCell("quick", "electronic"): twenty[0]},
        "s1": {PromiseCell("quick"): twenty[0], PromiseCell("quick", "face-to-face"): twenty[1]},
    }
    summary = promise_summary(platform, {"c@1": {"quick": ("A",), "later": ("B",)}}, cells)
    sections = {section.id: section for section in league_report(replace(make_account(), promises=summary)).sections}
    with use("en"):
        table = next(block for block in sections["promises"].blocks if isinstance(block, Table))
        rows = [[str(getattr(cell, "text", cell)) for cell in row] for row in table.rows]
    assert rows[0][1:5] == ["50%", "37% – 63%", "40", "40"]
    assert rows[0][5].endswith("(0%)")
    assert rows[0][6] == "Electronic (0%)"
    assert [row[1] for row in rows[1:]] == ["not known", "not audited"]
    assert "promises" not in {section.id for section in league_report(make_account()).sections}


@pytest.mark.parametrize(("language", "more"), [("en", "and 2 more"), ("ko", "외 2곳")])
def test_stores_that_failed_a_critical_item_are_named_below_it(account, language, more):
    failed = FindingCount(
        "Payment",
        Severity.CRITICAL,
        "Not met: a receipt",
        24,
        22,
        (("s1 하나", 3), *((f"s{n}", 1) for n in range(2, 23))),
    )
    minor = FindingCount("Payment", Severity.MINOR, "A long queue", 2, 2)
    (table,) = findings_of(replace(account, findings=FindingSummary((failed, minor))))
    with use(language):
        _, of_item, of_stores, other = [[str(getattr(cell, "text", cell)) for cell in row] for row in table.rows]
    assert of_item[1:] == ["Not met: a receipt", "24", "22"]
    assert of_stores == ["", ", ".join(["s1 하나 (3)", *(f"s{n}" for n in range(2, 21)), more]), "", ""]
    assert other[1] == "A long queue"
