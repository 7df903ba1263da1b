"""What each store's visits say of value promises: sums over visits of answers given and promises kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cemaudit.compare.promises import NO_ANSWERS, KeptTotals, PromiseCell, nothing_proved
from cemaudit.compare.selection import require_visits
from cemaudit.ledger.query.keys import of_scores_only, refuse_keys
from cemaudit.ledger.query.measured import facets_of_item
from cemaudit.ledger.query.question import LedgerQuery, checklists_asked, is_asked
from cemaudit.ledger.query.reading import Reading
from cemaudit.ledger.query.statement import Filter, SqlStatement, conditions_of, joined_tables
from cemaudit.ledger.snapshot.answer_columns import fails_sql, points_units
from cemaudit.ledger.snapshot.names import ColumnNames, quoted
from cemaudit.model import Checklist
from cemaudit.model.platform import Platform, proof_items

__all__ = ["proofs_asked", "read_kept_totals"]

Proofs = Mapping[str, tuple[str, ...]]
"""The items that prove each promise."""

_SUMS = ("count({n})", "sum({n})", "sum({k})", "sum({k} * {k})", "sum({k} * {n})", "sum({n} * {n})")
"""The numbers of ``KeptTotals`` from a visit's answers ``n`` and those that kept a promise, ``k``; both are null where
there is no answer.
"""


def proofs_asked(reading: Reading, platform: Platform, visit_filter: Filter) -> dict[str, Proofs]:
    """Return the items that prove promises, of each checklist (``id@version``) a filter leaves; facets choose items.

    ``NotEstimable`` without visits; ``BadInput`` where no item of these checklists proves anything.
    """
    require_visits(reading)
    question = LedgerQuery(which=visit_filter)
    refuse_keys((), visit_filter.conditions, of_scores_only)
    refs = checklists_asked(reading, question, one=False)
    checklists = {ref: reading.checklist(ref) for ref in refs}
    if not any(proof_items(platform, checklist) for checklist in checklists.values()):
        raise nothing_proved(platform, refs)
    return {
        ref: proofs for ref, checklist in checklists.items() if (proofs := _items_asked(question, checklist, platform))
    }


def _items_asked(question: LedgerQuery, checklist: Checklist, platform: Platform) -> dict[str, tuple[str, ...]]:
    chosen = {
        promise: tuple(name for name in names if is_asked(question, facets_of_item(checklist, name)))
        for promise, names in proof_items(platform, checklist).items()
    }
    return {promise: names for promise, names in chosen.items() if names}


def read_kept_totals(
    reading: Reading, proofs: Mapping[str, Proofs], visit_filter: Filter
) -> dict[str, dict[PromiseCell, KeptTotals]]:
    """Return by store what its visits say of each promise, as a whole and in each channel."""
    question = LedgerQuery(which=visit_filter)
    totals: dict[str, dict[PromiseCell, KeptTotals]] = {}
    for ref, items in proofs.items():
        cells = _cells(reading.checklist(ref), items)
        statement = _by_store(reading.checklist(ref), cells, question.in_sql)
        for store, *numbers in reading.rows(reading.answers(ref), statement):
            of_store = totals.setdefault(str(store), {})
            for cell, visits in zip(cells, _in_cells(numbers), strict=True):
                of_store[cell] = of_store.get(cell, NO_ANSWERS).and_also(visits)
    return totals


def _cells(checklist: Checklist, proofs: Proofs) -> dict[PromiseCell, list[str]]:
    """The items of each promise, and of those each channel's."""
    cells: dict[PromiseCell, list[str]] = {}
    for promise, names in proofs.items():
        cells[PromiseCell(promise)] = list(names)
        for name in names:
            channel = checklist.touchpoint_of[name].channel.value
            cells.setdefault(PromiseCell(promise, channel), []).append(name)
    return cells


def _by_store(checklist: Checklist, cells: Mapping[PromiseCell, Sequence[str]], visit_filter: Filter) -> SqlStatement:
    counts = ", ".join(
        column for place, names in enumerate(cells.values()) for column in _counts(checklist, names, place)
    )
    sums = ", ".join(template.format(n=f"n{place}", k=f"k{place}") for place in range(len(cells)) for template in _SUMS)
    conditions, values = conditions_of(visit_filter)
    tables = f"visits {joined_tables(visit_filter)}"
    visits = f"select visits.store as store, {counts} from {tables} where {' and '.join(conditions)}"
    return SqlStatement(f"select store, {sums} from ({visits}) as counted group by store order by store", values)


def _counts(checklist: Checklist, names: Sequence[str], place: int) -> Iterator[str]:
    """Of each visit, the answers to these items and how many of them did not fail; null where there is no answer."""
    columns, units = ColumnNames(checklist), points_units(checklist)
    points = {name: f"visits.{quoted(columns.item('points', name))}" for name in names}
    answered = " + ".join(f"cast({column} is not null as bigint)" for column in points.values())
    failed = " + ".join(
        f"cast(coalesce({fails_sql(checklist.items[name], column, units[name])}, false) as bigint)"
        for name, column in points.items()
    )
    yield f"nullif({answered}, 0) as n{place}"
    yield f"nullif({answered}, 0) - ({failed}) as k{place}"


def _in_cells(numbers: Sequence[int | None]) -> Iterator[KeptTotals]:
    """The numbers of a row, so many for each cell."""
    size = len(_SUMS)
    for start in range(0, len(numbers), size):
        yield KeptTotals(*(int(number or 0) for number in numbers[start : start + size]))
