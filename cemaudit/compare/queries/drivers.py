"""The visits of a study of drivers: a table in the engine, and the counts and sums that are made of it there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cemaudit.compare.drivers.data import OUTCOME, PARTS, DriverProducts, StoreMeans, StudySize, StudyTable, ThirdCounts
from cemaudit.compare.drivers.experience import ExperienceTotals
from cemaudit.compare.queries.driver_columns import experience_columns
from cemaudit.ledger.query.measured import facets_of_touchpoint
from cemaudit.ledger.query.question import LedgerQuery, is_asked
from cemaudit.ledger.query.reading import Local, ScoreTable
from cemaudit.ledger.query.statement import Filter, conditions_of
from cemaudit.ledger.snapshot.names import quoted
from cemaudit.ledger.snapshot.parquet import translate_errors

__all__ = [
    "STUDY_TABLE",
    "DriverSource",
    "SnapshotStudyTable",
    "centring_sql",
    "cross_products_by_store",
    "experience_totals",
    "make_study_table",
    "means_by_promotion",
    "person_sums",
    "promoter_counts",
]

Numbers = NDArray[np.float64]


class DriverSource(NamedTuple):
    """A table of scores, with the SQL of each column it has."""

    table: ScoreTable
    columns: Mapping[str, str]


STUDY_TABLE = "driver_visits"

THIRDS_TABLE = "driver_thirds"
"""The table of visits with a column for each driver being low and being high."""

_CENTRED = "driver_centred"
_PAIRS_AT_ONCE = 300
_LARGEST = 2**62


@dataclass(frozen=True)
class SnapshotStudyTable(StudyTable):
    """The table ``STUDY_TABLE`` of the engine of ``reading``."""

    reading: Local

    def size(self) -> StudySize:
        (row,) = self.reading.ask(
            f"with shoppers as (select version, shopper, count(*) as n from {STUDY_TABLE} group by version, shopper) "
            f"select count(*), count(distinct store), count(distinct shopper), count(*) - count(shopper), "
            f"(select coalesce(sum(n), 0) from shoppers where n = 1), (select count(*) from shoppers where n > 1) "
            f"from {STUDY_TABLE}"
        )
        return StudySize(*map(int, row))

    def means(self, names: Sequence[str]) -> StoreMeans:
        sums = [f"cast(sum({quoted(name)}) as double)" for name in names]
        counts = [f"count({quoted(name)})" for name in names]
        arrays = _arrays(self.reading, [*counts, *sums], STUDY_TABLE)
        return StoreMeans(arrays[:, : len(names)], arrays[:, len(names) :] / 100)

    def products(self, names: Sequence[str], *, by_shopper: bool) -> DriverProducts:
        return cross_products_by_store(self.reading, names, by_shopper=by_shopper)

    def count_thirds(self, names: Sequence[str]) -> dict[str, ThirdCounts]:
        limits = _ranges(self.reading, names)
        tests = [test for name in names for test in (*_third_conditions(name, *limits[name]), f"{name} is not null")]
        counts = [f"count(case when {test} then 1 end)" for test in tests]
        (row,) = self.reading.ask(f"select {', '.join(counts)} from {STUDY_TABLE}")
        thirds = {}
        for index, name in enumerate(names):
            low, high, answered = map(int, row[3 * index : 3 * index + 3])
            thirds[name] = ThirdCounts(low, answered - low - high, high)
        return thirds

    def third_products(self, names: Sequence[str], *, by_shopper: bool) -> DriverProducts:
        limits = _ranges(self.reading, names)
        columns = {
            f"{kind}_{name}": f"case when {name} is null then null when {test} then 100 else 0 end"
            for name in names
            for kind, test in zip(("low", "high"), _third_conditions(name, *limits[name]), strict=True)
        }
        expressions = ", ".join(f"{sql} as {name}" for name, sql in columns.items())
        self.reading.ask(
            f"create or replace temp table {THIRDS_TABLE} as "
            f"select store, shopper, version, {OUTCOME}, {expressions} from {STUDY_TABLE}"
        )
        return cross_products_by_store(self.reading, [OUTCOME, *columns], by_shopper=by_shopper, frame=THIRDS_TABLE)


def make_study_table(reading: Local, sources: Sequence[DriverSource], visit_filter: Filter) -> SnapshotStudyTable:
    """Put the visits in which the outcome is known into the table ``STUDY_TABLE``, and return it."""
    names = list(dict.fromkeys(name for source in sources for name in source.columns))
    conditions, values = conditions_of(visit_filter)
    joins = [
        reading.joins(source.table.checklist.ref, visit_filter, f"driver_circumstances_{number}")
        for number, source in enumerate(sources)
    ]
    selects = [
        _selected(reading, number, source, names, f"{joins[number]} where {' and '.join(conditions)}")
        for number, source in enumerate(sources)
    ]
    reading.ask(f"create or replace temp table {STUDY_TABLE} as {' union all '.join(selects)}", values * len(selects))
    return SnapshotStudyTable(reading)


def _selected(reading: Local, number: int, source: DriverSource, names: Sequence[str], joined_where: str) -> str:
    scored, answered = f"driver_scores_{number}", f"driver_answers_{number}"
    reading.view(scored, source.table.parts)
    reading.view(answered, reading.answers(source.table.checklist.ref).parts)
    columns = ", ".join(f"cast({source.columns.get(name, 'null')} as bigint) as {quoted(name)}" for name in names)
    known_sql = f"{source.columns[OUTCOME]} is not null"
    return (
        f"select visits.store, answered.shopper, {number} as version, {columns} from {scored} as visits "
        f"join {answered} as answered on answered.number = visits.number "
        f"{joined_where} and {known_sql}"
    )


def cross_products_by_store(
    reading: Local, names: Sequence[str], *, by_shopper: bool, frame: str = STUDY_TABLE
) -> DriverProducts:
    """Return the products of columns of plain names, centred by shopper or, else, as a whole; both within versions."""
    within = ("version", "shopper") if by_shopper else ("version",)
    # In order of stores: groups are found faster.
    centred = f"select * from ({centring_sql(frame, names, within)}) order by store"
    reading.ask(f"create or replace temp table {_CENTRED} as {centred}")
    largest = ", ".join(f"coalesce(max(abs({name})), 0)" for name in names)
    (row,) = reading.ask(f"select {largest} from {_CENTRED}")
    # 128 bits only where products could leave 64, for they are slower.
    product = "cast({} as hugeint) * {}" if int(max(row)) ** 2 > _LARGEST else "{} * {}"
    rows, columns = np.triu_indices(len(names))
    places = zip(rows.tolist(), columns.tolist(), strict=True)
    pairs = [product.format(names[row], names[column]) for row, column in places]
    counts, sums = [], []
    for start in range(0, len(pairs), _PAIRS_AT_ONCE):
        pair_block = pairs[start : start + _PAIRS_AT_ONCE]
        expressions = [
            *(f"count({pair})" for pair in pair_block),
            *(f"cast(sum({pair}) as double)" for pair in pair_block),
        ]
        arrays = _arrays(reading, expressions, _CENTRED)
        counts.append(arrays[:, : len(pair_block)])
        sums.append(arrays[:, len(pair_block) :] / PARTS**2)
    reading.ask(f"drop table {_CENTRED}")
    return DriverProducts(tuple(names), np.hstack(counts), np.hstack(sums))


def _arrays(reading: Local, expressions: Sequence[str], table: str) -> Numbers:
    """Return expressions over each store's rows, as floats: (stores, expressions); 0 for null."""
    listed = ", ".join(f"{expression} as c{number}" for number, expression in enumerate(expressions))
    with translate_errors(reading.folder):
        sql = f"select {listed} from {table} group by store order by store"
        columns: dict[str, Any] = reading.link.execute(sql).fetchnumpy()
    # Null (no row of the store has a value) comes as a masked array.
    return np.column_stack([np.ma.filled(np.ma.asarray(expression, np.float64), 0) for expression in columns.values()])


