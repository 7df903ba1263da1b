"""The visits that are compared are those that count, with the scores that exact arithmetic finds."""

from __future__ import annotations

from collections import Counter, defaultdict
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from helpers import chains
from helpers.chains import SCHEMES, SHOPS, STORES, Network

from cemaudit.compare.crosstabs import VisitArrays
from cemaudit.compare.errors import NotEstimable
from cemaudit.compare.from_snapshot import read_visit_arrays
from cemaudit.compare.selection import Selection, filter_by_wave
from cemaudit.errors import BadInput
from cemaudit.ledger.query.keys import Condition
from cemaudit.ledger.query.reading import Local, reading
from cemaudit.ledger.query.statement import EVERYTHING, Filter
from cemaudit.ledger.snapshot.score_columns import hundredths
from cemaudit.model import Visit
from cemaudit.scoring import evaluate, make_plan
from cemaudit.scoring.exact import Evaluation

PLAN = {(shop.ref, scheme.ref): make_plan(shop, scheme) for shop in SHOPS for scheme in SCHEMES}


def scheme_of(visit: Visit) -> str:
    """The scheme in force on a visit's day."""
    return "test.scheme@2" if visit.day and visit.day.isoformat() >= "2026-06-01" else "test.scheme@1"


def evaluated(chain: Network, measure: str = "whole", *, excluded: bool = False) -> list[tuple[Visit, Evaluation]]:
    """The visits that count and have a score."""
    known = [one for one in chain.visits if excluded or one.id not in chain.excluded]
    both = [(one, evaluate(PLAN[one.checklist, scheme_of(one)], one)) for one in known]
    return [(one, found) for one, found in both if measure in found.scores and found.scores[measure].value is not None]


def as_rows(observed: VisitArrays) -> Counter[tuple[Any, ...]]:
    """Each visit as its store, its levels and its raw score."""
    levels = [[factor.levels[code] for code in factor.codes] for factor in observed.factors]
    stores = [observed.stores[code] for code in observed.store]
    return Counter(zip(stores, *levels, np.round(observed.raw * 100).astype(int).tolist(), strict=True))


def test_each_visit_that_counts_is_there_with_all_that_is_known_of_it(snapshot: Local, chain: Network) -> None:
    pools = {store.id: store.pool or None for store in STORES}
    wanted = Counter(
        (
            one.store,
            pools.get(one.store),
            one.wave,
            one.checklist,
            scheme_of(one),
            one.scenario,
            hundredths(found.scores["whole"].value),
        )
        for one, found in evaluated(chain)
        if found.scores["whole"].value is not None
    )
    assert as_rows(read_visit_arrays(snapshot, Selection())) == wanted


def test_who_is_not_known_has_no_place_among_shoppers(snapshot: Local, chain: Network) -> None:
    found = read_visit_arrays(snapshot, Selection())
    visits = Counter(one.shopper for one, _ in evaluated(chain))
    assert sorted(np.bincount(found.shopper[found.shopper >= 0])) == sorted(n for who, n in visits.items() if who)
    assert (found.shopper < 0).sum() == visits[None] == found.facts.unknown_shopper_visits
    said = f"Visits by shoppers who are not known, whose severity cannot be adjusted for: {visits[None]}."
    assert str(found.facts.notes[0]) == said


def expected_share(visit: Visit, means: dict[tuple[str, str], Fraction], counted: dict[str, set[str]]) -> Fraction:
    """The headline of items of average points, of those that counted at each touchpoint."""
    shop = next(one for one in SHOPS if one.ref == visit.checklist)
    shares = []
    for touchpoint, names in counted.items():
        items = [item for item in shop.touchpoint[touchpoint].items if item.id in names]
        if items:
            earned = sum((item.weight * means[shop.ref, item.id] for item in items), Fraction(0))
            shares.append(100 * earned / sum((item.weight * (item.possible or 0) for item in items), Fraction(0)))
    return sum(shares, Fraction(0)) / len(shares)


def test_what_did_not_apply_makes_no_score_better(snapshot: Local, chain: Network) -> None:
    """Against the definition, in fractions, with the means of each checklist's visits under each scheme."""
    both = evaluated(chain)
    adjusted: list[float] = []
    for ref in PLAN:
        some = [(one, found) for one, found in both if (one.checklist, scheme_of(one)) == ref]
        points = defaultdict(list)
        for _, found in some:
            for item, score in found.items.items():
                if score.points is not None:
                    points[ref[0], item].append(score.points)
        means = {key: Fraction(sum(values)) / len(values) for key, values in points.items()}
        shop = next(one for one in SHOPS if one.ref == ref[0])
        every = {touchpoint.id: {item.id for item in touchpoint.items} for touchpoint in shop.touchpoints}
        for one, found in some:
            counted = {
                name: {item for item in items if found.items[item].points is not None} for name, items in every.items()
            }
            d = expected_share(one, means, counted) - expected_share(one, means, every)
            value = found.scores["whole"].value
            assert value is not None
            adjusted.append(hundredths(value) / 100 - float(d))
    scores = read_visit_arrays(snapshot, Selection()).score
    assert np.allclose(np.sort(scores), np.sort(adjusted), atol=0.6e-4, rtol=0)
    assert not np.allclose(
        np.sort(scores), np.sort(read_visit_arrays(snapshot, Selection(adjusted=False)).score), atol=1
    )


