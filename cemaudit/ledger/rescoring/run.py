"""Scoring history under another scheme, file by file, so that it can be stopped anywhere and run again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from cemaudit.errors import BadInput, Problem
from cemaudit.language import message
from cemaudit.ledger.ledger import Ledger
from cemaudit.ledger.processes import done_by
from cemaudit.ledger.rescoring.again import Again, Job, score_again
from cemaudit.ledger.shelf import as_text
from cemaudit.ledger.snapshot.manifest import Part
from cemaudit.ledger.snapshot.parquet import listed, missing, own_link, reading_of
from cemaudit.ledger.snapshot.publishing import publish
from cemaudit.ledger.snapshot.schemes import Schemes
from cemaudit.ledger.snapshot.store import New, Store
from cemaudit.model import Scheme
from cemaudit.scoring import Engine
from cemaudit.scoring.plan import make_plan

__all__ = ["Done", "rescore_history"]

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
    told: Callable[[int], None] = _silent,
) -> Done:
    """Score all visits in the snapshot of ``ledger``, which is at ``url``, under ``scheme`` (``id@version``).

    Of the checklists ``refs`` where some are named. With ``since``, files none of whose visits are of that day or later
    are left out. What is scored already stays; ``told`` is called with the visits of each file. ``BadInput`` where
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
        told(again.written.rows)
    publish(store, store.reached().covered)
    return rescoring.done


class _Rescoring:
    """One run."""

    def __init__(self, store: Store, url: str, scheme: Scheme, blocked: tuple[str, ...]) -> None:
        self.store, self.url, self.scheme, self.blocked = store, url, scheme, blocked
        self.done = Done()

    def choose(self, engine: Engine, refs: set[str]) -> None:
        """The checklists the scheme fits."""
        there = {part.checklist for part in self.store.parts.values() if part.kind == "answers"}
        for ref, checklist in self.store.ledger.shelf.checklists(sorted(there & refs if refs else there)).items():
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
        parts = self.store.parts
        texts = {ref: as_text(one) for ref, one in self.store.ledger.shelf.checklists(self.done.refs).items()}
        for (kind, ref, _, block), part in sorted(parts.items()):
            if kind != "answers" or ref not in texts:
                continue
            if not self.store.is_whole(part):
                raise BadInput(missing(self.store.folder / part.file))
            if since and not self._is_of(part, since):
                continue
            scored = parts.get(("rescored", ref, self.scheme.ref, block))
            if scored and (scored.visits, scored.last) == (part.visits, part.last) and self.store.is_whole(scored):
                self.done.before += part.visits
            else:
                yield Job(self.url, self.store.folder, part, texts[ref], as_text(self.scheme), self.blocked)

    def _is_of(self, part: Part, since: dt.date) -> bool:
        """Whether any visit of a file is of that day or later."""
        with reading_of(self.store.folder), own_link() as link:
            query = f"select max(day) from {listed([self.store.folder / part.file])}"
            ((last,),) = link.execute(query).fetchall()
        return last is not None and last >= since

    def commit(self, again: Again) -> None:
        """Let a file count."""
        part, scheme = again.answers, self.scheme.ref
        new = New(f"rescored/{part.checklist}/{scheme}", part.checklist, scheme, part.first, part.last, again.written)
        subject = f"{part.checklist} {scheme} {part.first}-{part.last}"
        self.store.commit([new], _KIND, subject, [self.scheme])
        self.done.visits += again.written.rows
        self.done.fallbacks |= again.fallbacks