def centring_sql(frame: str, names: Sequence[str], within: Sequence[str]) -> str:
    """Return the SQL of ``centred``: the store of each row of ``frame``, and its columns (hundredths) in ``PARTS``."""
    keys = ", ".join(within)
    # An exact sum, divided once: what numpy does with the same visits in columns, to the last bit.
    means = ", ".join(
        f"cast(sum({quoted(name)}) as double) / count({quoted(name)}) as {quoted(name)}" for name in names
    )
    counts = ", ".join(f"count({quoted(name)}) as {quoted('n:' + name)}" for name in names)
    # Rounded to whole parts, so that sums of products are exact in any order. A value alone in its group has no
    # difference from its mean.
    deviations = ", ".join(
        f"case when means.{quoted('n:' + name)} > 1 "
        f"then cast(round({PARTS // 100} * ({frame}.{quoted(name)} - means.{quoted(name)})) as bigint) end "
        f"as {quoted(name)}"
        for name in names
    )
    same = " and ".join(f"{frame}.{key} is not distinct from means.{key}" for key in within)
    return (
        f"select {frame}.store, {deviations} from {frame} "
        f"join (select {keys}, {means}, {counts} from {frame} group by {keys}) as means on {same}"
    )


def _ranges(reading: Local, names: Sequence[str]) -> Mapping[str, tuple[int, int]]:
    range_expressions = ", ".join(f"coalesce(min({name}), 0), coalesce(max({name}), 0)" for name in names)
    (row,) = reading.ask(f"select {range_expressions} from {STUDY_TABLE}")
    return {name: (int(row[2 * index]), int(row[2 * index + 1])) for index, name in enumerate(names)}


