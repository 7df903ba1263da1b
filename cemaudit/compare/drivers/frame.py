"""The visits of a study as one table: store, shopper, outcome and drivers, in hundredths of a point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cemaudit.compare.drivers.centring import PARTS, centred_sql
from cemaudit.compare.drivers.products import Products
from cemaudit.ledger.query.reading import Local, Scores
from cemaudit.ledger.query.statement import Filter, conditions_of
from cemaudit.ledger.snapshot.names import quoted
from cemaudit.ledger.snapshot.parquet import reading_of

__all__ = ["FRAME", "OUTCOME", "Facts", "Means", "Source", "facts_of", "make_frame", "means_of", "products_of"]

FRAME = "driver_visits"
OUTCOME = "outcome"
"""What the column of the outcome is called."""

_CENTRED = "driver_centred"
_PAIRS_AT_ONCE = 300
_LARGEST = 2**62
Numbers = NDArray[np.float64]


class Source(NamedTuple):
    """A table of scores, with the SQL of each column it has."""

    table: Scores
    columns: Mapping[str, str]


class Facts(NamedTuple):
    """How many there are; ``unknown``: visits whose shopper is not known, ``single``: whose shopper made no other.

    ``groups``: of visits by the same shopper, of a version of the checklist, that are more than one.
    """

    visits: int
    stores: int
    shoppers: int
    unknown: int
    single: int
    groups: int


class Means(NamedTuple):
    """Of I stores and p columns: visits in which each is known, and the sums there, in points: (I, p)."""

    counts: Numbers
    sums: Numbers

    def mean(self, drawn: Numbers | None = None) -> Numbers:
        """(p) of all, or (B, p) of the stores drawn; NaN where nothing is known."""
        counts = self.counts.sum(axis=0) if drawn is None else drawn @ self.counts
        sums = self.sums.sum(axis=0) if drawn is None else drawn @ self.sums
        return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def make_frame(reading: Local, sources: Sequence[Source], which: Filter) -> None:
    """Put the visits in which the outcome is known into the table ``FRAME``."""
    names = list(dict.fromkeys(name for source in sources for name in source.columns))
    conditions, values = conditions_of(which)
    parts = [_selected(reading, number, source, names, conditions) for number, source in enumerate(sources)]
    reading.ask(f"create or replace temp table {FRAME} as {' union all '.join(parts)}", values * len(parts))


def _selected(reading: Local, number: int, source: Source, names: Sequence[str], conditions: Sequence[str]) -> str:
    scored, answered = f"driver_scores_{number}", f"driver_answers_{number}"
    reading.view(scored, source.table.parts)
    reading.view(answered, reading.answers(source.table.checklist.ref).parts)
    columns = ", ".join(f"cast({source.columns.get(name, 'null')} as bigint) as {quoted(name)}" for name in names)
    known = f"{source.columns[OUTCOME]} is not null"
    return (
        f"select visits.store, answered.shopper, {number} as version, {columns} from {scored} as visits "
        f"join {answered} as answered on answered.number = visits.number "
        f"left join stores on stores.store = visits.store where {' and '.join([*conditions, known])}"
    )


def facts_of(reading: Local) -> Facts:
    """How many visits, stores and shoppers the table has."""
    (row,) = reading.ask(
        f"with shoppers as (select version, shopper, count(*) as n from {FRAME} group by version, shopper) "
        f"select count(*), count(distinct store), count(distinct shopper), count(*) - count(shopper), "
        f"(select coalesce(sum(n), 0) from shoppers where n = 1), (select count(*) from shoppers where n > 1) "
        f"from {FRAME}"
    )
    return Facts(*map(int, row))


def means_of(reading: Local, names: Sequence[str]) -> Means:
    """Visits and sums of columns, store by store."""
    sums = [f"cast(sum({quoted(name)}) as double)" for name in names]
    counts = [f"count({quoted(name)})" for name in names]
    found = _arrays(reading, [*counts, *sums], FRAME)
    return Means(found[:, : len(names)], found[:, len(names) :] / 100)


def products_of(reading: Local, names: Sequence[str], *, by_shopper: bool, frame: str = FRAME) -> Products:
    """The products of columns of plain names, centred by shopper or, else, as a whole; both within versions."""
    within = ("version", "shopper") if by_shopper else ("version",)
    centred = f"select * from ({centred_sql(frame, names, within)}) order by store"  # in order, groups are found faster
    reading.ask(f"create or replace temp table {_CENTRED} as {centred}")
    product = "cast({} as hugeint) * {}" if _is_large(reading, names) else "{} * {}"
    rows, columns = np.triu_indices(len(names))
    places = zip(rows.tolist(), columns.tolist(), strict=True)
    pairs = [product.format(names[row], names[column]) for row, column in places]
    counts, sums = [], []
    for start in range(0, len(pairs), _PAIRS_AT_ONCE):
        some = pairs[start : start + _PAIRS_AT_ONCE]
        asked = [*(f"count({pair})" for pair in some), *(f"cast(sum({pair}) as double)" for pair in some)]
        found = _arrays(reading, asked, _CENTRED)
        counts.append(found[:, : len(some)])
        sums.append(found[:, len(some) :] / PARTS**2)
    reading.ask(f"drop table {_CENTRED}")
    return Products(tuple(names), np.hstack(counts), np.hstack(sums))


def _is_large(reading: Local, names: Sequence[str]) -> bool:
    """Whether products could leave 64 bits."""
    asked = ", ".join(f"coalesce(max(abs({name})), 0)" for name in names)
    (row,) = reading.ask(f"select {asked} from {_CENTRED}")
    return int(max(row)) ** 2 > _LARGEST


def _arrays(reading: Local, expressions: Sequence[str], table: str) -> Numbers:
    """Expressions over each store's rows, as floats: (stores, expressions); 0 for null."""
    listed = ", ".join(f"{one} as c{number}" for number, one in enumerate(expressions))
    with reading_of(reading.folder):
        sql = f"select {listed} from {table} group by store order by store"
        found: dict[str, Any] = reading.link.execute(sql).fetchnumpy()
    return np.column_stack([np.ma.filled(np.ma.asarray(one, np.float64), 0) for one in found.values()])
