"""History under another scheme is what the exact evaluator makes of every visit, in one run or in many."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from helpers import ledgers, plan_strategies, samples, snapshots
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from cemaudit.errors import BadInput
from cemaudit.ledger import Ledger, open_ledger
from cemaudit.ledger.definitions import as_text
from cemaudit.ledger.history import review_visits
from cemaudit.ledger.maintenance import check
from cemaudit.ledger.query.question import LedgerQuery
from cemaudit.ledger.query.reading import reading
from cemaudit.ledger.query.views import show
from cemaudit.ledger.rescoring import run
from cemaudit.ledger.rescoring.differences import StoreChange, count_causes, scheme_difference
from cemaudit.ledger.rescoring.run import RescoringResult, rescore_file, rescore_history
from cemaudit.ledger.snapshot.manifest import MANIFEST_FILE, SnapshotFile
from cemaudit.ledger.snapshot.names import score_columns
from cemaudit.ledger.snapshot.score_columns import LARGEST, hundredths
from cemaudit.ledger.snapshot.taking import update_snapshot
from cemaudit.ledger.states import VisitState
from cemaudit.model import Checklist, Scheme, Visit
from cemaudit.scoring import Engine, Plan, check_visit, evaluate, make_plan
from cemaudit.scoring.bands import find_band
from cemaudit.scoring.rescore import rescore

FEW = settings(max_examples=20, suppress_health_check=list(HealthCheck))


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    try:
        return draw(plan_strategies.plans())
    except (BadInput, ValueError):
        reject()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patch:
        snapshots.know(patch, plan_strategies.OTHERS)
        yield tmp_path_factory.mktemp("rescoring")
    snapshots.hundredths_scorer.cache_clear()


@pytest.mark.slow
@FEW
@given(st.data())
def test_scores_from_the_columns_are_the_exact_ones(home: Path, data: st.DataObject) -> None:
    plan = data.draw(plans())
    drawn = data.draw(st.lists(plan_strategies.visits(plan.checklist), min_size=1, max_size=6))
    visits = [visit for visit in drawn if not check_visit(visit, plan.checklist)]
    if not visits:
        reject()
    first = samples.scheme({"id": "single", "how": "sum", "of": ["@claims"]})
    made = snapshots.files(home, make_plan(plan.checklist, first), snapshots.rows_of(visits))
    part = SnapshotFile(
        str(made.written["answers"].path.relative_to(home)), plan.checklist.ref, "", len(visits), 1, len(visits), "", ""
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(run, "_visits", lambda _, numbers: nullcontext(lambda row: visits[numbers[row] - 1]))
        found = rescore_file(run.RescoringJob("", home, part, as_text(plan.checklist), as_text(plan.scheme), ()))
    for visit, row in zip(visits, snapshots.read(found.written["rescored"].path), strict=True):
        compare(plan, visit, row)


def compare(plan: Plan, visit: Visit, row: dict[str, Any]) -> None:
    scores = evaluate(plan, visit).scores
    for column in score_columns(plan):
        value = scores[column.name].value
        if value is None or abs(value) * 100 <= LARGEST:
            assert row[column.score] == (None if value is None else hundredths(value)), column.name
    band = find_band(plan.scheme, scores)
    assert row["band"] == (band and band.label)


SHOP = samples.items_only(
    samples.item("A", samples.points(0, 1, 3)),
    samples.item("B"),
    samples.item("W", "text"),
    samples.item("X", when="W == 'yes'"),
    samples.item("N", {"type": "number"}),
)
BANDS = [{"label": "A", "where": {"it": ">= 3"}}, {"label": "B"}]


def version_2(*measures: dict[str, Any]) -> Scheme:
    return Scheme.model_validate({**samples.scheme_data(*measures, bands=BANDS, headline="it"), "version": "2"})


OLD = samples.scheme({"id": "it", "how": "sum"}, bands=BANDS)
NEW = version_2({"id": "it", "how": "mean"}, {"id": "n", "how": "sum", "of": ["N"], "take": "value"})


STRANGE = samples.scheme({"id": "it", "how": "sum", "of": ["Z"]}, id="test.strange")


@pytest.fixture(scope="module")
def engine() -> Engine:
    found = Engine()
    found.library.schemes |= {one.ref: one for one in (OLD, NEW, STRANGE)}
    return found


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    snapshots.small_blocks(monkeypatch, 4)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return str(tmp_path / "hq.db")


def visits(number: int = 10) -> list[Visit]:
    return [
        samples.visit(
            id=f"v{place}",
            store=f"s{place % 3}",
            date=f"2026-{place % 9 + 1:02}-05",
            answers={"A": f"p{place % 3}", "B": place % 2 == 0, "W": ["yes", "no", ""][place % 3]}
            | ({"X": place % 4 == 0} if place % 3 == 0 else {}),
        )
        for place in range(number)
    ]


def taken(ledger: Ledger, engine: Engine, folder: Path, *some: Visit, of: Checklist = SHOP) -> None:
    assert set(ledgers.take(ledger, *some, checklist=of)) == {"collected"}
    update_snapshot(ledger, engine, folder)


def again_under(ledger: Ledger, engine: Engine, folder: Path, **keys: Any) -> RescoringResult:
    return rescore_history(ledger, str(ledger.database.file), engine, folder, NEW.ref, **keys)


def scored(folder: Path, scheme: str | None) -> dict[str, float | None]:
    with reading(folder) as snapshot:
        return {
            row["store"]: row["mean"] for row in show(snapshot, "scores", LedgerQuery(("store",), scheme=scheme)).rows
        }


def exactly(some: list[Visit], scheme: Scheme) -> dict[str, float]:
    plan = make_plan(SHOP, scheme)
    found: dict[str, list[int]] = {}
    for visit in some:
        value = evaluate(plan, visit).scores["it"].value
        assert value is not None
        found.setdefault(visit.store, []).append(hundredths(value))
    return {store: sum(numbers) / (len(numbers) * 100) for store, numbers in sorted(found.items())}


def test_both_results_are_kept(ledger: Ledger, engine: Engine, tmp_path: Path) -> None:
    taken(ledger, engine, tmp_path, *visits())
    with pytest.raises(BadInput, match=r"not scored under test.scheme@2 \(did you mean test.scheme@1\?\)"):
        scored(tmp_path, NEW.ref)
    done = again_under(ledger, engine, tmp_path)
    assert (done.refs, done.visits, done.before, done.problems) == ([SHOP.ref], 10, 0, [])
    assert scored(tmp_path, NEW.ref) == exactly(visits(), NEW)
    assert scored(tmp_path, None) == scored(tmp_path, OLD.ref) == exactly(visits(), OLD)
    assert list(check(ledger)) == []


def test_what_is_scored_is_not_scored_again(ledger: Ledger, engine: Engine, tmp_path: Path) -> None:
    taken(ledger, engine, tmp_path, *visits(10))
    again_under(ledger, engine, tmp_path)
    done = again_under(ledger, engine, tmp_path)
    assert (done.visits, done.before) == (0, 10)
    more = [one.model_copy(update={"id": f"w{one.id}"}) for one in visits(3)]
    taken(ledger, engine, tmp_path, *more)
    done = again_under(ledger, engine, tmp_path)
    assert (done.visits, done.before) == (5, 8)
    assert scored(tmp_path, NEW.ref) == exactly([*visits(10), *more], NEW)


@pytest.mark.parametrize("at", [1, 2, 3])
def test_stopped_between_blocks_it_goes_on(ledger: Ledger, engine: Engine, tmp_path: Path, at: int) -> None:
    taken(ledger, engine, tmp_path, *visits(10))
    left = [at]

    def stop(_: int) -> None:
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        again_under(ledger, engine, tmp_path, report_progress=stop)
    done = again_under(ledger, engine, tmp_path)
    assert (done.visits, done.before) == (10 - min(4 * at, 10), min(4 * at, 10))
    assert scored(tmp_path, NEW.ref) == exactly(visits(10), NEW)


def test_nothing_is_scored_of_a_snapshot_that_was_stopped(ledger: Ledger, engine: Engine, tmp_path: Path) -> None:
    taken(ledger, engine, tmp_path, *visits(3))
    assert set(ledgers.take(ledger, *visits(10)[3:], checklist=SHOP)) == {"collected"}
    left = [2]

    def stop(_: int) -> None:
        left[0] -= 1
        if not left[0]:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        update_snapshot(ledger, engine, tmp_path, report_progress=stop)
    before = (tmp_path / MANIFEST_FILE).read_bytes()
    with pytest.raises(BadInput, match="the snapshot was stopped before its end"):
        again_under(ledger, engine, tmp_path)
    assert (tmp_path / MANIFEST_FILE).read_bytes() == before
    update_snapshot(ledger, engine, tmp_path)
    assert again_under(ledger, engine, tmp_path).visits == 10


def test_only_files_of_visits_since_a_day(ledger: Ledger, engine: Engine, tmp_path: Path) -> None:
    dated = sorted(visits(9), key=lambda visit: str(visit.date))
    taken(ledger, engine, tmp_path, *dated)
    assert again_under(ledger, engine, tmp_path, since=dt.date(2026, 6, 1)).visits == 5
    assert again_under(ledger, engine, tmp_path).visits == 4


def test_words_that_decide_are_asked_of_the_ledger(
    ledger: Ledger, engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Items arise by words, which the snapshot has not; with every score in doubt the ledger is asked for all."""
    from cemaudit.ledger.snapshot import score_columns

    taken(ledger, engine, tmp_path, *visits(10))
    monkeypatch.setattr(score_columns, "_UNSURE", 1.0)
    again_under(ledger, engine, tmp_path)
    assert scored(tmp_path, NEW.ref) == exactly(visits(10), NEW)


