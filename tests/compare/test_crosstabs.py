"""What SQL counts and adds up is what the rows say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from helpers import chains
from helpers.chains import Network
from hypothesis import given, settings
from hypothesis import strategies as st

from cemaudit.compare.errors import NotEstimable
from cemaudit.compare.from_snapshot import read_cross_tabulation, read_visit_arrays
from cemaudit.compare.mixed_model.crossproducts import CrossProducts
from cemaudit.compare.selection import Selection
from cemaudit.errors import BadInput
from cemaudit.ledger.query.keys import Condition
from cemaudit.ledger.query.reading import Local, reading
from cemaudit.ledger.query.statement import Filter

conditions = st.lists(
    st.sampled_from(
        [
            Condition("wave", ("w1", "")),
            Condition("wave", ("w2",)),
            Condition("store", ("s1", "s2", "s8", "s4")),
            Condition("region", ("north", "")),
            Condition("region", ("south",)),
            Condition("checklist", ("test.shop@2",)),
            Condition("scheme", ("test.scheme@1",)),
        ]
    ),
    max_size=2,
).map(tuple)
asked = st.builds(
    Selection,
    st.builds(Filter, conditions, st.none(), st.none(), st.booleans()),
    st.sampled_from([None, "plain", "feel", "new"]),
    unit=st.sampled_from(["store", "region", "pool"]),
    pool=st.sampled_from([None, "", "region"]),
    adjusted=st.booleans(),
)


def uncentred(sums: CrossProducts) -> tuple[Any, ...]:
    """The sums as if nothing had been taken off the scores."""
    shift, ones = sums.shift, sums.column_by_column.toarray()[:, sums.first_fixed]
    squares = sums.sum_of_squares + 2 * shift * sums.unit_totals.sum() + shift**2 * sums.visits
    return sums.unit_totals + shift * sums.total_weight, sums.dense_totals + shift * ones, squares


def assert_same(one: CrossProducts, other: CrossProducts) -> None:
    assert (one.visits, one.random_levels, one.fixed_columns) == (
        other.visits,
        other.random_levels,
        other.fixed_columns,
    )
    assert np.array_equal(one.total_weight, other.total_weight)
    assert np.array_equal(one.unit_by_column.toarray(), other.unit_by_column.toarray())
    assert np.array_equal(one.column_by_column.toarray(), other.column_by_column.toarray())
    for mine, theirs in zip(uncentred(one), uncentred(other), strict=True):
        assert np.allclose(mine, theirs, rtol=1e-9, atol=1e-9)


@pytest.fixture(scope="module", params=[11, 12, 13])
def some(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    """A chain of its own for each seed."""
    visits = chains.made_up(request.param, 40 * (request.param - 10))
    excluded = [one.id for one in visits[::9]]
    with reading(chains.network(tmp_path_factory.mktemp("some"), visits, (), excluded).folder) as opened:
        yield opened


@given(asked)
@settings(max_examples=12, deadline=None)
def test_sums_by_sql_are_those_of_the_rows(some: Local, asked: Selection) -> None:
    try:
        found = read_cross_tabulation(some, asked)
    except (BadInput, NotEstimable) as refusal:
        with pytest.raises(type(refusal), match=r"none of these visits has a score|no such measure"):
            read_visit_arrays(some, asked)
        return
    rows = read_visit_arrays(some, asked)
    assert_same(found.sums(), rows.sums())
    assert found.facts == rows.facts
    assert found.stores == rows.stores
    assert found.shoppers == rows.shoppers
    assert [factor[:2] for factor in found.factors] == [factor[:2] for factor in rows.factors]
    assert np.allclose(found.raw, np.bincount(rows.store, rows.raw, len(rows.stores)))


def test_also_on_the_arcsine_scale(snapshot: Local) -> None:
    asked = Selection(scale="arcsine")
    assert_same(read_cross_tabulation(snapshot, asked).sums(), read_visit_arrays(snapshot, asked).sums())


def test_without_shoppers_their_columns_are_not_there(snapshot: Local) -> None:
    found = read_cross_tabulation(snapshot, Selection())
    whole, without = found.sums(), found.without_shoppers().sums()
    people = len(found.shoppers)
    assert without.random_levels == ()
    assert np.array_equal(without.column_by_column.toarray(), whole.column_by_column.toarray()[people:, people:])
    assert np.array_equal(without.unit_by_column.toarray(), whole.unit_by_column.toarray()[:, people:])
    assert np.array_equal(without.dense_totals, whole.dense_totals[people:])


def test_the_effective_number_of_visits_is_that_of_as_many_shoppers(snapshot: Local) -> None:
    rows, found = read_visit_arrays(snapshot, Selection()), read_cross_tabulation(snapshot, Selection())
    for store in range(len(rows.stores)):
        seen = rows.shopper[rows.store == store]
        counts = [*np.bincount(seen[seen >= 0]), *np.ones((seen < 0).sum())]
        assert found.effective is not None
        assert found.effective[store] == pytest.approx(len(seen) ** 2 / sum(n**2 for n in counts))


def test_the_columns_of_a_factor_are_where_its_levels_stand(snapshot: Local) -> None:
    found = read_cross_tabulation(snapshot, Selection())
    ones = found.sums().column_by_column.toarray()[len(found.shoppers)]
    for factor in found.factors:
        counts = ones[found.columns_of(factor.name)]
        assert len(counts) == len(factor.levels)
        assert counts.sum() == found.facts.visits
    assert len(ones[found.columns_of("brand")]) == 0


def test_the_rows_of_stores_have_their_own_levels_and_the_usual_occasion(snapshot: Local) -> None:
    found = read_cross_tabulation(snapshot, Selection())
    rows, ones = found.rows().toarray(), found.sums().column_by_column.toarray()[len(found.shoppers)]
    pool = found.store_factors[0]
    assert np.array_equal(rows[:, found.columns_of("pool")].argmax(axis=1), pool.codes)
    for factor in found.occasion_factors:
        usual = ones[found.columns_of(factor.name)] / found.facts.visits
        assert np.allclose(rows[:, found.columns_of(factor.name)], usual)
    assert np.all(rows[:, : len(found.shoppers)] == 0)
    assert np.all(rows[:, len(found.shoppers)] == 1)


def test_nobody_known_means_no_shoppers(tmp_path_factory: pytest.TempPathFactory) -> None:
    visits = [one.model_copy(update={"shopper": None}) for one in chains.made_up(3, 30)]
    chain: Network = chains.network(tmp_path_factory.mktemp("nobody"), visits)
    with reading(chain.folder) as opened:
        found = read_cross_tabulation(opened, Selection())
        assert found.effective is None
        assert found.sums().random_levels == ()
        assert_same(found.sums(), read_visit_arrays(opened, Selection()).sums())
