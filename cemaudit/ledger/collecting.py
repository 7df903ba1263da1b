"""Collecting: from files to the ledger, batch by batch, so that it can be stopped anywhere and run again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from cemaudit.errors import Problem
from cemaudit.language import message
from cemaudit.ledger.documents import Document
from cemaudit.ledger.examining import Examined, Refusal, Rules
from cemaudit.ledger.fates import Fate
from cemaudit.ledger.ledger import Ledger
from cemaudit.ledger.purges import forgotten
from cemaudit.ledger.shelf import as_text
from cemaudit.ledger.sources import Piece, Source
from cemaudit.ledger.workers import Workers
from cemaudit.model import Checklist

if TYPE_CHECKING:
    from cemaudit.exchange.sealed.keys import PublicKey

__all__ = ["Collector", "Summary", "rules_of"]

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
        told: Callable[[str], None] = _silent,
        progress: Callable[[Summary], None] = _silent,
    ) -> None:
        self.summary = Summary()
        self._ledger, self._workers = ledger, workers
        self._checklists = {**ledger.shelf.checklists(), **checklists}
        self._told, self._progress = told, progress
        self._waiting: list[_Waiting] = []
        self._ended: list[Source] = []

    def collect(self, sources: Iterable[Source], stores: frozenset[str] | None = None) -> None:
        """Collect from ``sources``, one after the other; each is put away when its visits are in.

        Where ``stores`` are given, visits of others are refused. Stopped anywhere and run again, it goes on.
        """
        begun: list[Source] = []
        try:
            for piece, found in self._workers.examined(_pieces(sources, begun)):
                self._line_up(piece, found, stores)
                if len(self._waiting) >= BATCH:
                    self._take_in()
            self._take_in()
        finally:
            self._waiting, self._ended = [], []
            for source in begun:
                source.abandon()

    def _line_up(self, piece: Piece, found: Sequence[Examined], stores: frozenset[str] | None) -> None:
        if stores is not None:
            found = [_in_a_store(one, stores) for one in found]
        self._waiting += [_Waiting(piece, place, one) for place, one in enumerate(found)]
        piece.source.visits += len(found)
        if piece.is_last:
            self._ended.append(piece.source)

    def _take_in(self) -> None:
        """Write what waits, and put away the files all of whose visits are in."""
        for start in range(0, len(self._waiting), BATCH):
            batch = self._waiting[start : start + BATCH]
            documents = [one.found for one in batch if isinstance(one.found, Document)]
            outcomes = iter(self._ledger.collect(documents, self._checklists) if documents else ())
            for one in batch:
                if isinstance(one.found, Refusal):
                    self._count(one, Fate.REFUSED, one.found.reasons)
                else:
                    outcome = next(outcomes)
                    self._count(one, outcome.fate, [str(problem) for problem in outcome.problems])
        self._waiting = []
        for source in self._ended:
            self._end(source)
        self._ended = []
        self._progress(self.summary)

    def _count(self, one: _Waiting, fate: Fate, reasons: Sequence[str]) -> None:
        self.summary.fates[fate] += 1
        if reasons:
            self._reject(one.piece.source, one.piece.name(one.place), one.piece.line(one.place), reasons)

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


def _in_a_store(one: Examined, stores: frozenset[str]) -> Examined:
    """What was found, unless the visit is of a store that is not among ``stores``."""
    if isinstance(one, Refusal) or one.store in stores:
        return one
    hint = message("import it with 'cemaudit stores import', or let it pass with --any-store")
    return Refusal((str(Problem(message("no such store: {store}", store=one.store), "store", hint)),))
