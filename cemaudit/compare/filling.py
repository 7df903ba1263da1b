"""SQL that gathers the visits to be compared, whatever files they are in, as one table of whole numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from cemaudit.compare.adjusted import EASIER, Easier, Means, asked_of_items, columns_of, means_of
from cemaudit.compare.asked import Asked, Source
from cemaudit.compare.facts import EXCLUDED
from cemaudit.compare.scale import UNIT, Scale
from cemaudit.compare.shares import Leaf, Node
from cemaudit.ledger.query.keys import needs_stores
from cemaudit.ledger.query.reading import Local
from cemaudit.ledger.query.statement import Bound, conditions_of
from cemaudit.ledger.snapshot.names import quoted, reason_of
from cemaudit.model import Reason

__all__ = ["KEYS", "NO_DAY", "Filling"]

KEYS = {"store": "scores", "shopper": "answers", "wave": "scores"}
"""The columns that are coded, and the kind of files they are in."""

_CODED = {**KEYS, "scenario": "scores"}

NO_DAY = -1
"""Stands for the day of a visit whose day is not known; other days are counted from the first of 1970."""

_TABLE_OF = {"scores": "visits", "answers": "answered"}
_TABLE = (
    "(store integer, shopper integer, wave integer, version integer, day integer, stepped boolean, raw bigint, "
    "score bigint)"
)
_DAY = f"cast(coalesce(visits.day - date '1970-01-01', {NO_DAY}) as integer)"
_STEPPED = "visits.step is not null and answered.shopper is not null"


class _Part(NamedTuple):
    """A source, the places of its files' views, and what its scores are made of."""

    place: int
    source: Source
    node: Node | None

    @property
    def score(self) -> str:
        """SQL: the hundredths of the score; ``null`` where there is no such one."""
        return f"visits.{quoted(self.source.column.score)}" if self.source.column else "null"

    @property
    def reason(self) -> str:
        """SQL: the code of the reason why there is none."""
        return f"visits.{quoted(self.source.column.reason)}" if self.source.column else "null"

    @property
    def has_score(self) -> str:
        """SQL: whether there is one."""
        return f"{self.score} is not null"


