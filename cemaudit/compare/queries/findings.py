"""Counts of findings at each touchpoint of the visits that are compared, from what the snapshot keeps of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from cemaudit.compare.report_records import FindingCount, FindingSummary
from cemaudit.compare.selection import Selection
from cemaudit.errors import Sayable
from cemaudit.language import Message, message
from cemaudit.ledger.query.coverage import store_label
from cemaudit.ledger.query.critical import CRITICAL_RULE
from cemaudit.ledger.query.question import LedgerQuery
from cemaudit.ledger.query.reading import Reading, ScoreTable
from cemaudit.ledger.query.scores import tables_asked
from cemaudit.ledger.query.statement import Filter, SqlStatement, conditions_of, joined_tables
from cemaudit.ledger.snapshot.manifest import SnapshotFile
from cemaudit.ledger.snapshot.names import FindingColumn, finding_columns, quoted
from cemaudit.ledger.snapshot.plugin_findings import PLUGIN_FINDINGS
from cemaudit.model import Checklist, Severity, Text
from cemaudit.scoring.findings import CORE_RULES, not_met

__all__ = ["count_findings"]


class _FindingKey(NamedTuple):
    """What is counted together: versions of a checklist are added up."""

    touchpoint: str | None
    severity: Severity
    rule: str
    title: Text


@dataclass
class _Tally:
    """How often something was found in each store, at the touchpoint of that title."""

    touchpoint: Sayable | str
    by_store: Counter[str] = field(default_factory=Counter)

    @property
    def times(self) -> int:
        """How often it was found in all."""
        return self.by_store.total()


def count_findings(reading: Reading, selection: Selection) -> FindingSummary:
    """Count the findings of the core and of plugins in the visits of a selection, in the order of the checklist."""
    question = LedgerQuery((), selection.visit_filter, selection.scheme)
    tables = list(tables_asked(reading, question))
    tallies: dict[_FindingKey, _Tally] = {}
    unknown: dict[str, int] = defaultdict(int)
    for table in tables:
        files = reading.finding_files(table)
        if files is None:
            return FindingSummary(None)
        _count(tallies, table.checklist, _core_findings(reading, table, files, question.in_sql))
        if plugin_files := reading.manifest.files(PLUGIN_FINDINGS, table.checklist.ref):
            _count(tallies, table.checklist, _plugin_findings(reading, table, plugin_files, question.in_sql))
            for plugin, visits in _ask(reading, table, plugin_files, _unknown_sql(question.in_sql)):
                unknown[plugin] += visits
    places = {name: place for table in tables for place, name in enumerate(table.checklist.touchpoint)}
    ordered = sorted(tallies.items(), key=lambda pair: places.get(pair[0].touchpoint or "", len(places)))
    names = reading.store_names()
    may_name = not any(table.checklist.least_sheets > 1 for table in tables)

    def named(key: _FindingKey, tally: _Tally) -> tuple[tuple[str, int], ...]:
        if key.rule != CRITICAL_RULE or not may_name:
            return ()
        most_first = sorted(tally.by_store.items(), key=lambda pair: (-pair[1], pair[0]))
        return tuple((store_label(store, names.get(store)), times) for store, times in most_first)

    counts = tuple(
        FindingCount(tally.touchpoint, key.severity, key.title, tally.times, len(tally.by_store), named(key, tally))
        for key, tally in ordered
        if tally.times
    )
    return FindingSummary(counts, tuple(_not_known(plugin, visits) for plugin, visits in sorted(unknown.items())))


def _not_known(plugin: str, visits: int) -> Message:
    return message(
        "The plugin {name} failed for {visits} visits; what it would have found there is not known.",
        name=plugin,
        visits=f"{visits:,}",
    )


_FoundInStore = tuple[_FindingKey, str, int]
"""What was found in the visits to a store, and how often."""


def _count(tallies: dict[_FindingKey, _Tally], checklist: Checklist, found: Iterable[_FoundInStore]) -> None:
    for key, store, times in found:
        touchpoint = checklist.touchpoint.get(key.touchpoint or "")
        title = touchpoint.title if touchpoint else message("The visit as a whole")
        tally = tallies.setdefault(key, _Tally(title))
        if times:
            tally.by_store[store] += times


def _core_findings(
    reading: Reading, table: ScoreTable, files: Sequence[SnapshotFile], which: Filter
) -> Iterator[_FoundInStore]:
    columns = finding_columns(table.checklist)
    keys = [_core_key(column, table.checklist) for column in columns]
    for store, *sums in _ask(reading, table, files, _core_sql(columns, which)):
        yield from ((key, store, int(times)) for key, times in zip(keys, sums, strict=True))


def _core_key(column: FindingColumn, checklist: Checklist) -> _FindingKey:
    """A critical item that failed is told by what was not met, all else by the title of its rule."""
    place, rule = column.place, CORE_RULES[column.place.rule]
    title = not_met(checklist.items[place.item].ask) if place.item else rule.title
    return _FindingKey(place.touchpoint, rule.severity, place.rule, title)


def _plugin_findings(
    reading: Reading, table: ScoreTable, files: Sequence[SnapshotFile], which: Filter
) -> Iterator[_FoundInStore]:
    for store, rule, severity, touchpoint, title_ko, title_en, times in _ask(reading, table, files, _plugin_sql(which)):
        title = Text(ko=title_ko, en=title_en)
        yield _FindingKey(touchpoint, Severity(severity), rule, title), store, int(times)


def _ask(
    reading: Reading, table: ScoreTable, files: Sequence[SnapshotFile], statement: SqlStatement
) -> list[tuple[Any, ...]]:
    """What SQL returns of the table ``visits`` and the files beside it, ``findings``."""
    reading.view("findings", files)
    return reading.rows(table, statement)


def _joined(which: Filter) -> str:
    return f"findings join visits on visits.number = findings.number {joined_tables(which)}"


def _core_sql(columns: Sequence[FindingColumn], which: Filter) -> SqlStatement:
    """For each store how often each finding of the core was found."""
    sums = ", ".join(f"sum(findings.{quoted(column.name)})" for column in columns)
    where, values = conditions_of(which)
    text = f"select visits.store, {sums} from {_joined(which)} where {' and '.join(where)} group by visits.store"
    return SqlStatement(text, values)


def _plugin_sql(which: Filter) -> SqlStatement:
    """For each store and each finding of a plugin how often it was found."""
    keys = "visits.store, findings.rule, findings.severity, findings.touchpoint, title_ko, title_en"
    where, values = conditions_of(which)
    conditions = " and ".join([*where, "findings.rule is not null"])
    text = (
        f"select {keys}, sum(findings.times) from {_joined(which)} where {conditions} group by {keys} order by {keys}"
    )
    return SqlStatement(text, values)


def _unknown_sql(which: Filter) -> SqlStatement:
    """For each plugin in how many visits it failed."""
    where, values = conditions_of(which)
    conditions = " and ".join([*where, "findings.times is null"])
    text = f"select plugin, count(*) from {_joined(which)} where {conditions} group by plugin order by plugin"
    return SqlStatement(text, values)
