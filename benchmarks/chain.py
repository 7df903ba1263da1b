"""A made-up chain for measuring: 10,000 stores, a checklist of 40 items at 12 touchpoints, a million visits a year.

Visits come as records (to be collected), or as the files of a snapshot, written by what writes every snapshot: nobody
wants to wait until ten million visits are collected.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from cemaudit.ledger import Ledger
from cemaudit.ledger.processes import run_jobs
from cemaudit.ledger.snapshot.answer_columns import (
    LedgerRow,
    VisitSetting,
    answer_fields,
    visit_identity_columns,
    visit_setting_columns,
)
from cemaudit.ledger.snapshot.block import answers_metadata, findings_metadata, scores_metadata
from cemaudit.ledger.snapshot.folder import (
    KIND,
    NewFile,
    SnapshotFolder,
    SnapshotProgress,
    publish_manifest,
    write_stores,
    write_uncounted_visits,
)
from cemaudit.ledger.snapshot.manifest import BLOCK
from cemaudit.ledger.snapshot.names import score_columns
from cemaudit.ledger.snapshot.parquet import SnapshotColumn, SnapshotTable, WrittenFile, text_column, write
from cemaudit.ledger.snapshot.score_columns import HundredthsScorer, finding_fields, score_fields
from cemaudit.ledger.store_registry import Store as Registered
from cemaudit.ledger.store_registry import import_stores
from cemaudit.model import Checklist, Scheme, Visit
from cemaudit.scoring import make_plan
from cemaudit.scoring.kernel import AnswerColumn, VisitColumns
from cemaudit.scoring.kernel.columns import NO_FEELING

__all__ = [
    "CHECKLIST",
    "LEVELS",
    "OTHERS",
    "SCHEME",
    "WEIGHTS",
    "Made",
    "columns",
    "day_of",
    "keep_records",
    "visits",
    "write_files",
    "write_snapshot",
]  # fmt: skip

STORES = 10_000
TOUCHPOINTS, ITEMS = 12, 40
FIRST_DAY, A_YEAR = dt.date(2016, 1, 1), 1_000_000
LEVELS = [(1, 4, 2, 1)[number % 4] for number in range(ITEMS)]
WEIGHTS = [1 + number % 3 for number in range(ITEMS)]
NOTES = {"I03": "직원이 바로 인사했다.", "I17": "Waited four minutes at the counter."}
SETTING = VisitSetting(None, None, "shopper")


def _text(words: str) -> dict[str, str]:
    return {"ko": words, "en": words}


def _item(number: int) -> dict[str, Any]:
    answer: dict[str, Any] = {"type": "scale", "lowest": 0, "highest": LEVELS[number]}
    item: dict[str, Any] = {"id": f"I{number:02}", "ask": _text("?"), "answer": answer, "weight": WEIGHTS[number]}
    return item if number else {**item, "critical": {"fails_at": 0, "caps": "overall", "at": 60}}


def _checklist() -> Checklist:
    facets = {"channel": "face-to-face", "element": "people", "mode": "passive"}
    touchpoints = [
        {
            "id": f"t{place:02}",
            "title": _text("touchpoint"),
            "stage": "enter",
            **facets,
            "items": [_item(number) for number in range(ITEMS) if number * TOUCHPOINTS // ITEMS == place],
        }
        for place in range(TOUCHPOINTS)
    ]
    about = {"id": "bench", "version": "1", "sector": "bench", "journey": "store-path", "scheme": "bench@1"}
    return Checklist.model_validate({**about, "title": _text("bench"), "touchpoints": touchpoints})


def _scheme(version: str, good: int, digits: int) -> Scheme:
    common: dict[str, Any] = {
        "how": "ratio",
        "weights": {"declared": True},
        "transform": {"times": 100},
        "round": {"digits": digits},
    }
    measures = [{"id": "overall", **common}, {"id": "each", "for_each": "touchpoint", **common}]
    bands = [{"label": "A", "where": {"overall": f">= {good}"}}, {"label": "B", "where": {"overall": ">= 50"}}]
    about = {"id": "bench", "version": version, "title": _text("bench")}
    return Scheme.model_validate({**about, "measures": measures, "bands": [*bands, {"label": "C"}]})


CHECKLIST = _checklist()
SCHEME, *OTHERS = [_scheme("1", 60, 1), _scheme("2", 55, 2), _scheme("3", 65, 2)]
"""The scheme in force, and those history is scored under again."""


def columns(rows: int, seed: int) -> VisitColumns:
    """Random answers, about one in twenty of them not applicable."""
    random = np.random.default_rng(seed)
    items = {}
    for number, name in enumerate(CHECKLIST.items):
        codes = random.integers(0, LEVELS[number] + 1, rows, np.int16)
        codes[random.random(rows, np.float32) < 0.05] = -1
        items[name] = AnswerColumn(codes, tuple(range(LEVELS[number] + 1)))
    nothing = np.zeros(rows, np.int32)
    felt = {name: random.integers(-3, 4, rows, np.int16) for name in CHECKLIST.touchpoint}
    expected = dict.fromkeys(CHECKLIST.touchpoint, np.full(rows, NO_FEELING, np.int16))
    counts = dict.fromkeys(CHECKLIST.touchpoint, nothing)
    return VisitColumns(CHECKLIST, rows, items, felt, expected, counts, counts)


def rows(count: int, first: int) -> list[LedgerRow]:
    """What the ledger says of visits besides: of some store each, day after day."""
    stores = np.random.default_rng(first).integers(0, STORES, count).tolist()
    numbers = range(first, first + count)
    return [
        LedgerRow(
            number, f"v{number}", 1, _store(store), None, _quarter(day_of(number)), day_of(number).isoformat(), b""
        )
        for number, store in zip(numbers, stores, strict=True)
    ]


def day_of(number: int) -> dt.date:
    """The day of a visit."""
    return FIRST_DAY + dt.timedelta(days=number * 365 // A_YEAR)


def _store(number: int) -> str:
    return f"s{number:05}"


def _quarter(day: dt.date) -> str:
    return f"{day.year}-{(day.month + 2) // 3}"


def visits(count: int, first: int = 1) -> Iterator[Visit]:
    """So many visits as records, of about 800 bytes each."""
    given = columns(count, first)
    for place, row in enumerate(rows(count, first)):
        answered = given.visit(place)
        about: dict[str, Any] = {
            "id": row.id,
            "store": row.store,
            "wave": row.wave,
            "shopper": f"shopper-{row.number % 500}",
        }
        about |= {"started": f"{row.day}T14:05:00+09:00", "finished": f"{row.day}T14:45:00+09:00", "notes": NOTES}
        yield Visit.model_validate({**answered.model_dump(exclude_defaults=True), **about})


class Made(NamedTuple):
    """The files of a block by kind, and of what visits."""

    first: int
    last: int
    written: dict[str, WrittenFile]


def write_block(job: tuple[Path, int, int]) -> Made:
    """Write the files of the visits from number ``first`` to ``last``, as a snapshot has them."""
    folder, first, last = job
    given, about = columns(last - first + 1, first), rows(last - first + 1, first)
    marks = HundredthsScorer(make_plan(CHECKLIST, SCHEME))
    found, scored = marks.run(given, with_findings=True)
    labels = np.array([*(band.label for band in scored.scheme_bands), None], object)
    heads = list(visit_setting_columns(about, [SETTING] * given.rows))
    answers = [*heads, *visit_identity_columns(about), *answer_fields(given)]
    bands = text_column("band", labels[scored.bands].tolist())
    fields = [*heads, text_column("scheme", [SCHEME.ref] * given.rows), bands]
    fields += score_fields(found, score_columns(marks.plan))
    findings = finding_fields(scored.findings, CHECKLIST)
    return write_files(folder, first, given.rows, marks, answers, fields, [heads[0], *findings])


def write_files(  # noqa: PLR0913, PLR0917 (the columns of three files, and what these are called)
    folder: Path,
    first: int,
    rows: int,
    marks: HundredthsScorer,
    answers: list[SnapshotColumn],
    scores: list[SnapshotColumn],
    findings: list[SnapshotColumn],
) -> Made:
    """The files of a block of visits, numbered from ``first``."""
    tables = {
        "answers": SnapshotTable(rows, answers, answers_metadata(CHECKLIST)),
        "scores": SnapshotTable(rows, scores, scores_metadata([marks])),
        "findings": SnapshotTable(rows, findings, findings_metadata([marks])),
    }
    written = {kind: write(table, folder / kind / CHECKLIST.ref) for kind, table in tables.items()}
    return Made(first, first + rows - 1, written)


def keep_records(ledger: Ledger) -> None:
    """Let the ledger know the checklist and the schemes."""
    ledger.write("collected", lambda entry: ledger.shelf.put(entry, [CHECKLIST]))
    ledger.write("collected", lambda entry: ledger.shelf.put(entry, [SCHEME, *OTHERS]))


def write_snapshot(ledger: Ledger, folder: Path, audits: int, processes: int) -> None:
    """A snapshot of so many audits in ``folder``, which ``ledger`` vouches for without having the visits."""
    keep_records(ledger)
    import_stores(ledger, [Registered(id=_store(number), name=f"Store {number}") for number in range(STORES)])
    store = SnapshotFolder(ledger, folder)
    jobs = [(folder, first, min(first + BLOCK - 1, audits)) for first in range(1, audits + 1, BLOCK)]
    for made in run_jobs(processes, write_block, jobs):
        new = [
            NewFile(f"{kind}/{CHECKLIST.ref}", CHECKLIST.ref, "", made.first, made.last, written)
            for kind, written in made.written.items()
        ]
        reached = SnapshotProgress(made.last, 0)
        store.commit(new, KIND, f"{made.first}-{made.last}", [SCHEME, *OTHERS], **reached._asdict())
    files = [write_uncounted_visits(ledger, folder, audits), write_stores(ledger, folder, audits)]
    store.commit(files, KIND, "published", **SnapshotProgress(audits, 0, whole=True)._asdict())
    publish_manifest(store, audits)
