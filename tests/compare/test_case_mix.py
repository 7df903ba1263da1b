"""How easy the items of a visit were, as SQL reckons it, is what its definition says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from helpers import samples
from hypothesis import given, settings
from hypothesis import strategies as st

from cemaudit.compare.queries.case_mix import (
    EASINESS,
    ItemTerm,
    PointsMean,
    easiness,
    easiness_sql,
    expected_score,
    item_means,
    items_needed,
    points_mean,
)
from cemaudit.compare.selection import ScoreSource
from cemaudit.ledger.query.reading import ScoreTable
from cemaudit.ledger.snapshot.names import score_columns
from cemaudit.ledger.snapshot.parquet import connected
from cemaudit.model import Checklist
from cemaudit.scoring.plan import make_plan

ITEMS = samples.items_only(
    samples.item("A", samples.points(0, 1, 3), weight=2),
    samples.item("B", na="full"),
    samples.item("C", na="zero"),
    samples.item("D", samples.points(0, 2.5)),
)


def node_of(checklist: Checklist, *measures: samples.Data, **keys: Any) -> PointsMean | None:
    """What the last of the measures is made of."""
    scheme = samples.scheme(*measures, **keys)
    plan = make_plan(checklist, scheme)
    column = next(one for one in score_columns(plan) if one.measure == scheme.leading)
    return points_mean(ScoreSource(ScoreTable((), checklist, (scheme,), (column,)), scheme, (column,)))


MEASURES = [
    [{"id": "it", "how": "ratio", "transform": {"times": 100}}],
    [{"id": "it", "how": "ratio", "weights": {"declared": True}, "transform": {"times": 50, "plus": 7}}],
    [{"id": "it", "how": "mean", "take": "share"}],
    [{"id": "it", "how": "weighted-mean", "weights": {"declared": True}}],
    [{"id": "it", "how": "ratio", "na": "exclude"}],
    [
        {"id": "one", "how": "ratio", "of": ["A", "B"]},
        {"id": "two", "how": "mean", "take": "share", "of": ["C", "D"]},
        {"id": "it", "how": "weighted-mean", "of": ["one", "two"], "weights": {"sources": {"one": 3}}},
    ],
]
rows = st.lists(
    st.fixed_dictionaries({name: st.sampled_from([0, 1, 3, -1, -2, -4]) for name in "ABCD"}), min_size=1, max_size=12
)


@pytest.fixture(scope="module")
def link() -> Iterator[Any]:
    with connected(threads=1) as opened:
        yield opened


def table(link: Any, visits: list[dict[str, int]]) -> None:
    """Visits as a snapshot has them: points, or the code of a reason for none (negative here)."""
    columns = ", ".join(f'"points:{name}" bigint, "state:{name}" tinyint' for name in "ABCD")
    link.execute(f"create or replace table visits ({columns})")
    for visit in visits:
        values = [each for value in visit.values() for each in ((value, None) if value >= 0 else (None, -value))]
        link.execute(f"insert into visits values ({', '.join('?' * len(values))})", values)


def arrays(link: Any, sql: list[str]) -> list[Any]:
    """Each expression's values, visit by visit."""
    rows = link.execute(f"select {', '.join(sql)} from visits").fetchall()
    return [np.array(column) for column in zip(*rows, strict=True)]


@given(rows, st.sampled_from(MEASURES))
@settings(max_examples=60, deadline=None)
def test_sql_reckons_what_the_definition_says(
    link: Any, visits: list[dict[str, int]], measures: list[samples.Data]
) -> None:
    node = node_of(ITEMS, *measures)
    assert node
    table(link, visits)
    leaves = items_needed(node)
    sums = link.execute(
        f"select {', '.join(f'count({one.earned}), sum({one.earned})' for one in leaves)} from visits"
    ).fetchone()
    means = item_means(leaves, [(sums[2 * at], int(sums[2 * at + 1] or 0)) for at in range(len(leaves))])
    counted = dict(
        zip([one.counted_sql for one in leaves], arrays(link, [one.counted_sql for one in leaves]), strict=True)
    )
    wanted = easiness(node, means, counted)
    found = easiness_sql(node, means)
    if found is None:
        assert expected_score(node, means) is None
        assert np.isnan(wanted).all()
        return
    rows = link.execute(f"select {EASINESS} from (select {found.sql} from visits)", found.values).fetchall()
    assert np.allclose(np.array(rows, np.float64)[:, 0], wanted, atol=1e-9, equal_nan=True)


def test_the_definition_is_the_formula_of_shares() -> None:
    node = node_of(ITEMS, {"id": "it", "how": "ratio", "of": ["A", "D"], "transform": {"times": 100}})
    assert node
    a, d = items_needed(node)
    means = item_means([a, d], [(4, 6), (4, 16)])  # of A 1.5 of 3 points, of D 4 halves: 2 of 2.5
    found = easiness(
        node, means, {a.counted_sql: np.array([True, True, False]), d.counted_sql: np.array([True, False, True])}
    )
    assert np.allclose(found, [0, 100 * 1.5 / 3 - 100 * 3.5 / 5.5, 100 * 2 / 2.5 - 100 * 3.5 / 5.5])


def test_an_item_counts_without_an_answer_where_it_earns_points_then() -> None:
    node = node_of(ITEMS, {"id": "it", "how": "ratio"}, unanswered="zero")
    assert node
    earned = {leaf.points: leaf.left_out for leaf in node.leaves}
    assert earned == {
        '"points:A"': ((4, 0),),
        '"points:B"': ((1, 1), (4, 0)),
        '"points:C"': ((1, 0), (4, 0)),
        '"points:D"': ((4, 0),),
    }


@pytest.mark.parametrize(
    "measures",
    [
        [{"id": "it", "how": "sum"}],
        [{"id": "it", "how": "ratio", "take": "value"}],
        [{"id": "it", "how": "mean", "of": ["@emotions"]}],
        [{"id": "it", "how": "ratio", "transform": {"table": [{"up_to": 1, "value": 0}, {"value": 5}]}}],
        [{"id": "one", "how": "sum"}, {"id": "it", "how": "mean", "of": ["one"]}],
    ],
)
def test_what_is_no_mean_of_points_is_not_taken_for_one(measures: list[samples.Data]) -> None:
    assert node_of(ITEMS, *measures) is None


def test_where_points_are_handed_over_nothing_is_said_of_how_easy_items_are() -> None:
    giving = samples.items_only(samples.item("A"), samples.item("B", na="give-to:A"))
    assert node_of(giving, {"id": "it", "how": "ratio"}) is None


def test_a_leaf_without_points_for_absence_is_plain_sql() -> None:
    leaf = ItemTerm('"points:A"', '"state:A"', 1, (), 1.0, 1.0, 1.0)
    assert (leaf.counted_sql, leaf.earned) == ('"points:A" is not null', '"points:A"')
