"""The counts of items: answers, points, recommendations, and how the points of items go together."""

from __future__ import annotations

from collections.abc import Iterator

from cemaudit.compare.drivers.data import DriverProducts
from cemaudit.compare.item_analysis import SHARE_UNITS, ItemCounts
from cemaudit.compare.queries.driver_columns import item_columns
from cemaudit.compare.queries.drivers import cross_products_by_store
from cemaudit.compare.rater_agreement import MOST_ITEMS
from cemaudit.ledger.query.keys import of_scores_only, refuse_keys
from cemaudit.ledger.query.measured import facets_of_item
from cemaudit.ledger.query.question import LedgerQuery, is_asked
from cemaudit.ledger.query.reading import Local, Reading
from cemaudit.ledger.query.statement import conditions_of
from cemaudit.ledger.snapshot.answer_columns import fails_sql, points_units
from cemaudit.ledger.snapshot.names import ColumnNames, code_of, quoted
from cemaudit.model import Checklist, Reason
from cemaudit.model.answers import Nps

__all__ = ["count_items", "item_products", "nps_counts"]

_NOT_ASKED = f"{code_of(Reason.NOT_RELEVANT.value)}, {code_of(Reason.NOT_ASKED.value)}"

_COUNT_COLUMNS = (
    f"count(case when state is null or state not in ({_NOT_ASKED}) then 1 end), count(*) - count(state), "
    f"count(case when state = {code_of(Reason.NOT_APPLICABLE.value)} then 1 end)"
)


def count_items(reading: Reading, ref: str, question: LedgerQuery, least: int) -> Iterator[ItemCounts]:
    """Yield the counts of the items asked about; ``least``: answers of a shopper that are looked at."""
    refuse_keys((), question.which.conditions, of_scores_only)
    checklist = reading.checklist(ref)
    table = _ItemSql(checklist)
    where, values = conditions_of(question.in_sql)
    reading.view("visits", reading.answers(ref).parts)
    source = f"visits {reading.joins(ref, question.in_sql)} where {' and '.join(where)}"
    for name in checklist.items:
        if is_asked(question, facets_of_item(checklist, name)):
            (row,) = reading.ask(table.counts(name, source), values)
            numbers = list(map(int, (count or 0 for count in row)))
            if table.has_points(name):
                (shopper_counts,) = reading.ask(table.by_shopper(name, source, least), values)
                numbers += map(int, (count or 0 for count in shopper_counts))
            yield ItemCounts(name, checklist.items[name].ask, *numbers)


