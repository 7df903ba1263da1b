"""The rows of the table ``episodes``: each episode with its score, its visits planned and kept, and what fell."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import numpy as np

from cemaudit.ledger.snapshot.names import quoted
from cemaudit.ledger.snapshot.parquet import (
    SnapshotColumn,
    SnapshotTable,
    WrittenFile,
    date_column,
    integer_column,
    parquet_sql,
    shared_connection,
    text_column,
    write,
)
from cemaudit.ledger.snapshot.score_columns import NO_SCORE, hundredths
from cemaudit.model import Audit, Checklist, Scheme, Visit
from cemaudit.model.aggregator import Aggregator
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
from cemaudit.scoring.engine import make_audit
from cemaudit.scoring.plan import Plan, make_plan_of_kept

__all__ = ["EpisodeKey", "EpisodeRow", "EpisodeScorer", "SchemeOf", "episode_key", "read_rows", "write_rows"]

FEELINGS = Fraction(6)
"""The length of the scale of feelings, from -3 to 3."""

SchemeOf = Callable[[Checklist, dt.date | None], Scheme]
"""The scheme in force for a checklist on a day."""


class EpisodeKey(NamedTuple):
    """What an episode is known by: two checklists, and two stores, may number theirs alike."""

    store: str
    checklist: str
    episode: str


def episode_key(store: str, ref: str, episode: str) -> EpisodeKey:
    """Return the key of an episode whose visits answer the checklist ``ref`` (``id@version``), or other versions."""
    return EpisodeKey(store, ref.partition("@")[0], episode)


@dataclass(frozen=True)
class EpisodeRow:
    """A row: an episode of a ``store``. ``number``, ``checklist`` and ``scheme`` are those of its last visit.

    ``wave``, ``scenario``, ``day`` and ``month`` are those of the first. ``visits`` were recorded, ``kept`` of them on
    site, of so many ``planned`` (``None``: not known); ``missing``: planned and not there. ``score`` in hundredths.
    ``items_fell`` and ``feelings_fell``: how many items and feelings fell from visit to visit. ``members`` and
    ``schemes``: the numbers of its visits, and the schemes they were scored under, in their order, with commas.
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
    members: str
    schemes: str

    @property
    def key(self) -> EpisodeKey:
        """What it is known by."""
        return episode_key(self.store, self.checklist, self.episode)

    @property
    def numbers(self) -> list[int]:
        """The numbers of its visits."""
        return [int(number) for number in self.members.split(",")]


class EpisodeScorer:
    """Scores the visits of episodes under the schemes in force, one by one and exactly."""

    def __init__(
        self, checklists: Mapping[str, Checklist], aggregators: Mapping[str, Aggregator], scheme_of: SchemeOf
    ) -> None:
        self._checklists, self._aggregators, self._scheme_of = checklists, aggregators, scheme_of
        self._plans: dict[tuple[str, str], Plan] = {}

    def rows(self, visits: Mapping[int, Visit]) -> Iterator[EpisodeRow]:
        """Yield a row for each episode among visits, given by their numbers, which hold it whole."""
        number_of = {visit.id: number for number, visit in visits.items()}
        audits: dict[EpisodeKey, list[Audit]] = defaultdict(list)
        for visit in visits.values():
            if visit.episode:
                audits[episode_key(visit.store, visit.checklist, visit.episode.id)].append(self._audit(visit))
        for key, members in audits.items():
            for episode in episodes(members):
                yield _row(key.store, episode, [number_of[audit.visit.id] for audit in episode.audits])

    def _audit(self, visit: Visit) -> Audit:
        checklist = self._checklists[visit.checklist]
        scheme = self._scheme_of(checklist, visit.day)
        key = checklist.ref, scheme.ref
        if key not in self._plans:
            self._plans[key] = make_plan_of_kept(checklist, scheme, self._aggregators)
        return make_audit(self._plans[key], visit)


def _row(store: str, episode: Episode, numbers: Sequence[int]) -> EpisodeRow:
    first, last = episode.audits[0].visit, episode.audits[-1]
    seen, score = attendance(episode), episode_score(episode)
    day = first.day.isoformat() if first.day else None
    return EpisodeRow(
        number=numbers[-1],
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
        members=",".join(map(str, numbers)),
        schemes=",".join(audit.scheme.ref for audit in episode.audits),
    )


def _has_fallen(line: Line, scale: Fraction = Fraction(1)) -> bool:
    """Whether the values of a line fell at some visit."""
    values = [value for value in line if value is not None]
    return any(falls(values[:length], scale) for length in range(2, len(values) + 1))


def write_rows(rows: Sequence[EpisodeRow], folder: Path) -> WrittenFile:
    """Write rows, by number, to a new file in ``folder``."""
    in_order = sorted(rows, key=lambda row: row.number)
    return write(SnapshotTable(len(in_order), list(_columns(in_order))), folder)


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


def read_rows(path: Path) -> list[EpisodeRow] | None:
    """Return the rows of a file of ``write_rows``; ``None`` where it does not read back as one."""
    import duckdb  # noqa: PLC0415 (an extra)

    names = [field.name for field in fields(EpisodeRow)]
    columns = ", ".join("cast(day as varchar)" if name == "day" else quoted(name) for name in names)
    try:
        with shared_connection() as link:
            rows = link.execute(f"select {columns} from {parquet_sql([path])} order by number").fetchall()
    except duckdb.Error:
        return None
    return [EpisodeRow(*row) for row in rows]
