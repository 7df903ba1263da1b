"""Visits in parts are the rows, with further columns."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from cemaudit.compare.crosstabs import cross_tabulate, indicator_matrix, partition
from cemaudit.compare.mixed_model.crossproducts import cross_products_of_rows
from cemaudit.compare.mixed_model.posterior import fit_best
from cemaudit.compare.queries.visits import visit_table
from cemaudit.compare.selection import Selection
from cemaudit.compare.visit_table import TablePart
from cemaudit.ledger.query.reading import Local

MORE = np.array([[0, 0], [1, 0], [0, 0], [1, 1]])
DAY = 20_605
"""The first of June 2026."""


def test_parts_are_the_rows_with_further_columns(snapshot: Local) -> None:
    with visit_table(snapshot, Selection()) as table:
        whole = cross_tabulate(table)
        acted = np.isin(table.stores, ["s1", "s3"]).astype(np.int32)
        found = partition(table, whole, TablePart(acted, 2, DAY), "later")
        rows = table.rows()
    part = 2 * acted[rows["store"]] + (rows["day"] >= DAY)
    versions = [one._replace(codes=one.codes[rows["version"]]) for one in table.version_factors]
    factors = [
        *(one._replace(codes=one.codes[rows["store"]]) for one in whole.store_factors),
        whole.occasion_factors[0]._replace(codes=rows["wave"]),
        *versions,
    ]
    count = len(part)
    fixed = sparse.hstack([np.ones((count, 1)), indicator_matrix(factors, count), MORE[part]], format="csr")
    score = rows["score"] / whole.facts.scale.unit
    wanted = cross_products_of_rows(
        rows["store"], [rows["shopper"]], fixed, score, levels=[len(whole.stores), len(whole.shoppers)]
    )
    sums = found.sums(MORE)
    assert np.array_equal(sums.unit_by_column.toarray(), wanted.unit_by_column.toarray())
    assert np.array_equal(sums.column_by_column.toarray(), wanted.column_by_column.toarray())
    assert np.allclose(
        sums.dense_totals + (sums.shift - wanted.shift) * wanted.column_by_column.toarray()[:, wanted.first_fixed],
        wanted.dense_totals,
    )
    assert found.raw == pytest.approx(np.bincount(part, rows["raw"] / 100, 4))
    model = fit_best(sums)
    assert found.residuals(model, MORE).sum() == pytest.approx(0, abs=1e-6)
