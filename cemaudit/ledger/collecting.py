"""Collects visits from an inbox into the ledger, examined by worker processes."""

from __future__ import annotations

import multiprocessing
import os
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cemaudit.errors import BadEnvironment, Problem
from cemaudit.exchange import is_sealed
from cemaudit.language import Language, current, message
from cemaudit.ledger.acceptance import AcceptanceChecker, AcceptanceResult, AcceptanceRules, VisitRefusal
from cemaudit.ledger.definitions import as_text
from cemaudit.ledger.documents import VisitDocument
from cemaudit.ledger.ledger import Definitions, Ledger
from cemaudit.ledger.processes import start_worker
from cemaudit.ledger.purging import purged_digests
from cemaudit.ledger.sources import SourcePiece, VisitSource
from cemaudit.ledger.states import CollectionStatus
from cemaudit.model import Checklist

if TYPE_CHECKING:
    from cemaudit.exchange.sealed.keys import PublicKey

__all__ = ["AcceptanceWorkers", "CollectionSummary", "Collector", "acceptance_rules", "processors"]

FEW = 1_500
"""Visits for which no further process is started."""

_FILES_AT_ONCE = 20
_AHEAD = 3
Content = Sequence[bytes | None] | Path
Group = list[SourcePiece]


class AcceptanceWorkers:
    """Examines pieces by ``rules`` in ``processes`` processes; in this one where there is only one, or little to do."""

    def __init__(self, rules: AcceptanceRules, processes: int) -> None:
        self._rules, self._processes = rules, processes
        self._own = AcceptanceChecker(rules)
        self._pool: ProcessPoolExecutor | None = None

    def check_pieces(self, pieces: Iterable[SourcePiece]) -> Iterator[tuple[SourcePiece, list[AcceptanceResult]]]:
        """Yield each piece with what its visits are, in order.

        ``BadEnvironment`` where a process was ended from outside.
        """
        groups = _grouped(pieces)
        # A few visits are examined sooner than a process is started.
        few = list(_first_groups(groups))
        rest = next(groups, None) if self._processes > 1 else None
        if rest is not None:
            yield from self._check_in_pool(chain(few, [rest], groups))
            return
        for group in chain(few, groups):
            yield from zip(group, _examined(self._own, [piece.content for piece in group]), strict=True)

    def close(self) -> None:
        """End the processes."""
        if self._pool:
            self._pool.shutdown(cancel_futures=True)

    def _check_in_pool(self, groups: Iterable[Group]) -> Iterator[tuple[SourcePiece, list[AcceptanceResult]]]:
        pool = self._pool = self._pool or self._begun()
        # Only so many groups wait as keep the processes busy; an inbox may hold more than memory does.
        waiting: deque[tuple[Group, Future[list[list[AcceptanceResult]]]]] = deque()
        try:
            for group in groups:
                waiting.append((group, pool.submit(_examined_there, [piece.content for piece in group])))
                if len(waiting) > _AHEAD * self._processes:
                    yield from _next(waiting)
            while waiting:
                yield from _next(waiting)
        except BrokenProcessPool as error:
            self._pool = None
            hint = message("run the same again: nothing is collected twice")
            raise BadEnvironment(Problem(message("a process that reads visits was ended"), hint=hint)) from error

    def _begun(self) -> ProcessPoolExecutor:
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self._processes, context, _begin, (self._rules, current()))


