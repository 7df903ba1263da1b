"""Relation: visits in a row without a negative touchpoint, promises kept in a row, recovery after a failure."""

from __future__ import annotations

import random
from itertools import groupby, pairwise
from pathlib import Path

import numpy as np
import pytest
from helpers import chains, ledgers, samples, snapshots
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.compare.errors import NotEstimable
from cemaudit.compare.from_snapshot import clean_months, read_visit_arrays, store_relations
from cemaudit.compare.intervals import Interval, Standing, wilson_interval
from cemaudit.compare.queries.relation import read_visit_flags
from cemaudit.compare.relation import (
    LONG_RUN,
    UNKNOWN_FLAG,
    BrokenRun,
    VisitFlags,
    VisitRun,
    clean_share_by_month,
    relation_of_stores,
    unlike_pairs,
    visit_run,
)
from cemaudit.compare.selection import Selection
from cemaudit.compare.visit_table import NO_DAY
from cemaudit.compare.wording import broken_run_alerts, relation_conclusions, relation_legend
from cemaudit.errors import BadInput
from cemaudit.language import LANGUAGES, use
from cemaudit.ledger import open_ledger
from cemaudit.ledger.query.keys import Condition
from cemaudit.ledger.query.reading import reading
from cemaudit.ledger.query.statement import Filter
from cemaudit.model import Visit
from cemaudit.scoring import Engine, audit_visit

Row = tuple[int, int, int, int]
"""Store, day, whether a touchpoint was negative, whether a promise was broken; the number is the place in the list."""

FLAGS = st.sampled_from([0, 1, UNKNOWN_FLAG])
ROWS = st.lists(st.tuples(st.integers(0, 2), st.integers(NO_DAY, 5), FLAGS, FLAGS), max_size=40)


def flags_of(rows: list[Row], order: list[int] | None = None) -> VisitFlags:
    numbered = [(*row, number) for number, row in enumerate(rows)]
    arranged = [numbered[place] for place in order] if order else numbered
    columns = [np.array([row[place] for row in arranged], np.int64) for place in range(5)]
    store, day, negative, broken, number = columns
    return VisitFlags(("a", "b", "c"), store, day, number, negative.astype(np.int8), broken.astype(np.int8))


def one_store(*negative: int) -> VisitFlags:
    return flags_of([(0, day, flag, UNKNOWN_FLAG) for day, flag in enumerate(negative)])


@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_means_nothing(rows: list[Row], draw: random.Random) -> None:
    order = list(range(len(rows)))
    draw.shuffle(order)
    shuffled = flags_of(rows, order)
    assert relation_of_stores(shuffled) == relation_of_stores(flags_of(rows))
    assert clean_share_by_month(shuffled) == clean_share_by_month(flags_of(rows))


@given(ROWS)
def test_it_is_what_counting_one_by_one_gives(rows: list[Row]) -> None:
    summary = relation_of_stores(flags_of(rows))
    for place, name in enumerate("abc"):
        dated = sorted((day, number, negative, broken) for number, (store, day, negative, broken) in enumerate(rows)
                       if store == place and day != NO_DAY)  # fmt: skip
        if not dated:
            assert name not in summary.stores
            continue
        relation = summary.stores[name]
        clean = [not negative for *_, negative, _ in dated if negative != UNKNOWN_FLAG]
        kept = [not broken for *_, broken in dated if broken != UNKNOWN_FLAG]
        assert (relation.clean.hits, relation.clean.visits, relation.clean_run) == (sum(clean), len(clean), run(clean))
        assert relation.kept_run == (run(kept) if kept else None)
        assert relation.broken_run == (run(clean[:-1]).current if clean and not clean[-1] else 0)
        pairs = [after for before, after in pairwise(clean) if not before]
        assert (relation.recovered.hits, relation.recovered.visits) == (sum(pairs), len(pairs))
    assert summary.clean.visits == sum(relation.clean.visits for relation in summary.stores.values())
    assert summary.undated == sum(day == NO_DAY for _, day, _, _ in rows)