def test_numbers_no_column_holds_are_asked_of_the_ledger(ledger: Ledger, engine: Engine, tmp_path: Path) -> None:
    large = [
        samples.visit(id=f"v{n}", answers={"A": "p1", "N": answer})
        for n, answer in enumerate((2**60 + 1, Decimal("0.5")))
    ]
    taken(ledger, engine, tmp_path, *large)
    again_under(ledger, engine, tmp_path)
    with reading(tmp_path) as snapshot:
        rows = show(snapshot, "scores", LedgerQuery(("measure",), scheme=NEW.ref)).rows
    assert [(row["measure"], row["scored"], row["mean"]) for row in rows] == [("it", 2, 1.0), ("n", 1, 0.5)]


def test_a_scheme_that_fits_no_checklist_is_told(ledger: Ledger, engine: Engine, tmp_path: Path) -> None:
    taken(ledger, engine, tmp_path, *visits(3))
    with pytest.raises(BadInput, match="no such item or measure: "):
        rescore_history(ledger, str(ledger.database.file), engine, tmp_path, STRANGE.ref)
    with pytest.raises(BadInput, match="no such scheme"):
        rescore_history(ledger, str(ledger.database.file), engine, tmp_path, "nothing@1")


def test_a_plugin_without_columns_is_scored_visit_by_visit_and_told(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshots.know(monkeypatch, plan_strategies.OTHERS)
    engine = Engine()
    third = Scheme.model_validate(
        {**samples.scheme_data({"id": "it", "how": "test.third"}, bands=BANDS), "version": "2"}
    )
    engine.library.schemes |= {OLD.ref: OLD, third.ref: third}
    engine.library.aggregators |= plan_strategies.OTHERS
    taken(ledger, engine, tmp_path, *visits(10))
    done = again_under(ledger, engine, tmp_path)
    assert done.fallbacks == {"it": "test.third has no column form"}
    plan = make_plan(SHOP, third, plan_strategies.OTHERS)
    firsts = [evaluate(plan, visit).scores["it"].value or Fraction(0) for visit in visits(10)]
    with reading(tmp_path) as snapshot:
        (row,) = show(snapshot, "distribution", LedgerQuery(scheme=third.ref)).rows
    assert row["mean"] == float(sum(firsts) / 10)
    snapshots.hundredths_scorer.cache_clear()


def test_what_changes_by_store_by_band_and_why(ledger: Ledger, engine: Engine, tmp_path: Path) -> None:
    some = visits(10)
    taken(ledger, engine, tmp_path, *some, some[0].model_copy(update={"id": "out"}))
    review_visits(ledger, ["out"], VisitState.EXCLUDED, "twice")
    update_snapshot(ledger, engine, tmp_path)
    again_under(ledger, engine, tmp_path)
    before, after = make_plan(SHOP, OLD), make_plan(SHOP, NEW)
    changes = [rescore(visit, before, after) for visit in some]
    with reading(tmp_path) as snapshot:
        found = scheme_difference(snapshot, SHOP.ref, NEW.ref)
        since = scheme_difference(snapshot, SHOP.ref, NEW.ref, dt.date(2026, 8, 1))
    assert found.bands == Counter(change.labels for change in changes)
    assert found.changed == [number for number, change in enumerate(changes, 1) if change.causes]
    assert since.whole.visits == sum(str(visit.date) >= "2026-08-01" for visit in some)
    for store, change in found.stores.items():
        own = [one for one in changes if one.visit.store == store]
        assert (change.visits, change.moved) == (len(own), sum(one.is_another_band for one in own))
        sums = [
            sum(hundredths(side[0].value) for one in own for side in [getattr(one, name)])
            for name in ("before", "after")
        ]
        assert (change.scored, change.before, change.after) == (len(own), *sums)
    assert found.whole.visits == 10
    causes = count_causes(ledger, engine, found.changed, NEW.ref, 100)
    assert causes.kinds == Counter(kind for one in changes for kind in {cause.kind for cause in one.causes})
    assert count_causes(ledger, engine, found.changed, NEW.ref, 3).visits == 3


def test_a_change_without_scores_has_no_mean() -> None:
    assert StoreChange().mean is None
    assert StoreChange(2, 0, 2, 100, 300).mean == 1.0


@pytest.mark.slow
def test_several_processes_find_the_same(tmp_path: Path) -> None:
    engine, of = Engine(), SHOP.model_copy(update={"scheme": "cem.performance@1"})
    with open_ledger(str(tmp_path / "hq.db"), make=True, who="hq") as ledger:
        taken(ledger, engine, tmp_path / "one", *visits(10), of=of)
        update_snapshot(ledger, engine, tmp_path / "two")
        parts = []
        for folder, processes in ((tmp_path / "one", 1), (tmp_path / "two", 2)):
            url = str(tmp_path / "hq.db")
            rescore_history(ledger, url, engine, folder, "pe.signed-product@1", processes=processes)
            parts.append({path.name: path.read_bytes() for path in (folder / "rescored").rglob("*.parquet")})
        assert parts[0] == parts[1]
        assert len(parts[0]) == 3
