"""A study of drivers on plain columns: the outcome and each driver a column of numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from cemaudit.compare.columns import ColumnSource, number_column, text_column
from cemaudit.compare.drivers.data import (
    OUTCOME,
    PARTS,
    DriverProducts,
    StoreMeans,
    StudySize,
    StudyTable,
    ThirdCounts,
    centred,
    products_of_rows,
)
from cemaudit.compare.drivers.results import DriverStudy, Outcome, StudyDesign
from cemaudit.compare.drivers.study import estimate_drivers
from cemaudit.errors import BadInput, Problem
from cemaudit.language import message

__all__ = ["ColumnStudyTable", "study_columns"]

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class ColumnStudyTable(StudyTable):
    """Visits (n) in memory: the places of their ``store``, ``shopper`` (-1: not known) and ``version``, and ``columns``
    of whole hundredths (NaN: not known) by name.
    """

    store: NDArray[np.int64]
    shopper: NDArray[np.int64]
    version: NDArray[np.int64]
    columns: dict[str, Numbers]

    def size(self) -> StudySize:
        _, visits = np.unique(self._groups(by_shopper=True), return_counts=True)
        return StudySize(
            visits=len(self.store),
            stores=len(np.unique(self.store)),
            shoppers=len(np.unique(self.shopper[self.shopper >= 0])),
            unknown_shopper_visits=int((self.shopper < 0).sum()),
            single_visits=int((visits == 1).sum()),
            groups=int((visits > 1).sum()),
        )

    def means(self, names: Sequence[str]) -> StoreMeans:
        values = self._values(names)
        is_known = ~np.isnan(values)
        counts, sums = (np.zeros((int(self.store.max()) + 1, len(names))) for _ in range(2))
        np.add.at(counts, self.store, is_known)
        np.add.at(sums, self.store, np.where(is_known, values, 0))
        return StoreMeans(counts, sums / 100)

    def products(self, names: Sequence[str], *, by_shopper: bool) -> DriverProducts:
        return self._products(names, self._values(names), by_shopper=by_shopper)

    def count_thirds(self, names: Sequence[str]) -> dict[str, ThirdCounts]:
        thirds = {}
        for name in names:
            low, high = self._lowest_and_highest(name)
            in_low, in_high, answered = int(low.sum()), int(high.sum()), int((~np.isnan(self.columns[name])).sum())
            thirds[name] = ThirdCounts(in_low, answered - in_low - in_high, in_high)
        return thirds

    def third_products(self, names: Sequence[str], *, by_shopper: bool) -> DriverProducts:
        labels, columns = [OUTCOME], [self.columns[OUTCOME]]
        for name in names:
            for label, inside in zip(("low", "high"), self._lowest_and_highest(name), strict=True):
                labels.append(f"{label}_{name}")
                columns.append(np.where(np.isnan(self.columns[name]), np.nan, 100.0 * inside))
        return self._products(labels, np.column_stack(columns), by_shopper=by_shopper)

    def _groups(self, *, by_shopper: bool) -> NDArray[np.intp]:
        """Return the number, from 0, of each visit's version or of its shopper in that version."""
        keys = np.column_stack([self.version, self.shopper]) if by_shopper else self.version[:, None]
        return np.unique(keys, axis=0, return_inverse=True)[1].reshape(-1)

    def _values(self, names: Sequence[str]) -> Numbers:
        return np.column_stack([self.columns[name] for name in names])

    def _products(self, names: Sequence[str], values: Numbers, *, by_shopper: bool) -> DriverProducts:
        deviations = PARTS / 100 * centred(values, self._groups(by_shopper=by_shopper))
        # Halves away from zero, as data bases round; numpy would round them to even numbers.
        rounded = np.trunc(deviations)
        rounded += np.where(np.abs(deviations - rounded) >= 0.5, np.sign(deviations), 0)
        products = products_of_rows(names, rounded, self.store)
        return DriverProducts(products.names, products.counts, products.sums / PARTS**2)

    def _lowest_and_highest(self, name: str) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return which visits lie in the lowest, and which in the highest third of a column's range."""
        values = self.columns[name]
        least, most = (np.nanmin(values), np.nanmax(values)) if (~np.isnan(values)).any() else (0.0, 0.0)
        return 3 * (values - least) < most - least, 3 * (most - values) < most - least


def study_columns(  # noqa: PLR0913
    visits: ColumnSource,
    outcome: str,
    drivers: Sequence[str],
    *,
    better: Literal["higher", "lower"],
    by_shopper: bool | None,
    level: float,
) -> DriverStudy:
    """Return the study of columns; see ``compare.key_drivers``."""
    names = list(dict.fromkeys(drivers))
    if len(names) < 2 or outcome in names:
        text = message("expected two drivers or more, and the outcome not among them")
        raise BadInput(Problem(text, hint=message("known here: {names}", names=", ".join(map(str, names)) or "-")))
    stores = text_column(visits, "store")
    points = number_column(visits, outcome, len(stores))
    keys = {f"d{number}": name for number, name in enumerate(names)}
    columns = {OUTCOME: points, **{key: number_column(visits, name, len(stores)) for key, name in keys.items()}}
    kept = np.flatnonzero(~np.isnan(points))
    table = ColumnStudyTable(
        store=_places(stores, kept),
        shopper=_places(text_column(visits, "shopper", len(stores), optional=True), kept),
        version=_places(text_column(visits, "checklist", len(stores), optional=True), kept),
        columns={key: np.rint(100 * column[kept]) for key, column in columns.items()},
    )
    question = Outcome(outcome, outcome, is_asked=True, why=message("it was asked for"), leaves=frozenset())
    design = StudyDesign(
        of="column", outcome=question, measure="", ids=keys, titles=keys, lower_is_better=better == "lower"
    )
    return estimate_drivers(table, design, by_shopper=by_shopper, level=level)


def _places(values: Sequence[str | None], kept: NDArray[np.intp]) -> NDArray[np.int64]:
    """Return the place of each kept value among those there are, in their order; -1 where it is not known."""
    texts = [values[row] for row in kept.tolist()]
    places: dict[str | None, int] = {
        value: number for number, value in enumerate(sorted({text for text in texts if text is not None}))
    }
    return np.array([places.get(text, -1) for text in texts], np.int64)