def run(flags: list[bool]) -> VisitRun:
    runs = [(flag, len(list(group))) for flag, group in groupby(flags)]
    current = runs[-1][1] if runs and runs[-1][0] else 0
    return VisitRun(max((length for flag, length in runs if flag), default=0), current)


@given(st.lists(st.booleans()))
def test_a_run_is_no_longer_than_all_that_is_true(flags: list[bool]) -> None:
    found = visit_run(np.array(flags, np.bool_))
    assert found == run(flags)
    assert 0 <= found.current <= found.longest <= sum(flags)


def test_visits_of_a_day_are_in_the_order_of_their_numbers() -> None:
    first_bad = [(0, 3, 1, UNKNOWN_FLAG), (0, 3, 0, UNKNOWN_FLAG)]
    assert relation_of_stores(flags_of(first_bad)).stores["a"].clean_run == VisitRun(1, 1)
    assert relation_of_stores(flags_of(first_bad[::-1])).stores["a"].clean_run == VisitRun(1, 0)


def test_the_visit_after_a_failure_is_the_next_one_known() -> None:
    relation = relation_of_stores(one_store(1, UNKNOWN_FLAG, 0, 1, 1)).stores["a"]
    assert (relation.recovered.hits, relation.recovered.visits) == (1, 2), "the last failure has no visit after it"
    assert relation.recovered.interval == wilson_interval(1, 2, 0.9)


def test_stores_unlike_the_chain_are_those_whose_interval_leaves_its_share_out() -> None:
    good = [(0, day, 0, UNKNOWN_FLAG) for day in range(20)]
    bad = [(1, day, 1, UNKNOWN_FLAG) for day in range(20)]
    mixed = [(2, day, day % 2, UNKNOWN_FLAG) for day in range(20)]
    assert relation_of_stores(flags_of([*good, *bad, *mixed])).unlike_the_chain() == (["b"], ["a"])


def test_an_alert_is_a_long_run_that_the_last_visit_broke() -> None:
    """One visit fewer is none, and neither is a run broken earlier, or not broken at all."""
    of_store = {
        "a": [0] * LONG_RUN + [1, UNKNOWN_FLAG],
        "b": [0] * (LONG_RUN - 1) + [1],
        "c": [0] * LONG_RUN + [1, 0],
    }
    rows = [
        (place, day, flag, UNKNOWN_FLAG) for place, name in enumerate("abc") for day, flag in enumerate(of_store[name])
    ]
    summary = relation_of_stores(flags_of(rows))
    assert summary.broken_runs() == [BrokenRun("a", LONG_RUN)]
    for language, words in (("en", "Alert, a broken run"), ("ko", "연속 끊김")):
        with use(language):
            (alert,) = map(str, broken_run_alerts(summary, {"a": "High Street"}))
            assert words in alert
            assert f"High Street ({LONG_RUN})" in alert
            assert alert in list(map(str, relation_conclusions(summary, {"a": "High Street"}).supported))
    share = 15 / 18
    assert summary.broken_by_chance() == pytest.approx(2 * share**LONG_RUN * (1 - share))
    assert broken_run_alerts(relation_of_stores(one_store(*[0] * 9)), {}) == []


def standing(store: str, score: float, half: float = 3.0) -> Standing:
    interval = Interval(score - half, score + half)
    return Standing(store, store.upper(), "", 20, 20, score, score, half / 1.64, interval, 0.5)


