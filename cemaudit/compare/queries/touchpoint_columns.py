"""The answers of a selection of visits as columns, and sums of scores by store."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, NamedTuple, NoReturn

import numpy as np
from numpy.typing import NDArray

from cemaudit.compare.touchpoint_choice import ChainTotals
from cemaudit.ledger.query.reading import Local
from cemaudit.ledger.query.statement import Filter, conditions_of
from cemaudit.ledger.rescoring.restored_columns import required_columns, restore_columns
from cemaudit.ledger.snapshot.names import TOO_LARGE, code_of
from cemaudit.ledger.snapshot.parquet import translate_errors
from cemaudit.scoring.kernel import VisitColumns

__all__ = ["SelectedAnswers", "StoreRows", "read_answers"]

Array = NDArray[Any]


class StoreRows(NamedTuple):
    """The rows of each store, by the order of their ids: ``order`` lists them, a store's between two ``edges``."""

    stores: tuple[str, ...]
    order: Array
    edges: tuple[int, ...]

    def totals(self, values: Array) -> ChainTotals:
        """Return the sum and the count of a score in each store: ``values`` of all rows, NaN where there is none."""
        ordered = values[self.order]
        has = ~np.isnan(ordered)
        # Correctly rounded sums: the same whatever order the visits come in.
        listed = np.where(has, ordered, 0.0).tolist()
        sums = [math.fsum(listed[start:stop]) for start, stop in zip(self.edges, self.edges[1:], strict=False)]
        counts = np.add.reduceat(has.astype(np.float64), self.edges[:-1]) if self.stores else np.zeros(0)
        return ChainTotals(np.array(sums), counts)


class SelectedAnswers(NamedTuple):
    """The ``columns`` of visits and the ``rows`` of each store; ``numbers``: those of the visits in the ledger, by row.

    ``simulated``: whether any of the visits is. ``left_out``: visits that no column holds, for a number was too large
    or something was answered that does not arise.
    """

    columns: VisitColumns
    rows: StoreRows
    left_out: int
    numbers: Array
    simulated: bool = False


def read_answers(reading: Local, ref: str, visit_filter: Filter) -> SelectedAnswers:
    """Return the answers of the visits of a checklist (``id@version``) that meet the conditions."""
    answers = reading.answers(ref)
    reading.view("visits", answers.parts)
    needed = list(required_columns(answers.checklist))
    conditions, values = conditions_of(visit_filter)
    selected = (
        f"select visits.* from visits left join stores on stores.store = visits.store where {' and '.join(conditions)}"
    )
    listed = ", ".join(f"{column.sql} as c{number}" for number, column in enumerate(needed))
    with translate_errors(reading.folder):
        fetched: dict[str, Any] = reading.link.execute(
            f"select number, store, origin, {listed} from ({selected}) order by number", values
        ).fetchnumpy()
    arrays = {column.name: np.ma.getdata(fetched[f"c{number}"]) for number, column in enumerate(needed)}
    stores = np.ma.getdata(fetched["store"])
    is_simulated = bool((np.ma.getdata(fetched["origin"]) == "simulated").any())
    codes = [array for name, array in arrays.items() if name.startswith("code:")]
    whole = np.logical_and.reduce([array != -code_of(TOO_LARGE) for array in codes])
    columns = restore_columns(answers.checklist, {name: array[whole] for name, array in arrays.items()}, _refuse)
    fields = {name: getattr(columns, name) for name in VisitColumns.__dataclass_fields__}
    numbers, rows = np.ma.getdata(fetched["number"])[whole], _rows_of(stores[whole].tolist())
    return SelectedAnswers(VisitColumns(**fields), rows, int((~whole).sum()), numbers, is_simulated)


def _refuse(row: int) -> NoReturn:
    """Columns that hold all of their visits ask for none."""
    raise AssertionError(row)


def _rows_of(stores: Sequence[str]) -> StoreRows:
    names, places = np.unique(np.array(stores, dtype=object), return_inverse=True)
    order = np.argsort(places, kind="stable")
    edges = np.searchsorted(places[order], np.arange(len(names) + 1))
    return StoreRows(tuple(names.tolist()), order, tuple(edges.tolist()))
