"""The visit table: the selected visits as integer codes in the engine that reads the snapshot."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cemaudit.compare.channels import Sums
from cemaudit.compare.errors import NotEstimable
from cemaudit.compare.queries.case_mix import (
    EASINESS,
    EasinessColumns,
    ItemTerm,
    Means,
    PointsMean,
    easiness_sql,
    item_means,
    items_needed,
    make_scale,
    points_mean,
    score_sql,
)
from cemaudit.compare.results import (
    EXCLUDED,
    LEFT_OUT_INCOMPLETE,
    NO_CASE_MIX,
    ComparedData,
    circumstances_note,
    unknown_shoppers_note,
)
from cemaudit.compare.score_scale import POINT_UNITS, ScoreScale
from cemaudit.compare.selection import ScoreSource, Selection, score_sources
from cemaudit.compare.visit_table import (
    NO_DAY,
    STORE_KEYS,
    CodedKey,
    Columns,
    Factor,
    TablePart,
    Version,
    VisitTable,
    factors_of_stores,
    nameless_order,
)
from cemaudit.errors import BadInput, CemauditError, Problem
from cemaudit.language import Message, message
from cemaudit.ledger.query.keys import INCOMPLETE_NUMBERS, expression, needs_circumstances, needs_stores
from cemaudit.ledger.query.reading import Local, Reading
from cemaudit.ledger.query.statement import (
    Bound,
    Filter,
    SqlStatement,
    circumstances_join,
    conditions_of,
    joined_tables,
)
from cemaudit.ledger.snapshot.folder import STORE_COLUMNS
from cemaudit.ledger.snapshot.names import reason_of
from cemaudit.ledger.snapshot.parquet import translate_errors
from cemaudit.ledger.states import VisitState
from cemaudit.model import Reason

__all__ = ["KEYS", "SnapshotVisitTable", "VisitTableBuilder", "paired_sums", "store_attributes", "visit_table"]

KEYS = {"store": "scores", "shopper": "answers", "wave": "scores"}
"""The columns that are coded, and the kind of files they are in."""

_CODED_KEYS = {**KEYS, "scenario": "scores"}

MOST_LEVELS = 100
"""A circumstance of more values cannot be adjusted for: words of one's own, mostly."""

_TABLE_OF = {"scores": "visits", "answers": "answered"}

_TABLE_COLUMNS = (
    "(store integer, shopper integer, wave integer, version integer, day integer, stepped boolean, raw bigint, "
    "score bigint)"
)

_DAY = f"cast(coalesce(visits.day - date '1970-01-01', {NO_DAY}) as integer)"
_IN_EPISODE = "visits.step is not null and answered.shopper is not null"


class _SourceQuery(NamedTuple):
    """A source, the places of its files' views, and what its scores are made of."""

    number: int
    source: ScoreSource
    node: PointsMean | None

    @property
    def score(self) -> str:
        """SQL: the hundredths of the score; ``null`` where there is no such one."""
        return self.source.score_sql

    @property
    def reason(self) -> str:
        """SQL: the code of the reason why there is none."""
        return self.source.reason_sql

    @property
    def has_score(self) -> str:
        """SQL: whether there is one."""
        return f"{self.score} is not null"


