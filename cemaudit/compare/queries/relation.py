"""What each visit says of the relation: whether a touchpoint was below 0, and whether a promise was broken."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cemaudit.compare.relation import UNKNOWN_FLAG, VisitFlags
from cemaudit.compare.selection import Selection, require_visits
from cemaudit.compare.visit_table import NO_DAY
from cemaudit.errors import BadInput, Problem
from cemaudit.language import message
from cemaudit.ledger.query.question import LedgerQuery, is_asked
from cemaudit.ledger.query.reading import Local, ScoreTable
from cemaudit.ledger.query.scores import faceted_columns, tables_asked
from cemaudit.ledger.query.statement import SqlStatement, conditions_of
from cemaudit.ledger.snapshot.answer_columns import fails_sql, points_units
from cemaudit.ledger.snapshot.names import ColumnNames, quoted
from cemaudit.ledger.snapshot.parquet import translate_errors
from cemaudit.model import Checklist, Fact

__all__ = ["EXPERIENCE", "read_visit_flags"]

EXPERIENCE = "touchpoint.experience"
"""The measure that says what a touchpoint was like."""


def read_visit_flags(reading: Local, selection: Selection) -> VisitFlags:
    """Return the flags of the visits of a selection; its conditions on facets choose touchpoints.

    ``NotEstimable`` where there are no visits; ``BadInput`` where several checklists are meant, or where no scheme
    scores the experience at touchpoints.
    """
    require_visits(reading)
    question = LedgerQuery((), selection.visit_filter, selection.scheme, lenses=selection.lenses)
    tables = tables_asked(reading, question)
    columns = [_experience_columns(table, question) for table in tables]
    if not any(columns):
        hint = message("compare under another one with --scheme, as cem.experience@2 (see rescore)")
        raise BadInput(Problem(message("this scheme scores no {measure}", measure=EXPERIENCE), "--relation", hint))
    statements = [
        _visits_sql(reading, place, table, names, question)
        for place, (table, names) in enumerate(zip(tables, columns, strict=True))
    ]
    text = " union all ".join(statement.text for statement in statements)
    with translate_errors(reading.folder):
        answered = reading.link.execute(text, [value for statement in statements for value in statement.values])
        fetched = {name: np.ma.getdata(column) for name, column in answered.fetchnumpy().items()}
    stores, store = np.unique(fetched["store"].astype(str), return_inverse=True)
    return VisitFlags(
        tuple(map(str, stores)),
        store.astype(np.int64),
        fetched["day"].astype(np.int64),
        fetched["number"].astype(np.int64),
        fetched["negative"],
        fetched["broken"],
    )


def _experience_columns(table: ScoreTable, question: LedgerQuery) -> list[str]:
    """Return the columns of the experience at the touchpoints asked about."""
    return [
        f"visits.{quoted(column.score)}"
        for column, facets in faceted_columns(table, question)
        if column.measure == EXPERIENCE and is_asked(question, facets)
    ]


def _visits_sql(
    reading: Local, place: int, table: ScoreTable, experiences: list[str], question: LedgerQuery
) -> SqlStatement:
    """Return the statement of the visits of a table, one by one; the answers beside it count for promises only."""
    ref, which = table.checklist.ref, question.in_sql
    reading.view(f"scores_{place}", table.parts)
    reading.view(f"answers_{place}", reading.answers(ref).parts)
    broken = _broken_sql(table.checklist)
    answers = f"join answers_{place} as answered on answered.number = visits.number" if broken else ""
    joins = reading.joins(ref, which, f"circumstances_{place}")
    conditions, values = conditions_of(which)
    # least() is null only where every touchpoint is: where nothing of the experience is known.
    negative = f"least({', '.join(experiences)}) < 0" if experiences else "null"
    flags = ", ".join(
        f"cast(coalesce(cast({sql} as tinyint), {UNKNOWN_FLAG}) as tinyint) as {name}"
        for name, sql in (("negative", negative), ("broken", broken or "null"))
    )
    return SqlStatement(
        f"select visits.store as store, cast(coalesce(visits.day - date '1970-01-01', {NO_DAY}) as bigint) as day, "
        f"visits.number as number, {flags} from scores_{place} as visits {answers} {joins} "
        f"where {' and '.join(conditions)}",
        values,
    )


def _broken_sql(checklist: Checklist) -> str:
    """Return the SQL of whether a visit broke a promise, null where it looked at none; empty where it cannot."""
    promises = [*_item_promises(checklist), *(_fact_promise(checklist, fact) for fact in checklist.facts)]
    if not promises:
        return ""
    broken = " or ".join(broken for broken, _ in promises)
    looked_at = " or ".join(known for _, known in promises)
    return f"case when {broken} then true when {looked_at} then false end"


def _item_promises(checklist: Checklist) -> Iterator[tuple[str, str]]:
    """Yield, for each duty and each item that looks at a hand-over, whether it failed and whether it was answered."""
    names, units = ColumnNames(checklist), points_units(checklist)
    for name, item in checklist.items.items():
        if (item.is_duty or name in checklist.hand_overs_of) and item.possible and name in units:
            points = f"answered.{quoted(names.item('points', name))}"
            yield fails_sql(item, points, units[name]), f"{points} is not null"


def _fact_promise(checklist: Checklist, fact: Fact) -> tuple[str, str]:
    """Return whether the answers about a fact differ, and whether there are two of them."""
    names = ColumnNames(checklist)
    answers = [f"answered.{quoted(names.item('answer', name))}" for name in fact.items]
    listed = ", ".join(answers)
    # Both pass over nulls.
    differs = f"greatest({listed}) <> least({listed})"
    count = " + ".join(f"cast({answer} is not null as integer)" for answer in answers)
    return differs, f"{count} > 1"
