"""A real master and two workers: what they find is what one machine finds, bit for bit."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import time
import venv
from collections.abc import Iterator
from contextlib import nullcontext
from decimal import Decimal
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import pytest
from helpers import ledgers, samples
from helpers.spark_cluster import Cluster, cluster, need_spark

from cemaudit.cli.app import run
from cemaudit.errors import BadEnvironment, BadInput
from cemaudit.ledger import VisitState, open_ledger, review_visits
from cemaudit.ledger.query.counting import state_notes
from cemaudit.ledger.query.question import LedgerQuery
from cemaudit.ledger.query.reading import Local, reading
from cemaudit.ledger.query.statement import EVERYTHING, Condition
from cemaudit.ledger.query.views import VIEWS, show
from cemaudit.ledger.rescoring.differences import scheme_difference
from cemaudit.ledger.rescoring.run import rescore_history
from cemaudit.ledger.snapshot import manifest, taking
from cemaudit.ledger.snapshot.names import TOO_LARGE, code_of
from cemaudit.ledger.snapshot.taking import update_snapshot
from cemaudit.ledger.spark import session
from cemaudit.ledger.spark.reading import manifest_at, place_of
from cemaudit.ledger.spark.rescoring import rescore_on
from cemaudit.ledger.spark.session import master_of
from cemaudit.model import Text, Visit
from cemaudit.scoring import Engine
from cemaudit.simulate import simulate

if TYPE_CHECKING:
    from cemaudit.ledger.spark.reading import SparkSnapshot

pytestmark = pytest.mark.spark

Said = pytest.CaptureFixture[str]

SHOP, ORDERS, SCHEME = "retail.green-smile@1.0.0", "ecommerce.order@1.0.0", "cem.performance@1"
BLOCK = 100
COPIES = 30
"""Of 40 orders: 1,200 in 12 files."""
FILES = 12

ODD = samples.items_only(
    samples.item("I1"),
    samples.item("N", {"type": "number", "points": "value", "min": 0, "max": 20}),
    samples.item("BIG", {"type": "number", "points": "value", "min": 0, "max": 10**18}),
    samples.item("WHY", "text"),
)
ODD_SCHEME = samples.scheme({"id": "mean", "how": "mean"}, {"id": "share", "how": "ratio"}, headline="mean")
ODDLY = ("--scheme", ODD_SCHEME.ref, "--where", f"checklist={ODD.ref}")
WORDY = samples.items_only(
    samples.item("WHY", "text"), samples.item("I1", when='WHY == "yes"'), id="test.wordy", scheme=SCHEME
)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A ledger of many visits, and its snapshot, in small files; both are scored again on this machine."""
    need_spark()
    folder = tmp_path_factory.mktemp("여기 [1]")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(taking, "BLOCK", BLOCK)
        patched.setattr(manifest, "BLOCK", BLOCK)
        _make(folder, Engine())
        yield folder


def _make(folder: Path, engine: Engine) -> None:
    shop, orders = engine.library.checklist(SHOP), engine.library.checklist(ORDERS)
    engine.library.schemes[ODD_SCHEME.ref] = ODD_SCHEME
    visits = [*_many(simulate(orders, 10, 4), COPIES), *_many(simulate(shop, 20, 4), 2), *_odd()]
    source = ledgers.lines(folder / "visits.jsonl", visits)
    with open_ledger(str(folder / "hq.db"), make=True) as ledger:
        summary = ledgers.collect(ledger, source, any_store=True, checklists=(shop, orders, ODD, WORDY))
        assert ledgers.counts(summary) == (len(visits), 0, 0, 0)
        ids = [visit.id for visit in visits]
        review_visits(ledger, ids[:9], VisitState.ACCEPTED, "")
        review_visits(ledger, ids[9:12], VisitState.RETURNED, "why?")
        update_snapshot(ledger, engine, folder / "hq")
        for scheme, refs in ((SCHEME, [SHOP, ORDERS]), (ODD_SCHEME.ref, [ODD.ref])):
            rescore_history(ledger, str(folder / "hq.db"), engine, folder / "hq", scheme, refs=refs)


def _many(visits: Iterator[Visit], copies: int) -> Iterator[Visit]:
    plain = [visit.model_copy(update={"evidence": {}}) for visit in visits]
    for copy in range(copies):
        yield from (visit.model_copy(update={"id": f"{visit.store}-{visit.id}-{copy}"}) for visit in plain)


