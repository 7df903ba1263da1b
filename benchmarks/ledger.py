"""How fast a ledger collects, snapshots, scores again and answers, beside what somebody would use instead.

    python benchmarks/ledger.py [--size tiny|small|full] [--write]

``small`` takes a few minutes: 50,000 visits are collected, one million asked about; ``full`` collects 200,000 and asks
about ten million, too. Everything runs on all cores, one after the other; of several runs the best one counts. Every
way must find the same numbers. PostgreSQL is started on loopback where its programs are found.
``--write`` puts the tables into docs/performance.md.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import importlib
import itertools
import json
import math
import os
import shutil
import sqlite3
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

import chain

from cemaudit.exchange.canonical_json import line_of
from cemaudit.exchange.sealed import Statement, sealed_name, write_sealed
from cemaudit.ledger import Ledger, open_ledger
from cemaudit.ledger.acceptance import AcceptanceChecker
from cemaudit.ledger.collecting import AcceptanceWorkers, Collector, acceptance_rules, processors
from cemaudit.ledger.query.question import LedgerQuery
from cemaudit.ledger.query.reading import reading
from cemaudit.ledger.query.statement import EVERYTHING, Filter
from cemaudit.ledger.query.views import show
from cemaudit.ledger.rescoring.run import rescore_history
from cemaudit.ledger.snapshot.taking import update_snapshot
from cemaudit.ledger.sources import find_sources
from cemaudit.model import Visit
from cemaudit.scoring import Engine, evaluate, make_plan

PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
MARK = "<!-- ledger -->"
STATEMENT = Statement(words="I was there.", language="en", name="s-1", at=dt.datetime(2016, 1, 1, tzinfo=dt.UTC))
CHECKLISTS = {chain.CHECKLIST.ref: chain.CHECKLIST}
TABLE = "create table visit (id text primary key, store text, day text, document blob)"
INSERT = "insert into visit values (?, ?, ?, ?)"
QUARTER = (dt.date(2016, 1, 1), dt.date(2016, 3, 31))
QUESTIONS = {
    "league": LedgerQuery(),
    "heatmap": LedgerQuery(("store", "touchpoint")),
    "trend": LedgerQuery(),
    "distribution": LedgerQuery(),
}
BATCH = 2_000


class Size(NamedTuple):
    """How much is measured."""

    lines: int
    sealed: int
    single: int
    audits: Sequence[int]


SIZES = {
    "tiny": Size(2_000, 40, 10, (70_000,)),
    "small": Size(50_000, 1_000, 200, (1_000_000,)),
    "full": Size(200_000, 4_000, 400, (1_000_000, 10_000_000)),
}


class Rate(NamedTuple):
    """So many ``what`` a second, by ``who``: the first of each ``what`` is cemaudit."""

    what: str
    who: str
    rate: float


def best(run: Callable[[], Any], times: int = 3) -> float:
    """The shortest of some runs, in seconds."""
    found = math.inf
    for _ in range(times):
        begun = time.perf_counter()
        run()
        found = min(found, time.perf_counter() - begun)
    return found


def new(folder: Path) -> Iterator[Path]:
    """Folders nobody has used."""
    for number in itertools.count():
        (folder / str(number)).mkdir(parents=True)
        yield folder / str(number)


def bare(file: Path) -> sqlite3.Connection:
    """A table without any check, as durable as a ledger."""
    link = sqlite3.connect(file, isolation_level=None)
    link.execute("pragma journal_mode = truncate")
    link.execute("pragma synchronous = full")
    link.execute(TABLE)
    return link


def row_of(line: bytes) -> tuple[str, str, str, bytes]:
    said = json.loads(line)
    return said["id"], said["store"], said["started"][:10], line


def collecting(folder: Path, size: Size) -> Iterator[Rate]:
    """Lines of JSON, then sealed files."""
    lines, sealed = folder / "visits.jsonl", folder / "sealed"
    lines.write_bytes(b"".join(line_of(visit) + b"\n" for visit in chain.visits(size.lines)))
    sealed.mkdir()
    for visit in chain.visits(size.sealed):
        write_sealed(sealed / sealed_name(visit), visit, STATEMENT, folder)
    files = sorted(sealed.iterdir())
    places = new(folder / "collected")
    what = f"visits of {lines.stat().st_size // size.lines} bytes in JSON lines"
    yield Rate(what, "cemaudit collect", size.lines / best(lambda: collect(next(places), [lines])))
    yield Rate(what, "json and sqlite3, nothing checked", size.lines / best(lambda: floor(next(places), lines)))
    few = max(size.lines // 50, 100)
    yield Rate(what, "pydantic, a commit for each visit", few / best(lambda: naive(next(places), lines, few)))
    what = "visits in sealed files"
    yield Rate(what, "cemaudit collect", size.sealed / best(lambda: collect(next(places), files)))
    yield Rate(
        what, "zipfile, json and sqlite3, nothing checked", size.sealed / best(lambda: unzip(next(places), files))
    )


def collect(folder: Path, files: Sequence[Path]) -> None:
    """What ``cemaudit collect`` does."""
    with open_ledger(str(folder / "hq.db"), make=True) as ledger:
        workers = AcceptanceWorkers(acceptance_rules(ledger, CHECKLISTS), processors())
        try:
            collector = Collector(ledger, workers, CHECKLISTS)
            collector.collect(source for source in find_sources([str(file) for file in files]))
            assert collector.summary.is_good, collector.summary
        finally:
            workers.close()


def floor(folder: Path, lines: Path) -> None:
    """The least a script would do."""
    with contextlib.closing(bare(folder / "bare.db")) as link, lines.open("rb") as file:
        insert(link, map(row_of, file))


def unzip(folder: Path, files: Sequence[Path]) -> None:
    """The same for sealed files."""
    with contextlib.closing(bare(folder / "bare.db")) as link:
        insert(link, (row_of(zipfile.ZipFile(path).read("visit.json")) for path in files))


def insert(link: sqlite3.Connection, rows: Iterator[tuple[str, str, str, bytes]]) -> None:
    while some := list(itertools.islice(rows, BATCH)):
        link.execute("begin immediate")
        link.executemany(INSERT, some)
        link.execute("commit")


def naive(folder: Path, lines: Path, count: int) -> None:
    """Every line checked by the model, every visit committed."""
    with contextlib.closing(bare(folder / "bare.db")) as link, lines.open("rb") as file:
        for line in itertools.islice(file, count):
            visit = Visit.model_validate_json(line)
            link.execute(INSERT, (visit.id, visit.store, str(visit.day), line))


def singly(folder: Path, size: Size) -> Iterator[Rate]:
    """One visit at a time, on the disk before the next one; the median, for a disk is not always as quick."""
    folder.mkdir()
    lines = [line_of(visit) for visit in chain.visits(size.single)]
    what = "single visits, each on the disk"
    with open_ledger(str(folder / "hq.db"), make=True) as ledger:
        examiner = AcceptanceChecker(acceptance_rules(ledger, CHECKLISTS))

        def collect_one(line: bytes) -> None:
            ledger.collect(examiner.lines([line]), CHECKLISTS)

        seconds = [best(partial(collect_one, line), 1) for line in lines]
        yield Rate(what, "cemaudit, checked, with its line in the trail", 1 / median(seconds))
    with contextlib.closing(bare(folder / "bare.db")) as link:
        seconds = [best(partial(link.execute, INSERT, row_of(line)), 1) for line in lines]
        yield Rate(what, "a bare insert of sqlite3", 1 / median(seconds))


def snapshots(folder: Path, size: Size) -> Iterator[Rate]:
    """Everything collected, in columns."""
    places = new(folder / "snapshots")
    what = "visits into a snapshot"
    with open_ledger(str(folder / "collected" / "0" / "hq.db")) as ledger:
        chain.keep_records(ledger)
        seconds = best(lambda: update_snapshot(ledger, Engine(), next(places), processes=processors()))
        yield Rate(what, "cemaudit snapshot, answers and scores", size.lines / seconds)
    seconds = best(lambda: rivals().answers_by_polars(folder / "visits.jsonl", next(places) / "answers.parquet"))
    yield Rate(what, "polars from JSON lines, answers alone", size.lines / seconds)


def rescoring(url: str, snapshot: Path, audits: int) -> Iterator[Rate]:
    """All of a snapshot's visits under another scheme."""
    what = f"{audits:,} audits scored again, from Parquet to Parquet"
    schemes = iter(chain.OTHERS)

    def rescore(ledger: Ledger) -> None:
        rescore_history(ledger, url, Engine(), snapshot, next(schemes).ref, processes=processors())

    with open_ledger(url) as ledger:
        seconds = best(lambda: rescore(ledger), len(chain.OTHERS))
    yield Rate(what, "cemaudit rescore", audits / seconds)
    out = snapshot.parent / "polars.parquet"
    yield Rate(
        what, "polars, the rule as expressions", audits / best(lambda: rivals().rescore_by_polars(snapshot, out), 2)
    )
    assert_same(rivals().overall_of(out), scored(snapshot))
    plan = make_plan(chain.CHECKLIST, chain.OTHERS[0])
    visits = list(chain.visits(1_000))
    seconds = best(lambda: [evaluate(plan, visit) for visit in visits])
    yield Rate(what, "the exact evaluator, in memory, one core", len(visits) / seconds)


