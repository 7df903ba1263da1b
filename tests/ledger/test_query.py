"""What a snapshot answers is what Python's own arithmetic finds, and what any other engine finds, too."""

from __future__ import annotations

import datetime as dt
import math
import re
import sqlite3
import statistics
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from helpers import ledgers, samples, snapshots
from hypothesis import given, settings
from hypothesis import strategies as st

from cemaudit.errors import BadInput
from cemaudit.language import use
from cemaudit.ledger import open_ledger
from cemaudit.ledger.query.keys import KEYS, Condition
from cemaudit.ledger.query.own_words import ask
from cemaudit.ledger.query.question import LedgerQuery, LensKey
from cemaudit.ledger.query.reading import Local, reading
from cemaudit.ledger.query.statement import EXTREMES, Filter, SqlStatement, conditions_of, histogram, tallied
from cemaudit.ledger.query.tally import Histogram, Tally
from cemaudit.ledger.query.views import VIEWS, show
from cemaudit.ledger.snapshot.score_columns import hundredths
from cemaudit.ledger.store_registry import Store, import_stores
from cemaudit.library import JourneyShelf
from cemaudit.model import Visit
from cemaudit.scoring import Engine, audit_visit, evaluate, make_plan
from cemaudit.scoring.bands import find_band, percentile
from cemaudit.scoring.lens_scores import lens_measure, touchpoint_weight

OTHER_STAGE = {"stage": "browse", "channel": "electronic"}
SHOP = samples.checklist(
    samples.touchpoint(
        "hello", samples.item("A", samples.points(0, 1, 3), tags=["u", "v"]), samples.item("B", tags=["u"])
    ),
    samples.touchpoint(
        "room", samples.item("C", {"type": "scale", "lowest": 1, "highest": 5}), weight=3, **OTHER_STAGE
    ),
    samples.touchpoint("shop", samples.item("N", {"type": "count", "points": "value", "max": 9}), **OTHER_STAGE),
)
SCHEME = samples.scheme(
    {"id": "each", "how": "ratio", "for_each": "touchpoint", "transform": {"times": 100}},
    {"id": "item", "how": "mean", "for_each": "item", "take": "share", "transform": {"times": 100}},
    {"id": "stage", "how": "mean", "of": ["each"], "for_each": "stage"},
    {"id": "whole", "how": "mean", "of": ["each"]},
    {"id": "feel", "how": "mean", "of": ["@emotions"], "transform": {"times": 100}},
    headline="whole",
    bands=[{"label": "A", "where": {"whole": ">= 60"}}, {"label": "B"}],
)
PLAN = make_plan(SHOP, SCHEME)
STORES = [
    Store(id="s0", name="Null"),
    Store(id="s1", name="Eins", region="south"),
    Store(id="s2", name="Zwei", region="north"),
]


def made_up() -> list[Visit]:
    """Visits that differ in everything: 60 of four stores in two years."""
    found = []
    for number in range(60):
        answers = {"A": f"p{number % 3}", "B": number % 4 == 0, "C": number % 5 + 1, "N": number % 7}
        skipped = {name: {"state": "not-observed"} for place, name in enumerate("ABCN") if number % (place + 6) == 5}
        day = dt.date(2025, 1, 15) + dt.timedelta(days=11 * number)
        found.append(
            samples.visit(
                id=f"v{number}",
                store=f"s{number % 4}",
                wave=f"w{number % 3}" if number % 5 else None,
                date=day.isoformat() if number % 11 else None,
                answers={name: answer for name, answer in answers.items() if name not in skipped},
                skipped=skipped,
                emotions={"hello": number % 7 - 3} if number % 3 else {},
                expectations={"room": number % 7 + 1},
                claims=[{"touchpoint": "shop", "text": "!"}] * (number % 3),
            )
        )
    return found


VISITS = made_up()