def processors() -> int:
    """Return how many processors this program may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _next(
    waiting: deque[tuple[Group, Future[list[list[AcceptanceResult]]]]],
) -> Iterator[tuple[SourcePiece, list[AcceptanceResult]]]:
    group, future = waiting.popleft()
    yield from zip(group, future.result(), strict=True)


def _grouped(pieces: Iterable[SourcePiece]) -> Iterator[Group]:
    """Sealed files some at once; what may hold many visits by itself."""
    group: Group = []
    for piece in pieces:
        group.append(piece)
        if len(group) == _FILES_AT_ONCE or not (isinstance(piece.content, Path) and is_sealed(piece.content)):
            yield group
            group = []
    if group:
        yield group


def _first_groups(groups: Iterable[Group]) -> Iterator[Group]:
    """The groups up to the first ``FEW`` visits."""
    visits = 0
    for group in groups:
        yield group
        visits += sum(1 if isinstance(piece.content, Path) else len(piece.content) for piece in group)
        if visits > FEW:
            return


def _examined(examiner: AcceptanceChecker, contents: Sequence[Content]) -> list[list[AcceptanceResult]]:
    return [examiner.file(row) if isinstance(row, Path) else examiner.lines(row) for row in contents]


_there: list[AcceptanceChecker] = []
"""The examiner of a further process."""


def _begin(rules: AcceptanceRules, language: Language) -> None:
    start_worker(language)
    _there.append(AcceptanceChecker(rules))


def _examined_there(contents: Sequence[Content]) -> list[list[AcceptanceResult]]:
    return _examined(_there[0], contents)


BATCH = 2_000
"""Visits of one transaction."""


@dataclass
class CollectionSummary:
    """What became of the visits so far: ``seen`` is the sum of all fates; ``incomplete``: those of the collected."""

    fates: Counter[CollectionStatus] = field(default_factory=Counter)
    incomplete: int = 0
    simulated: int = 0
    """Visits among the collected that nobody made."""

    @property
    def seen(self) -> int:
        """Visits looked at; a file that cannot be read counts as one."""
        return self.fates.total()

    def by_name(self) -> dict[str, int]:
        """Return the number of visits of each fate."""
        return {fate.value: self.fates[fate] for fate in CollectionStatus}

    @property
    def is_good(self) -> bool:
        """Whether everything seen is in the ledger."""
        return not self.fates[CollectionStatus.CONFLICT] and not self.fates[CollectionStatus.REFUSED]


def _no_report(_: object) -> None:
    """Nobody is told."""


def acceptance_rules(
    ledger: Ledger,
    checklists: Mapping[str, Checklist],
    media: Path | None = None,
    keys: Sequence[PublicKey] | None = None,
) -> AcceptanceRules:
    """Return what visits are held to that come into ``ledger``: ``checklists``, and those it knows.

    Evidence goes to ``media``, else to a folder beside the ledger's file. One of ``keys`` must have signed each sealed
    file.
    """
    clashes = {ref: ledger.shelf.conflict(checklist) for ref, checklist in checklists.items()}
    return AcceptanceRules(
        checklists={ref: as_text(checklist) for ref, checklist in {**ledger.shelf.checklists(), **checklists}.items()},
        clashes={ref: str(problem) for ref, problem in clashes.items() if problem},
        secret=ledger.people.pseudonyms.secret,
        media=ledger.media(media),
        keys=None if keys is None else tuple(keys),
        forgotten=purged_digests(ledger),
    )


class _PendingVisit(NamedTuple):
    """A visit whose turn is to come: the piece and place it is from, and what it was found to be."""

    piece: SourcePiece
    place: int
    found: AcceptanceResult


class Collector:
    """Takes visits that ``workers`` found good into ``ledger``, with the ``definitions`` they answer.

    ``report_refusal`` is called for each visit that is not taken, and where a revision is signed otherwise than the one
    before; ``progress`` after each batch. ``definitions``: the checklists, and the schemes that are kept with them.
    """

    def __init__(
        self,
        ledger: Ledger,
        workers: AcceptanceWorkers,
        definitions: Mapping[str, Checklist] | Definitions,
        report_refusal: Callable[[str], None] = _no_report,
        progress: Callable[[CollectionSummary], None] = _no_report,
    ) -> None:
        self.summary = CollectionSummary()
        self._ledger, self._workers = ledger, workers
        if not isinstance(definitions, Definitions):
            definitions = Definitions(definitions)
        self._definitions = definitions._replace(checklists={**ledger.shelf.checklists(), **definitions.checklists})
        self._told, self._progress = report_refusal, progress
        self._deprecated = {ref for ref, checklist in self._definitions.checklists.items() if checklist.deprecated}
        self._waiting: list[_PendingVisit] = []
        self._ended: list[VisitSource] = []

    def collect(self, sources: Iterable[VisitSource], stores: frozenset[str] | None = None) -> None:
        """Collect from ``sources``, one after the other; each is put away when its visits are in.

        Where ``stores`` are given, visits of others are refused. Stopped anywhere and run again, it goes on.
        """
        begun: list[VisitSource] = []
        try:
            for piece, results in self._workers.check_pieces(_pieces(sources, begun)):
                self._enqueue(piece, results, stores)
                if len(self._waiting) >= BATCH:
                    self._write_batch()
            # The rest, however few: a file is put away only when its last visits are in, too.
            self._write_batch()
        finally:
            self._waiting, self._ended = [], []
            # Whatever stopped it, the lines put aside of files that did not come to their end are forgotten.
            for source in begun:
                source.abandon()

    def _enqueue(self, piece: SourcePiece, results: Sequence[AcceptanceResult], stores: frozenset[str] | None) -> None:
        if stores is not None:
            results = [_check_store(result, stores) for result in results]
        self._waiting += [_PendingVisit(piece, index, result) for index, result in enumerate(results)]
        piece.source.visits += len(results)
        if piece.is_last:
            self._ended.append(piece.source)

    def _write_batch(self) -> None:
        """Write what waits, and put away the files all of whose visits are in."""
        # One piece may bring more visits than a batch has.
        for start in range(0, len(self._waiting), BATCH):
            batch = self._waiting[start : start + BATCH]
            documents = [pending.found for pending in batch if isinstance(pending.found, VisitDocument)]
            outcomes = iter(self._ledger.collect(documents, *self._definitions) if documents else ())
            self._warn_of_deprecated(documents)
            for pending in batch:
                if isinstance(pending.found, VisitRefusal):
                    self._count(pending, CollectionStatus.REFUSED, pending.found.reasons)
                else:
                    outcome = next(outcomes)
                    is_new = outcome.fate is CollectionStatus.COLLECTED
                    self.summary.incomplete += is_new and bool(pending.found.missing)
                    self.summary.simulated += is_new and pending.found.is_simulated
                    self._count(pending, outcome.fate, [str(problem) for problem in outcome.problems])
                    for remark in outcome.remarks:
                        self._told(f"{message('warning')}: {remark}")
        self._waiting = []
        # Files are put away after the commit: stopped in between, they are collected again, which changes nothing.
        for source in self._ended:
            self._end(source)
        self._ended = []
        self._progress(self.summary)

    def _warn_of_deprecated(self, documents: Iterable[VisitDocument]) -> None:
        """Say once of each deprecated checklist that visits of it came in; they are taken all the same."""
        for ref in sorted(self._deprecated & {document.checklist for document in documents}):
            self._deprecated.remove(ref)
            self._told(f"{message('warning')}: {self._definitions.checklists[ref].deprecation}")

    def _count(self, pending: _PendingVisit, fate: CollectionStatus, reasons: Sequence[str]) -> None:
        self.summary.fates[fate] += 1
        if reasons:
            self._reject(
                pending.piece.source, pending.piece.name(pending.place), pending.piece.line(pending.place), reasons
            )

    def _end(self, source: VisitSource) -> None:
        if source.is_gone:
            return
        if source.trouble or not source.visits:
            self.summary.fates[CollectionStatus.REFUSED] += 1
            self._reject(source, "", None, [source.trouble or str(message("no visits"))])
        source.end()

    def _reject(self, source: VisitSource, name: str, line: bytes | None, reasons: Sequence[str]) -> None:
        source.reject(name, line, reasons)
        for reason in reasons:
            self._told(": ".join(filter(None, (source.place, name, reason))))


def _pieces(sources: Iterable[VisitSource], begun: list[VisitSource]) -> Iterator[SourcePiece]:
    for source in sources:
        begun.append(source)
        yield from source.pieces()


def _check_store(result: AcceptanceResult, stores: frozenset[str]) -> AcceptanceResult:
    """What was found, unless the visit is of a store that is not among ``stores``."""
    if isinstance(result, VisitRefusal) or result.store in stores:
        return result
    hint = message("import it with 'cemaudit stores import', or let it pass with --any-store")
    return VisitRefusal((str(Problem(message("no such store: {store}", store=result.store), "store", hint)),))
