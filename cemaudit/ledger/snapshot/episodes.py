"""The table ``episodes``: each episode of the ledger with its score, its visits planned and kept, and what fell."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from fractions import Fraction

import numpy as np

from cemaudit.exchange.lines import read_line
from cemaudit.ledger.database import select_in
from cemaudit.ledger.documents import decompress
from cemaudit.ledger.snapshot.folder import NewFile, SnapshotFolder, uncounted_visits
from cemaudit.ledger.snapshot.parquet import (
    SnapshotColumn,
    SnapshotTable,
    date_column,
    integer_column,
    text_column,
    write,
)
from cemaudit.ledger.snapshot.score_columns import NO_SCORE, hundredths
from cemaudit.model import Audit, Checklist, Scheme, Visit
from cemaudit.model.episodes import (
    Episode,
    Line,
    attendance,
    episode_score,
    episodes,
    falls,
    feelings,
    series,
)
from cemaudit.scoring import Engine
from cemaudit.scoring.engine import make_audit
from cemaudit.scoring.plan import Plan, make_plan

__all__ = ["EPISODES", "EpisodeRow", "checklists_with_episodes", "write_episodes"]

EPISODES = "episodes"
"""The kind of the file, and the folder it lies in."""

FEELINGS = Fraction(6)
"""The length of the scale of feelings, from -3 to 3."""

_STORES_AT_ONCE = 200  # the visits of so many stores are records at the same time


@dataclass(frozen=True)
class EpisodeRow:
    """A row: an episode of a ``store``. ``number``, ``checklist`` and ``scheme`` are those of its last visit.

    ``wave``, ``scenario``, ``day`` and ``month`` are those of the first. ``visits`` were recorded, ``kept`` of them on
    site, of so many ``planned`` (``None``: not known); ``missing``: planned and not there. ``score`` in hundredths.
    ``items_fell`` and ``feelings_fell``: how many items and feelings fell from visit to visit.
    """

    number: int
    store: str
    episode: str
    checklist: str
    scheme: str
    wave: str | None
    scenario: str | None
    origin: str
    day: str | None
    month: str | None
    visits: int
    planned: int | None
    kept: int
    missing: int
    score: int | None
    items_fell: int
    feelings_fell: int


def checklists_with_episodes(store: SnapshotFolder) -> list[str]:
    """The checklists in a snapshot whose visits form episodes, by ``id@version``."""
    refs = sorted({part.checklist for part in store.parts.values() if part.kind == "answers"})
    return [ref for ref, checklist in store.ledger.shelf.checklists(refs).items() if checklist.steps]


def write_episodes(
    store: SnapshotFolder, engine: Engine, scheme_of: Callable[[Checklist, dt.date | None], Scheme], covered: int
) -> NewFile | None:
    """Write the table of all episodes among the visits up to ``covered`` that count; ``None`` where there can be none.

    ``scheme_of`` gives the scheme in force for a checklist on a day.
    """
    refs = checklists_with_episodes(store)
    if not refs:
        return None
    rows = sorted(_EpisodeRows(store, engine, scheme_of, covered).rows(refs), key=lambda row: row.number)
    written = write(SnapshotTable(len(rows), list(_columns(rows))), store.folder / EPISODES)
    return NewFile(EPISODES, "", "", 0, covered, written)


class _EpisodeRows:
    def __init__(
        self,
        store: SnapshotFolder,
        engine: Engine,
        scheme_of: Callable[[Checklist, dt.date | None], Scheme],
        covered: int,
    ) -> None:
        self._store, self._engine, self._scheme_of, self._covered = store, engine, scheme_of, covered
        self._checklists: dict[str, Checklist] = {}
        self._plans: dict[tuple[str, str], Plan] = {}

    def rows(self, refs: Sequence[str]) -> Iterator[EpisodeRow]:
        """Yield a row for each episode, some stores at a time."""
        self._checklists = dict(self._store.ledger.shelf.checklists(list(refs)))
        gone = uncounted_visits(self._store.ledger, self._covered)
        numbers: dict[str, list[int]] = defaultdict(list)
        query = f"select store, number from visit where number <= ? and checklist in ({', '.join('?' * len(refs))})"
        for store, number in self._store.ledger.database.run(query, (self._covered, *refs)):
            if number not in gone:
                numbers[store].append(number)
        stores = sorted(numbers)
        for start in range(0, len(stores), _STORES_AT_ONCE):
            yield from self._of_stores(
                [number for name in stores[start : start + _STORES_AT_ONCE] for number in numbers[name]]
            )

    def _of_stores(self, numbers: Sequence[int]) -> Iterator[EpisodeRow]:
        query = "select number, document from visit where number in ({places})"
        number_of: dict[str, int] = {}
        audits: dict[tuple[str, str], list[Audit]] = defaultdict(list)
        for number, document in select_in(self._store.ledger.database, query, sorted(numbers)):
            visit = read_line(decompress(document))[0]
            if visit.episode:
                number_of[visit.id] = number
                # Two checklists may number their episodes alike.
                audits[visit.store, visit.checklist.partition("@")[0]].append(self._audit(visit))
        for (store, _), members in audits.items():
            for episode in episodes(members):
                yield _row(store, episode, number_of[episode.audits[-1].visit.id])

    def _audit(self, visit: Visit) -> Audit:
        checklist = self._checklists[visit.checklist]
        scheme = self._scheme_of(checklist, visit.day)
        key = checklist.ref, scheme.ref
        if key not in self._plans:
            self._plans[key] = make_plan(checklist, scheme, self._engine.library.aggregators)
        return make_audit(self._plans[key], visit)


def _row(store: str, episode: Episode, number: int) -> EpisodeRow:
    first, last = episode.audits[0].visit, episode.audits[-1]
    seen, score = attendance(episode), episode_score(episode)
    day = first.day.isoformat() if first.day else None
    return EpisodeRow(
        number=number,
        store=store,
        episode=episode.id,
        checklist=last.checklist.ref,
        scheme=last.scheme.ref,
        wave=first.wave,
        scenario=first.scenario,
        origin=first.origin,
        day=day,
        month=day[:7] if day else None,
        visits=len(episode.audits),
        planned=seen.planned,
        kept=seen.recorded,
        missing=seen.missing,
        score=None if score is None else hundredths(score),
        items_fell=sum(map(_has_fallen, series(episode).values())),
        feelings_fell=sum(_has_fallen(line, FEELINGS) for line in feelings(episode).values()),
    )


def _has_fallen(line: Line, scale: Fraction = Fraction(1)) -> bool:
    """Whether the values of a line fell at some visit."""
    values = [value for value in line if value is not None]
    return any(falls(values[:length], scale) for length in range(2, len(values) + 1))


def _columns(rows: Sequence[EpisodeRow]) -> Iterator[SnapshotColumn]:
    values = list(zip(*map(astuple, rows), strict=True)) or [()] * len(fields(EpisodeRow))
    for field, column in zip(fields(EpisodeRow), values, strict=True):
        if field.name == "day":
            yield date_column(field.name, column)
        elif "str" in str(field.type):
            yield text_column(field.name, column)
        else:
            numbers = [NO_SCORE if value is None else value for value in column]
            yield integer_column(field.name, np.array(numbers, np.int64))