def scored(snapshot: Path) -> list[tuple[Any, ...]]:
    """How often each headline comes among the visits scored again."""
    with reading(snapshot) as opened_snapshot:
        shown = show(
            opened_snapshot, "scores", LedgerQuery(("measure",), scheme=chain.OTHERS[0].ref, measure="overall")
        )
        return [(row["scored"], row["mean"]) for row in shown.rows]


class Answer(NamedTuple):
    """How many seconds each engine took for a question."""

    question: str
    audits: int
    seconds: dict[str, float]


def asking(snapshot: Path, audits: int, others: Sequence[Any]) -> Iterator[Answer]:
    """The questions, of all visits and of a quarter's."""
    with reading(snapshot) as ours:
        for name, period in itertools.product(QUESTIONS, (None, QUARTER)):
            which = Filter(since=period[0], until=period[1]) if period else EVERYTHING
            view = partial(show, ours, name, replace(QUESTIONS[name], which=which))
            seconds = {"cemaudit": best(view, 5)}
            expected = numbers_shown(view().rows)
            for other in others:
                seconds[other.name] = best(partial(other.ask, name, period))
                assert_same(numbers_found(name, other.ask(name, period)), expected)
            yield Answer(f"{name}, {'a quarter' if period else 'all'}", audits, seconds)


