"""Visits by store, shopper and occasion add up to the rows, and to the sums over two of them."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

import numpy as np
from networks import Network

from cemaudit.compare.cells import Cells, cells
from cemaudit.compare.crosstabs import CrossTabulation, cross_tabulate, cross_tabulate_table, read_visit_arrays
from cemaudit.compare.selection import Selection
from cemaudit.compare.visit_table import visit_table
from cemaudit.ledger.query.reading import Local


def both(snapshot: Local, asked: Selection) -> tuple[Cells, CrossTabulation]:
    with visit_table(snapshot, asked) as table:
        return cells(table), cross_tabulate_table(table)


def test_cells_are_the_rows_gathered(snapshot: Local) -> None:
    found, whole = both(snapshot, Selection())
    rows = read_visit_arrays(snapshot, Selection())
    wanted: dict[tuple[int, ...], list[float]] = defaultdict(list)
    for at, score in enumerate(rows.score):
        levels = [int(factor.codes[at]) for factor in rows.factors[1:]]
        wanted[int(rows.store[at]), int(rows.shopper[at]), *levels].append(score - found.shift)
    levels = np.stack([factor.codes[found.occasion] for factor in whole.occasion_factors], axis=1).tolist()
    keys = [(store, shopper, *rest) for store, shopper, rest in zip(found.store, found.shopper, levels, strict=True)]
    assert set(keys) == set(wanted)
    assert len(set(keys)) == len(keys)
    sums = [[len(wanted[key]), sum(wanted[key]), sum(one**2 for one in wanted[key])] for key in keys]
    assert np.allclose(np.stack([found.visits, found.totals, found.squares], axis=1), sums)


def test_cells_add_up_to_what_is_known_of_stores_and_occasions(snapshot: Local) -> None:
    found, whole = both(snapshot, Selection())
    table = np.zeros(whole.by_store.shape)
    np.add.at(table, (found.store, found.occasion), found.visits)
    assert np.array_equal(table, whole.by_store.toarray())
    assert np.isclose(found.squares.sum(), whole.squares)


def test_visits_after_something_was_done_are_told_from_those_before(snapshot: Local, chain: Network) -> None:
    since = dt.date(2026, 6, 1)
    asked = Selection(action=(("s1", since), ("s2", dt.date(2026, 9, 1)), ("s2", since), ("nowhere", since)))
    rows = read_visit_arrays(snapshot, asked)
    after = sum(
        one.store in {"s1", "s2"} and one.day is not None and one.day >= since and one.id not in chain.excluded
        for one in chain.visits
    )
    factor = rows.factors[-1]
    assert (factor.name, factor.levels) == ("acted", ("no", "yes"))
    scored = rows.facts.visits
    left_out = sum(rows.facts.left_out.values()) - rows.facts.left_out["excluded"]
    assert after - left_out <= factor.codes.sum() <= after
    sums = cross_tabulate(snapshot, asked)
    ones = sums.sums().column_by_column.toarray()[len(sums.shoppers)]
    assert ones[sums.columns_of("acted")].tolist() == [scored - factor.codes.sum(), factor.codes.sum()]
    assert {rows.stores[store] for store in rows.store[factor.codes == 1]} == {"s1", "s2"}


def test_without_a_question_about_it_nothing_was_done(snapshot: Local) -> None:
    assert [factor.name for factor in cross_tabulate(snapshot, Selection()).occasion_factors] == [
        "wave", "checklist", "scheme", "scenario",
    ]  # fmt: skip