class Filling:
    """The tables ``compared`` and ``known_store``, ``_shopper``, ``_wave``, ``_scenario`` of a snapshot's engine."""

    def __init__(self, reading: Local, asked: Asked, scale: Scale) -> None:
        self._reading, self._which, self.scale = reading, asked.question.in_sql, scale
        self._acted = asked.acted
        self._parts: list[_Part] = []
        self.left_out: Counter[str] = Counter()
        self.episodes = self.steps = 0

    def fill(self, sources: Sequence[Source], nodes: Sequence[Node | None]) -> None:
        """Make the tables; ``version`` is twice the place of the visit's source, one more where it was acted, and for
        each scenario before its own (the first: not known) as many more as there are of these.
        """
        for place, (source, node) in enumerate(zip(sources, nodes, strict=True)):
            self._parts.append(_Part(place, source, node))
            self._reading.view(f"scores_{place}", source.table.parts)
            self._reading.view(f"answers_{place}", self._reading.answers(source.table.checklist.ref).parts)
        for key, kind in _CODED.items():
            self._make_known(key, kind)
        self._make_acted()
        self._reading.link.execute(f"create or replace temp table compared {_TABLE}")
        for part in self._parts:
            self._add(part)
        self._join_episodes()

    def counts(self) -> tuple[int, int]:
        """How many visits there are to be compared, and how many of them by shoppers who are not known."""
        (visits, strangers), *_ = self._reading.ask("select count(*), count_if(shopper < 0) from compared")
        return int(visits), int(strangers)

    def drop(self) -> None:
        """Drop the tables."""
        for name in ("compared", "acted", *(f"known_{key}" for key in _CODED)):
            self._reading.link.execute(f"drop table if exists {name}")

    def _make_known(self, key: str, kind: str) -> None:
        """The table of all there are of a column, each with a code, in the order of their names."""
        every = " union ".join(f"select {key} from {kind}_{part.place}" for part in self._parts)
        self._reading.define("known", f"select distinct {key} as level from ({every}) where {key} is not null")
        self._reading.link.execute(
            f"create or replace temp table known_{key} as "
            "select level, cast(row_number() over (order by level) - 1 as integer) as code from known"
        )

    def _make_acted(self) -> None:
        """The table of stores where something was done, and since when."""
        stores, days = [store for store, _ in self._acted], [day for _, day in self._acted]
        self._reading.ask(
            "create or replace temp table acted as select store, min(since) as since "
            "from (select unnest(cast(? as varchar[])) as store, unnest(cast(? as date[])) as since) group by store",
            (stores, days),
        )

    def _add(self, part: _Part) -> None:
        """Add the visits of a source, and count those left out."""
        self._count_left_out(part)
        if part.source.column is None:
            return
        easier = self._easier(part)
        codes = [f"coalesce(known_{key}.code, -1) as {key}" for key in KEYS]
        columns = [
            *codes,
            self._version(part),
            f"{_DAY} as day",
            f"{_STEPPED} as stepped",
            f"{part.score} as raw",
            *([easier.sql] if easier else []),
        ]
        joins = [
            f"left join known_{key} on known_{key}.level = {_TABLE_OF[kind]}.{key}" for key, kind in _CODED.items()
        ]
        joins.append("left join acted on acted.store = visits.store")
        where, values = self._where(part, part.has_score)
        self._reading.ask(
            f"insert into compared select {', '.join(KEYS)}, version, day, stepped, raw, {self._score(easier)} "
            f"from (select {', '.join(columns)} from {self._tables(part)} {' '.join(joins)} where {where})",
            (*(easier.values if easier else ()), *values),
        )

    def _version(self, part: _Part) -> str:
        before = f"{2 * len(self._parts)} * (coalesce(known_scenario.code, -1) + 1)"
        return f"{before} + {2 * part.place} + cast(coalesce(visits.day >= acted.since, false) as integer) as version"

    def _join_episodes(self) -> None:
        """Let the visits of an episode count as one, with their mean: what one person lives through is one experience.

        An episode is what a shopper visited in steps at one store in one wave.
        """
        group = ", ".join((*KEYS, "version"))
        ((self.episodes, self.steps),) = self._reading.ask(
            f"select count(distinct ({group})), count(*) from compared where stepped"
        )
        if self.steps > self.episodes:
            means = ", ".join(f"cast(round(avg({name})) as bigint) as {name}" for name in ("raw", "score"))
            self._reading.link.execute(
                "create or replace temp table compared as select * from compared where not stepped union all "
                f"select {group}, min(day) as day, true, {means} from compared where stepped group by {group}"
            )

    def _score(self, easier: Easier | None) -> str:
        """The score in parts of the scale."""
        points = f"raw * {UNIT // 100}"
        if easier:
            points += f" - coalesce(cast(round({EASIER} * {UNIT}) as bigint), 0)"
        return self.scale.sql(points)

    def _easier(self, part: _Part) -> Easier | None:
        if part.node is None:
            return None
        leaves = asked_of_items(part.node)
        return columns_of(part.node, self._means(part, leaves)) if leaves else None

    def _means(self, part: _Part, leaves: Sequence[Leaf]) -> Means:
        """The means of items over all visits to be compared."""
        sums = [f"count({leaf.earned}), sum({leaf.earned})" for leaf in leaves]
        where, values = self._where(part, part.has_score)
        found = self._reading.ask(f"select {', '.join(sums)} from {self._tables(part)} where {where}", values)[0]
        pairs = [(int(found[place]), int(found[place + 1] or 0)) for place in range(0, len(found), 2)]
        return means_of(leaves, pairs)

    def _count_left_out(self, part: _Part) -> None:
        tables = self._tables(part, answered=False)
        where, values = self._where(part, f"{part.score} is null")
        rows = self._reading.ask(f"select {part.reason}, count(*) from {tables} where {where} group by 1", values)
        for code, count in rows:
            self.left_out[reason_of(code) or Reason.NOT_ASKED.value] += int(count)
        if not self._which.excluded:
            where, values = self._where(part, "true", f"select number from gone where why = '{EXCLUDED}'")
            ((count,),) = self._reading.ask(f"select count(*) from {tables} where {where}", values)
            self.left_out[EXCLUDED] += int(count)

    def _where(self, part: _Part, more: str, only: str = "") -> tuple[str, tuple[Bound, ...]]:
        """The conditions on the visits of a source; ``only``: of those visits that would not count, these."""
        (counted, *conditions), values = conditions_of(self._which)
        first = f"visits.number in ({only})" if only else counted
        parts = [first, *conditions, "visits.scheme = ?", more]
        return " and ".join(parts), (*values, part.source.scheme.ref)

    def _tables(self, part: _Part, *, answered: bool = True) -> str:
        tables = f"scores_{part.place} as visits"
        if answered:
            tables += f" left join answers_{part.place} as answered on answered.number = visits.number"
        if any(needs_stores(condition.key) for condition in self._which.conditions):
            tables += " left join stores on stores.store = visits.store"
        return tables