def numbers_shown(rows: Sequence[dict[str, Any]]) -> list[tuple[int, float]]:
    """How many scores there are in each group, and their mean."""
    return sorted((row["scored"], row["mean"]) for row in rows)


def numbers_found(name: str, rows: Sequence[Sequence[Any]]) -> list[tuple[int, float]]:
    """The same of what another engine returned."""
    if name == "distribution":
        known = [(score, count) for score, count in rows if score is not None]
        count = sum(count for _, count in known)
        return [(count, sum(score * count for score, count in known) / (count * 100))]
    size = 2 if name == "heatmap" else 3
    pairs = [row[place : place + 2] for row in rows for place in range(1, len(row), size)]
    return sorted((int(count), int(total) / (int(count) * 100)) for count, total in pairs)


def assert_same(found: object, expected: object) -> None:
    """Every way must find the same."""
    if found != expected:
        raise AssertionError(str(found)[:500], str(expected)[:500])


def rivals() -> Any:
    """What the others do; processes that are started need none of it."""
    return importlib.import_module("rivals")


def asked(folder: Path, size: Size) -> Iterator[Rate | Answer]:
    """Snapshots of so many audits: scored again, and asked."""
    for audits in size.audits:
        room = folder / str(audits)
        room.mkdir()
        url, snapshot = str(room / "hq.db"), room / "hq-snapshot"
        with open_ledger(url, make=True) as ledger:
            chain.write_snapshot(ledger, snapshot, audits, processors())
        yield from rescoring(url, snapshot, audits)
        with rivals().all_rivals(snapshot, room) as others:
            yield from asking(snapshot, audits, others)
        shutil.rmtree(room)


def rate_table(rates: Sequence[Rate]) -> str:
    """What was measured a second."""
    lines = ["| | | a second | cemaudit is faster by |", "|---|---|---:|---:|"]
    first: dict[str, float] = {}
    for what, who, rate in rates:
        label = "" if what in first else what
        ratio = first.setdefault(what, rate) / rate
        lines.append(f"| {label} | {who} | {rate:,.0f} | {ratio:,.2f} |")
    return "\n".join(lines)


def answer_table(answers: Sequence[Answer]) -> str:
    """Milliseconds, and how many times as long as cemaudit each other engine took."""
    names = list(dict.fromkeys(name for answer in answers for name in answer.seconds))
    lines = [f"| milliseconds | audits | {' | '.join(names)} |", f"|---|---:|{'---:|' * len(names)}"]
    for question, audits, seconds in answers:
        cells = [_cell(seconds.get(name), seconds["cemaudit"]) for name in names]
        lines.append(f"| {question} | {audits:,} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _cell(seconds: float | None, ours: float) -> str:
    if seconds is None:
        return "-"
    return f"{seconds * 1000:,.0f}" + (f" ({seconds / ours:,.1f} x)" if seconds != ours else "")


def measure(folder: Path, size: Size) -> str:
    """All of it, as tables; how busy the machine was with other things stands before them."""
    busy = f"{processors()} cores, on which {os.getloadavg()[0]:.1f} other processes wanted to run when it began."
    rates: list[Rate] = []
    answers: list[Answer] = []
    found: Iterator[Rate | Answer] = itertools.chain(
        collecting(folder, size), singly(folder / "single", size), snapshots(folder, size), asked(folder, size)
    )
    for one in found:
        print(one, file=sys.stderr)
        (rates if isinstance(one, Rate) else answers).append(one)  # type: ignore[arg-type]
    return f"{busy}\n\n{rate_table(rates)}\n\n{answer_table(answers)}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--size", choices=list(SIZES), default="small")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/performance.md")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        text = measure(Path(name), SIZES[options.size])
    print(text)
    if options.write:
        head, _, rest = PAGE.read_text(encoding="utf-8").partition(MARK)
        PAGE.write_text(f"{head}{MARK}\n{text}\n{MARK}{rest.partition(MARK)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main()
