"""Which touchpoints to mend first: by exact gains, step by step, whatever order visits come in."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from helpers import chains, samples
from helpers.chains import Network
from helpers.mended import changed

from cemaudit.compare.choice_from_snapshot import (
    ChoiceQuery,
    _Chain,
    choice_of_snapshot,
    newest_checklist,
    scheme_in_force,
)
from cemaudit.compare.errors import NotEstimable
from cemaudit.compare.queries.touchpoint_columns import SelectedAnswers, _rows_of, read_answers
from cemaudit.compare.touchpoint_choice import (
    USUAL_RULE,
    ChainTotals,
    ChoiceRule,
    ChosenTouchpoints,
    Ratings,
    TouchpointSet,
    choose_touchpoints,
)
from cemaudit.errors import BadInput
from cemaudit.ledger.query.keys import Condition
from cemaudit.ledger.query.reading import Local
from cemaudit.ledger.query.statement import EVERYTHING, Filter
from cemaudit.model import Visit
from cemaudit.model.inventory import Inventory
from cemaudit.scoring import make_plan
from cemaudit.scoring.exact import evaluate
from cemaudit.scoring.kernel import columns_of

REF = "test.shop@2"
Worth = Callable[[TouchpointSet], float]


def chosen_by(worth: Worth, rule: ChoiceRule = USUAL_RULE, **ratings: Ratings) -> ChosenTouchpoints:
    """A choice among a, b and c in three stores of one visit each, where sets are worth what ``worth`` says."""

    def totals(sets: Sequence[TouchpointSet]) -> list[ChainTotals]:
        return [ChainTotals(np.full(3, 10 + worth(names)), np.ones(3)) for names in sets]

    return choose_touchpoints("cab", totals, totals, ratings=ratings, rule=rule)


def together(names: TouchpointSet) -> float:
    """b brings 3 and c brings 2 alone; a brings nothing but beside b, where c brings no more."""
    return 3 * ("b" in names) + (2 if "c" in names and "b" not in names else 0) + (4 if {"a", "b"} <= names else 0)


def test_each_is_chosen_by_what_it_adds_to_those_before_it() -> None:
    found = chosen_by(together, replace(USUAL_RULE, size=2))
    assert found.chosen == ("b", "a")
    assert (found.mean, found.mended, found.all_mended) == (10, 17, 17)
    by_name = {estimate.touchpoint: estimate for estimate in found.estimates}
    assert [(one.gain, one.step) for one in (by_name["a"], by_name["b"], by_name["c"])] == [(0, 4), (3, 3), (2, 0)]


def test_what_moves_nothing_is_never_chosen_and_ties_go_by_id() -> None:
    found = chosen_by(lambda names: len(names - {"c"}))
    assert found.chosen == ("a", "b")
    assert [estimate.place for estimate in found.estimates] == [1, 2, None]
    bribed = chosen_by(lambda names: len(names - {"c"}), ChoiceRule(cost=9), c=Ratings(cost=1))
    assert bribed.chosen == ("a", "b")


def test_ratings_count_as_declared() -> None:
    worth: Worth = lambda names: 3 * ("a" in names) + 2.5 * ("b" in names)  # noqa: E731
    assert chosen_by(worth, ChoiceRule(size=1), a=Ratings(cost=5)).chosen == ("a",)
    weighed = chosen_by(worth, ChoiceRule(size=1, cost=0.3), a=Ratings(cost=5))
    assert weighed.chosen == ("b",)
    assert {one.touchpoint: one.bonus for one in weighed.estimates} == {"a": -0.6, "b": 0, "c": 0}
    novel = chosen_by(worth, ChoiceRule(size=1, novelty=0.2, importance=0.1), b=Ratings(None, 5, 5))
    assert novel.chosen == ("b",)


def test_a_lower_headline_may_be_the_better_one() -> None:
    def totals(sets: Sequence[TouchpointSet]) -> list[ChainTotals]:
        return [ChainTotals(np.full(2, 10.0 - 2 * len(names)), np.ones(2)) for names in sets]

    found = choose_touchpoints(["a"], totals, totals, ratings={}, rule=USUAL_RULE, better=-1)
    assert (found.chosen, found.estimates[0].gain, found.mended) == (("a",), 2, 8)


def random_answers(seed: int, mixed: int | None = None) -> SelectedAnswers:
    """Made-up visits of the second checklist as columns; ``mixed``: in another order."""
    visits = [visit for visit in chains.made_up(seed, 120) if visit.checklist == REF]
    if mixed is not None:
        random.Random(mixed).shuffle(visits)
    columns, rows = columns_of(visits, chains.SHOPS[1]), _rows_of([visit.store for visit in visits])
    return SelectedAnswers(columns, rows, 0, np.arange(len(visits)))


def chosen_of(answers: SelectedAnswers, rule: ChoiceRule) -> ChosenTouchpoints:
    chain = _Chain(answers, chains.SHOPS[1], chains.SCHEMES[1], {})
    return choose_touchpoints(["hello", "room", "shop"], chain.totals, chain.totals_felt, ratings={}, rule=rule)


def test_resamples_are_the_same_in_any_order_of_visits() -> None:
    rule = replace(USUAL_RULE, size=2, resamples=300)
    first = chosen_of(random_answers(3), rule)
    assert first == chosen_of(random_answers(3), rule)
    assert first == chosen_of(random_answers(3, mixed=5), rule)
    other = chosen_of(random_answers(3), replace(rule, seed=2))
    assert [one.gain for one in other.estimates] == [one.gain for one in first.estimates]
    assert other != first
    for one in first.estimates:
        assert one.interval is not None
        assert one.interval.low <= one.gain <= one.interval.high
        assert one.among is not None
    assert sum(one.among or 0 for one in first.estimates) == pytest.approx(2)


def counted(chain: Network) -> list[Visit]:
    return [visit for visit in chain.visits if visit.checklist == REF and visit.id not in chain.excluded]


def query(**keys: object) -> ChoiceQuery:
    return replace(ChoiceQuery(REF, ChoiceRule(size=2, resamples=100)), **keys)  # type: ignore[arg-type]


def test_gains_are_those_of_changed_visits_scored_exactly(chain: Network, snapshot: Local) -> None:
    checklist, scheme = chains.SHOPS[1], chains.SCHEMES[1]
    assert newest_checklist(snapshot, of_shop()) == REF
    found = choice_of_snapshot(snapshot, query(), scheme_in_force(snapshot, REF))
    plan, visits = make_plan(checklist, scheme), counted(chain)

    def mean(*touchpoints: str, feelings: bool = False) -> float:
        scores = [
            evaluate(plan, changed(visit, checklist, touchpoints, feelings=feelings)).scores["whole"].value
            for visit in visits
        ]
        known = [float(value) for value in scores if value is not None]
        return sum(known) / len(known)

    assert found.choice.mean == pytest.approx(mean())
    for one in found.choice.estimates:
        assert one.gain == pytest.approx(mean(one.touchpoint) - mean())
        assert one.with_feelings == pytest.approx(mean(one.touchpoint, feelings=True) - mean())
    first, second = found.choice.chosen
    steps = {one.touchpoint: one.step for one in found.choice.estimates}
    assert steps[second] == pytest.approx(mean(first, second) - mean(first))
    assert found.choice.mended == pytest.approx(mean(first, second))
    assert found.choice.all_mended == pytest.approx(mean("hello", "room", "shop"))
    assert any("Visits of other versions are left out" in str(note) for note in found.notes)


def of_shop(*more: Condition) -> Filter:
    return EVERYTHING._replace(conditions=(Condition("checklist", ("test.shop",)), *more))


def test_only_the_visits_meant_are_looked_at(chain: Network, snapshot: Local) -> None:
    north = of_shop(Condition("store", ("s1", "s4")))
    visits = [visit for visit in counted(chain) if visit.store in {"s1", "s4"}]
    answers = read_answers(snapshot, REF, north._replace(conditions=north.conditions[1:]))
    assert (answers.columns.rows, answers.rows.stores, answers.left_out) == (len(visits), ("s1", "s4"), 0)
    found = choice_of_snapshot(snapshot, query(visit_filter=north), chains.SCHEMES[1])
    assert found.stores == 2
    single = choice_of_snapshot(snapshot, query(visit_filter=of_shop(Condition("store", ("s1",)))), chains.SCHEMES[1])
    assert single.choice.estimates[0].interval is None
    assert any("single store" in str(note) for note in single.notes)
    with pytest.raises(NotEstimable):
        choice_of_snapshot(snapshot, query(visit_filter=of_shop(Condition("store", ("s99",)))), chains.SCHEMES[1])


def test_what_must_be_kept_stays_and_names_must_exist(snapshot: Local) -> None:
    found = choice_of_snapshot(snapshot, query(rule=ChoiceRule(size=1), keep=("room", "shop")), chains.SCHEMES[1])
    assert set(found.kept) == {"room", "shop"} - set(found.choice.chosen)
    with pytest.raises(BadInput, match="no such touchpoint: romm"):
        choice_of_snapshot(snapshot, query(keep=("romm",)), chains.SCHEMES[1])


def test_what_headquarters_says_stands_beside_the_figures(snapshot: Local) -> None:
    entry = {"title": samples.text("t"), "channel": "face-to-face", "found_by": ["path-walked", "workshop"]}
    wished = {**entry, "id": "hello", "wish": samples.text("warm"), "cost": 2, "novelty": 4}
    inventory = Inventory.model_validate(
        {"touchpoints": [wished, {**entry, "id": "street", "audited": False, "title": samples.text("Street " * 30)}]}
    )
    found = choice_of_snapshot(
        snapshot, query(inventory=inventory, rule=ChoiceRule(size=3, cost=0.1)), chains.SCHEMES[1]
    )
    evidence = found.evidence["hello"]
    assert (evidence.ratings, str(evidence.wish), len(evidence.found_by)) == (Ratings(2, 4, None), "warm", 2)
    assert evidence.negative is None
    assert evidence.missed is not None
    notes = " ".join(map(str, found.notes))
    assert f"asked about by no checklist: {'Street ' * 29}Street" in notes


def test_a_headline_of_many_numbers_is_refused(snapshot: Local) -> None:
    many = samples.scheme({"id": "each", "how": "ratio", "for_each": "touchpoint"})
    with pytest.raises(BadInput, match="not one number"):
        choice_of_snapshot(snapshot, query(), many)