def test_without_adjustment_scores_are_what_they_are(snapshot: Local) -> None:
    found = read_visit_arrays(snapshot, Selection(adjusted=False))
    assert np.array_equal(found.score, found.raw)
    assert not found.facts.adjusted


def test_a_measure_that_is_no_mean_of_points_stays_as_it_is_and_says_so(snapshot: Local, chain: Network) -> None:
    found = read_visit_arrays(snapshot, Selection(measure="feel"))
    assert np.array_equal(found.score, found.raw)
    assert len(found.raw) == len(evaluated(chain, "feel"))
    assert "not a mean of item points" in str(found.facts.notes[0])


def test_what_is_left_out_is_counted_by_reason(snapshot: Local, chain: Network) -> None:
    without = read_visit_arrays(snapshot, Selection(measure="feel")).facts
    every = read_visit_arrays(snapshot, Selection(measure="feel", visit_filter=Filter(excluded=True))).facts
    kept = len(chain.visits) - len(chain.excluded)
    assert without.visits + sum(without.left_out.values()) == len(chain.visits)
    assert without.left_out["excluded"] == len(chain.excluded)
    assert every.visits + sum(every.left_out.values()) == len(chain.visits) == kept + len(chain.excluded)
    assert "excluded" not in every.left_out


def test_visits_under_a_scheme_without_the_measure_are_left_out(snapshot: Local, chain: Network) -> None:
    found = read_visit_arrays(snapshot, Selection(measure="new")).facts
    earlier = [one for one in chain.visits if scheme_of(one) == "test.scheme@1" and one.id not in chain.excluded]
    assert found.schemes == ("test.scheme@2",)
    assert found.left_out["not-asked"] == len(earlier)


def test_a_wave_that_is_not_there_is_refused_with_those_that_are(snapshot: Local) -> None:
    with pytest.raises(BadInput, match=r"no visits of wave w9 \(known here: w1, w2\)"):
        read_visit_arrays(snapshot, Selection(filter_by_wave(EVERYTHING, "w9")))
    with pytest.raises(NotEstimable, match="none of these visits has a score to compare"):
        read_visit_arrays(snapshot, Selection(Filter((Condition("store", ("nowhere",)),))))


def test_several_scores_of_a_visit_cannot_be_compared_at_once(snapshot: Local) -> None:
    with pytest.raises(BadInput, match=r"several scores per visit: each\[hello\]"):
        read_visit_arrays(snapshot, Selection(measure="each"))


@pytest.mark.parametrize("asked", [{"unit": "colour"}, {"pool": "store"}, {"facet": "store"}, {"facet": "measure"}])
def test_what_nothing_can_be_compared_by_is_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(BadInput, match=r"no such key|nothing to compare by"):
        Selection(**asked)


def test_pools_are_those_known_unless_others_are_asked_for(snapshot: Local) -> None:
    def first(**asked: Any) -> tuple[str, tuple[str | None, ...]]:
        factor = read_visit_arrays(snapshot, Selection(**asked)).factors[0]
        return factor.name, factor.levels

    assert first() == ("pool", ("p1", None))
    assert first(pool="region") == ("region", ("north", "south", None))
    assert first(pool="")[0] == "wave"
    assert first(pool="", unit="region") == ("region", ("north", "south", None))
    assert [one.name for one in read_visit_arrays(snapshot, Selection(unit="region")).factors[:2]] == ["pool", "region"]


def test_shares_are_compared_on_the_arcsine_scale_and_come_back(snapshot: Local) -> None:
    points, angles = read_visit_arrays(snapshot, Selection()), read_visit_arrays(snapshot, Selection(scale="arcsine"))
    assert angles.score.min() >= 0
    assert angles.score.max() <= np.pi / 2
    back = np.sort(angles.facts.scale.to_points(angles.score))
    assert np.allclose(back, np.sort(np.clip(points.score, 0, 100)), atol=1e-4)


def test_only_shares_of_points_have_an_arcsine_scale(snapshot: Local) -> None:
    with pytest.raises(BadInput, match="arcsine"):
        read_visit_arrays(snapshot, Selection(measure="feel", scale="arcsine"))
    with pytest.raises(BadInput, match="arcsine"):
        read_visit_arrays(snapshot, Selection(measure="new", scale="arcsine"))


def test_one_version_of_a_checklist_can_be_chosen(snapshot: Local) -> None:
    one = read_visit_arrays(snapshot, Selection(Filter((Condition("checklist", ("test.shop@2",)),))))
    assert one.facts.checklists == ("test.shop@2",)
    assert next(factor for factor in one.factors if factor.name == "checklist").levels == ("test.shop@2",)
    with pytest.raises(BadInput, match="no visits of this checklist"):
        read_visit_arrays(snapshot, Selection(Filter((Condition("checklist", ("other",)),))))


def test_visits_of_several_checklists_are_not_compared_together(tmp_path: Path) -> None:
    visits = chains.made_up(5, 12)
    visits[0] = visits[0].model_copy(update={"checklist": chains.OTHER.ref})
    with reading(chains.network(tmp_path, visits).folder) as opened:
        with pytest.raises(BadInput, match=r"several checklists are there: test\.other, test\.shop"):
            read_visit_arrays(opened, Selection())
        shop = read_visit_arrays(opened, Selection(Filter((Condition("checklist", ("test.shop",)),))))
    assert set(shop.facts.checklists) <= {one.ref for one in SHOPS}
