"""Counts of the core's findings at each touchpoint of the visits that are compared."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

from cemaudit.compare.report_records import FindingCount
from cemaudit.compare.selection import Selection
from cemaudit.errors import Sayable
from cemaudit.language import message
from cemaudit.ledger.query.question import LedgerQuery, checklists_asked
from cemaudit.ledger.query.reading import Answers, Reading, ScoreTable
from cemaudit.ledger.query.scores import tables_asked
from cemaudit.ledger.query.statement import counted
from cemaudit.ledger.snapshot.answer_columns import points_units
from cemaudit.ledger.snapshot.names import ColumnNames, quoted
from cemaudit.model import Checklist, Item, Severity
from cemaudit.scoring.findings import GOOD_WORK, STRONG, WIDE_GAP

__all__ = ["count_findings"]


class _FindingRule(NamedTuple):
    """A finding, and the SQL that is true where a visit has it; ``times``: the SQL of how often a visit has it."""

    touchpoint: str
    severity: Severity
    title: Sayable
    sql: str
    times: str = "1"


def count_findings(reading: Reading, selection: Selection) -> tuple[FindingCount, ...]:
    """The findings of each touchpoint, in the order of the checklist; versions of it are added up."""
    question = LedgerQuery((), selection.visit_filter, selection.scheme)
    added: dict[tuple[str, Severity, str], FindingCount] = {}
    for findings, key in (*_findings_in_answers(reading, question), *_findings_in_scores(reading, question)):
        before = added.get(key)
        added[key] = findings if before is None else findings._replace(
            times=findings.times + before.times, stores=max(findings.stores, before.stores)
        )  # fmt: skip
    return tuple(findings for findings in added.values() if findings.times)


_CountedFinding = tuple[FindingCount, tuple[str, Severity, str]]


def _findings_in_answers(reading: Reading, question: LedgerQuery) -> Iterator[_CountedFinding]:
    for ref in checklists_asked(reading, question, one=True):
        checklist = reading.checklist(ref)
        yield from _counts(reading, reading.answers(ref), checklist, list(_item_rules(checklist)), question)


def _item_rules(checklist: Checklist) -> Iterator[_FindingRule]:
    names, units = ColumnNames(checklist), points_units(checklist)
    for touchpoint in checklist.touchpoints:
        for item in touchpoint.items:
            if item.critical and item.id in units:
                yield _FindingRule(touchpoint.id, Severity.CRITICAL, item.ask, _failed(item, names, units[item.id]))
        for kind, title in (("claims", message("Claims")), ("blames", message("Blames"))):
            column = f"visits.{quoted(names.touchpoint(kind, touchpoint.id))}"
            yield _FindingRule(touchpoint.id, Severity.MAJOR, title, f"{column} > 0", column)


def _failed(item: Item, names: ColumnNames, unit: int) -> str:
    assert item.critical  # noqa: S101 (only critical ones come here)
    return f"visits.{quoted(names.item('points', item.id))} <= {math.floor(item.critical.fails_at * unit)}"


def _findings_in_scores(reading: Reading, question: LedgerQuery) -> Iterator[_CountedFinding]:
    for table in tables_asked(reading, question):
        yield from _counts(reading, table, table.checklist, list(_touchpoint_rules(table)), question)


def _touchpoint_rules(table: ScoreTable) -> Iterator[_FindingRule]:
    for touchpoint in table.checklist.touchpoints:
        columns = {
            score.measure: f"visits.{quoted(score.score)}" for score in table.scores if score.key == (touchpoint.id,)
        }
        score_columns = [
            columns.get(f"touchpoint.{score_kind}", "null")
            for score_kind in ("performance", "emotion", "gap", "experience")
        ]
        performance, emotion, gap, experience = score_columns
        bad = f"coalesce({performance} >= {GOOD_WORK * 100} and {emotion} < 0, false)"
        yield _FindingRule(touchpoint.id, Severity.MAJOR, message("Done well, felt badly"), bad)
        yield _FindingRule(touchpoint.id, Severity.MAJOR, message("Pain point"), f"{experience} < 0 and not {bad}")
        yield _FindingRule(
            touchpoint.id, Severity.MAJOR, message("Far below expectation"), f"{gap} <= {WIDE_GAP * 100}"
        )
        yield _FindingRule(touchpoint.id, Severity.STRENGTH, message("Strength"), f"{experience} >= {STRONG * 100}")


def _counts(
    reading: Reading,
    table: Answers | ScoreTable,
    checklist: Checklist,
    signs: list[_FindingRule],
    question: LedgerQuery,
) -> Iterator[_CountedFinding]:
    if not signs:
        return
    count_expressions = [
        count
        for sign in signs
        for count in (
            f"coalesce(sum(case when {sign.sql} then {sign.times} end), 0)",
            f"count(distinct case when {sign.sql} then visits.store end)",
        )
    ]
    ((_, *numbers),) = reading.rows(table, counted((), count_expressions, question.in_sql)) or [
        (0, *[0] * len(count_expressions))
    ]
    for index, sign in enumerate(signs):
        times, stores = int(numbers[2 * index]), int(numbers[2 * index + 1])
        title = checklist.touchpoint[sign.touchpoint].title
        finding = FindingCount(title, sign.severity, sign.title, times, stores)
        yield finding, (sign.touchpoint, sign.severity, str(sign.title))
