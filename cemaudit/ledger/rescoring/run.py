"""Scores the visits of a snapshot again under another scheme."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange import read_line
from cemaudit.language import message
from cemaudit.ledger.database import Database
from cemaudit.ledger.definitions import as_text
from cemaudit.ledger.documents import decompress
from cemaudit.ledger.ledger import Ledger, open_database
from cemaudit.ledger.processes import ignore_progress, run_jobs
from cemaudit.ledger.rescoring.restored_columns import RequiredColumn, required_columns, restore_columns
from cemaudit.ledger.snapshot.answer_columns import VISIT_COLUMNS
from cemaudit.ledger.snapshot.block import findings_metadata, hundredths_scorer, scores_metadata
from cemaudit.ledger.snapshot.folder import NewFile, SnapshotFolder, publish_manifest
from cemaudit.ledger.snapshot.manifest import SnapshotFile
from cemaudit.ledger.snapshot.names import score_columns
from cemaudit.ledger.snapshot.parquet import (
    CopiedColumns,
    SnapshotTable,
    WrittenFile,
    coded_column,
    missing,
    parquet_sql,
    shared_connection,
    translate_errors,
    write,
)
from cemaudit.ledger.snapshot.score_columns import finding_fields, score_fields
from cemaudit.ledger.snapshot.taking import SchemesInForce
from cemaudit.model import Scheme, Visit
from cemaudit.scoring import Engine
from cemaudit.scoring.plan import make_plan

__all__ = ["RescoredFile", "RescoringJob", "RescoringResult", "rescore_file", "rescore_history"]

Array = NDArray[Any]
_NUMBER = RequiredColumn("number", "number")
_REMEMBERED = 100  # visits, while their scores are decided one after the other


class RescoringJob(NamedTuple):
    """What is to be scored: a file of ``answers``; ``checklist`` and ``scheme`` as JSON; the ledger's ``url``."""

    url: str
    folder: Path
    answers: SnapshotFile
    checklist: str
    scheme: str
    blocked: tuple[str, ...]
    kinds: tuple[str, ...] = ("rescored", "findings")


class RescoredFile(NamedTuple):
    """The files of a job by kind, still without names; ``fallbacks``: what was scored visit by visit, and why.

    ``failed``: how many visits have no score because code of a plugin failed, by what it did.
    """

    answers: SnapshotFile
    written: Mapping[str, WrittenFile]
    fallbacks: Mapping[str, str]
    failed: Mapping[str, int]


def rescore_file(job: RescoringJob) -> RescoredFile:
    """Score the visits of a file of answers, and write their scores and the core's findings in the same order."""
    marks = hundredths_scorer(job.checklist, job.scheme, job.blocked)
    checklist, scheme = marks.plan.checklist, marks.plan.scheme
    answers = job.folder / job.answers.file
    arrays = _read(answers, [_NUMBER, *required_columns(checklist)])
    with _visits(job.url, arrays[_NUMBER.name]) as read_visit:
        hundredths, scored = marks.run(restore_columns(checklist, arrays, read_visit), with_findings=True)
    # In the order of the file of answers, whose columns about the visits stand beside them as they are.
    scores = [
        coded_column("scheme", np.zeros(scored.rows, np.int8), [scheme.ref]),
        coded_column("band", scored.bands, [band.label for band in scored.scheme_bands]),
        *score_fields(hundredths, score_columns(marks.plan)),
    ]
    findings = list(finding_fields(scored.findings, checklist))
    tables = {
        "rescored": (scores, scores_metadata([marks]), CopiedColumns(answers, VISIT_COLUMNS)),
        "findings": (findings, findings_metadata([marks]), CopiedColumns(answers, [_NUMBER.name])),
    }
    written = {
        kind: write(SnapshotTable(scored.rows, *tables[kind]), job.folder / kind / checklist.ref / scheme.ref)
        for kind in job.kinds
    }
    fallbacks = {name: str(why) for name, why in marks.fallbacks.items()}
    return RescoredFile(job.answers, written, fallbacks, marks.failures(scored))


def _read(path: Path, columns: list[RequiredColumn]) -> dict[str, Array]:
    """The columns of a file as arrays; of texts, ``None`` where there is none."""
    named = [f"{column.sql} as c{number}" for number, column in enumerate(columns)]
    with translate_errors(path), shared_connection() as link:
        arrays = link.execute(f"select {', '.join(named)} from {parquet_sql([path])}").fetchnumpy()
    plain_arrays = {}
    for number, column in enumerate(columns):
        plain = np.asarray(arrays[f"c{number}"])
        if plain.dtype == object:
            plain[np.ma.getmaskarray(arrays[f"c{number}"])] = None
        plain_arrays[column.name] = plain
    return plain_arrays


@contextmanager
def _visits(url: str, numbers: Array) -> Iterator[Callable[[int], Visit]]:
    """The visit of each row, as the ledger has it; asked only where one is needed."""
    links: list[Database] = []

    # Few visits are asked for, and most runs ask for none; then the ledger is not even opened.
    @lru_cache(maxsize=_REMEMBERED)
    def visit(row: int) -> Visit:
        if not links:
            links.append(open_database(url))
        rows = links[0].run("select document from visit where number = ?", (int(numbers[row]),))
        if not rows:
            text = message("visit {number} of the snapshot is not in the ledger", number=numbers[row])
            raise BadInput(Problem(text, links[0].place))
        return read_line(decompress(rows[0][0]))[0]

    try:
        yield visit
    finally:
        for link in links:
            link.close()


