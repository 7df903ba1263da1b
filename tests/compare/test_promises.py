"""Promises kept: the share, its interval, the same from columns as visit by visit, and who is told apart."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import ledgers, samples, snapshots, strategies
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cemaudit.compare.errors import NotEstimable
from cemaudit.compare.from_snapshot import kept_promises
from cemaudit.compare.intervals import wilson_interval
from cemaudit.compare.promise_wording import promise_legend, promise_limitations, promise_sentences
from cemaudit.compare.promises import (
    NO_ANSWERS,
    KeptTotals,
    PromiseCell,
    PromiseSummary,
    kept_share,
    promise_summary,
    totals_of_visit,
)
from cemaudit.compare.visit_promises import promises_of_visits
from cemaudit.errors import BadInput
from cemaudit.language import LANGUAGES, use
from cemaudit.ledger import open_ledger
from cemaudit.ledger.query.keys import Condition
from cemaudit.ledger.query.reading import reading
from cemaudit.ledger.query.statement import EVERYTHING, Filter
from cemaudit.model import Checklist, Visit
from cemaudit.model.platform import Platform, proof_items
from cemaudit.scoring import Engine
from cemaudit.simulate import example_platform, simulate

VISITS = st.lists(
    st.integers(0, 5).flatmap(lambda answers: st.tuples(st.just(answers), st.integers(0, answers))), max_size=12
)
LEVELS = st.sampled_from([0.5, 0.8, 0.9, 0.95, 0.99])


def totals(visits: list[tuple[int, int]]) -> KeptTotals:
    together = NO_ANSWERS
    for answers, kept in visits:
        together = together.and_also(totals_of_visit(answers, kept))
    return together


@given(VISITS, LEVELS)
def test_the_interval_holds_the_share_and_lies_within_0_and_1(visits: list[tuple[int, int]], level: float) -> None:
    share = kept_share(totals(visits), level)
    answers, kept = sum(pair[0] for pair in visits), sum(pair[1] for pair in visits)
    assert (share.answers, share.kept, share.visits) == (answers, kept, sum(pair[0] > 0 for pair in visits))
    if not answers:
        assert share.share is None, "never 0 %"
        return
    assert share.share == kept / answers
    assert 0 <= share.interval.low <= share.share <= share.interval.high <= 1
    assert share.interval.low < share.interval.high
    # Clusters never make an interval narrower than as many independent answers would.
    independent = wilson_interval(kept, answers, level)
    width = share.interval.high - share.interval.low
    assert width >= independent.high - independent.low - 1e-9
    wider = kept_share(totals(visits), (1 + level) / 2)
    assert wider.interval.high - wider.interval.low > width


@given(VISITS.filter(lambda visits: any(kept < answers for answers, kept in visits)), st.data())
def test_one_more_answer_kept_never_lowers_the_share(visits: list[tuple[int, int]], data: st.DataObject) -> None:
    place = data.draw(st.sampled_from([index for index, (answers, kept) in enumerate(visits) if kept < answers]))
    better = list(visits)
    better[place] = (visits[place][0], visits[place][1] + 1)
    before, after = kept_share(totals(visits)).share, kept_share(totals(better)).share
    assert before is not None
    assert after is not None
    assert after > before


def test_the_variance_is_that_of_a_share_over_clusters() -> None:
    visits = [(4, 4), (3, 1), (5, 2), (2, 2), (4, 0), (3, 3), (5, 4), (1, 0)]
    answers, kept = (np.array(column, float) for column in zip(*visits, strict=True))
    share, m = kept.sum() / answers.sum(), len(visits)
    residuals = kept - share * answers
    variance = m / (m - 1) * (residuals @ residuals) / answers.sum() ** 2
    effective = share * (1 - share) / variance * (m - 1) / m
    assert effective < answers.sum()
    interval = wilson_interval(share * effective, effective, 0.9)
    assert math.isclose(kept_share(totals(visits), 0.9).interval.low, interval.low)
    assert math.isclose(kept_share(totals(visits), 0.9).interval.high, interval.high)


def test_where_all_answers_agree_a_visit_counts_as_one_answer() -> None:
    assert kept_share(totals([(10, 10)] * 4), 0.9).interval == wilson_interval(4, 4, 0.9)
    assert kept_share(totals([(10, 0)] * 4), 0.9).interval == wilson_interval(0, 4, 0.9)
    assert kept_share(totals([(10, 5)]), 0.9).interval == wilson_interval(0.5, 1, 0.9)


@pytest.mark.slow
def test_it_holds_the_truth_about_as_often_as_it_says() -> None:
    draw = np.random.default_rng(1)
    hits = naive = 0
    for _ in range(2000):
        answers = draw.integers(1, 5, 20)
        kept = draw.binomial(answers, draw.beta(0.8 * 7 / 3, 0.2 * 7 / 3, 20))  # correlation 0.3 within a visit
        share = kept_share(totals(list(zip(answers.tolist(), kept.tolist(), strict=True))), 0.9)
        hits += share.interval.low <= 0.8 <= share.interval.high
        plain = wilson_interval(share.kept, share.answers, 0.9)
        naive += plain.low <= 0.8 <= plain.high
    assert 0.86 < hits / 2000 < 0.94
    assert naive < hits - 100


# Stores and channels


def platform(*promises: str, **keys: Any) -> Platform:
    texts = {name: samples.text(name) for name in ("title", "positioning", "theme")}
    listed = [{"id": name, "title": samples.text(name)} for name in promises or ("quick", "warm", "bold")]
    return Platform.model_validate({"id": "p", "version": "1", **texts, "promises": listed, **keys})


def summary_of(stores: dict[str, list[tuple[int, int]]], **channels: list[tuple[int, int]]) -> PromiseSummary:
    cells = {store: {PromiseCell("quick"): totals(visits)} for store, visits in stores.items()}
    for channel, visits in channels.items():
        cells[next(iter(stores))][PromiseCell("quick", channel)] = totals(visits)
    return promise_summary(platform("quick", "warm"), {"test.shop@1": {"quick": ("A",)}}, cells)


def test_stores_are_best_first_and_told_apart_only_where_the_interval_allows() -> None:
    stores = {"worse": [(2, 1)] * 3, "bad": [(2, 0)] * 20, "good": [(2, 2)] * 20, "middle": [(2, 1)] * 20}
    record = summary_of(stores).records[0]
    assert list(record.stores) == ["good", "middle", "worse", "bad"]
    assert record.unlike_the_chain() == (["bad"], ["good"])
    assert record.worst_store == "bad"
    assert summary_of({"a": [(2, 1)] * 3, "b": [(2, 2)] * 3}).records[0].worst_store is None


def test_the_worst_channel_lies_below_the_best_one() -> None:
    stores = {"a": [(2, 1)] * 40}
    apart = {"electronic": [(1, 0)] * 40, "personal-distant": [(1, 1)] * 40, "face-to-face": [(1, 1)] * 2}
    assert summary_of(stores, **apart).records[0].worst_channel == "electronic"
    assert (
        summary_of(stores, **{"electronic": [(1, 0)] * 2, "face-to-face": [(1, 1)] * 2}).records[0].worst_channel
        is None
    )
    assert summary_of(stores, electronic=[(1, 0)] * 40).records[0].worst_channel is None


def test_a_promise_nobody_audits_and_one_without_answers_are_not_known() -> None:
    quick, warm = summary_of({"a": []}).records
    assert (quick.is_audited, quick.chain.share, quick.stores) == (True, None, {})
    assert (warm.is_audited, warm.chain.share) == (False, None)
    for language in LANGUAGES:
        with use(language):
            said = "\n".join(map(str, promise_limitations(summary_of({"a": []}))))
            assert "quick" in said
            assert "warm" in said


def test_every_sentence_is_said_in_both_languages() -> None:
    summary = promise_summary(
        platform("quick", "warm"),
        {"test.shop@1": {"quick": ("A",), "warm": ("A",)}},
        {
            "bad": {PromiseCell("quick"): totals([(2, 0)] * 20), PromiseCell("warm"): totals([(1, 1)])},
            "good": {PromiseCell("quick"): totals([(2, 2)] * 20)},
        },
    )
    said = {}
    for language in LANGUAGES:
        with use(language):
            sentences = [*promise_sentences(summary, {"bad": "Bad"}), *promise_limitations(summary)]
            said[language] = "\n".join(map(str, [*sentences, *promise_legend(summary)]))
    assert "Bad" in said["ko"]
    assert len(said["ko"].splitlines()) == len(said["en"].splitlines()) == 7
    assert not set(said["ko"].splitlines()) & set(said["en"].splitlines())


# From a ledger


def snapshot_of(home: Path, visits: list[Visit], checklist: Checklist) -> Path:
    with open_ledger(str(home / "hq.db"), make=True, who="hq") as ledger:
        ledger.collect([ledgers.document(one, ledger) for one in visits], {checklist.ref: checklist})
        with snapshots.snapshot(ledger, Engine(), home / "hq-snapshot"):
            pass
    return home / "hq-snapshot"


EXAMPLE = "retail.green-smile@2.0.0"


@pytest.fixture(scope="module")
def outdoor(tmp_path_factory: pytest.TempPathFactory) -> tuple[Platform, Checklist, list[Visit], Path]:
    """The example platform, and a chain of five stores with eight visits each."""
    home, engine = tmp_path_factory.mktemp("promises"), Engine()
    (home / "platform.toml").write_text(example_platform(), encoding="utf-8")
    engine.library.add_file(home / "platform.toml")
    checklist = engine.library.checklist(EXAMPLE)
    visits = list(simulate(checklist, 5, 8, 3))
    return engine.library.platform("example.outdoor"), checklist, visits, snapshot_of(home, visits, checklist)


def one_by_one(
    visits: list[Visit], checklist: Checklist, stated: Platform, channel: str | None = None
) -> dict[tuple[str, str], tuple[int, int, int]]:
    """By promise and store: answers, kept ones, visits; counted here, not as the program does it."""
    found: dict[tuple[str, str], tuple[int, int, int]] = {}
    for promise, names in proof_items(stated, checklist).items():
        for visit in visits:
            flags = []
            for name in names:
                item = checklist.items[name]
                points = item.answer.points(visit.answers[name]) if name in visit.answers else None
                if points is not None and channel in {None, checklist.touchpoint_of[name].channel.value}:
                    flags.append(not item.fails_with(points))
            answers, kept, seen = found.get((promise, visit.store), (0, 0, 0))
            if flags:
                found[promise, visit.store] = (answers + len(flags), kept + sum(flags), seen + 1)
    return found


def counted(summary: PromiseSummary) -> dict[tuple[str, str], tuple[int, int, int]]:
    return {
        (record.promise.id, store): (share.answers, share.kept, share.visits)
        for record in summary.records
        for store, share in record.stores.items()
    }


def test_columns_say_what_single_visits_say(outdoor: tuple[Platform, Checklist, list[Visit], Path]) -> None:
    stated, checklist, visits, folder = outdoor
    with reading(folder) as opened:
        summary = kept_promises(opened, stated)
        electronic = kept_promises(opened, stated, Filter((Condition("channel", ("electronic",)),)))
        one_store = kept_promises(opened, stated, Filter((Condition("store", (visits[0].store,)),)))
    assert counted(summary) == one_by_one(visits, checklist, stated)
    assert counted(electronic) == one_by_one(visits, checklist, stated, "electronic")
    assert {store for _, store in counted(one_store)} == {visits[0].store}
    assert summary == promises_of_visits(((visit, checklist) for visit in visits), stated)
    some = [record for record in summary.records if record.chain.share not in {None, 0.0, 1.0}]
    assert some, "something was kept and something broken"
    for record in summary.records:
        assert sum(share.answers for share in record.channels.values()) == record.chain.answers
        assert sum(share.kept for share in record.stores.values()) == record.chain.kept


@pytest.mark.slow
@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_columns_say_what_any_visits_say(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    checklist = data.draw(strategies.checklists())
    names = list(checklist.items)
    chosen = data.draw(st.dictionaries(st.sampled_from(["quick", "warm"]), st.sets(st.sampled_from(names), min_size=1)))
    stated = platform(proofs={checklist.ref: {promise: sorted(some) for promise, some in chosen.items()}})
    drawn = data.draw(st.lists(strategies.visits(checklist), min_size=1, max_size=6))
    visits = [
        visit.model_copy(update={"id": f"v{number}", "store": f"s{number % 2}"}) for number, visit in enumerate(drawn)
    ]
    home = tmp_path_factory.mktemp("any")
    scheme = samples.scheme({"id": "whole", "how": "ratio", "of": ["@items"]})
    if not proof_items(stated, checklist):
        return
    with open_ledger(str(home / "hq.db"), make=True, who="hq") as ledger:
        ledger.collect([ledgers.document(one, ledger) for one in visits], {checklist.ref: checklist})
        engine = Engine()
        engine.library.schemes[scheme.ref] = scheme
        with snapshots.snapshot(ledger, engine, home / "hq-snapshot"):
            pass
    with reading(home / "hq-snapshot") as opened:
        summary = kept_promises(opened, stated)
    assert counted(summary) == one_by_one(visits, checklist, stated)
    assert summary == promises_of_visits(((visit, checklist) for visit in visits), stated)


def test_visits_of_several_checklists_count_together() -> None:
    web = samples.items_only(samples.item("W1"), id="test.web")
    idle = samples.items_only(samples.item("X1"), id="test.idle")
    stated = platform(proofs={"test.shop": {"quick": ["A"]}, "test.web": {"quick": ["W1"], "warm": ["W1"]}})
    shop = samples.items_only(samples.item("A"))
    visits = [
        (samples.visit(id="v1", answers={"A": True}), shop),
        (samples.visit(id="v2", checklist=web.ref, answers={"W1": False}), web),
        (samples.visit(id="v3", checklist=idle.ref, answers={"X1": False}), idle),
    ]
    summary = promises_of_visits(visits, stated)
    assert summary.checklists == (shop.ref, web.ref)
    quick, warm, bold = summary.records
    assert (quick.chain.kept, quick.chain.answers, [proof.checklist for proof in quick.proofs]) == (
        1, 2, [shop.ref, web.ref]
    )  # fmt: skip
    assert (warm.chain.share, bold.is_audited) == (0.0, False)


def test_no_number_of_a_ledger_moves_by_it(outdoor: tuple[Platform, Checklist, list[Visit], Path]) -> None:
    stated, _, _, folder = outdoor
    before = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with reading(folder) as opened:
        kept_promises(opened, stated)
    assert {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before


def test_what_proves_nothing_here_is_refused(outdoor: tuple[Platform, Checklist, list[Visit], Path]) -> None:
    _, checklist, visits, folder = outdoor
    with reading(folder) as opened, pytest.raises(BadInput, match="proves a promise of p@1"):
        kept_promises(opened, platform())
    with pytest.raises(BadInput, match="proves a promise of p@1"):
        promises_of_visits([(visits[0], checklist)], platform())
    with reading(folder) as opened, pytest.raises(BadInput, match="is no key of this view"):
        kept_promises(opened, platform(), Filter((Condition("scheme", ("x",)),)))


def test_without_visits_nothing_can_be_said(tmp_path: Path) -> None:
    folder = snapshot_of(tmp_path, [], ledgers.SHOP)
    with reading(folder) as opened, pytest.raises(NotEstimable):
        kept_promises(opened, platform(), EVERYTHING)