class VisitTableBuilder:
    """The tables ``compared`` and ``known_store``, ``_shopper``, ``_wave``, ``_scenario`` of a snapshot's engine."""

    def __init__(self, reading: Local, selection: Selection, scale: ScoreScale) -> None:
        self._reading, self._which, self.scale = reading, selection.ledger_query.in_sql, scale
        self._acted, self._adjust_for = selection.action, selection.adjust_for
        self._queries: list[_SourceQuery] = []
        self.left_out: Counter[str] = Counter()
        self.incomplete: int | None = 0 if reading.knows_completeness else None
        self.counted_states = reading.counted_states
        self.episodes = self.steps = 0

    def build(self, sources: Sequence[ScoreSource], nodes: Sequence[PointsMean | None]) -> None:
        """Make the tables; ``version`` is a code of the table ``versions``."""
        for index, (source, node) in enumerate(zip(sources, nodes, strict=True)):
            self._queries.append(_SourceQuery(index, source, node))
            self._reading.view(f"scores_{index}", source.table.parts)
            self._reading.view(f"answers_{index}", self._reading.answers(source.table.checklist.ref).parts)
            if self._needs_circumstances:
                self._reading.view_circumstances(source.table.checklist.ref, f"circumstances_{index}")
        for key, kind in _CODED_KEYS.items():
            self._make_code_table(key, kind)
        for place, key in enumerate(self._adjust_for):
            self._make_circumstance_table(place, key)
        self._make_action_table()
        self._make_version_table()
        self._reading.link.execute(f"create or replace temp table compared {_TABLE_COLUMNS}")
        for query in self._queries:
            self._add(query)
        self._join_episodes()

    def counts(self) -> tuple[int, int]:
        """Return how many visits there are to be compared, and how many of them by shoppers who are not known."""
        (visits, strangers), *_ = self._reading.ask("select count(*), count_if(shopper < 0) from compared")
        return int(visits), int(strangers)

    def drop(self) -> None:
        """Drop the tables."""
        known = [*_CODED_KEYS, *(f"setting_{place}" for place in range(len(self._adjust_for)))]
        for name in ("compared", "acted", "versions", *(f"known_{key}" for key in known)):
            self._reading.link.execute(f"drop table if exists {name}")

    def _make_code_table(self, key: str, kind: str) -> None:
        """Make the table of the values of a column, each with a code, in the order of their names."""
        # By name, so that codes, and with them the last digits of sums, do not depend on the order of files.
        every = " union ".join(f"select {key} as level from {kind}_{query.number}" for query in self._queries)
        self._make_known_table(key, every)

    def _make_circumstance_table(self, place: int, key: str) -> None:
        """Make the table ``known_setting_0`` (``_1`` ...) of the values of a circumstance; too many are refused."""
        every = " union ".join(
            f"select {expression(key)} as level from {self._tables(query, answered=False)}" for query in self._queries
        )
        self._make_known_table(f"setting_{place}", every)
        ((levels,),) = self._reading.ask(f"select count(*) from known_setting_{place}")
        if levels > MOST_LEVELS:
            text = message("{key} has {count} values, too many to adjust for", key=key, count=levels)
            hint = message("at most {most}; declare them in the checklist, and note their ids", most=MOST_LEVELS)
            raise BadInput(Problem(text, "--adjust", hint))

    def _make_known_table(self, name: str, every: str) -> None:
        self._reading.define("known", f"select distinct level from ({every}) where level is not null")
        self._reading.link.execute(
            f"create or replace temp table known_{name} as "
            "select level, cast(row_number() over (order by level) - 1 as integer) as code from known"
        )

    def _make_action_table(self) -> None:
        """Make the table of the stores where something was done, and since when."""
        stores, days = [store for store, _ in self._acted], [day for _, day in self._acted]
        self._reading.ask(
            "create or replace temp table acted as select store, min(since) as since "
            "from (select unnest(cast(? as varchar[])) as store, unnest(cast(? as date[])) as since) group by store",
            (stores, days),
        )

    def _make_version_table(self) -> None:
        """Make the table of versions, with codes: scenario (-1: not known), source, whether something was done, and
        the circumstances adjusted for (-1: not known).
        """
        settings = [f"setting_{place}" for place in range(len(self._adjust_for))]
        tables = "".join(f", (select -1 as {name} union all select code from known_{name})" for name in settings)
        columns = ", ".join(["scenario", "source", "was_acted", *settings])
        self._reading.link.execute(
            f"create or replace temp table versions as select {columns}, "
            f"cast(row_number() over (order by {columns}) - 1 as integer) as code "
            "from (select -1 as scenario union all select code from known_scenario), "
            f"range({len(self._queries)}) as sources(source), (values (false), (true)) as action(was_acted){tables}"
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
            "versions.code as version",
            f"{_DAY} as day",
            f"{_IN_EPISODE} as stepped",
            f"{query.score} as raw",
            *([easier.sql] if easier else []),
        ]
        joins = [
            f"left join known_{key} on known_{key}.level = {_TABLE_OF[kind]}.{key}" for key, kind in _CODED_KEYS.items()
        ]
        version = [f"versions.source = {query.number}", "versions.scenario = coalesce(known_scenario.code, -1)"]
        version.append("versions.was_acted = coalesce(visits.day >= acted.since, false)")
        for place, key in enumerate(self._adjust_for):
            # An episode is one experience, lived through at several times: no single one of them is its own.
            known, value = f"known_setting_{place}", f"case when {_IN_EPISODE} then null else {expression(key)} end"
            joins.append(f"left join {known} on {known}.level = {value}")
            version.append(f"versions.setting_{place} = coalesce({known}.code, -1)")
        joins += ["left join acted on acted.store = visits.store", f"join versions on {' and '.join(version)}"]
        where, values = self._where(query, query.has_score)
        self._reading.ask(
            f"insert into compared select {', '.join(KEYS)}, version, day, stepped, raw, {self._score(easier)} "
            f"from (select {', '.join(columns)} from {self._tables(query)} {' '.join(joins)} where {where})",
            (*(easier.values if easier else ()), *values),
        )

    def _join_episodes(self) -> None:
        """Let the visits of an episode count as one, with their mean: what one person lives through is one experience.

        An episode is what a shopper visited in steps at one store in one wave.
        """
        group = ", ".join((*KEYS, "version"))
        ((self.episodes, self.steps),) = self._reading.ask(
            f"select count(distinct ({group})), count(*) from compared where stepped"
        )
        if self.steps > self.episodes:
            # Rounded again: scores stay whole numbers of parts, whose sums are exact in any order.
            means = ", ".join(f"cast(round(avg({name})) as bigint) as {name}" for name in ("raw", "score"))
            self._reading.link.execute(
                "create or replace temp table compared as select * from compared where not stepped union all "
                f"select {group}, min(day) as day, true, {means} from compared where stepped group by {group}"
            )

    def _score(self, easier: EasinessColumns | None) -> str:
        """Return the SQL of the score in parts of the scale."""
        points = f"raw * {POINT_UNITS // 100}"
        if easier:
            points += f" - coalesce(cast(round({EASINESS} * {POINT_UNITS}) as bigint), 0)"
        return score_sql(self.scale, points)

    def _easiness(self, query: _SourceQuery) -> EasinessColumns | None:
        if query.node is None:
            return None
        leaves = items_needed(query.node)
        return easiness_sql(query.node, self._means(query, leaves)) if leaves else None

    def _means(self, query: _SourceQuery, leaves: Sequence[ItemTerm]) -> Means:
        """Return the means of items over all visits to be compared."""
        sums = [f"count({leaf.earned}), sum({leaf.earned})" for leaf in leaves]
        where, values = self._where(query, query.has_score)
        (row,) = self._reading.ask(f"select {', '.join(sums)} from {self._tables(query)} where {where}", values)
        return item_means(
            leaves, [(int(count), int(total or 0)) for count, total in zip(row[::2], row[1::2], strict=True)]
        )

    def _count_left_out(self, query: _SourceQuery) -> None:
        tables = self._tables(query, answered=False)
        where, values = self._where(query, f"{query.score} is null")
        rows = self._reading.ask(f"select {query.reason}, count(*) from {tables} where {where} group by 1", values)
        for code, count in rows:
            self.left_out[reason_of(code) or Reason.NOT_ASKED.value] += int(count)
        if not self._which.excluded and not self._which.names_states:
            self.left_out[EXCLUDED] += self._count(query, only=f"select number from gone where why = '{EXCLUDED}'")
        if self.counted_states is not None and not self._which.names_states:
            for state in set(VisitState) - {*self.counted_states, VisitState.EXCLUDED}:
                only = f"select number from gone where why = '{state.value}'"
                self.left_out[state.value] += self._count(query, only=only)
        if self._reading.has_incomplete:
            gone = "select number from gone where why = 'incomplete'"
            self.left_out[LEFT_OUT_INCOMPLETE] += self._count(query, only=gone)
            incomplete = f"{query.has_score} and visits.number in ({INCOMPLETE_NUMBERS})"
            self.incomplete = (self.incomplete or 0) + self._count(query, incomplete)

    def _count(self, query: _SourceQuery, extra_condition: str = "true", only: str = "") -> int:
        """Return how many visits of a source there are, by conditions as of ``_where``."""
        where, values = self._where(query, extra_condition, only)
        ((count,),) = self._reading.ask(
            f"select count(*) from {self._tables(query, answered=False)} where {where}", values
        )
        return int(count)

    def _where(self, query: _SourceQuery, extra_condition: str, only: str = "") -> tuple[str, tuple[Bound, ...]]:
        """Return the conditions on the visits of a source; ``only``: of those visits that would not count, these."""
        (counted, *conditions), values = conditions_of(self._which)
        if only:
            counted = f"visits.number in ({only})"
        where = " and ".join([counted, *conditions, "visits.scheme = ?", extra_condition])
        return where, (*values, query.source.scheme.ref)

    def _tables(self, query: _SourceQuery, *, answered: bool = True, keys: Sequence[str] = ()) -> str:
        """Return the tables of a source, and what is joined to them; ``keys``: also asked about."""
        tables = f"scores_{query.number} as visits"
        if answered:
            tables += f" left join answers_{query.number} as answered on answered.number = visits.number"
        if any(needs_stores(condition.key) for condition in self._which.conditions):
            tables += " left join stores on stores.store = visits.store"
        return tables + circumstances_join([*self._circumstance_keys, *keys], f"circumstances_{query.number}")

    @property
    def _circumstance_keys(self) -> list[str]:
        return [*self._adjust_for, *(condition.key for condition in self._which.conditions)]

    @property
    def _needs_circumstances(self) -> bool:
        return any(map(needs_circumstances, self._circumstance_keys))

    def unadjusted_circumstances(self) -> list[str]:
        """Return the circumstances that differ between the visits compared, and are not adjusted for.

        None where the snapshot does not hold them. Occasions and personas: where the checklist declares any, for other
        words have too many values.
        """
        checklists = [query.source.table.checklist for query in self._queries]
        keys = ["weekday", *(["hour-band"] if "hour" not in self._adjust_for else [])]
        keys += ["occasion"] if any(checklist.occasions for checklist in checklists) else []
        keys += ["persona"] if any(checklist.personas for checklist in checklists) else []
        keys = [key for key in keys if key not in self._adjust_for]
        if not keys or not all(self._reading.has_circumstances(checklist.ref) for checklist in checklists):
            return []
        ends = ", ".join(f"min({expression(key)}), max({expression(key)})" for key in keys)
        levels: dict[str, set[str | None]] = defaultdict(set)
        for query in self._queries:
            self._reading.view_circumstances(query.source.table.checklist.ref, f"circumstances_{query.number}")
            where, values = self._where(query, query.has_score)
            tables = self._tables(query, answered=False, keys=keys)
            (row,) = self._reading.ask(f"select {ends} from {tables} where {where}", values)
            for place, key in enumerate(keys):
                levels[key] |= set(row[2 * place : 2 * place + 2])
        return [key for key in keys if len(levels[key] - {None}) > 1]