class _ItemSql:
    """The SQL of a checklist's items over the table ``visits`` of answers."""

    def __init__(self, checklist: Checklist) -> None:
        self.checklist, self.names = checklist, ColumnNames(checklist)
        self.units = points_units(checklist)

    def has_points(self, name: str) -> bool:
        """Return whether the item can earn points."""
        return bool(self.checklist.items[name].possible) and name in self.units

    def counts(self, name: str, source: str) -> str:
        """Return the query of the visits in which it was asked, answers, not applicable; with points the rest, too."""
        state = self._column("state", name)
        if not self.has_points(name):
            return f"select {_COUNT_COLUMNS} from (select {state} as state from {source})"
        columns = {"state": state, "x": self._share(name), "fails": self._fails_sql(name), "r": self._rest_score(name)}
        listed = "select " + ", ".join(f"{sql} as {column}" for column, sql in columns.items())
        # All from one pass over the answers; x is whole, so that the sums are exact.
        sums = "count(x), sum(x), sum(x * x)"
        sums += f", count(case when fails then 1 end), count(case when x >= {SHARE_UNITS} then 1 end)"
        both = ", ".join(f"sum(case when r is not null then {expression} end)" for expression in ("x", "x * x"))
        rest = ", ".join(
            f"sum(case when x is not null then {expression} end)" for expression in ("r", "r * r", "x * r")
        )
        return f"select {_COUNT_COLUMNS}, {sums}, count(x + r), {both}, {rest} from ({listed} from {source})"

    def by_shopper(self, name: str, source: str, least: int) -> str:
        """Return the query of the shoppers with enough answers, and of those whose answers are all worth the same."""
        points = self._column("points", name)
        by_shopper_sql = f"select count({points}) as n, min({points}) = max({points}) as alike from {source} "
        by_shopper_sql += "and visits.shopper is not null group by visits.shopper"
        return f"select count(*), count(case when alike then 1 end) from ({by_shopper_sql}) where n >= {least}"

    def _column(self, kind: str, name: str) -> str:
        return f"visits.{quoted(self.names.item(kind, name))}"

    def _share(self, name: str) -> str:
        return f"cast(round({SHARE_UNITS} * {self._earned(name)} / {self._possible(name)!r}) as bigint)"

    def _earned(self, name: str) -> str:
        """Return the SQL of points, as a number."""
        return f"({self._column('points', name)} / {float(self.units[name])!r})"

    def _possible(self, name: str) -> float:
        return float(self.checklist.items[name].possible or 0)

    def _fails_sql(self, name: str) -> str:
        return fails_sql(self.checklist.items[name], self._column("points", name), self.units[name])

    def _rest_score(self, name: str) -> str:
        """Return the SQL of the share of points of the other items, weighted as they are possible."""
        others = [item for item in self.checklist.items if item != name and self.has_points(item)]
        if not others:
            return "cast(null as bigint)"
        earned = " + ".join(f"coalesce({self._earned(item)}, 0)" for item in others)
        possible = " + ".join(
            f"case when {self._column('points', item)} is null then 0 else {self._possible(item)!r} end"
            for item in others
        )
        return f"cast(round({SHARE_UNITS} * ({earned}) / nullif({possible}, 0)) as bigint)"


_FRAME = "item_shares"


def item_products(reading: Local, ref: str, question: LedgerQuery) -> DriverProducts | None:
    """Return the products of the centred shares of points of the items asked about, of a version of a checklist.

    ``None`` below two items, or above ``MOST_ITEMS``.
    """
    columns = [column for column in item_columns(reading.checklist(ref)) if is_asked(question, column.facets)]
    if not 1 < len(columns) <= MOST_ITEMS:
        return None
    names = [f"i{number}" for number in range(len(columns))]
    listed = ", ".join(f"{column.sql} as {name}" for column, name in zip(columns, names, strict=True))
    where, values = conditions_of(question.in_sql)
    reading.view("answered", reading.answers(ref).parts)
    reading.ask(
        f"create or replace temp table {_FRAME} as select visits.store, 0 as version, {listed} from answered "
        f"join answered as visits on visits.number = answered.number "
        f"{reading.joins(ref, question.in_sql)} where {' and '.join(where)}",
        values,
    )
    return cross_products_by_store(reading, names, by_shopper=False, frame=_FRAME)


def nps_counts(reading: Reading, ref: str, question: LedgerQuery) -> Iterator[tuple[str, tuple[int, int, int]]]:
    """Yield each item of type ``nps`` that is asked about, with how many promote, detract, and answered."""
    checklist = reading.checklist(ref)
    where, values = conditions_of(question.in_sql)
    for name, item in checklist.items.items():
        if isinstance(item.answer, Nps) and is_asked(question, facets_of_item(checklist, name)):
            reading.view("visits", reading.answers(ref).parts)
            answer = f"visits.{quoted(ColumnNames(checklist).item('answer', name))}"
            ((promoting, detracting, answers),) = reading.ask(
                f"select count(case when {answer} >= 9 then 1 end), count(case when {answer} <= 6 then 1 end), "
                f"count({answer}) from visits {reading.joins(ref, question.in_sql)} "
                f"where {' and '.join(where)}",
                values,
            )
            yield name, (promoting, detracting, answers)
