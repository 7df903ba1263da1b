"""The visit table: the selected visits as integer codes in the engine that reads the snapshot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cemaudit.compare.case_mix import (
    EASINESS,
    POINT_UNITS,
    EasinessColumns,
    ItemTerm,
    Means,
    PointsMean,
    ScoreScale,
    easiness_sql,
    item_means,
    items_needed,
    make_scale,
    points_mean,
)
from cemaudit.compare.errors import NotEstimable
from cemaudit.compare.results import EXCLUDED, ComparedData
from cemaudit.compare.selection import NO_POOL, ScoreSource, Selection, score_sources
from cemaudit.errors import BadInput, CemauditError, Problem
from cemaudit.language import Message, message
from cemaudit.ledger.query.keys import needs_stores
from cemaudit.ledger.query.reading import Local
from cemaudit.ledger.query.statement import Bound, Filter, conditions_of
from cemaudit.ledger.snapshot.folder import STORE_COLUMNS
from cemaudit.ledger.snapshot.names import quoted, reason_of
from cemaudit.ledger.snapshot.parquet import translate_errors
from cemaudit.model import Reason

__all__ = ["KEYS", "NO_DAY", "Codes", "Factor", "VisitTable", "VisitTableBuilder", "make_factor", "visit_table"]

KEYS = {"store": "scores", "shopper": "answers", "wave": "scores"}
"""The columns that are coded, and the kind of files they are in."""

_CODED_KEYS = {**KEYS, "scenario": "scores"}

NO_DAY = -1
"""Stands for the day of a visit whose day is not known; other days are counted from the first of 1970."""

_TABLE_OF = {"scores": "visits", "answers": "answered"}

_TABLE_COLUMNS = (
    "(store integer, shopper integer, wave integer, version integer, day integer, stepped boolean, raw bigint, "
    "score bigint)"
)

_DAY = f"cast(coalesce(visits.day - date '1970-01-01', {NO_DAY}) as integer)"
_IN_EPISODE = "visits.step is not null and answered.shopper is not null"


class _SourceQuery(NamedTuple):
    """A source, the places of its files' views, and what its scores are made of."""

    place: int
    source: ScoreSource
    node: PointsMean | None

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