@dataclass(frozen=True)
class SnapshotVisitTable(VisitTable):
    """The temporary table ``compared`` of the engine of ``reading``: sums are made there, whatever the number of
    visits.
    """

    reading: Local

    def rows(self) -> Columns:
        return self._columns("select store, shopper, wave, version, day, raw, score from compared")

    def groups(self, *by: str, shift: int = 0, part: TablePart | None = None) -> Columns:
        since = NO_DAY if part is None or part.since is None else max(part.since, NO_DAY + 1)
        expressions = {"part": "placed.part", "later": f"cast(compared.day >= {since:d} as integer)"}
        keys = ", ".join(f"{expressions.get(key, f'compared.{key}')} as {key}" for key in by)
        source = "compared" + (" join placed using (store)" if part else "")
        where = "where shopper >= 0" if "shopper" in by else ""
        with self._placed(part):
            return self._columns(
                f"select {keys}, count(*) as n, cast(sum(score - ?) as bigint) as total, "
                f"cast(sum(raw) as bigint) as raw from {source} {where} group by all",
                shift,
            )

    def with_shoppers(self, order: NDArray[np.intp]) -> SnapshotVisitTable:
        return replace(self, keys={**self.keys, "shopper": self.keys["shopper"].reordered(order)})

    def score_sum(self) -> int:
        return int(self.reading.ask("select sum(score) from compared")[0][0])

    def square_sum(self, shift: int) -> int:
        squares = "select sum(cast(score - ? as hugeint) * (score - ?)) from compared"
        return int(self.reading.ask(squares, (shift, shift))[0][0])

    def median_days(self) -> Columns:
        # quantile_disc takes the lower of two days in the middle, as plain columns do; median would take their mean.
        return self._columns("select wave, quantile_disc(day, 0.5) as day from compared group by wave")

    @contextmanager
    def _placed(self, part: TablePart | None) -> Iterator[None]:
        """Keep the table ``placed`` while the block runs: of each store's code, the part it is in."""
        if part is None:
            yield
            return
        codes = np.flatnonzero(self.keys["store"].places[1:] >= 0)
        self.reading.ask(
            "create or replace temp table placed as "
            "select unnest(cast(? as integer[])) as store, unnest(cast(? as integer[])) as part",
            (codes.tolist(), part.of_store.tolist()),
        )
        try:
            yield
        finally:
            self.reading.link.execute("drop table placed")

    def _columns(self, sql: str, *values: int) -> Columns:
        """Return the columns SQL returns of the table, which must hold nothing null; codes of keys as places."""
        with translate_errors(self.reading.folder):
            fetched = self.reading.link.execute(sql, values).fetchnumpy()
        arrays = {name: np.ma.getdata(column) for name, column in fetched.items()}
        return {name: self.keys[name].of(array) if name in self.keys else array for name, array in arrays.items()}


