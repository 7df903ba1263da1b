"""The files of episodes, one for each block of visits: what no new or changed visit touches is not scored again.

An episode lies in the block of its last visit, its other visits may lie in any. It is scored again where a visit joins
it, where one of its visits counts no more, and where another scheme came into force for the day of one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from cemaudit.exchange.canonical_json import read_line
from cemaudit.ledger.database import select_in
from cemaudit.ledger.documents import decompress
from cemaudit.ledger.snapshot.episodes import (
    EpisodeKey,
    EpisodeRow,
    EpisodeScorer,
    SchemeOf,
    episode_key,
    read_rows,
    write_rows,
)
from cemaudit.ledger.snapshot.folder import EPISODES, NewFile, SnapshotFolder, uncounted_visits
from cemaudit.ledger.snapshot.manifest import SnapshotFile, block_bounds, block_of
from cemaudit.ledger.snapshot.parquet import parquet_sql, shared_connection
from cemaudit.model import Checklist, Visit
from cemaudit.scoring import Engine

__all__ = ["EpisodeFiles"]

_STORES_AT_ONCE = 200  # the visits of so many stores are records at the same time


class _EpisodeVisit(NamedTuple):
    """A visit that counts and belongs to an episode: its ``store``, and the ``scheme`` in force for it."""

    store: str
    scheme: str


class EpisodeFiles:
    """The files of all episodes among the visits of a snapshot up to ``covered``.

    ``scheme_of`` gives the scheme in force for a checklist on a day. The answers of all visits must be in the folder.
    """

    def __init__(self, store: SnapshotFolder, engine: Engine, scheme_of: SchemeOf, covered: int) -> None:
        self._store, self._engine, self._scheme_of, self._covered = store, engine, scheme_of, covered

    def are_whole(self) -> bool:
        """Whether there is a file of each block, or no episode can be."""
        return not self._checklists or len(self._files()) == len(self._blocks())

    def new_files(self) -> Iterator[NewFile]:
        """Write the files that must be, or must be other ones, and yield them; they do not count yet."""
        if not self._checklists:
            return
        rows, blocks = self._rows()
        visits = self._visits()
        current = [row for row in rows if _is_current(row, visits)]
        settled = {number for row in current for number in row.numbers}
        scored, joined = self._score(
            {number: visit for number, visit in visits.items() if number not in settled},
            {row.key: row for row in current},
        )
        left = {row.number: row for row in current if row.number not in joined}
        blocks |= {block_of(row.number) for row in rows if row.number not in left}
        blocks |= {block_of(row.number) for row in scored}
        of_block: dict[int, list[EpisodeRow]] = defaultdict(list)
        for row in (*left.values(), *scored):
            of_block[block_of(row.number)].append(row)
        for block in sorted(blocks):
            first, last = block_bounds(block, self._covered)
            written = write_rows(of_block[block], self._store.folder / EPISODES)
            yield NewFile(EPISODES, "", "", first, last, written)

    @cached_property
    def _checklists(self) -> Mapping[str, Checklist]:
        """The checklists whose visits form episodes, by ``id@version``."""
        refs = sorted({part.checklist for part in self._store.parts.values() if part.kind == "answers"})
        return {
            ref: checklist for ref, checklist in self._store.ledger.shelf.checklists(refs).items() if checklist.steps
        }

    def _blocks(self) -> range:
        return range(block_of(self._covered) + 1)

    def _files(self) -> dict[int, SnapshotFile]:
        """The whole files, by block."""
        parts = self._store.parts
        files = {block: parts.get((EPISODES, "", "", block)) for block in self._blocks()}
        return {block: file for block, file in files.items() if file and self._store.is_whole(file)}

    def _rows(self) -> tuple[list[EpisodeRow], set[int]]:
        """The rows of all files, and the blocks that have none which can be read."""
        of_block = {block: read_rows(self._store.folder / file.file) for block, file in self._files().items()}
        rows = [row for rows in of_block.values() for row in rows or ()]
        return rows, {block for block in self._blocks() if of_block.get(block) is None}

    def _visits(self) -> dict[int, _EpisodeVisit]:
        """The visits that belong to episodes and count, by number."""
        visits: dict[int, _EpisodeVisit] = {}
        for ref, checklist in self._checklists.items():
            files = [
                self._store.folder / part.file
                for part in self._store.parts.values()
                if (part.kind, part.checklist) == ("answers", ref)
            ]
            with shared_connection() as link:
                rows = link.execute(
                    f"select number, store, day from {parquet_sql(files, by_name=True)} where step is not null"
                ).fetchall()
            for number, store, day in rows:
                visits[number] = _EpisodeVisit(store, self._scheme_of(checklist, day).ref)
        for number in uncounted_visits(self._store.ledger, self._covered):
            visits.pop(number, None)
        return visits

    def _score(
        self, loose: Mapping[int, _EpisodeVisit], rows: Mapping[EpisodeKey, EpisodeRow]
    ) -> tuple[list[EpisodeRow], set[int]]:
        """Score the episodes of ``loose`` visits, with those visits that ``rows`` has of them already.

        Return their new rows, and the numbers of the rows that these take the place of.
        """
        scorer = EpisodeScorer(self._checklists, self._engine.library.aggregators, self._scheme_of)
        numbers: dict[str, list[int]] = defaultdict(list)
        for number, visit in loose.items():
            numbers[visit.store].append(number)
        scored: list[EpisodeRow] = []
        joined: set[int] = set()
        stores = sorted(numbers)
        for start in range(0, len(stores), _STORES_AT_ONCE):
            visits = self._read(
                number for store in stores[start : start + _STORES_AT_ONCE] for number in numbers[store]
            )
            keys = {
                episode_key(visit.store, visit.checklist, visit.episode.id)
                for visit in visits.values()
                if visit.episode
            }
            touched = [rows[key] for key in keys if key in rows]
            joined |= {row.number for row in touched}
            visits |= self._read(number for row in touched for number in row.numbers)
            scored += scorer.rows(visits)
        return scored, joined

    def _read(self, numbers: Iterable[int]) -> dict[int, Visit]:
        query = "select number, document from visit where number in ({places})"
        rows = select_in(self._store.ledger.database, query, sorted(numbers))
        return {number: read_line(decompress(document))[0] for number, document in rows}


def _is_current(row: EpisodeRow, visits: Mapping[int, _EpisodeVisit]) -> bool:
    """Whether all visits of a row still count, and are still scored under the same schemes."""
    members: Sequence[_EpisodeVisit | None] = [visits.get(number) for number in row.numbers]
    return None not in members and ",".join(visit.scheme for visit in members if visit) == row.schemes