def _odd() -> Iterator[Visit]:
    """Visits whose numbers are halves of hundredths, and one that no column holds."""
    for place in range(200):
        answers: dict[str, Any] = {"I1": place % 3 == 0, "N": Decimal(place * 3) / 40, "WHY": "no reason"}
        yield samples.visit(id=f"odd-{place}", checklist=ODD.ref, date="2026-11-21", answers=answers)
    answers = {"I1": True, "BIG": 2**53 + 1}
    yield samples.visit(id="odd-last", checklist=ODD.ref, date="2026-11-21", answers=answers)
    yield samples.visit(id="wordy", checklist=WORDY.ref, date="2026-11-21", answers={"WHY": "yes", "I1": True})


@pytest.fixture(scope="module")
def idle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    need_spark()
    with cluster(tmp_path_factory.mktemp("cluster")) as made:
        yield made


@pytest.fixture(scope="module")
def there(idle: Cluster) -> Cluster:
    """The same cluster, with two workers from now on."""
    idle.hire(2)
    return idle


@pytest.fixture(scope="module")
def on_spark(here: Path, there: Cluster) -> Iterator[SparkSnapshot]:
    """The snapshot opened on the cluster, all of which it holds from now on."""
    from cemaudit.ledger.spark.reading import reading_on

    with reading_on(there.url, str(here / "hq")) as found:
        yield found


@pytest.fixture
def local(here: Path) -> Iterator[Local]:
    with reading(here / "hq") as found:
        yield found


def rows_of(reading: Local | SparkSnapshot, ref: str, scheme: str) -> list[tuple[Any, ...]]:
    """All that was scored again, in the order of visits."""
    (scores,) = reading.again(ref, scheme)
    reading.view("again", scores.parts)
    columns = ", ".join(f'"{name}"' for one in scores.scores for name in (one.score, one.reason))
    heads = "number, store, wave, day, month, step, scenario, origin, scheme, band"
    return reading.ask(f"select {heads}, {columns} from again order by number")


def test_a_cluster_that_gives_no_worker_is_not_waited_for_in_vain(
    here: Path, idle: Cluster, monkeypatch: pytest.MonkeyPatch, capfd: Said
) -> None:
    monkeypatch.setattr(session, "_PATIENCE", 0.1)
    assert run(["query", "trend", "--on", idle.url, "--data", str(here / "hq")]) == 4
    said = capfd.readouterr()
    assert "the cluster gives no worker" in said.err
    assert (said.out, said.err.count("\n")) == ("", 1)