@contextmanager
def visit_table(reading: Local, selection: Selection) -> Iterator[SnapshotVisitTable]:
    """Keep the table of a selection while the block runs; one at a time.

    ``BadInput`` where the question is wrong, ``NotEstimable`` where no visit has such a score.
    """
    sources = score_sources(reading, selection)
    nodes = [points_mean(source) for source in sources]
    scale = make_scale(selection.scale, [node for node, source in zip(nodes, sources, strict=True) if source.column])
    builder = VisitTableBuilder(reading, selection, scale)
    try:
        builder.build(sources, [node if selection.adjusted else None for node in nodes])
        used = [int(number) for (number,) in reading.ask(_USED_SOURCES)]
        if not used:
            raise _no_visits_error(reading, selection.visit_filter)
        adjusted = selection.adjusted and all(nodes[number] for number in used)
        facts = _compared_data(selection, builder, [sources[number] for number in used], adjusted=adjusted)
        yield _snapshot_table(reading, selection, facts, sources)
    finally:
        builder.drop()


_USED_SOURCES = "select distinct source from versions where code in (select version from compared) order by source"


def _versions_sql(settings: int) -> str:
    """Return SQL of each version: source, scenario, whether acted, whether it has visits, its circumstances."""
    names = [f"known_setting_{place}" for place in range(settings)]
    levels = "".join(f", {name}.level" for name in names)
    joins = " ".join(f"left join {name} on {name}.code = versions.{name.removeprefix('known_')}" for name in names)
    return (
        "select source, known_scenario.level, was_acted, versions.code in (select version from compared)"
        f"{levels} from versions left join known_scenario on known_scenario.code = versions.scenario {joins} "
        "order by versions.code"
    )


