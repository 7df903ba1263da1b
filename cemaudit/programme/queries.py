"""All SQL of the programme: the visits of a wave, and how an item or a feeling came out, visit by visit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from cemaudit.ledger.actions import ActionReason
from cemaudit.ledger.query.critical import CRITICAL_RULE
from cemaudit.ledger.query.keys import Condition
from cemaudit.ledger.query.reading import Local
from cemaudit.ledger.query.statement import EVERYTHING, Filter, conditions_of
from cemaudit.ledger.snapshot.answer_columns import fails_sql, points_units
from cemaudit.ledger.snapshot.names import ColumnNames, quoted

__all__ = ["FaultOutcome", "WaveVisit", "answered_numbers", "fault_outcomes", "versions_of", "wave_visits", "waves_in"]


class WaveVisit(NamedTuple):
    """A visit: its ``number`` in the ledger, its id, store and day."""

    number: int
    visit: str
    store: str
    day: dt.date | None


class FaultOutcome(NamedTuple):
    """Whether a visit to a store that asked about a fault had it."""

    store: str
    day: dt.date
    has_fault: bool


def waves_in(reading: Local) -> list[str]:
    """Return the names of all waves there are visits of."""
    names: set[str] = set()
    for ref in reading.refs:
        reading.view("visits", reading.answers(ref).parts)
        names |= {wave for (wave,) in reading.ask("select distinct wave from visits where wave is not null")}
    return sorted(names)


def versions_of(reading: Local, checklist: str) -> list[str]:
    """Return the versions (``id@version``) of a checklist that visits answered."""
    return [ref for ref in reading.refs if ref.partition("@")[0] == checklist]


def wave_visits(reading: Local, ref: str, visit_filter: Filter) -> list[WaveVisit]:
    """Return the visits of a checklist (``id@version``) that count, the earliest day first."""
    conditions, values = conditions_of(visit_filter)
    rows = _ask(reading, ref, "visits.number, visits.visit, visits.store, visits.day", conditions, values)
    visits = [WaveVisit(int(number), *rest) for number, *rest in rows]
    return sorted(visits, key=lambda visit: (visit.day or dt.date.min, visit.visit, visit.number))


def answered_numbers(reading: Local, ref: str, item: str, visit_filter: Filter) -> set[int]:
    """Return the numbers of the visits in which an item was answered."""
    conditions, values = conditions_of(visit_filter)
    state = _column(reading, ref, "state", item)
    return {int(number) for (number,) in _ask(reading, ref, "visits.number", [*conditions, f"{state} is null"], values)}


def fault_outcomes(reading: Local, ref: str, stores: Collection[str], reason: ActionReason) -> Iterator[FaultOutcome]:
    """Yield how visits to some stores that asked came out: the item not fully met, or, without one, felt below 0.

    Of a critical finding only what the checklist calls failing is a fault. Nothing where the version does not ask.
    """
    checklist, item, touchpoint = reading.checklist(ref), reason.item, reason.touchpoint
    names, units = ColumnNames(checklist), points_units(checklist)
    if item in units and checklist.items[item].possible:
        column = f"visits.{quoted(names.item('points', item))}"
        most = round((checklist.items[item].possible or 0) * units[item])
        is_critical = reason.finding == CRITICAL_RULE
        fault = fails_sql(checklist.items[item], column, units[item]) if is_critical else f"{column} < {most}"
    elif item is None and touchpoint in checklist.touchpoint and checklist.touchpoint[touchpoint].emotion:
        column = f"visits.{quoted(names.touchpoint('emotion', touchpoint))}"
        fault = f"{column} < 0"
    else:
        return
    conditions, values = conditions_of(EVERYTHING._replace(conditions=(Condition("store", tuple(stores)),)))
    conditions += [f"{column} is not null", "visits.day is not null"]
    for store, day, has_fault in _ask(reading, ref, f"visits.store, visits.day, {fault}", conditions, values):
        yield FaultOutcome(store, day, bool(has_fault))


def _column(reading: Local, ref: str, kind: str, item: str) -> str:
    return f"visits.{quoted(ColumnNames(reading.checklist(ref)).item(kind, item))}"


def _ask(
    reading: Local, ref: str, columns: str, conditions: Collection[str], values: Collection[object]
) -> list[tuple[Any, ...]]:
    reading.view("visits", reading.answers(ref).parts)
    source = "visits left join stores on stores.store = visits.store"
    return reading.ask(f"select {columns} from {source} where {' and '.join(conditions)}", list(values))
