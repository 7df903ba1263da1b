"""Scores the visits of a snapshot again under another scheme."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cemaudit.errors import BadInput, Problem
from cemaudit.exchange.lines import read_line
from cemaudit.language import message
from cemaudit.ledger.database import Database
from cemaudit.ledger.definitions import as_text
from cemaudit.ledger.documents import unpacked
from cemaudit.ledger.ledger import Ledger, open_database
from cemaudit.ledger.processes import done_by
from cemaudit.ledger.rescoring.restored_columns import Wanted, restored, wanted
from cemaudit.ledger.snapshot.answer_columns import HEADS
from cemaudit.ledger.snapshot.block import about_scores, marks_of
from cemaudit.ledger.snapshot.folder import New, Store, publish
from cemaudit.ledger.snapshot.manifest import Part
from cemaudit.ledger.snapshot.names import score_columns
from cemaudit.ledger.snapshot.parquet import Beside, Table, Written, listed, missing, own_link, reading_of, words, write
from cemaudit.ledger.snapshot.score_columns import score_fields
from cemaudit.ledger.snapshot.taking import Schemes
from cemaudit.model import Scheme, Visit
from cemaudit.scoring import Engine
from cemaudit.scoring.plan import make_plan

__all__ = ["Again", "Done", "Job", "rescore_history", "score_again"]


Array = NDArray[Any]


_NUMBER = Wanted("number", "number")


_REMEMBERED = 100  # visits, while their scores are decided one after the other


class Job(NamedTuple):
    """What is to be scored: a file of ``answers``; ``checklist`` and ``scheme`` as JSON; the ledger's ``url``."""

    url: str
    folder: Path
    answers: Part
    checklist: str
    scheme: str
    blocked: tuple[str, ...]


class Again(NamedTuple):
    """The file of scores, still without a name; ``fallbacks``: what was scored visit by visit, and why."""

    answers: Part
    written: Written
    fallbacks: Mapping[str, str]


def score_again(job: Job) -> Again:
    """Score the visits of a file of answers, and write their scores in the same order."""
    marks = marks_of(job.checklist, job.scheme, job.blocked)
    checklist, scheme = marks.plan.checklist, marks.plan.scheme
    answers = job.folder / job.answers.file
    arrays = _read(answers, [_NUMBER, *wanted(checklist)])
    with _visits(job.url, arrays[_NUMBER.name]) as whole:
        found, scored = marks.run(restored(checklist, arrays, whole))
    fields = [
        words("scheme", np.zeros(scored.rows, np.int8), [scheme.ref]),
        words("band", scored.bands, [band.label for band in scored.scheme_bands]),
        *score_fields(found, score_columns(marks.plan)),
    ]
    table = Table(scored.rows, fields, about_scores([marks]), Beside(answers, HEADS))
    written = write(table, job.folder / "rescored" / checklist.ref / scheme.ref)
    return Again(job.answers, written, {name: str(why) for name, why in marks.fallbacks.items()})


def _read(path: Path, columns: list[Wanted]) -> dict[str, Array]:
    """The columns of a file as arrays; of texts, ``None`` where there is none."""
    named = [f"{column.sql} as c{number}" for number, column in enumerate(columns)]
    with reading_of(path), own_link() as link:
        arrays = link.execute(f"select {', '.join(named)} from {listed([path])}").fetchnumpy()
    return {column.name: _plain(arrays[f"c{number}"]) for number, column in enumerate(columns)}


def _plain(array: Array) -> Array:
    plain = np.asarray(array)
    if plain.dtype == object:
        plain[np.ma.getmaskarray(array)] = None
    return plain


@contextmanager
def _visits(url: str, numbers: Array) -> Iterator[Callable[[int], Visit]]:
    """The visit of each row, as the ledger has it; asked only where one is needed."""
    links: list[Database] = []

    @lru_cache(maxsize=_REMEMBERED)
    def visit(row: int) -> Visit:
        if not links:
            links.append(open_database(url))
        rows = links[0].run("select document from visit where number = ?", (int(numbers[row]),))
        if not rows:
            text = message("visit {number} of the snapshot is not in the ledger", number=numbers[row])
            raise BadInput(Problem(text, links[0].place))
        return read_line(unpacked(rows[0][0]))[0]

    try:
        yield visit
    finally:
        for link in links:
            link.close()


_KIND = "rescored"


@dataclass
class Done:
    """What was done: ``visits`` scored now, and those that were ``before``, of the checklists ``refs``.

    ``problems``: checklists the scheme does not fit. ``fallbacks``: what was scored visit by visit, and why.
    """

    refs: list[str] = field(default_factory=list)
    visits: int = 0
    before: int = 0
    problems: list[Problem] = field(default_factory=list)
    fallbacks: dict[str, str] = field(default_factory=dict)


def _silent(_: int) -> None:
    """Nobody is told."""


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
    report_progress: Callable[[int], None] = _silent,
) -> Done:
    """Score all visits in the snapshot of ``ledger``, which is at ``url``, under ``scheme`` (``id@version``).

    Of the checklists ``refs`` where some are named. With ``since``, files none of whose visits are of that day or later
    are left out. What is scored already stays; ``report_progress`` is called with the visits of each file. ``BadInput`` where
    there is no such scheme, it fits none of the checklists, or the snapshot is not finished.
    """
    store = Store(ledger, folder)
    if not store.is_finished:
        hint = message("finish it with 'cemaudit snapshot'")
        raise BadInput(Problem(message("the snapshot was stopped before its end"), str(folder), hint))
    rescoring = _Rescoring(store, url, Schemes(ledger, engine)[scheme], tuple(blocked))
    rescoring.choose(engine, set(refs))
    for again in done_by(processes, score_again, rescoring.jobs(since)):
        rescoring.commit(again)
        report_progress(again.written.rows)
    publish(store, store.reached().covered)
    return rescoring.done


class _Rescoring:
    """One run."""

    def __init__(self, store: Store, url: str, scheme: Scheme, blocked: tuple[str, ...]) -> None:
        self.store, self.url, self.scheme, self.blocked = store, url, scheme, blocked
        self.done = Done()

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

    def jobs(self, since: dt.date | None) -> Iterator[Job]:
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
            if since and not self._is_of(file, since):
                continue
            scored = files.get(("rescored", ref, self.scheme.ref, block))
            if scored and (scored.visits, scored.last) == (file.visits, file.last) and self.store.is_whole(scored):
                self.done.before += file.visits
            else:
                yield Job(self.url, self.store.folder, file, texts[ref], as_text(self.scheme), self.blocked)

    def _is_of(self, file: Part, since: dt.date) -> bool:
        """Whether any visit of a file is of that day or later."""
        with reading_of(self.store.folder), own_link() as link:
            query = f"select max(day) from {listed([self.store.folder / file.file])}"
            ((last,),) = link.execute(query).fetchall()
        return last is not None and last >= since

    def commit(self, again: Again) -> None:
        """Let a file count."""
        slot, scheme = again.answers, self.scheme.ref
        new = New(f"rescored/{slot.checklist}/{scheme}", slot.checklist, scheme, slot.first, slot.last, again.written)
        subject = f"{slot.checklist} {scheme} {slot.first}-{slot.last}"
        self.store.commit([new], _KIND, subject, [self.scheme])
        self.done.visits += again.written.rows
        self.done.fallbacks |= again.fallbacks
