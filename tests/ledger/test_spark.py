"""A real master and two workers: what they find is what one machine finds, bit for bit."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

import keeping
import pytest
import samples
from clusters import Cluster, cluster, need_spark

from cemaudit.errors import BadInput
from cemaudit.ledger import opened
from cemaudit.ledger.query.question import Question
from cemaudit.ledger.query.reading import Local, reading
from cemaudit.ledger.query.statement import EVERYTHING, Condition
from cemaudit.ledger.query.views import VIEWS, show
from cemaudit.ledger.rescoring.difference import differences
from cemaudit.ledger.rescoring.run import rescore_history
from cemaudit.ledger.snapshot import manifest, taking
from cemaudit.ledger.snapshot.names import TOO_LARGE, code_of
from cemaudit.ledger.snapshot.taking import take_snapshot
from cemaudit.ledger.spark.reading import manifest_at, place_of
from cemaudit.ledger.spark.rescoring import rescore_on
from cemaudit.model import Text, Visit
from cemaudit.scoring import Engine
from cemaudit.simulate import simulate

if TYPE_CHECKING:
    from cemaudit.ledger.spark.reading import OnSpark

pytestmark = pytest.mark.spark

SHOP, ORDERS, SCHEME = "retail.green-smile@1.0.0", "ecommerce.order@1.0.0", "cem.performance@1"
BLOCK = 1_000
COPIES = 200
"""Of 80 visits to shops: 16,000 in 16 files."""

ODD = samples.items_only(
    samples.item("I1"),
    samples.item("N", {"type": "number", "points": "value", "min": 0, "max": 20}),
    samples.item("BIG", {"type": "number", "points": "value", "min": 0, "max": 10**18}),
    samples.item("WHY", "text"),
)
ODD_SCHEME = samples.scheme({"id": "mean", "how": "mean"}, {"id": "share", "how": "ratio"}, headline="mean")
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
    visits = [*_many(simulate(shop, 20, 4), COPIES), *_many(simulate(orders, 10, 4), 30), *_odd()]
    source = keeping.lines(folder / "visits.jsonl", visits)
    with opened(str(folder / "hq.db"), make=True) as ledger:
        summary = keeping.collect(ledger, source, any_store=True, processes=2, checklists=(shop, orders, ODD, WORDY))
        assert keeping.counts(summary) == (len(visits), 0, 0, 0)
        take_snapshot(ledger, engine, folder / "hq")
        for scheme in (SCHEME, ODD_SCHEME.ref):
            rescore_history(ledger, str(folder / "hq.db"), engine, folder / "hq", scheme)


def _many(visits: Iterator[Visit], copies: int) -> Iterator[Visit]:
    plain = [visit.model_copy(update={"evidence": {}}) for visit in visits]
    for copy in range(copies):
        yield from (visit.model_copy(update={"id": f"{visit.store}-{visit.id}-{copy}"}) for visit in plain)


def _odd() -> Iterator[Visit]:
    """Visits whose numbers are halves of hundredths, and one that no column holds."""
    for place in range(2_000):
        answers: dict[str, Any] = {"I1": place % 3 == 0, "N": Decimal(place) / 200, "WHY": "no reason"}
        yield samples.visit(id=f"odd-{place}", checklist=ODD.ref, date="2026-11-21", answers=answers)
    answers = {"I1": True, "BIG": 2**53 + 1}
    yield samples.visit(id="odd-last", checklist=ODD.ref, date="2026-11-21", answers=answers)
    yield samples.visit(id="wordy", checklist=WORDY.ref, date="2026-11-21", answers={"WHY": "yes", "I1": True})


@pytest.fixture(scope="module")
def there(here: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("cluster")) as made:
        yield made


@pytest.fixture(scope="module")
def on_spark(here: Path, there: Cluster) -> Iterator[OnSpark]:
    """The snapshot opened on the cluster."""
    from cemaudit.ledger.spark.reading import reading_on

    with reading_on(there.url, str(here / "hq")) as found:
        yield found


@pytest.fixture
def local(here: Path) -> Iterator[Local]:
    with reading(here / "hq") as found:
        yield found


def rows_of(reading: Local | OnSpark, ref: str, scheme: str) -> list[tuple[Any, ...]]:
    """All that was scored again, in the order of visits."""
    (scores,) = reading.again(ref, scheme)
    reading.view("again", scores.parts)
    columns = ", ".join(f'"{name}"' for one in scores.scores for name in (one.score, one.reason))
    heads = "number, store, wave, day, month, step, scenario, origin, scheme, band"
    return reading.ask(f"select {heads}, {columns} from again order by number")


def cemaudit(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cemaudit", *arguments]
    everything = {**os.environ, "LC_ALL": "C.UTF-8", "PYTHONUTF8": "1", **environment}
    return subprocess.run(command, capture_output=True, text=True, env=everything, check=False)


# These begin sessions of their own, for which the cluster has room only before the one of the tests below.


def test_the_commands_say_what_they_say_here_and_nothing_of_spark(here: Path, there: Cluster, local: Local) -> None:
    which = ("--scheme", ODD_SCHEME.ref, "--where", f"checklist={ODD.ref}")
    on_cluster = ("--on", there.url, "--data", str(here / "hq"))
    again = cemaudit("rescore", *which, *on_cluster, "--json")
    told, stores = json.loads(again.stdout), differences(local, ODD.ref, ODD_SCHEME.ref).stores
    assert again.returncode == 0
    scored, *others = again.stderr.splitlines()
    assert scored.startswith("2,001 visits scored")
    assert all(line.startswith("cemaudit: ") for line in others)
    assert "1 visits hold a number that no column holds" in others[-1]
    assert {one["store"]: one["mean_change"] for one in told["stores"]} == {name: stores[name].mean for name in stores}
    asked = cemaudit("query", "league", *which, "--csv", *on_cluster)
    assert (asked.returncode, asked.stderr) == (0, "")
    assert asked.stdout == cemaudit("query", "league", *which, "--csv", "--snapshot", str(here / "hq")).stdout


def test_workers_without_the_libraries_are_one_line(here: Path, there: Cluster, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"], check=True)
    bare = str(tmp_path / "bare" / "bin" / "python")
    found = cemaudit("query", "trend", "--on", there.url, "--data", str(here / "hq"), PYSPARK_PYTHON=bare)
    assert found.returncode == 4
    assert found.stderr.startswith(f"cemaudit: {there.url}: the workers lack ")
    assert found.stderr.count("\n") == 1


def test_a_cluster_that_gives_no_worker_is_not_waited_for_in_vain(tmp_path: Path) -> None:
    need_spark()
    code = (
        "import sys; from cemaudit.ledger.spark import session; from cemaudit.cli.run import run; "
        "session._PATIENCE = 0.1; sys.exit(run(sys.argv[1:]))"
    )
    with cluster(tmp_path, workers=0) as idle:
        command = [sys.executable, "-c", code, "query", "trend", "--on", idle.url, "--data", str(tmp_path)]
        found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 4
    assert "the cluster gives no worker" in found.stderr
    assert found.stderr.count("\n") == 1


def test_a_snapshot_that_is_not_there_is_one_line(on_spark: OnSpark, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"there is no snapshot yet .*'cemaudit snapshot'") as caught:
        manifest_at(on_spark.session, place_of(str(tmp_path)))
    assert str(caught.value).startswith(f"file://{tmp_path}: ")
    (tmp_path / "snapshot.json").write_text("{]", "utf-8")
    with pytest.raises(BadInput, match="not the manifest of a snapshot") as caught:
        manifest_at(on_spark.session, place_of(str(tmp_path)))
    assert str(caught.value).startswith(f"file://{tmp_path}/snapshot.json: ")


def test_scores_are_the_same_to_the_last_bit(on_spark: OnSpark, local: Local) -> None:
    done = rescore_on(on_spark, Engine(), SCHEME, [ORDERS])
    assert (done.refs, done.visits, done.problems) == ([ORDERS], 1_200, [])
    assert rows_of(on_spark, ORDERS, SCHEME) == rows_of(local, ORDERS, SCHEME)
    assert differences(on_spark, ORDERS, SCHEME) == differences(local, ORDERS, SCHEME)


def test_only_visits_with_a_number_that_no_column_holds_have_no_scores_there(on_spark: OnSpark, local: Local) -> None:
    engine = Engine()
    engine.library.schemes[ODD_SCHEME.ref] = ODD_SCHEME
    (problem,) = rescore_on(on_spark, engine, ODD_SCHEME.ref, [ODD.ref]).problems
    assert str(problem).startswith(f"{ODD.ref}: 1 visits hold a number that no column holds")
    found, expected = rows_of(on_spark, ODD.ref, ODD_SCHEME.ref), rows_of(local, ODD.ref, ODD_SCHEME.ref)
    assert found[:-1] == expected[:-1]
    assert found[-1][-2:] == (None, code_of(TOO_LARGE))
    assert expected[-1][-1] is None
    assert len(found) == len(expected) == 2_001


def test_where_items_arise_by_words_the_ledger_is_asked_for(on_spark: OnSpark) -> None:
    with pytest.raises(BadInput, match=f"{WORDY.ref}: I1 arises by the words of WHY"):
        rescore_on(on_spark, Engine(), SCHEME, [WORDY.ref])


@pytest.mark.parametrize(("view", "by"), [*((view, ()) for view in VIEWS), ("trend", ("quarter", "region"))])
def test_the_same_question_has_the_same_answer(on_spark: OnSpark, local: Local, view: str, by: tuple[str, ...]) -> None:
    which = EVERYTHING._replace(conditions=(Condition("checklist", (SHOP,)), Condition("wave", ("2026-1", "it's", ""))))
    question = Question(by, which)
    assert show(on_spark, view, question) == show(local, view, question)


def test_of_some_days_only_those_are_scored_and_what_is_scored_stays(on_spark: OnSpark, local: Local) -> None:
    days = sorted({row[3] for row in rows_of(local, ORDERS, SCHEME)})
    early, late = days[len(days) // 3], days[len(days) // 2]
    shutil.rmtree(on_spark.scored_in(ORDERS, SCHEME).removeprefix("file://"), ignore_errors=True)

    def counts(since: dt.date | None) -> tuple[int, int]:
        done = rescore_on(on_spark, Engine(), SCHEME, [ORDERS], since=since)
        return done.visits, done.before

    everything = rows_of(local, ORDERS, SCHEME)
    expected = [row for row in everything if row[3] >= early]
    assert counts(early) == (len(expected), 0)
    assert rows_of(on_spark, ORDERS, SCHEME) == expected
    assert differences(on_spark, ORDERS, SCHEME, late) == differences(local, ORDERS, SCHEME, late)
    assert counts(late) == (0, sum(row[3] >= late for row in expected))
    assert counts(None) == (len(everything), 0)
    assert counts(early) == (0, len(expected))
    assert rows_of(on_spark, ORDERS, SCHEME) == everything


def test_what_is_not_whole_or_of_other_answers_does_not_count(
    on_spark: OnSpark, monkeypatch: pytest.MonkeyPatch
) -> None:
    def files() -> list[str]:
        (scores,) = on_spark.again(ORDERS, SCHEME)
        return [part.file for part in scores.parts]

    rescore_on(on_spark, Engine(), SCHEME, [ORDERS])
    written = on_spark.scored_in(ORDERS, SCHEME)
    assert files() == [written]
    with monkeypatch.context() as patched:
        patched.setattr(on_spark, "answers_digest", lambda ref: "another one")
        assert all(file.startswith("rescored/") for file in files())
    min(Path(written.removeprefix("file://")).glob("*.parquet")).unlink()
    assert all(file.startswith("rescored/") for file in files())
    assert rescore_on(on_spark, Engine(), SCHEME, [ORDERS]).visits == 1_200
    assert files() == [written]


def test_a_scheme_keeps_its_content_under_its_name(on_spark: OnSpark) -> None:
    engine = Engine()
    plain = engine.library.scheme(SCHEME)
    one, other = (plain.model_copy(update={"version": "9", "title": Text(en=word)}) for word in ("one", "other"))
    engine.library.schemes[one.ref] = one
    rescore_on(on_spark, engine, one.ref, [ORDERS])
    engine.library.schemes[one.ref] = other
    with pytest.raises(BadInput, match="exists already with another content"):
        rescore_on(on_spark, engine, one.ref, [ORDERS])


def test_a_worker_killed_in_the_middle_costs_nothing(there: Cluster, on_spark: OnSpark, local: Local) -> None:
    killer = Killer(there, on_spark)
    killer.start()
    rescore_on(on_spark, Engine(), SCHEME, [SHOP])
    killer.join()
    done, tasks = killer.seen
    assert 0 < done < tasks == 80 * COPIES // BLOCK
    assert rows_of(on_spark, SHOP, SCHEME) == rows_of(local, SHOP, SCHEME)


class Killer(Thread):
    """Kills a worker with its executor once some tasks of a large stage are done; ``seen``: how many, of how many."""

    def __init__(self, there: Cluster, on_spark: OnSpark) -> None:
        super().__init__()
        self.seen = (0, 0)
        self._worker = there.workers[0]
        self._jobs = on_spark.session.sparkContext.statusTracker()

    def run(self) -> None:
        end = time.monotonic() + 120
        while time.monotonic() < end:
            for stage in self._jobs.getActiveStageIds():
                told = self._jobs.getStageInfo(stage)
                if told and told.numTasks > 10 and told.numCompletedTasks > 2:
                    self.seen = (told.numCompletedTasks, told.numTasks)
                    self._worker.end()
                    return
            time.sleep(0.01)