def _snapshot_table(
    reading: Local, selection: Selection, facts: ComparedData, sources: Sequence[ScoreSource]
) -> SnapshotVisitTable:
    keys = {name: _coded_key(reading, name) for name in KEYS}
    stores = [str(store) for store in keys["store"].levels]
    store_factors, unit_factor = _store_factors(reading, selection, stores)
    versions = tuple(
        Version(
            sources[number].table.checklist.ref,
            sources[number].scheme.ref,
            scenario,
            acted=acted,
            circumstances=tuple(zip(selection.adjust_for, levels, strict=True)),
        )
        if used
        else None
        for number, scenario, acted, used, *levels in reading.ask(_versions_sql(len(selection.adjust_for)))
    )
    table = SnapshotVisitTable(
        facts=facts,
        keys=keys,
        versions=versions,
        store_factors=store_factors,
        unit_factor=unit_factor,
        acted=bool(selection.action),
        reading=reading,
    )
    return table.with_shoppers(nameless_order(table))


def _coded_key(reading: Local, name: str) -> CodedKey:
    levels = dict(reading.ask(f"select code, level from known_{name}"))
    codes = sorted(code for (code,) in reading.ask(f"select distinct {name} from compared"))
    kept = [code for code in codes if code >= 0]
    places = np.full(len(levels) + 1, -1, np.int32)
    places[np.array(kept, np.int64) + 1] = np.arange(len(kept))
    named: list[str | None] = [levels[code] for code in kept]
    # Shoppers who are not known are nobody, not one person: they get no level.
    if name != "shopper" and codes[:1] == [-1]:
        places[0] = len(kept)
        named.append(None)
    return CodedKey(tuple(named), places)