@pytest.fixture(scope="module")
def engine() -> Engine:
    found = Engine()
    found.library.schemes[SCHEME.ref] = SCHEME
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, engine: Engine) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("query")
    with pytest.MonkeyPatch.context() as patch:
        snapshots.small_blocks(patch, 25)
        with open_ledger(str(home / "hq.db"), make=True, who="hq") as ledger:
            import_stores(ledger, STORES)
            ledgers.take(ledger, *VISITS, checklist=SHOP)
            with snapshots.snapshot(ledger, engine, home / "snapshot"):
                pass
        yield home / "snapshot"


@pytest.fixture
def snapshot(folder: Path) -> Iterator[Local]:
    with reading(folder) as found:
        yield found


def key(visit: Visit, name: str) -> str | None:
    """What a visit is grouped under."""
    regions = {store.id: store.region for store in STORES}
    band = find_band(SCHEME, evaluate(PLAN, visit).scores)
    month = visit.day.isoformat()[:7] if visit.day else None
    known = {
        "store": visit.store,
        "wave": visit.wave,
        "day": visit.day.isoformat() if visit.day else None,
        "month": month,
        "year": month and month[:4],
        "quarter": month and f"{month[:4]}-Q{(int(month[5:]) + 2) // 3}",
        "region": regions.get(visit.store),
        "band": band and band.label,
        "scheme": SCHEME.ref,
        "checklist": SHOP.ref,
        "origin": "shopper",
    }
    return known[name]


OF_VISITS = ["store", "wave", "day", "month", "year", "quarter", "region", "band", "scheme", "checklist", "origin"]
keys = st.lists(st.sampled_from(OF_VISITS), unique=True, max_size=3).map(tuple)
conditions = st.lists(
    st.sampled_from(
        [
            Condition("store", ("s1", "s2")), Condition("wave", ("w1", "")), Condition("region", ("",)),
            Condition("region", ("south",)), Condition("quarter", ("2025-Q3", "2026-Q1")), Condition("year", ("2026",)),
            Condition("band", ("A",)), Condition("month", ("2025-04",)), Condition("checklist", ("test.shop",)),
            Condition("day", ("2025-01-26", "")),
        ]
    ),
    max_size=2,
)  # fmt: skip
days = st.none() | st.dates(dt.date(2024, 12, 1), dt.date(2027, 1, 1))
filters = st.builds(Filter, conditions.map(tuple), days, days, st.booleans(), st.just(value=False))


def meets(visit: Visit, which: Filter) -> bool:
    if (which.since or which.until) and not visit.day:
        return False
    if visit.day and not (which.since or visit.day) <= visit.day <= (which.until or visit.day):
        return False
    return all(
        (key(visit, one.key) or "").removesuffix("@1" if one.key == "checklist" else "") in one.values
        for one in which.conditions
    )


def grouped(by: tuple[str, ...], which: Filter, measure: str = "whole") -> dict[tuple[Any, ...], list[int | None]]:
    """The hundredths of each group, from the visits themselves."""
    found: dict[tuple[Any, ...], list[int | None]] = {}
    for visit in VISITS:
        if meets(visit, which):
            value = evaluate(PLAN, visit).scores[measure].value
            found.setdefault(tuple(key(visit, name) for name in by), []).append(
                None if value is None else hundredths(value)
            )
    return found


@settings(max_examples=40)
@given(keys, filters, st.sampled_from(["whole", "feel"]))
def test_means_and_deviations_are_those_of_the_visits(
    folder: Path, by: tuple[str, ...], which: Filter, measure: str
) -> None:
    with reading(folder) as snapshot:
        shown = show(snapshot, "scores", LedgerQuery(by or ("checklist",), which, measure=measure))
    expected = grouped(by or ("checklist",), which, measure)
    assert {tuple(row[name] for name in shown.keys) for row in shown.rows} == set(expected)
    for row in shown.rows:
        numbers = expected[tuple(row[name] for name in shown.keys)]
        known = [number for number in numbers if number is not None]
        assert (row["visits"], row["scored"]) == (len(numbers), len(known))
        points = [Fraction(number, 100) for number in known]
        assert row["mean"] == (float(statistics.mean(points)) if points else None)
        assert (row["least"], row["most"]) == ((min(known) / 100, max(known) / 100) if known else (None, None))
        if len(points) < 2:
            assert row["deviation"] is None
        else:
            assert math.isclose(row["deviation"], statistics.stdev(points), rel_tol=1e-12, abs_tol=1e-12)