def test_stores_of_one_score_and_another_relation_are_named() -> None:
    """Only where the scores cannot be told apart and the shares of clean visits can; each store once."""
    good, bad = ([(place, day, flag, UNKNOWN_FLAG) for day in range(20)] for place, flag in ((0, 0), (1, 1)))
    mixed = [(2, day, day % 2, UNKNOWN_FLAG) for day in range(20)]
    summary = relation_of_stores(flags_of([*good, *bad, *mixed]))

    def pairs(**scores: float) -> list[tuple[str, str]]:
        listed = [standing(store, score) for store, score in scores.items()]
        return [(first.store, second.store) for first, second in unlike_pairs(summary, listed)]

    assert pairs(a=50, b=51) == [("a", "b")]
    assert pairs(a=50, b=54) == []
    assert pairs(a=50, b=52, c=51) == [("a", "c")]
    assert pairs(c=50, b=51, a=90) == [("c", "b")]
    alike = relation_of_stores(flags_of([*good, *((1, day, 0, UNKNOWN_FLAG) for day in range(20))]))
    assert unlike_pairs(alike, [standing("a", 50), standing("b", 50)]) == []
    with use("en"):
        told = [str(one) for one in relation_conclusions(summary, {}, [standing("a", 50), standing("b", 51)]).supported]
    assert any("A (50.0 points, 100 % clean) and B (51.0 points, 0 % clean)" in sentence for sentence in told)


def test_months_have_their_own_shares() -> None:
    days = [0, 1, 31, 32, NO_DAY]  # two in January 1970, two in February
    visits = flags_of(
        [(0, day, flag, UNKNOWN_FLAG) for day, flag in zip(days, [0, 1, 0, UNKNOWN_FLAG, 0], strict=True)]
    )
    months = clean_share_by_month(visits)
    assert [(month.month, month.clean.hits, month.clean.visits) for month in months] == [
        ("1970-01", 1, 2),
        ("1970-02", 1, 1),
    ]


# From a ledger

DUTY = samples.item("duty", tags=["duty"])
TOLD = samples.item("told")
SAID = [samples.item(f"says-{place}") for place in ("web", "shop")]
SHOP = samples.checklist(
    samples.touchpoint(
        "web", SAID[0], channel="electronic", emotion=True, carries_to=[{"touchpoint": "till", "items": ["told"]}]
    ),
    samples.touchpoint("till", SAID[1], DUTY, TOLD, emotion=True),
    facts=[{"id": "hours", "title": samples.text("hours"), "items": ["says-web", "says-shop"]}],
    scheme="cem.experience@2",
)


def visit(store: str, day: int, *, web: int = 2, till: int = 2, **answers: bool | None) -> Visit:
    given_answers = {"says-web": True, "says-shop": True, "duty": True, "told": True, **answers}
    return samples.visit(
        id=f"{store}-{day}",
        store=store,
        date=f"2026-12-{day:02}",
        answers={name: answer for name, answer in given_answers.items() if answer is not None},
        emotions={"web": web, "till": till},
    )