def test_workers_without_the_libraries_are_one_line(
    there: Cluster, on_spark: SparkSnapshot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    venv.create(tmp_path / "bare", symlinks=True)
    context = on_spark.session.sparkContext
    monkeypatch.setattr(context, "pythonExec", str(tmp_path / "bare" / "bin" / "python"))
    monkeypatch.setattr(context, "addPyFile", lambda _: None)  # they have it
    with pytest.raises(BadEnvironment, match="the workers lack ") as caught:
        session._send_package(on_spark.session, master_of(there.url), tmp_path)
    assert str(caught.value).startswith(f"{there.url}: ")
    assert "\n" not in str(caught.value)


def test_a_manifest_that_the_cluster_reads_is_the_same_or_refused_in_one_line(
    on_spark: SparkSnapshot, tmp_path: Path
) -> None:
    assert manifest_at(on_spark.session, on_spark.place) == on_spark.manifest
    with pytest.raises(BadInput, match=r"there is no snapshot yet .*'cemaudit snapshot'") as caught:
        manifest_at(on_spark.session, place_of(str(tmp_path)))
    assert str(caught.value).startswith(f"file://{tmp_path}: ")
    (tmp_path / "snapshot.json").write_text("{]", "utf-8")
    with pytest.raises(BadInput, match="not the manifest of a snapshot") as caught:
        manifest_at(on_spark.session, place_of(str(tmp_path)))
    assert str(caught.value).startswith(f"file://{tmp_path}/snapshot.json: ")


def test_scores_are_the_same_to_the_last_bit(on_spark: SparkSnapshot, local: Local) -> None:
    done = rescore_on(on_spark, Engine(), SCHEME, [SHOP])
    assert (done.refs, done.visits, done.problems) == ([SHOP], 160, [])
    assert rows_of(on_spark, SHOP, SCHEME) == rows_of(local, SHOP, SCHEME)
    assert scheme_difference(on_spark, SHOP, SCHEME) == scheme_difference(local, SHOP, SCHEME)


def test_the_commands_say_what_they_say_here_and_nothing_of_spark(
    here: Path, there: Cluster, on_spark: SparkSnapshot, local: Local, monkeypatch: pytest.MonkeyPatch, capfd: Said
) -> None:
    monkeypatch.setattr("cemaudit.ledger.spark.reading.opened", lambda _: nullcontext(on_spark.session))
    on_cluster = ("--on", there.url, "--data", str(here / "hq"))

    def said(*arguments: str) -> tuple[str, list[str]]:
        assert run(list(arguments)) == 0
        found = capfd.readouterr()
        return found.out, found.err.splitlines()

    out, (scored, *others) = said("rescore", *ODDLY, *on_cluster, "--json")
    assert scored.startswith("201 visits scored")
    assert all(line.startswith("cemaudit: ") for line in others)
    assert "1 visits hold a number that no column holds" in others[-1]
    told, stores = json.loads(out), scheme_difference(local, ODD.ref, ODD_SCHEME.ref).stores
    assert {one["store"]: one["mean_change"] for one in told["stores"]} == {name: stores[name].mean for name in stores}
    asked, complaints = said("query", "league", *ODDLY, "--csv", *on_cluster)
    assert (asked, complaints) == said("query", "league", *ODDLY, "--csv", "--snapshot", str(here / "hq"))
    assert asked.startswith("measure,store,")
    assert complaints[0] == "cemaudit: visits count that are received, accepted, contested"
    assert complaints[1:] == ["cemaudit: 201 of 201 visits are incomplete (--where complete=yes leaves them out)"]


def test_only_visits_with_a_number_that_no_column_holds_have_no_scores_there(
    on_spark: SparkSnapshot, local: Local
) -> None:
    engine = Engine()
    engine.library.schemes[ODD_SCHEME.ref] = ODD_SCHEME
    (problem,) = rescore_on(on_spark, engine, ODD_SCHEME.ref, [ODD.ref]).problems
    assert str(problem).startswith(f"{ODD.ref}: 1 visits hold a number that no column holds")
    found, expected = rows_of(on_spark, ODD.ref, ODD_SCHEME.ref), rows_of(local, ODD.ref, ODD_SCHEME.ref)
    assert found[:-1] == expected[:-1]
    assert found[-1][-2:] == (None, code_of(TOO_LARGE))
    assert expected[-1][-1] is None
    assert len(found) == len(expected) == 201


def test_where_items_arise_by_words_the_ledger_is_asked_for(on_spark: SparkSnapshot) -> None:
    with pytest.raises(BadInput, match=f"{WORDY.ref}: I1 arises by the words of WHY"):
        rescore_on(on_spark, Engine(), SCHEME, [WORDY.ref])


@pytest.mark.parametrize(("view", "by"), [*((view, ()) for view in VIEWS), ("trend", ("quarter", "region"))])
def test_the_same_question_has_the_same_answer(
    on_spark: SparkSnapshot, local: Local, view: str, by: tuple[str, ...]
) -> None:
    which = EVERYTHING._replace(
        conditions=(Condition("checklist", (ORDERS,)), Condition("wave", ("2026-1", "it's", "")))
    )
    question = LedgerQuery(by, which)
    assert show(on_spark, view, question) == show(local, view, question)


@pytest.mark.parametrize(
    ("by", "states"),
    [(("state",), ()), (("store",), ("returned",)), (("state", "wave"), ("received", "returned")), ((), ("excluded",))],
)
def test_states_are_asked_for_alike(
    on_spark: SparkSnapshot, local: Local, by: tuple[str, ...], states: tuple[str, ...]
) -> None:
    conditions = [Condition("checklist", (ORDERS,)), *([Condition("state", states)] if states else [])]
    question = LedgerQuery(by, EVERYTHING._replace(conditions=tuple(conditions)))
    assert show(on_spark, "visits", question) == show(local, "visits", question)
    assert show(on_spark, "league", question) == show(local, "league", question)
    assert [*map(str, state_notes(on_spark, question.which))] == [*map(str, state_notes(local, question.which))]


def test_what_spark_compiles_first_has_the_same_answer(on_spark: SparkSnapshot, local: Local) -> None:
    compiling = {"spark.sql.codegen.wholeStage": "true", "spark.sql.codegen.factoryMode": "CODEGEN_ONLY"}
    question = LedgerQuery((), EVERYTHING._replace(conditions=(Condition("checklist", (SHOP,)),)))
    usual = {name: str(on_spark.session.conf.get(name)) for name in compiling}
    for name, value in compiling.items():
        on_spark.session.conf.set(name, value)
    try:
        assert show(on_spark, "league", question) == show(local, "league", question)
    finally:
        for name, value in usual.items():
            on_spark.session.conf.set(name, value)


def test_of_some_days_only_those_are_scored_and_what_is_scored_stays(on_spark: SparkSnapshot, local: Local) -> None:
    days = sorted({row[3] for row in rows_of(local, SHOP, SCHEME)})
    early, late = days[len(days) // 3], days[len(days) // 2]
    shutil.rmtree(on_spark.scored_in(SHOP, SCHEME).removeprefix("file://"), ignore_errors=True)

    def counts(since: dt.date | None) -> tuple[int, int]:
        done = rescore_on(on_spark, Engine(), SCHEME, [SHOP], since=since)
        return done.visits, done.before

    everything = rows_of(local, SHOP, SCHEME)
    expected = [row for row in everything if row[3] >= early]
    assert counts(early) == (len(expected), 0)
    assert rows_of(on_spark, SHOP, SCHEME) == expected
    assert scheme_difference(on_spark, SHOP, SCHEME, late) == scheme_difference(local, SHOP, SCHEME, late)
    assert counts(late) == (0, sum(row[3] >= late for row in expected))
    assert counts(None) == (len(everything), 0)
    assert counts(early) == (0, len(expected))
    assert rows_of(on_spark, SHOP, SCHEME) == everything


def test_what_is_not_whole_or_of_other_answers_does_not_count(
    on_spark: SparkSnapshot, monkeypatch: pytest.MonkeyPatch
) -> None:
    def files() -> list[str]:
        (scores,) = on_spark.again(SHOP, SCHEME)
        return [part.file for part in scores.parts]

    rescore_on(on_spark, Engine(), SCHEME, [SHOP])
    written = on_spark.scored_in(SHOP, SCHEME)
    assert files() == [written]
    with monkeypatch.context() as patched:
        patched.setattr(on_spark, "answers_digest", lambda ref: "another one")
        assert all(file.startswith("rescored/") for file in files())
    min(Path(written.removeprefix("file://")).glob("*.parquet")).unlink()
    assert all(file.startswith("rescored/") for file in files())
    assert rescore_on(on_spark, Engine(), SCHEME, [SHOP]).visits == 160
    assert files() == [written]


def test_a_scheme_keeps_its_content_under_its_name(on_spark: SparkSnapshot) -> None:
    engine = Engine()
    plain = engine.library.scheme(SCHEME)
    one, other = (plain.model_copy(update={"version": "9", "title": Text(en=word)}) for word in ("one", "other"))
    engine.library.schemes[one.ref] = one
    rescore_on(on_spark, engine, one.ref, [SHOP])
    engine.library.schemes[one.ref] = other
    with pytest.raises(BadInput, match="exists already with another content"):
        rescore_on(on_spark, engine, one.ref, [SHOP])


def test_a_worker_killed_in_the_middle_costs_nothing(there: Cluster, on_spark: SparkSnapshot, local: Local) -> None:
    killer = Killer(there, on_spark)
    killer.start()
    rescore_on(on_spark, Engine(), SCHEME, [ORDERS])
    killer.join()
    done, tasks = killer.seen
    assert 0 < done < tasks == FILES
    assert rows_of(on_spark, ORDERS, SCHEME) == rows_of(local, ORDERS, SCHEME)


class Killer(Thread):
    """Kills a worker with its executor once some tasks of a large stage are done; ``seen``: how many, of how many."""

    def __init__(self, there: Cluster, on_spark: SparkSnapshot) -> None:
        super().__init__()
        self.seen = (0, 0)
        self._worker = there.workers[0]
        self._jobs = on_spark.session.sparkContext.statusTracker()

    def run(self) -> None:
        end = time.monotonic() + 120
        while time.monotonic() < end:
            for stage in self._jobs.getActiveStageIds():
                told = self._jobs.getStageInfo(stage)
                if told and told.numTasks == FILES and told.numCompletedTasks:
                    self.seen = (told.numCompletedTasks, told.numTasks)
                    self._worker.end()
                    return
            time.sleep(0.01)