_KIND = "rescored"


@dataclass
class RescoringResult:
    """What was done: ``visits`` scored now, and those that were ``before``, of the checklists ``refs``.

    Visits that lacked but their findings were scored before. ``problems``: checklists the scheme does not fit.
    ``fallbacks``: what was scored visit by visit, and why.
    """

    refs: list[str] = field(default_factory=list)
    visits: int = 0
    before: int = 0
    problems: list[Problem] = field(default_factory=list)
    fallbacks: dict[str, str] = field(default_factory=dict)
    failed: Counter[str] = field(default_factory=Counter)


def rescore_history(  # noqa: PLR0913 (what a run is made of)
    ledger: Ledger,
    url: str,
    engine: Engine,
    folder: Path,
    scheme: str,
    *,
    refs: Iterable[str] = (),
    since: dt.date | None = None,
    blocked: Iterable[str] = (),
    processes: int = 1,
    report_progress: Callable[[int], None] = ignore_progress,
) -> RescoringResult:
    """Score all visits in the snapshot of ``ledger``, which is at ``url``, under ``scheme`` (``id@version``).

    Of the checklists ``refs`` where some are named. With ``since``, files none of whose visits are of that day or later
    are left out. What is scored already stays; ``report_progress`` is called with the visits of each file. ``BadInput``
    where there is no such scheme, it fits none of the checklists, or the snapshot is not finished.
    """
    store = SnapshotFolder(ledger, folder)
    if not store.is_finished:
        hint = message("finish it with 'cemaudit snapshot'")
        raise BadInput(Problem(message("the snapshot was stopped before its end"), str(folder), hint))
    rescoring = _RescoringRun(store, url, SchemesInForce(ledger, engine)[scheme], tuple(blocked))
    rescoring.choose(engine, set(refs))
    for again in run_jobs(processes, rescore_file, rescoring.jobs(since)):
        rescoring.commit(again)
        report_progress(again.answers.visits)
    publish_manifest(store, store.reached().covered)
    return rescoring.done


class _RescoringRun:
    """One run."""

    def __init__(self, store: SnapshotFolder, url: str, scheme: Scheme, blocked: tuple[str, ...]) -> None:
        self.store, self.url, self.scheme, self.blocked = store, url, scheme, blocked
        self.done = RescoringResult()

    def choose(self, engine: Engine, refs: set[str]) -> None:
        """The checklists the scheme fits."""
        checklist_refs = {file.checklist for file in self.store.parts.values() if file.kind == "answers"}
        for ref, checklist in self.store.ledger.shelf.checklists(
            sorted(checklist_refs & refs if refs else checklist_refs)
        ).items():
            try:
                make_plan(checklist, self.scheme, engine.library.aggregators)
            except BadInput as error:
                self.done.problems += [problem.inside(ref) for problem in error.problems]
            else:
                self.done.refs.append(ref)
        if not self.done.refs:
            nothing = Problem(message("there is no snapshot yet"), str(self.store.folder))
            raise BadInput(self.done.problems or nothing)

    def jobs(self, since: dt.date | None) -> Iterator[RescoringJob]:
        """The files of answers that are not scored under the scheme yet."""
        files = self.store.parts
        texts = {
            ref: as_text(checklist) for ref, checklist in self.store.ledger.shelf.checklists(self.done.refs).items()
        }
        for (kind, ref, _, block), file in sorted(files.items()):
            if kind != "answers" or ref not in texts:
                continue
            if not self.store.is_whole(file):
                raise BadInput(missing(self.store.folder / file.file))
            # Whole files are left out, no single visits: scores stand row by row beside the answers.
            if since and not self._is_of(file, since):
                continue
            scored = files.get(("rescored", ref, self.scheme.ref, block))
            findings = files.get(("findings", ref, self.scheme.ref, block))
            job = RescoringJob(self.url, self.store.folder, file, texts[ref], as_text(self.scheme), self.blocked)
            if not self._is_of_answers(scored, file):
                yield job
                continue
            self.done.before += file.visits
            # Scored before snapshots held findings, which are all that is missing.
            if not self._is_of_answers(findings, file):
                yield job._replace(kinds=("findings",))

    def _is_of_answers(self, scored: SnapshotFile | None, answers: SnapshotFile) -> bool:
        """Whether there is such a file, whole and of all visits of the file of answers."""
        visits = (answers.visits, answers.last)
        return scored is not None and (scored.visits, scored.last) == visits and self.store.is_whole(scored)

    def _is_of(self, file: SnapshotFile, since: dt.date) -> bool:
        """Whether any visit of a file is of that day or later."""
        with translate_errors(self.store.folder), shared_connection() as link:
            query = f"select max(day) from {parquet_sql([self.store.folder / file.file])}"
            ((last,),) = link.execute(query).fetchall()
        return last is not None and last >= since

    def commit(self, again: RescoredFile) -> None:
        """Let the files of a job count."""
        slot, scheme = again.answers, self.scheme.ref
        new = [
            NewFile(f"{kind}/{slot.checklist}/{scheme}", slot.checklist, scheme, slot.first, slot.last, written)
            for kind, written in again.written.items()
        ]
        subject = f"{slot.checklist} {scheme} {slot.first}-{slot.last}"
        self.store.commit(new, _KIND, subject, [self.scheme])
        self.done.visits += again.written["rescored"].rows if "rescored" in again.written else 0
        self.done.fallbacks |= again.fallbacks
        self.done.failed.update(again.failed)