def _store_factors(
    reading: Local, selection: Selection, stores: Sequence[str]
) -> tuple[tuple[Factor, ...], Factor | None]:
    """Return the pool, and what is compared, as factors of the stores.

    The pool is as asked, else the first of pool and region that is known of any store.
    """
    attributes_by_store = store_attributes(reading)
    values = {key: [attributes_by_store.get(store, {}).get(key) for store in stores] for key in STORE_KEYS}
    return factors_of_stores(values, selection.unit, selection.pool)


def _compared_data(
    selection: Selection, builder: VisitTableBuilder, sources: Sequence[ScoreSource], *, adjusted: bool
) -> ComparedData:
    visits, strangers = builder.counts()
    last = sources[-1]
    measure = last.scheme.measure[last.column.measure] if last.column else None
    assert measure  # noqa: S101 (only sources with a column have visits)
    notes: list[Message] = []
    if builder.steps > builder.episodes:
        notes.append(message(
            "Visits of one episode count as one, with their mean: {steps} visits, {episodes} episodes.",
            steps=builder.steps, episodes=builder.episodes,
        ))  # fmt: skip
    if selection.adjusted and not adjusted:
        notes.append(NO_CASE_MIX)
    if 0 < strangers < visits:
        notes.append(unknown_shoppers_note(strangers))
    notes += circumstances_note(selection.adjust_for, builder.unadjusted_circumstances())
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
        left_out={reason: count for reason, count in sorted(builder.left_out.items()) if count},
        incomplete=builder.incomplete,
        counted=tuple(state.value for state in builder.counted_states or ()),
        scale=builder.scale,
        adjusted=adjusted,
        notes=tuple(notes),
        adjusted_for=selection.adjust_for,
    )


def _no_visits_error(reading: Local, visit_filter: Filter) -> CemauditError:
    """Return why there is nothing to compare."""
    wave_conditions = [condition for condition in visit_filter.conditions if condition.key == "wave"]
    if wave_conditions:
        waves = [wave for (wave,) in reading.ask("select level from known_wave order by level")]
        unknown = [wave for condition in wave_conditions for wave in condition.values if wave not in {"", *waves}]
        if unknown:
            hint = message("known here: {names}", names=", ".join(waves) or "-")
            return BadInput(Problem(message("there are no visits of wave {wave}", wave=", ".join(unknown)), hint=hint))
    return NotEstimable(message("none of these visits has a score to compare"), "none")


def paired_sums(reading: Reading, selection: Selection, second: Selection) -> Sums:
    """Return, of each store (I, 6), the visits in which both scores are known: their number, Σa, Σb, Σa², Σb², Σab."""
    sums_by_store: dict[str, Sums] = defaultdict(lambda: np.zeros(6))
    for source, partner in zip(score_sources(reading, selection), score_sources(reading, second), strict=True):
        if not (source.columns and partner.columns):
            continue
        a, b = (f"cast({one.score_sql} as hugeint)" for one in (source, partner))
        conditions, values = conditions_of(selection.ledger_query.in_sql)
        kept = " and ".join([*conditions, f"{a} is not null", f"{b} is not null", "visits.scheme = ?"])
        # Whole hundredths: exact sums, in whatever order threads add them up.
        sums = ", ".join(("count(*)", *(f"sum({term})" for term in (a, b, f"{a} * {a}", f"{b} * {b}", f"{a} * {b}"))))
        text = (
            f"select visits.store, {sums} from visits {joined_tables(selection.ledger_query.in_sql)} "
            f"where {kept} group by visits.store order by visits.store"
        )
        for store, *row in reading.rows(source.table, SqlStatement(text, (*values, source.scheme.ref))):
            sums_by_store[store] += np.array(row, np.float64)
    return np.array(list(sums_by_store.values())).reshape(-1, 6) / [1, 1e2, 1e2, 1e4, 1e4, 1e4]


def store_attributes(reading: Reading) -> dict[str, dict[str, str | None]]:
    """Return what is known of each store, by its id."""
    rows = reading.ask(f"select store, {', '.join(STORE_COLUMNS)} from stores")
    return {row[0]: dict(zip(STORE_COLUMNS, row[1:], strict=True)) for row in rows}
