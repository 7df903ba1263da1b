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
from cemaudit.exchange.sealed.names import is_sealed
from cemaudit.language import Language, current, message
from cemaudit.ledger.acceptance import Examined, Examiner, Refusal, Rules
from cemaudit.ledger.definitions import as_text
from cemaudit.ledger.documents import Document
from cemaudit.ledger.ledger import Ledger
from cemaudit.ledger.processes import begin_beside
from cemaudit.ledger.purging import forgotten
from cemaudit.ledger.sources import Piece, Source
from cemaudit.ledger.states import Fate
from cemaudit.model import Checklist

if TYPE_CHECKING:
    from cemaudit.exchange.sealed.keys import PublicKey

__all__ = ["Collector", "Summary", "Workers", "processors", "rules_of"]


FEW = 1_500
"""Visits for which no further process is started."""


_FILES_AT_ONCE = 20


_AHEAD = 3


Content = Sequence[bytes | None] | Path


Group = list[Piece]


class Workers:
    """Examines pieces by ``rules`` in ``processes`` processes; in this one where there is only one, or little to do."""

    def __init__(self, rules: Rules, processes: int) -> None:
        self._rules, self._processes = rules, processes
        self._own = Examiner(rules)
        self._pool: ProcessPoolExecutor | None = None

    def examined(self, pieces: Iterable[Piece]) -> Iterator[tuple[Piece, list[Examined]]]:
        """Each piece with what its visits are, in order; ``BadEnvironment`` where a process was ended from outside."""
        groups = _grouped(pieces)
        few = list(_few(groups))
        rest = next(groups, None) if self._processes > 1 else None
        if rest is not None:
            yield from self._by_others(chain(few, [rest], groups))
            return
        for group in chain(few, groups):
            yield from zip(group, _examined(self._own, [piece.content for piece in group]), strict=True)

    def close(self) -> None:
        """End the processes."""
        if self._pool:
            self._pool.shutdown(cancel_futures=True)

    def _by_others(self, groups: Iterable[Group]) -> Iterator[tuple[Piece, list[Examined]]]:
        pool = self._pool = self._pool or self._begun()
        waiting: deque[tuple[Group, Future[list[list[Examined]]]]] = deque()
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
    """How many processors this program may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _next(waiting: deque[tuple[Group, Future[list[list[Examined]]]]]) -> Iterator[tuple[Piece, list[Examined]]]:
    group, future = waiting.popleft()
    yield from zip(group, future.result(), strict=True)


def _grouped(pieces: Iterable[Piece]) -> Iterator[Group]:
    """Sealed files some at once; what may hold many visits by itself."""
    group: Group = []
    for piece in pieces:
        group.append(piece)
        if len(group) == _FILES_AT_ONCE or not (isinstance(piece.content, Path) and is_sealed(piece.content)):
            yield group
            group = []
    if group:
        yield group


def _few(groups: Iterable[Group]) -> Iterator[Group]:
    """The groups up to the first ``FEW`` visits."""
    visits = 0
    for group in groups:
        yield group
        visits += sum(1 if isinstance(piece.content, Path) else len(piece.content) for piece in group)
        if visits > FEW:
            return


def _examined(examiner: Examiner, contents: Sequence[Content]) -> list[list[Examined]]:
    return [examiner.file(row) if isinstance(row, Path) else examiner.lines(row) for row in contents]


_there: list[Examiner] = []
"""The examiner of a further process."""


def _begin(rules: Rules, language: Language) -> None:
    begin_beside(language)
    _there.append(Examiner(rules))


def _examined_there(contents: Sequence[Content]) -> list[list[Examined]]:
    return _examined(_there[0], contents)


BATCH = 2_000
"""Visits of one transaction."""


@dataclass
class Summary:
    """What became of the visits so far: ``seen`` is the sum of all fates."""

    fates: Counter[Fate] = field(default_factory=Counter)

    @property
    def seen(self) -> int:
        """Visits looked at; a file that cannot be read counts as one."""
        return self.fates.total()

    def by_name(self) -> dict[str, int]:
        """The number of visits of each fate."""
        return {fate.value: self.fates[fate] for fate in Fate}

    @property
    def is_good(self) -> bool:
        """Whether everything seen is in the ledger."""
        return not self.fates[Fate.CONFLICT] and not self.fates[Fate.REFUSED]


def _silent(_: object) -> None:
    """Nobody is told."""


def rules_of(
    ledger: Ledger,
    checklists: Mapping[str, Checklist],
    media: Path | None = None,
    keys: Sequence[PublicKey] | None = None,
) -> Rules:
    """What visits are held to that come into ``ledger``: ``checklists``, and those it knows.

    Evidence goes to ``media``, else to a folder beside the ledger's file. One of ``keys`` must have signed each sealed
    file.
    """
    file = ledger.database.file
    clashes = {ref: ledger.shelf.clash(checklist) for ref, checklist in checklists.items()}
    return Rules(
        checklists={ref: as_text(checklist) for ref, checklist in {**ledger.shelf.checklists(), **checklists}.items()},
        clashes={ref: str(problem) for ref, problem in clashes.items() if problem},
        secret=ledger.people.pseudonyms.secret,
        media=media or (file and file.with_name(f"{file.stem}-media")),
        keys=None if keys is None else tuple(keys),
        forgotten=forgotten(ledger),
    )


class _Waiting(NamedTuple):
    """A visit whose turn is to come: the piece and place it is from, and what it was found to be."""

    piece: Piece
    place: int
    found: Examined


class Collector:
    """Takes visits that ``workers`` found good into ``ledger``, with the ``checklists`` they answer.

    ``told`` is called for each visit that is not taken, ``progress`` after each batch.
    """

    def __init__(
        self,
        ledger: Ledger,
        workers: Workers,
        checklists: Mapping[str, Checklist],
        report_refusal: Callable[[str], None] = _silent,
        progress: Callable[[Summary], None] = _silent,
    ) -> None:
        self.summary = Summary()
        self._ledger, self._workers = ledger, workers
        self._checklists = {**ledger.shelf.checklists(), **checklists}
        self._told, self._progress = report_refusal, progress
        self._waiting: list[_Waiting] = []
        self._ended: list[Source] = []

    def collect(self, sources: Iterable[Source], stores: frozenset[str] | None = None) -> None:
        """Collect from ``sources``, one after the other; each is put away when its visits are in.

        Where ``stores`` are given, visits of others are refused. Stopped anywhere and run again, it goes on.
        """
        begun: list[Source] = []
        try:
            for piece, results in self._workers.examined(_pieces(sources, begun)):
                self._line_up(piece, results, stores)
                if len(self._waiting) >= BATCH:
                    self._take_in()
            self._take_in()
        finally:
            self._waiting, self._ended = [], []
            for source in begun:
                source.abandon()

    def _line_up(self, piece: Piece, results: Sequence[Examined], stores: frozenset[str] | None) -> None:
        if stores is not None:
            results = [_in_a_store(result, stores) for result in results]
        self._waiting += [_Waiting(piece, index, result) for index, result in enumerate(results)]
        piece.source.visits += len(results)
        if piece.is_last:
            self._ended.append(piece.source)

    def _take_in(self) -> None:
        """Write what waits, and put away the files all of whose visits are in."""
        for start in range(0, len(self._waiting), BATCH):
            batch = self._waiting[start : start + BATCH]
            documents = [pending.found for pending in batch if isinstance(pending.found, Document)]
            outcomes = iter(self._ledger.collect(documents, self._checklists) if documents else ())
            for pending in batch:
                if isinstance(pending.found, Refusal):
                    self._count(pending, Fate.REFUSED, pending.found.reasons)
                else:
                    outcome = next(outcomes)
                    self._count(pending, outcome.fate, [str(problem) for problem in outcome.problems])
        self._waiting = []
        for source in self._ended:
            self._end(source)
        self._ended = []
        self._progress(self.summary)

    def _count(self, pending: _Waiting, fate: Fate, reasons: Sequence[str]) -> None:
        self.summary.fates[fate] += 1
        if reasons:
            self._reject(
                pending.piece.source, pending.piece.name(pending.place), pending.piece.line(pending.place), reasons
            )

    def _end(self, source: Source) -> None:
        if source.is_gone:
            return
        if source.trouble or not source.visits:
            self.summary.fates[Fate.REFUSED] += 1
            self._reject(source, "", None, [source.trouble or str(message("no visits"))])
        source.end()

    def _reject(self, source: Source, name: str, line: bytes | None, reasons: Sequence[str]) -> None:
        source.reject(name, line, reasons)
        for reason in reasons:
            self._told(": ".join(filter(None, (source.place, name, reason))))


def _pieces(sources: Iterable[Source], begun: list[Source]) -> Iterator[Piece]:
    for source in sources:
        begun.append(source)
        yield from source.pieces()


def _in_a_store(result: Examined, stores: frozenset[str]) -> Examined:
    """What was found, unless the visit is of a store that is not among ``stores``."""
    if isinstance(result, Refusal) or result.store in stores:
        return result
    hint = message("import it with 'cemaudit stores import', or let it pass with --any-store")
    return Refusal((str(Problem(message("no such store: {store}", store=result.store), "store", hint)),))