class VisitTableBuilder:
    """The tables ``compared`` and ``known_store``, ``_shopper``, ``_wave``, ``_scenario`` of a snapshot's engine."""

    def __init__(self, reading: Local, selection: Selection, scale: ScoreScale) -> None:
        self._reading, self._which, self.scale = reading, selection.ledger_query.in_sql, scale
        self._acted = selection.action
        self._parts: list[_SourceQuery] = []
        self.left_out: Counter[str] = Counter()
        self.episodes = self.steps = 0

    def build(self, sources: Sequence[ScoreSource], nodes: Sequence[PointsMean | None]) -> None:
        """Make the tables; ``version`` is twice the place of the visit's source, one more where it was acted, and for
        each scenario before its own (the first: not known) as many more as there are of these.
        """
        for index, (source, node) in enumerate(zip(sources, nodes, strict=True)):
            self._parts.append(_SourceQuery(index, source, node))
            self._reading.view(f"scores_{index}", source.table.parts)
            self._reading.view(f"answers_{index}", self._reading.answers(source.table.checklist.ref).parts)
        for key, kind in _CODED_KEYS.items():
            self._make_code_table(key, kind)
        self._make_action_table()
        self._reading.link.execute(f"create or replace temp table compared {_TABLE_COLUMNS}")
        for query in self._parts:
            self._add(query)
        self._join_episodes()

    def counts(self) -> tuple[int, int]:
        """How many visits there are to be compared, and how many of them by shoppers who are not known."""
        (visits, strangers), *_ = self._reading.ask("select count(*), count_if(shopper < 0) from compared")
        return int(visits), int(strangers)

    def drop(self) -> None:
        """Drop the tables."""
        for name in ("compared", "acted", *(f"known_{key}" for key in _CODED_KEYS)):
            self._reading.link.execute(f"drop table if exists {name}")

    def _make_code_table(self, key: str, kind: str) -> None:
        """The table of all there are of a column, each with a code, in the order of their names."""
        every = " union ".join(f"select {key} from {kind}_{query.place}" for query in self._parts)
        self._reading.define("known", f"select distinct {key} as level from ({every}) where {key} is not null")
        self._reading.link.execute(
            f"create or replace temp table known_{key} as "
            "select level, cast(row_number() over (order by level) - 1 as integer) as code from known"
        )

    def _make_action_table(self) -> None:
        """The table of stores where something was done, and since when."""
        stores, days = [store for store, _ in self._acted], [day for _, day in self._acted]
        self._reading.ask(
            "create or replace temp table acted as select store, min(since) as since "
            "from (select unnest(cast(? as varchar[])) as store, unnest(cast(? as date[])) as since) group by store",
            (stores, days),
        )

    def _add(self, query: _SourceQuery) -> None:
        """Add the visits of a source, and count those left out."""
        self._count_left_out(query)
        if query.source.column is None:
            return
        easier = self._easiness(query)
        codes = [f"coalesce(known_{key}.code, -1) as {key}" for key in KEYS]
        columns = [
            *codes,
            self._version(query),
            f"{_DAY} as day",
            f"{_IN_EPISODE} as stepped",
            f"{query.score} as raw",
            *([easier.sql] if easier else []),
        ]
        joins = [
            f"left join known_{key} on known_{key}.level = {_TABLE_OF[kind]}.{key}" for key, kind in _CODED_KEYS.items()
        ]
        joins.append("left join acted on acted.store = visits.store")
        where, values = self._where(query, query.has_score)
        self._reading.ask(
            f"insert into compared select {', '.join(KEYS)}, version, day, stepped, raw, {self._score(easier)} "
            f"from (select {', '.join(columns)} from {self._tables(query)} {' '.join(joins)} where {where})",
            (*(easier.values if easier else ()), *values),
        )

    def _version(self, query: _SourceQuery) -> str:
        before = f"{2 * len(self._parts)} * (coalesce(known_scenario.code, -1) + 1)"
        return f"{before} + {2 * query.place} + cast(coalesce(visits.day >= acted.since, false) as integer) as version"

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

    def _score(self, easier: EasinessColumns | None) -> str:
        """The score in parts of the scale."""
        points = f"raw * {POINT_UNITS // 100}"
        if easier:
            points += f" - coalesce(cast(round({EASINESS} * {POINT_UNITS}) as bigint), 0)"
        return self.scale.sql(points)

    def _easiness(self, query: _SourceQuery) -> EasinessColumns | None:
        if query.node is None:
            return None
        leaves = items_needed(query.node)
        return easiness_sql(query.node, self._means(query, leaves)) if leaves else None

    def _means(self, query: _SourceQuery, leaves: Sequence[ItemTerm]) -> Means:
        """The means of items over all visits to be compared."""
        sums = [f"count({leaf.earned}), sum({leaf.earned})" for leaf in leaves]
        where, values = self._where(query, query.has_score)
        found = self._reading.ask(f"select {', '.join(sums)} from {self._tables(query)} where {where}", values)[0]
        pairs = [(int(found[item_index]), int(found[item_index + 1] or 0)) for item_index in range(0, len(found), 2)]
        return item_means(leaves, pairs)

    def _count_left_out(self, query: _SourceQuery) -> None:
        tables = self._tables(query, answered=False)
        where, values = self._where(query, f"{query.score} is null")
        rows = self._reading.ask(f"select {query.reason}, count(*) from {tables} where {where} group by 1", values)
        for code, count in rows:
            self.left_out[reason_of(code) or Reason.NOT_ASKED.value] += int(count)
        if not self._which.excluded:
            where, values = self._where(query, "true", f"select number from gone where why = '{EXCLUDED}'")
            ((count,),) = self._reading.ask(f"select count(*) from {tables} where {where}", values)
            self.left_out[EXCLUDED] += int(count)

    def _where(self, query: _SourceQuery, extra_condition: str, only: str = "") -> tuple[str, tuple[Bound, ...]]:
        """The conditions on the visits of a source; ``only``: of those visits that would not count, these."""
        (counted, *conditions), values = conditions_of(self._which)
        first = f"visits.number in ({only})" if only else counted
        parts = [first, *conditions, "visits.scheme = ?", extra_condition]
        return " and ".join(parts), (*values, query.source.scheme.ref)

    def _tables(self, query: _SourceQuery, *, answered: bool = True) -> str:
        tables = f"scores_{query.place} as visits"
        if answered:
            tables += f" left join answers_{query.place} as answered on answered.number = visits.number"
        if any(needs_stores(condition.key) for condition in self._which.conditions):
            tables += " left join stores on stores.store = visits.store"
        return tables


Codes = NDArray[np.int32]

Version = tuple[str, str, str | None, str]
"""A checklist, a scheme, the scenario played, and whether something was done at the store by then (``yes``, ``no``)."""


class Factor(NamedTuple):
    """A fixed factor: its ``name``, its ``levels`` (``None``: not known), and the place among them of each of whatever
    it is said of (stores, occasions, visits).
    """

    name: str
    levels: tuple[str | None, ...]
    codes: Codes


