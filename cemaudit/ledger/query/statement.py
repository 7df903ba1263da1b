"""The one form of SQL that every engine is asked: ``GROUP BY`` some keys, returning whole numbers.

Tables: ``visits`` (one row a visit, answers or scores), ``stores``, ``circumstances`` (of visits), ``gone`` (visits
that do not count). Values are always bound, never pasted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from cemaudit.ledger.query.keys import (
    COMPLETE,
    INCOMPLETE_NUMBERS,
    STATE,
    STATE_NUMBERS,
    Condition,
    bound,
    expression,
    months,
    needs_circumstances,
    needs_stores,
)
from cemaudit.ledger.snapshot.names import quoted
from cemaudit.ledger.states import VisitState

__all__ = [
    "CIRCUMSTANCES_JOIN", "DEVIATION", "EVERYTHING", "EXTREMES", "MEAN", "STORES_JOIN", "Filter", "SqlStatement",
    "circumstances_join", "conditions_of", "counted", "histogram", "joined_tables", "listed", "sums", "tallied",
]  # fmt: skip

MEAN, DEVIATION, EXTREMES = 2, 3, 5
"""How many numbers of a tally it takes to know that much."""

Bound = str | dt.date


class SqlStatement(NamedTuple):
    """SQL with a ``?`` for each of its values."""

    text: str
    values: tuple[Bound, ...]


LeftOut = Literal["", "incomplete", "received", "accepted", "returned", "contested", "excluded"]
"""Why visits do not count: they are incomplete, or of a state that does not; empty where that is not asked."""


class Filter(NamedTuple):
    """Which visits are asked about: those of all ``conditions``, of days from ``since`` to ``until``.

    A condition on ``state`` asks for visits of these states whether or not they count. ``excluded``: those that
    headquarters excluded, too. ``left_out``: instead of those that count, the ones that do not for this reason
    (``incomplete``, or a state).
    """

    conditions: tuple[Condition, ...] = ()
    since: dt.date | None = None
    until: dt.date | None = None
    excluded: bool = False
    left_out: LeftOut = ""

    @property
    def names_states(self) -> bool:
        """Whether a condition says of which states the visits are."""
        return any(condition.key == STATE for condition in self.conditions)


EVERYTHING = Filter()
"""All visits that count."""


def tallied(keys: Sequence[str], columns: Sequence[str], which: Filter, numbers: int = DEVIATION) -> SqlStatement:
    """For each group: its keys, its visits, then for each column so many ``numbers`` (see ``sums``)."""
    asked = [one for column in columns for one in sums(column, numbers)]
    return _grouped(keys, asked, which)


def counted(keys: Sequence[str], counts: Sequence[str], which: Filter, joined: str = "") -> SqlStatement:
    """For each group: its keys, its visits, then whatever ``counts`` (SQL) count; ``joined``: to ``visits``."""
    return _grouped(keys, counts, which, joined)


def histogram(keys: Sequence[str], column: str, which: Filter) -> SqlStatement:
    """For each group and each number in the column: the keys, how many visits, the number."""
    name = f"visits.{quoted(column)}"
    expressions = [*map(expression, keys), name]
    where, values = conditions_of(which)
    conditions = " and ".join([*where, f"{name} is not null"])
    listed = ", ".join([*map(expression, keys), "count(*)", name])
    return SqlStatement(
        f"select {listed} from {_tables(keys, which)} where {conditions} "
        f"group by {', '.join(expressions)} order by {', '.join(expressions)}",
        values,
    )


def listed(
    keys: Sequence[str], columns: Sequence[str], which: Filter, joined: str = "", condition: str = "true"
) -> SqlStatement:
    """For each visit that meets ``condition`` (SQL), by its number: its keys, then ``columns``."""
    where, values = conditions_of(which)
    return SqlStatement(
        f"select {', '.join([*map(expression, keys), *columns])} from {_tables(keys, which)}{joined} "
        f"where {' and '.join([*where, condition])} order by visits.number",
        values,
    )


def sums(column: str, numbers: int = DEVIATION) -> Sequence[str]:
    """The first ``numbers`` of what a ``Tally`` of a column holds: count, sum, sum of squares, least, most."""
    name = f"visits.{quoted(column)}"
    wide = f"cast({name} as bigint)"
    total = f"coalesce(cast(sum({wide}) as bigint), 0)"  # of any number of visits; squares may need more
    squares = f"coalesce(sum({wide} * {wide}), 0)"
    return (f"count({name})", total, squares, f"min({name})", f"max({name})")[:numbers]


def _grouped(keys: Sequence[str], asked: Sequence[str], which: Filter, joined: str = "") -> SqlStatement:
    expressions = list(map(expression, keys))
    where, values = conditions_of(which)
    text = f"select {', '.join([*expressions, 'count(*)', *asked])} from {_tables(keys, which)}{joined}"
    if where:
        text += f" where {' and '.join(where)}"
    if expressions:
        text += f" group by {', '.join(expressions)} order by {', '.join(expressions)}"
    return SqlStatement(text, values)


def _tables(keys: Sequence[str], which: Filter) -> str:
    asked_keys = [*keys, *(condition.key for condition in which.conditions)]
    stores = f" {STORES_JOIN}" if any(map(needs_stores, asked_keys)) else ""
    return f"visits{stores}{circumstances_join(asked_keys)}"


STORES_JOIN = "left join stores on stores.store = visits.store"
CIRCUMSTANCES_JOIN = "as circumstances on circumstances.number = visits.number"


def circumstances_join(keys: Iterable[str], table: str = "circumstances") -> str:
    """The circumstances of visits (in ``table``) joined to them, where one of the keys is about these; else nothing."""
    return f" left join {table} {CIRCUMSTANCES_JOIN}" if any(map(needs_circumstances, keys)) else ""


def joined_tables(which: Filter, circumstances: str = "circumstances") -> str:
    """The stores, and whatever else the conditions are about, joined to the table ``visits``."""
    return f"{STORES_JOIN}{circumstances_join((condition.key for condition in which.conditions), circumstances)}"


def conditions_of(which: Filter) -> tuple[list[str], tuple[Bound, ...]]:
    """The conditions in SQL, all of which must hold, and their values."""
    parts = [f"visits.number not in ({_gone(which)})"]
    if which.left_out:
        # No value of the statement: whoever counts otherwise puts another condition in the place of this one.
        parts = [f"visits.number in (select number from gone where why = '{which.left_out}')"]
    values: list[Bound] = []
    for condition in map(months, which.conditions):
        if condition.key in {COMPLETE, STATE}:
            parts.append(_completeness(condition) if condition.key == COMPLETE else _state(condition))
            continue
        name, known = expression(condition.key), bound(condition)
        either = [f"{name} in ({', '.join('?' * len(known))})"] if known else []
        either += [f"{name} is null"] if "" in condition.values else []
        parts.append(f"({' or '.join(either)})")
        values += known
    for sign, day in ((">=", which.since), ("<=", which.until)):
        if day:
            parts.append(f"visits.day {sign} ?")
            values.append(day)
    return parts, tuple(values)


def _gone(which: Filter) -> str:
    """The numbers of the visits that are not to be counted."""
    if which.names_states:
        return "select number from gone where why in ('superseded', 'incomplete')"
    return "select number from gone" + (" where why <> 'excluded'" if which.excluded else "")


def _state(condition: Condition) -> str:
    """A condition on states; of visits that were received and no more there is no row."""
    wanted = set(bound(condition))
    if VisitState.RECEIVED in wanted:
        others = [f"'{state}'" for state in VisitState if state not in wanted]
        return f"visits.number not in ({STATE_NUMBERS} where state in ({', '.join(others) or 'null'}))"
    listed = ", ".join(f"'{state}'" for state in VisitState if state in wanted)
    return f"visits.number in ({STATE_NUMBERS} where state in ({listed or 'null'}))"


def _completeness(condition: Condition) -> str:
    """A condition on completeness; not every engine takes a subselect anywhere but here."""
    wanted = set(bound(condition))
    if wanted == {"yes", "no"}:
        return "true"
    return f"visits.number {'not in' if 'yes' in wanted else 'in'} ({INCOMPLETE_NUMBERS})"