@pytest.mark.slow
@settings(max_examples=20)
@given(keys.map(lambda by: by[:2]), filters)
def test_percentiles_are_those_of_the_visits(folder: Path, by: tuple[str, ...], which: Filter) -> None:
    with reading(folder) as snapshot:
        shown = show(snapshot, "distribution", LedgerQuery(by, which))
    for row in shown.rows:
        numbers = grouped(by, which)[tuple(row[name] for name in by)]
        rising = sorted(Fraction(number, 100) for number in numbers if number is not None)
        for name, rank in {"least": 0, "p5": 5, "p50": 50, "p90": 90, "most": 100}.items():
            assert row[name] == float(percentile(rising, Fraction(rank)))


def as_tuples(of: list[int]) -> Tally:
    return Histogram(of).tally()


@given(st.lists(st.integers(-(3 * 10**9), 3 * 10**9)), st.lists(st.integers(-10, 10)))
def test_tallies_add_up(one: list[int], other: list[int]) -> None:
    assert as_tuples(one).and_also(as_tuples(other)) == as_tuples(one + other)


@settings(max_examples=25)
@given(keys.map(lambda by: tuple(name for name in by if name != "checklist")), filters)
def test_another_engine_returns_the_same_rows(folder: Path, by: tuple[str, ...], which: Filter) -> None:
    which = which._replace(conditions=tuple(one for one in which.conditions if one.key not in {"day", "checklist"}))
    which = which._replace(since=None, until=None)  # SQLite has no days
    with reading(folder) as snapshot:
        (table,) = snapshot.scores(SHOP.ref)
        other = in_sqlite(snapshot, table)
        for statement in (
            tallied(by, ["score:whole", "score:each:hello"], which, EXTREMES),
            histogram(by, "score:whole", which),
        ):
            rows = other.execute(statement.text, statement.values).fetchall()
            found = [
                tuple(str(one) if isinstance(one, dt.date) else one for one in row)
                for row in snapshot.rows(table, statement)
            ]
            assert sorted(rows, key=repr) == sorted(found, key=repr)
        other.close()


def in_sqlite(snapshot: Local, table: Any) -> sqlite3.Connection:
    link = sqlite3.connect(":memory:")
    columns = 'number, store, wave, day, month, origin, scheme, band, "score:whole", "score:each:hello"'
    for name, listed in (("visits", columns), ("stores", "store, region"), ("gone", "number, why")):
        rows = snapshot.rows(table, SqlStatement(f"select {listed} from {name}", ()))
        link.execute(f"create table {name} ({listed})")
        link.executemany(f"insert into {name} values ({', '.join('?' * len(listed.split(',')))})", plain(rows))
    return link


