"""Channels side by side: how far the same stores are good in both, with the chance of single visits taken away."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import pytest
from helpers.chains import Network
from hypothesis import given
from hypothesis import strategies as st

from cemaudit.compare.channels import LEAST_STORES, Sums, disattenuated_correlation
from cemaudit.compare.from_snapshot import channel_comparison, facet_leagues, read_visit_arrays
from cemaudit.compare.queries.visits import paired_sums
from cemaudit.compare.selection import Selection, selected_facet_values
from cemaudit.errors import BadInput
from cemaudit.ledger.query.keys import Condition
from cemaudit.ledger.query.question import LensKey
from cemaudit.ledger.query.reading import Local
from cemaudit.ledger.query.statement import Filter
from cemaudit.ledger.snapshot.score_columns import hundredths
from cemaudit.library import JourneyShelf


def sums(true: float, stores: int = 400, visits: int = 8, noise: float = 1.0, seed: int = 1) -> Sums:
    """Stores whose two sides correlate by ``true``; single visits differ by ``noise``, alike in both sides."""
    draw = np.random.default_rng(seed)
    levels = draw.multivariate_normal([0, 0], [[1, true], [true, 1]], stores)
    seen = levels[:, None, :] + noise * draw.normal(size=(stores, visits, 1)) + draw.normal(size=(stores, visits, 2))
    a, b = seen[..., 0], seen[..., 1]
    return np.column_stack(
        [np.full(stores, visits), a.sum(1), b.sum(1), (a * a).sum(1), (b * b).sum(1), (a * b).sum(1)]
    )


@pytest.mark.parametrize("true", [-0.5, 0.0, 0.6, 0.9])
def test_the_true_correlation_comes_back_whatever_single_visits_share(true: float) -> None:
    found = disattenuated_correlation(sums(true, noise=2.0))
    assert found.value == pytest.approx(true, abs=0.12)
    assert found.interval
    assert found.interval.low < found.value < found.interval.high


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    held = 0
    for seed in range(100):
        found = disattenuated_correlation(sums(0.5, stores=60, seed=seed), draws=1_000)
        held += bool(found.interval and found.interval.low <= 0.5 <= found.interval.high)
    assert 83 <= held <= 97


@pytest.mark.slow
@pytest.mark.parametrize(("stores", "visits"), [(24, 8), (60, 6), (200, 12)])
@pytest.mark.parametrize("true", [0.0, 0.5, 0.9])
@pytest.mark.parametrize(("between", "within"), [(7, 30), (13, 25)])
def test_given_intervals_hold_the_truth(stores: int, visits: int, true: float, between: float, within: float) -> None:
    """Of 2,000 chains, whether stores differ much or hardly; where too few are given, there is nothing to count."""
    draw = np.random.default_rng(stores)
    given = held = 0
    for _ in range(2_000):
        found = disattenuated_correlation(normal_sums(draw, true, stores, visits, between / within), draws=2_000)
        given += found.interval is not None
        held += bool(found.interval and found.interval.low <= true <= found.interval.high)
    assert given > 20
    assert held / given >= 0.87


def normal_sums(draw: np.random.Generator, true: float, stores: int, visits: int, ratio: float) -> Sums:
    """Stores whose two sides correlate by ``true`` and differ ``ratio`` times as much as single visits, by chance."""
    levels = ratio * draw.multivariate_normal([0, 0], [[1, true], [true, 1]], stores)
    a, b = np.moveaxis(levels[:, None, :] + draw.normal(size=(stores, visits, 2)), -1, 0)
    return np.column_stack(
        [np.full(stores, visits), a.sum(1), b.sum(1), (a * a).sum(1), (b * b).sum(1), (a * b).sum(1)]
    )


def test_an_estimate_beyond_one_is_not_known() -> None:
    """Six visits of sixty stores that hardly differ: a clipped 1.00 would pass chance for certainty."""
    draw = np.random.default_rng(4)
    found = [disattenuated_correlation(normal_sums(draw, 0.5, 60, 6, 7 / 30), draws=500) for _ in range(60)]
    assert all((each.value is None) == (each.interval is None) == bool(each.reason) for each in found)
    reasons = {str(each.reason).removeprefix("Not known: ")[:12] for each in found if each.reason}
    assert reasons == {"the estimate", "the interval", "in one of th"}
    assert all(abs(each.value) <= 1 for each in found if each.value is not None)


def test_neither_the_order_of_stores_nor_their_names_matter() -> None:
    table = sums(0.5, stores=40)
    turned = table[np.random.default_rng(3).permutation(40)]
    assert disattenuated_correlation(turned, draws=500) == disattenuated_correlation(table, draws=500)


def test_single_visits_say_nothing_of_stores() -> None:
    table = sums(0.5, stores=40, visits=1)
    assert "no more than chance" in str(disattenuated_correlation(table).reason)


def test_stores_that_differ_by_chance_alone_have_no_correlation() -> None:
    draw = np.random.default_rng(2)
    found = [
        disattenuated_correlation(sums(0.0, stores=30, seed=int(seed)) * [1, 0, 0, 1, 1, 1])
        for seed in draw.integers(0, 99, 3)
    ]
    assert [each.value for each in found] == [None] * 3


@given(st.floats(0.1, 50), st.floats(-40, 40))
def test_neither_scale_nor_level_matters(factor: float, level: float) -> None:
    plain = sums(0.6, stores=40)
    n, a, b, aa, bb, ab = plain.T
    turned = np.column_stack(
        [
            n,
            factor * a + level * n,
            b,
            factor**2 * aa + 2 * factor * level * a + level**2 * n,
            bb,
            factor * ab + level * b,
        ]
    )
    one, other = disattenuated_correlation(plain, draws=100), disattenuated_correlation(turned, draws=100)
    assert one.value is not None
    assert other.value == pytest.approx(one.value, rel=1e-6)


def test_sums_are_those_of_the_visits_with_both_scores(snapshot: Local, chain: Network) -> None:
    first, second = (each.selection for each in selected_facet_values(snapshot, Selection(facet="channel")))
    found = paired_sums(snapshot, first, second)
    assert len(found) == 9
    assert 0 < found[:, 0].sum() <= len(chain.visits) - len(chain.excluded)
    assert (found[:, 5] ** 2 <= found[:, 3] * found[:, 4] + 1e-6).all()


def test_a_chain_has_its_channels_side_by_side(snapshot: Local) -> None:
    selection = Selection(facet="channel")
    sides = facet_leagues(snapshot, selection)
    found = channel_comparison(snapshot, selection, sides)
    assert [str(mean.channel) for mean in found.means] == [str(side.title) for side in sides]
    (agreement,) = found.agreements
    assert agreement.stores < LEAST_STORES
    assert agreement.correlation is None
    assert "fewer than 10 stores" in str(agreement.reason)
    for mean in found.means:
        assert mean.interval.low < mean.score < mean.interval.high


def through(lens: str, **keys: Any) -> Selection:
    """The visits outside of episodes, seen through a lens."""
    shelf, key = JourneyShelf(), f"lens:{lens}"
    lenses = {key: LensKey(shelf.journey(lens), partial(shelf.view, lens))}
    conditions = tuple(Condition(name.replace("_", ":"), values) for name, values in keys.items())
    return Selection(Filter((Condition("step", ("",)), *conditions)), lenses=lenses)


def means_of_touchpoints(snapshot: Local, names: set[str]) -> list[float]:
    """Of each visit that counts the mean of these touchpoints by their weights, in points, in rising order."""
    means = []
    gone = {number for (number,) in snapshot.ask("select number from gone")}
    for ref in snapshot.refs:
        for table in snapshot.scores(ref):
            columns = [one for one in table.scores if one.measure == "each" and one.key[0] in names]
            snapshot.view("seen", table.parts)
            listed = ", ".join(f'"{one.score}"' for one in columns)
            for number, *values in snapshot.ask(f"select number, {listed} from seen where step is null"):
                weighted = [
                    (table.checklist.touchpoint[one.key[0]].weight, value)
                    for one, value in zip(columns, values, strict=True)
                    if value is not None
                ]
                if weighted and number not in gone:
                    total = sum((weight * value for weight, value in weighted), Fraction(0))
                    means.append(hundredths(total / sum(weight for weight, _ in weighted) / 100) / 100)
    return sorted(means)


STAGES = {"enter": {"hello", "shop"}, "browse": {"room"}}


def test_stages_of_a_lens_are_means_of_their_touchpoints(snapshot: Local) -> None:
    """Every visit has the weighted mean of the touchpoints that lie there, and stages stand in the lens's order."""
    values = selected_facet_values(snapshot, replace(through("store-path"), facet="lens:store-path"))
    assert [value.facet_value for value in values] == ["enter", "browse"]
    for value in values:
        found = sorted(read_visit_arrays(snapshot, value.selection).raw)
        assert found == means_of_touchpoints(snapshot, STAGES[value.facet_value])
    together = read_visit_arrays(snapshot, replace(through("acass"), facet="lens:acass", facet_value="consideration"))
    assert sorted(together.raw) == means_of_touchpoints(snapshot, {"hello", "room", "shop"})
    assert together.facts.adjusted


def test_a_stage_of_a_lens_as_a_condition(snapshot: Local) -> None:
    """Without a facet the score is the mean of the touchpoints asked about; a facet of theirs divides them."""
    asked = through("store-path", **{"lens_store-path": ("enter",)})
    assert sorted(read_visit_arrays(snapshot, asked).raw) == means_of_touchpoints(snapshot, STAGES["enter"])
    sides = selected_facet_values(snapshot, replace(asked, facet="touchpoint"))
    assert {side.facet_value for side in sides} == STAGES["enter"]
    both = through("store-path", **{"lens_store-path": ("enter", "browse")})
    channels = {
        side.facet_value: side.selection for side in selected_facet_values(snapshot, replace(both, facet="channel"))
    }
    assert sorted(read_visit_arrays(snapshot, channels["face-to-face"]).raw) == means_of_touchpoints(
        snapshot, STAGES["enter"]
    )


def test_a_lens_nobody_has_named_is_no_facet() -> None:
    with pytest.raises(BadInput, match="lens:acass"):
        Selection(facet="lens:acass")