class _CodedKey(NamedTuple):
    """The ``levels`` of a column that visits have, and the place among them of each code of the table, from code -1."""

    levels: tuple[str | None, ...]
    places: Codes

    def of(self, codes: NDArray[Any]) -> Codes:
        """Codes of the table as places among the levels."""
        return self.places[codes.astype(np.int64) + 1]


@dataclass(frozen=True)
class VisitTable:
    """The temporary table ``compared`` of an engine: for each visit the codes of its ``store``, ``shopper`` and
    ``wave`` (-1: not known), ``version`` (a place among ``versions``), ``day`` (since the first of 1970), ``raw``
    (hundredths of a point) and ``score`` (parts, see ``ScoreScale``; adjusted, on the scale asked for).

    ``keys`` say what those codes mean; ``store_factors`` are the factors of stores, ``unit_factor`` the one that is
    compared where that is not the stores themselves.
    """

    reading: Local
    facts: ComparedData
    keys: dict[str, _CodedKey]
    versions: tuple[Version | None, ...]
    store_factors: tuple[Factor, ...]
    unit_factor: Factor | None
    acted: bool = False

    def columns(self, sql: str, *values: int) -> dict[str, NDArray[Any]]:
        """The columns SQL returns of the table, which must hold nothing null; codes of keys as places."""
        with translate_errors(self.reading.folder):
            found = self.reading.link.execute(sql, values).fetchnumpy()
        arrays = {name: np.ma.getdata(values) for name, values in found.items()}
        return {name: self.keys[name].of(array) if name in self.keys else array for name, array in arrays.items()}

    @property
    def stores(self) -> tuple[str, ...]:
        """The stores visited, by id."""
        return tuple(str(store) for store in self.keys["store"].levels)

    @property
    def shoppers(self) -> tuple[str, ...]:
        """The shoppers known, by pseudonym."""
        return tuple(str(shopper) for shopper in self.keys["shopper"].levels)

    @property
    def version_factors(self) -> tuple[Factor, ...]:
        """Checklist, scheme, scenario and, where it is asked, whether something was done, as factors of versions."""
        used_numbers = [number for number, version in enumerate(self.versions) if version]
        values = zip(*(version for version in self.versions if version), strict=True)
        names = ("checklist", "scheme", "scenario", *(["acted"] if self.acted else []))
        factors = [make_factor(name, value) for name, value in zip(names, values, strict=False)]
        return tuple(
            factor._replace(codes=_scatter(factor.codes, used_numbers, len(self.versions))) for factor in factors
        )


def _scatter(codes: Codes, places: Sequence[int], size: int) -> Codes:
    """Codes at their places, 0 elsewhere."""
    scattered = np.zeros(size, np.int32)
    scattered[list(places)] = codes
    return scattered


def make_factor(name: str, values: Sequence[str | None]) -> Factor:
    """The factor with these values; what is not known comes last."""
    levels = sorted(set(values), key=lambda value: (value is None, value or ""))
    places = {level: index for index, level in enumerate(levels)}
    return Factor(name, tuple(levels), np.array([places[value] for value in values], np.int32))