def _third_conditions(name: str, least: int, most: int) -> tuple[str, str]:
    """Return the SQL of whether a column is in the lowest third of its range, and whether in the highest."""
    return f"3 * ({name} - {least}) < {most - least}", f"3 * ({most} - {name}) < {most - least}"


def experience_totals(reading: Local, tables: Sequence[ScoreTable], visit_filter: Filter) -> Iterator[ExperienceTotals]:
    """Yield, of each touchpoint meant, the visits and the sums of performance, emotion and experience."""
    question = LedgerQuery(which=visit_filter)
    where, values = conditions_of(question.in_sql)
    for table in tables:
        facets = {name: facets_of_touchpoint(touchpoint) for name, touchpoint in table.checklist.touchpoint.items()}
        triples = [triple for triple in experience_columns(table) if is_asked(question, facets.get(triple.name, {}))]
        if not triples:
            continue
        reading.view("visits", table.parts)
        expressions = []
        for triple in triples:
            columns = (triple.performance, triple.emotion, triple.experience)
            all_known = " and ".join(f"{column} is not null" for column in columns)
            expressions.append(f"count(case when {all_known} then 1 end)")
            expressions += [f"sum(case when {all_known} then cast({column} as bigint) end)" for column in columns]
        sql = f"select {', '.join(expressions)} from visits {reading.joins(table.checklist.ref, question.in_sql)}"
        (row,) = reading.ask(f"{sql} where {' and '.join(where)}", values)
        numbers = [int(number or 0) for number in row]
        for index, triple in enumerate(triples):
            yield ExperienceTotals(triple.name, triple.scale, tuple(numbers[4 * index : 4 * index + 4]))


_PROMOTES, _DETRACTS = f"{OUTCOME} >= 900", f"{OUTCOME} <= 600"


def promoter_counts(reading: Local) -> tuple[int, int, int]:
    """Return how many visits of a study promote (9 and 10), how many detract (0 to 6), and how many there are."""
    ((promoting, detracting, answers),) = reading.ask(
        f"select count(case when {_PROMOTES} then 1 end), count(case when {_DETRACTS} then 1 end), count({OUTCOME}) "
        f"from {STUDY_TABLE}"
    )
    return int(promoting), int(detracting), int(answers)


def person_sums(reading: Local, driver: str, *, by_shopper: bool) -> list[tuple[int, ...]]:
    """Return, of each shopper (or of all as one), the visits in which a driver is known, Σa, Σb, Σa², Σb², Σab.

    a is the outcome, b the driver, in hundredths.
    """
    score, within = quoted(driver), "shopper" if by_shopper else "true"
    pairs = (OUTCOME, OUTCOME), (score, score), (OUTCOME, score)
    terms = ", ".join(f"sum(cast({first} as hugeint) * {second})" for first, second in pairs)
    persons = reading.ask(
        f"select count(*), sum({OUTCOME}), sum({score}), {terms} from {STUDY_TABLE} where {score} is not null "
        f"group by {within}"
    )
    return [tuple(map(int, person)) for person in persons]


def means_by_promotion(reading: Local, driver: str) -> tuple[float | None, float | None]:
    """Return a driver's mean, in hundredths, in visits that promote and in those that detract."""
    score = quoted(driver)
    ((promoting, detracting),) = reading.ask(
        f"select (select avg({score}) from {STUDY_TABLE} where {_PROMOTES}), "
        f"(select avg({score}) from {STUDY_TABLE} where {_DETRACTS})"
    )
    return promoting, detracting