VISITS = [
    # Two stores whose mean is the same: one is even, the other has its best visits and its worst in turn.
    *(visit("even", day, web=1, till=0) for day in range(1, 9)),
    *(visit("uneven", day, web=2 if day % 2 else -2, till=2 if day % 2 else -2) for day in range(1, 9)),
    visit("promises", 1),
    visit("promises", 2, duty=False),
    visit("promises", 3),
    visit("promises", 4, **{"says-shop": None, "duty": None, "told": None}),  # nothing of a promise was looked at
    visit("promises", 5),
    visit("promises", 6, told=False),
    visit("promises", 7, **{"says-shop": False}),
    visit("promises", 8),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return snapshot_of(tmp_path_factory.mktemp("relation"), VISITS)


def snapshot_of(home: Path, visits: list[Visit]) -> Path:
    with open_ledger(str(home / "hq.db"), make=True, who="hq") as ledger:
        ledger.collect([ledgers.document(one, ledger) for one in visits], {SHOP.ref: SHOP})
        with snapshots.snapshot(ledger, Engine(), home / "hq-snapshot"):
            pass
    return home / "hq-snapshot"


def test_stores_of_one_mean_and_another_relation_are_told_apart(folder: Path) -> None:
    with reading(folder) as opened:
        visits = read_visit_arrays(opened, Selection())
        summary = store_relations(opened, Selection())
    means = {name: visits.raw[visits.store == place].mean() for place, name in enumerate(visits.stores)}
    assert means["even"] == means["uneven"]
    even, uneven = summary.stores["even"], summary.stores["uneven"]
    assert (even.clean.hits, even.clean_run) == (8, VisitRun(8, 8))
    assert (uneven.clean.hits, uneven.clean_run) == (4, VisitRun(1, 0))
    assert (uneven.recovered.hits, uneven.recovered.visits) == (3, 3)
    assert summary.clean.share == 20 / 24
    assert summary.unlike_the_chain() == (["uneven"], [])


def test_promises_are_duties_hand_overs_and_facts(folder: Path) -> None:
    with reading(folder) as opened:
        relation = store_relations(opened, Selection()).stores["promises"]
    assert relation.kept is not None
    assert (relation.kept.hits, relation.kept.visits) == (4, 7), "one visit looked at none, three broke one each"
    assert relation.kept_run == VisitRun(2, 1), "a visit that looked at no promise ends no run"


def test_the_flags_are_those_of_each_visit(folder: Path) -> None:
    scheme = Engine().library.scheme("cem.experience@2")
    with reading(folder) as opened:
        flags = read_visit_flags(opened, Selection())
    found = {
        (flags.stores[store], day): negative
        for store, day, negative in zip(flags.store.tolist(), flags.day.tolist(), flags.negative.tolist(), strict=True)
    }
    assert len(found) == len(VISITS)
    start = np.datetime64("1970-01-01")
    for one in VISITS:
        audit = audit_visit(one, SHOP, scheme)
        scores = [audit.score("touchpoint.experience", name).value for name in SHOP.touchpoint]
        day = int((np.datetime64(one.date) - start).astype(int))
        assert found[one.store, day] == any(score is not None and score < 0 for score in scores)


def test_conditions_choose_visits_and_touchpoints(folder: Path) -> None:
    of_store = Selection(Filter((Condition("store", ("even",)),)))
    of_channel = Selection(Filter((Condition("channel", ("electronic",)), Condition("store", ("mixed",)))))
    with reading(folder) as opened:
        assert list(store_relations(opened, of_store).stores) == ["even"]
        assert store_relations(opened, of_channel).stores == {}
        (december,) = clean_months(opened, of_store)
    assert (december.month, december.clean.hits, december.clean.visits) == ("2026-12", 8, 8)


def test_a_channel_alone_is_looked_at_where_it_is_chosen(tmp_path: Path) -> None:
    folder = snapshot_of(tmp_path, [visit("s", 1, web=3, till=-3), visit("s", 2, web=-3, till=3)])
    by_channel = {
        channel: Selection(Filter((Condition("channel", (channel,)),))) for channel in ("electronic", "face-to-face")
    }
    with reading(folder) as opened:
        runs = {name: store_relations(opened, chosen).stores["s"].clean_run for name, chosen in by_channel.items()}
        assert store_relations(opened, Selection()).clean.hits == 0
    assert runs == {"electronic": VisitRun(1, 0), "face-to-face": VisitRun(1, 1)}


def test_a_scheme_without_the_experience_of_touchpoints_is_refused(tmp_path: Path) -> None:
    chain = chains.network(tmp_path, chains.made_up(1, 20))
    with reading(chain.folder) as opened, pytest.raises(BadInput, match=r"touchpoint\.experience"):
        store_relations(opened, Selection())


def test_no_visits_are_no_relation(tmp_path: Path) -> None:
    with reading(snapshot_of(tmp_path, [])) as opened, pytest.raises(NotEstimable):
        store_relations(opened, Selection())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_sentences_name_what_is_unlike_and_what_is_left_out(folder: Path, language: str) -> None:
    with reading(folder) as opened, use(language):
        summary = store_relations(opened, Selection())
        sentences = relation_conclusions(summary, {"uneven": "Uneven Street"})
        supported = " ".join(map(str, sentences.supported))
        assert "Uneven Street" in supported
        assert {"ko": "24회 중 20회, 83%(", "en": "20 of 24, 83 % ("}[language] in supported
        assert len(list(relation_legend(summary))) == 4
        left_out = relation_conclusions(relation_of_stores(flags_of([(0, NO_DAY, 0, 0), (0, 1, -1, 0)])), {})
        assert len(left_out.limitations) == 4