@contextmanager
def visit_table(reading: Local, selection: Selection) -> Iterator[VisitTable]:
    """The table of what is asked, as long as the block runs; one at a time.

    ``BadInput`` where the question is wrong, ``NotEstimable`` where no visit has such a score.
    """
    sources = score_sources(reading, selection)
    nodes = [points_mean(source) for source in sources]
    scale = make_scale(selection.scale, [node for node, source in zip(nodes, sources, strict=True) if source.column])
    filling = VisitTableBuilder(reading, selection, scale)
    try:
        filling.build(sources, [node if selection.adjusted else None for node in nodes])
        versions = [version for (version,) in reading.ask("select distinct version from compared order by version")]
        if not versions:
            raise _no_visits_error(reading, selection.visit_filter)
        used = sorted({version // 2 % len(sources) for version in versions})
        adjusted = selection.adjusted and all(nodes[source_index] for source_index in used)
        facts = _compared_data(selection, filling, [sources[source_index] for source_index in used], adjusted=adjusted)
        yield _visit_table(reading, selection, facts, _versions(reading, sources, versions))
    finally:
        filling.drop()


def _versions(
    reading: Local, sources: Sequence[ScoreSource], used_numbers: Sequence[int]
) -> tuple[Version | None, ...]:
    """The versions by their number; ``None`` where no visit is of it."""
    scenarios = [None, *(level for (level,) in reading.ask("select level from known_scenario order by code"))]
    versions = [
        (source.table.checklist.ref, source.scheme.ref, scenario, acted)
        for scenario in scenarios
        for source in sources
        for acted in ("no", "yes")
    ]
    used = set(used_numbers)
    return tuple(version if number in used else None for number, version in enumerate(versions))


def _visit_table(
    reading: Local, selection: Selection, facts: ComparedData, versions: tuple[Version | None, ...]
) -> VisitTable:
    keys = {name: _coded_key(reading, name) for name in KEYS}
    stores = [str(store) for store in keys["store"].levels]
    return VisitTable(
        reading, facts, keys, versions, *_store_factors(reading, selection, stores), bool(selection.action)
    )


def _coded_key(reading: Local, name: str) -> _CodedKey:
    levels = dict(reading.ask(f"select code, level from known_{name}"))
    codes = sorted(code for (code,) in reading.ask(f"select distinct {name} from compared"))
    kept = [code for code in codes if code >= 0]
    places = np.full(len(levels) + 1, -1, np.int32)
    places[np.array(kept, np.int64) + 1] = np.arange(len(kept))
    named: list[str | None] = [levels[code] for code in kept]
    if name != "shopper" and codes[:1] == [-1]:
        places[0] = len(kept)
        named.append(None)
    return _CodedKey(tuple(named), places)


def _store_factors(
    reading: Local, selection: Selection, stores: Sequence[str]
) -> tuple[tuple[Factor, ...], Factor | None]:
    """The pool, and what is compared, as factors of the stores."""
    rows = reading.ask(f"select store, {', '.join(STORE_COLUMNS)} from stores")
    attributes_by_store = {row[0]: dict(zip(STORE_COLUMNS, row[1:], strict=True)) for row in rows}

    def factor(key: str) -> Factor:
        return make_factor(key, [attributes_by_store.get(store, {}).get(key) for store in stores])

    pool = _pool_key(selection.pool, [attributes_by_store.get(store, {}) for store in stores])
    unit = None if selection.unit == "store" else factor(selection.unit)
    names = dict.fromkeys([pool, selection.unit])
    return tuple(factor(name) for name in names if name not in {NO_POOL, "store"}), unit


def _pool_key(pool_key: str | None, stores: Iterable[dict[str, str | None]]) -> str:
    """The pool's key: as asked, else the first of pool and region that is known of any store."""
    if pool_key is not None:
        return pool_key
    pool_keys = {key for store in stores for key in ("pool", "region") if store.get(key)}
    return next((key for key in ("pool", "region") if key in pool_keys), NO_POOL)


def _compared_data(
    selection: Selection, filling: VisitTableBuilder, sources: Sequence[ScoreSource], *, adjusted: bool
) -> ComparedData:
    visits, strangers = filling.counts()
    last = sources[-1]
    measure = last.scheme.measure[last.column.measure] if last.column else None
    assert measure  # noqa: S101 (only sources with a column have visits)
    return ComparedData(
        measure=measure.id,
        value=selection.facet_value,
        title=measure.title,
        unit=measure.unit,
        better="lower" if last.scheme.direction == "lower-is-better" else "higher",
        checklists=tuple(dict.fromkeys(source.table.checklist.ref for source in sources)),
        schemes=tuple(dict.fromkeys(source.scheme.ref for source in sources)),
        visits=visits,
        unknown_shopper_visits=strangers,
        left_out={reason: count for reason, count in sorted(filling.left_out.items()) if count},
        scale=filling.scale,
        adjusted=adjusted,
        notes=tuple(_notes(selection, filling, strangers if strangers < visits else 0, adjusted=adjusted)),
    )


def _notes(selection: Selection, filling: VisitTableBuilder, strangers: int, *, adjusted: bool) -> Iterator[Message]:
    if filling.steps > filling.episodes:
        yield message(
            "Visits of one episode count as one, with their mean: {steps} visits, {episodes} episodes.",
            steps=filling.steps, episodes=filling.episodes,
        )  # fmt: skip
    if selection.adjusted and not adjusted:
        yield message("No case-mix adjustment: this measure is not a mean of item points.")
    if strangers:
        yield message("Visits by shoppers who are not known, whose severity cannot be adjusted for: {n}.", n=strangers)


def _no_visits_error(reading: Local, visit_filter: Filter) -> CemauditError:
    """Why there is nothing to compare."""
    wave_conditions = [condition for condition in visit_filter.conditions if condition.key == "wave"]
    if wave_conditions:
        waves = [wave for (wave,) in reading.ask("select level from known_wave order by level")]
        unknown = [wave for condition in wave_conditions for wave in condition.values if wave not in {"", *waves}]
        if unknown:
            hint = message("known here: {names}", names=", ".join(waves) or "-")
            return BadInput(Problem(message("there are no visits of wave {wave}", wave=", ".join(unknown)), hint=hint))
    return NotEstimable(message("none of these visits has a score to compare"), "none")