def plain(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Days as text, as SQLite has them."""
    return [tuple(str(one) if isinstance(one, dt.date) else one for one in row) for row in rows]


def only(key: str, *values: str) -> Filter:
    return Filter((Condition(key, values),))


def test_values_are_bound_and_never_part_of_the_text() -> None:
    evil = "x') or 1=1 --"
    conditions, values = conditions_of(Filter((Condition("store", (evil,)), Condition("region", (evil,)))))
    assert evil not in " ".join(conditions)
    assert values == (evil, evil)


def test_items_by_every_facet(snapshot: Local) -> None:
    rows = show(snapshot, "items", LedgerQuery(by=("item",))).rows
    assert [row["item"] for row in rows] == list(SHOP.items)
    for row in rows:
        name, item = row["item"], SHOP.items[row["item"]]
        given_ = [visit.answers[name] for visit in VISITS if name in visit.answers]
        assert (row["asked"], row["answered"]) == (60, len(given_))
        assert row["not-observed"] == sum(name in visit.skipped for visit in VISITS)
        earned = sum((item.answer.points(answer) or 0 for answer in given_), Fraction(0))
        assert row["share"] == float(100 * earned / (len(given_) * item.answer.possible))
    by_tag = {row["tag"]: row["asked"] for row in show(snapshot, "items", LedgerQuery(by=("tag",))).rows}
    assert by_tag == {"u": 120, "v": 60}
    by_stage = show(snapshot, "items", LedgerQuery(by=("stage", "store"))).rows
    assert [(row["stage"], row["asked"]) for row in by_stage] == [("enter", 30)] * 4 + [("browse", 30)] * 4


def through_lens(lens: str) -> LedgerQuery:
    shelf = JourneyShelf()
    key = f"lens:{lens}"
    return LedgerQuery(by=(key,), lenses={key: LensKey(shelf.journey(lens), partial(shelf.view, lens))})


def test_scores_through_a_lens(snapshot: Local, engine: Engine) -> None:
    """The mean of all scores of a lens's touchpoints, each with its weight; a visit is counted once."""
    rows = {row["lens:acass"]: row for row in show(snapshot, "scores", through_lens("acass")).rows}
    view = JourneyShelf().view("acass", SHOP.path)
    measure = lens_measure(SCHEME)
    audits = [audit_visit(visit, SHOP, SCHEME) for visit in VISITS]
    there = {view.stage_of(touchpoint) for touchpoint in SHOP.touchpoints}
    assert list(rows) == [stage.id for stage in view.lens.stages if stage.id in there]
    for stage, row in rows.items():
        here = [each for each in SHOP.touchpoints if view.stage_of(each) == stage]
        pairs = [
            (touchpoint_weight(SCHEME, measure, touchpoint), value)
            for audit in audits
            for touchpoint in here
            if (value := audit.score(measure.id, touchpoint.id).value) is not None
        ]
        mean = sum(weight * round(100 * value) for weight, value in pairs) / sum(weight for weight, _ in pairs) / 100
        assert (row["visits"], row["scored"]) == (60, len(pairs))
        assert row["mean"] == pytest.approx(float(mean), abs=0.01)
        assert row["visits"] <= 60


@pytest.mark.parametrize(("view", "count"), [("items", "asked"), ("feelings", "visits")])
def test_answers_and_feelings_through_a_lens(snapshot: Local, view: str, count: str) -> None:
    rows = show(snapshot, view, through_lens("before-on-after")).rows
    places = JourneyShelf().view("before-on-after", SHOP.path)
    at = {one.id: places.stage_of(one) for one in SHOP.touchpoints}
    of = SHOP.touchpoint_of.values() if view == "items" else SHOP.touchpoints
    assert {row["lens:before-on-after"]: row[count] for row in rows} == {
        stage: 60 * times for stage, times in Counter(at[each.id] for each in of).items()
    }


def at_stages(lens: str, *stages: str) -> LedgerQuery:
    """The same lens among the conditions."""
    key = f"lens:{lens}"
    return LedgerQuery(by=("store",), which=Filter((Condition(key, stages),)), lenses=through_lens(lens).lenses)


@pytest.mark.parametrize("view", ["scores", "league", "items", "feelings", "distribution"])
def test_a_stage_of_a_lens_as_a_condition(snapshot: Local, view: str) -> None:
    """What is asked of one stage is what grouping by the lens says of it; a hole has nothing."""
    grouped = replace(through_lens("acass"), by=("store", "lens:acass"))
    rows = [row for row in show(snapshot, view, grouped).rows if row["lens:acass"] == "consideration"]
    wanted = {row["store"]: {key: value for key, value in row.items() if key != "lens:acass"} for row in rows}
    found = {row["store"]: row for row in show(snapshot, view, at_stages("acass", "consideration")).rows}
    assert found == wanted
    assert found
    with suppress(BadInput):  # scores: there is none of such touchpoints
        assert not show(snapshot, view, at_stages("acass", "network")).rows


def test_a_lens_that_says_nothing_of_a_journey(snapshot: Local) -> None:
    with use("en"), pytest.raises(BadInput, match="lens order says nothing of journey store-path"):
        show(snapshot, "scores", through_lens("order"))


def test_feelings(snapshot: Local) -> None:
    rows = {row["touchpoint"]: row for row in show(snapshot, "feelings", LedgerQuery()).rows}
    felt = [visit.emotions["hello"] for visit in VISITS if "hello" in visit.emotions]
    assert (rows["hello"]["emotions"], rows["hello"]["emotion"]) == (len(felt), statistics.mean(felt))
    assert rows["room"]["expectation"] == sum(visit.expectations["room"] for visit in VISITS) / 60
    assert rows["shop"]["claims"] == sum(len(visit.claims) for visit in VISITS)
    (row,) = show(snapshot, "feelings", LedgerQuery(by=("channel",), which=only("channel", "electronic"))).rows
    assert (row["visits"], row["claims"]) == (120, rows["shop"]["claims"])


def test_a_league_has_the_best_first_with_their_names(snapshot: Local) -> None:
    rows = show(snapshot, "league", LedgerQuery()).rows
    assert [row["mean"] for row in rows] == sorted((row["mean"] for row in rows), reverse=True)
    assert {row["store"]: row["name"] for row in rows} == {"s0": "Null", "s1": "Eins", "s2": "Zwei", "s3": None}


def test_the_measure_that_is_meant(snapshot: Local) -> None:
    for view, by, expected in [
        ("league", (), "whole"),
        ("heatmap", (), "each"),
        ("heatmap", ("store", "stage"), "stage"),
        ("trend", ("item",), "item"),
        ("scores", ("channel",), "whole"),
    ]:
        question = LedgerQuery(by=by)
        if expected == "whole" and by:
            with pytest.raises(BadInput, match=r"cannot be grouped by channel \(these can: each, item\)"):
                show(snapshot, view, question)
        else:
            assert show(snapshot, view, question).measures == (expected,)
    (row,) = show(
        snapshot,
        "scores",
        LedgerQuery(by=("channel",), measure="each", which=only("channel", "electronic")),
    ).rows
    assert row["visits"] == 120


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_by_every_key_answers_or_says_why_not(snapshot: Local, view: str) -> None:
    answered = set()
    for name in KEYS:
        with suppress(BadInput):
            rows = show(snapshot, view, LedgerQuery(by=(name,))).rows
            assert all(name in row for row in rows)
            answered.add(name)
    assert answered >= {"store", "wave", "day", "month", "quarter", "year", "origin", "region", "pool", "checklist"}


@pytest.mark.parametrize(
    ("view", "question", "words"),
    [
        ("league", LedgerQuery(measure="hole"), "no such measure: hole (did you mean whole?)"),
        ("league", LedgerQuery(which=only("checklist", "test.shap")), "no visits of this checklist are there"),
        ("league", LedgerQuery(scheme="other@1"), "not scored under other@1"),
        ("items", LedgerQuery(by=("band",)), "band is no key of this view"),
        ("trend", LedgerQuery(which=only("quarter", "2025-5")), "expected 2026-Q4, found 2025-5"),
        ("trend", LedgerQuery(which=only("year", "MMXXV")), "expected 2026, found MMXXV"),
        ("trend", LedgerQuery(which=only("day", "today")), "expected 2026-11-21, found today"),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_one_line(snapshot: Local, view: str, question: LedgerQuery, words: str) -> None:
    with pytest.raises(BadInput, match=re.escape(words)):
        show(snapshot, view, question)


def test_own_words_read_the_long_tables(folder: Path) -> None:
    def found(sql: str) -> list[tuple[Any, ...]]:
        with reading(folder) as snapshot:
            return ask(snapshot, sql, SHOP.ref).rows

    numbers = [number for number in grouped((), Filter())[()] if number is not None]
    scored = "from scores where measure = 'whole' and reason is null"
    assert found(f"select count(*), sum(hundredths) {scored}") == [(len(numbers), sum(numbers))]
    assert found("select count(*) from scores") == [(60 * len(evaluate(PLAN, VISITS[0]).scores),)]
    answered = sum("B" in visit.answers for visit in VISITS)
    counts = "count(*), count(distinct number)"
    only_b = "where item = 'B' and state is null and stage = 'enter'"
    assert found(f"select {counts} from items {only_b}") == [(answered, answered)]
    assert found("select sum(points) / max(points_unit) from items where item = 'N'") == [
        (sum(int(str(visit.answers.get("N", 0))) for visit in VISITS),)
    ]
    assert found("select sum(claims) from feelings") == [(sum(len(visit.claims) for visit in VISITS),)]
    assert found("select name, count(*) from visits where region = 'south' group by name") == [("Eins", 15)]
    assert len(found("select * from wide_answers")) == 60


@pytest.mark.parametrize(
    "sql",
    [
        "", "selec 1", "select 1; select 2", "copy visits to '{out}'", "create table t as select 1", "drop view visits",
        "insert into gone values (1, 'x')", "attach '{out}' as other", "install httpfs", "load json", "set threads = 1",
        "set enable_external_access = true", "reset allowed_paths", "pragma database_size", "call pragma_version()",
        "export database '{out}'", "select * from read_csv('{file}')", "select * from read_text('{file}')",
        "select * from '{file}'", "select * from glob('{folder}/*')", "select * from sniff_csv('{file}')",
        "select * from query('copy (select 1) to ''{out}''')", "select * from read_parquet('{folder}/../*')",
        "explain analyze select 1", "use memory", "begin", "checkpoint", "prepare p as select 1",
    ],
)  # fmt: skip
def test_own_words_reach_nothing_else(folder: Path, tmp_path: Path, sql: str) -> None:
    file = folder.parent / "hq.db"
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    with reading(folder) as snapshot, pytest.raises(BadInput):
        ask(snapshot, sql.format(out=tmp_path / "out", file=file, folder=folder), SHOP.ref)
    assert list(tmp_path.iterdir()) == []
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_checklists_are_not_mixed_unless_asked(engine: Engine, tmp_path: Path) -> None:
    other = SHOP.model_copy(update={"id": "test.other"})
    newer = SHOP.model_copy(update={"version": "2"})
    with open_ledger(str(tmp_path / "hq.db"), make=True, who="hq") as ledger:
        for number, of in enumerate((SHOP, other, newer)):
            visits = [one.model_copy(update={"id": f"{number}-{one.id}", "checklist": of.ref}) for one in VISITS[:7]]
            ledgers.take(ledger, *visits, checklist=of)
        with snapshots.snapshot(ledger, engine, tmp_path / "snapshot") as snapshot:
            with pytest.raises(
                BadInput, match=re.escape("test.other, test.shop (choose one with --where checklist=ID)")
            ):
                show(snapshot, "league", LedgerQuery())
            assert [row["visits"] for row in show(snapshot, "visits", LedgerQuery(by=("origin",))).rows] == [21]
            of_both = LedgerQuery(by=("origin",), which=only("checklist", "test.shop"))
            assert [row["visits"] for row in show(snapshot, "scores", of_both).rows] == [14]
            each = show(snapshot, "scores", LedgerQuery(by=("checklist",))).rows
            assert [(row["checklist"], row["visits"]) for row in each] == [
                (of, 7) for of in sorted((other.ref, SHOP.ref, newer.ref))
            ]
