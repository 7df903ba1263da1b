"""The deck: every visit fits its checklist, every item has each of its answers, the same deck each time."""

from __future__ import annotations

from fractions import Fraction

import pytest
from helpers import samples

from cemaudit.conformance.edge_visits import edge_episodes, edge_visits, graded_visit, history_visits, listed_answers
from cemaudit.model import Checklist, SkipState
from cemaudit.scoring import Engine, check_visit

CHECKLISTS = Engine().library.checklists
LATEST = ["retail.green-smile@2.0.0", "hospital.outpatient@2.0.0", "ecommerce.order@2.0.0", "programme.loyalty@2.0.0"]


def chained() -> Checklist:
    """Items that arise by the answer to others, and one whose condition can never hold."""
    return samples.items_only(
        samples.item("a"),
        samples.item("b", "nps", when="a == true"),
        samples.item("c", when="b <= 6 and not answered(d)"),
        samples.item("d", na="refuse"),
        samples.item("e", when="b == 'none'"),
    )


@pytest.mark.parametrize("ref", LATEST)
def test_every_visit_fits_and_every_item_is_swept(ref: str) -> None:
    checklist = CHECKLISTS[ref]
    cases = edge_visits(checklist)
    assert [case.name for case in cases if check_visit(case.visit, checklist)] == []
    assert len({case.visit.id for case in cases}) == len(cases)
    names = {case.name for case in cases}
    for item in checklist.items.values():
        assert f"{item.id} unanswered" in names
        assert sum(name.startswith(f"{item.id} = ") for name in names) >= min(2, len(listed_answers(item))), item.id
    assert cases == edge_visits(checklist)


def test_items_arise_by_whatever_it_takes() -> None:
    names = {case.name: case.visit for case in edge_visits(chained())}
    assert names["c = True"].answers.keys() == {"a", "b", "c"}
    assert "d unanswered" in names
    assert f"d {SkipState.NOT_APPLICABLE}" not in names
    assert f"d {SkipState.NOT_OBSERVED}" in names
    assert not any(name.startswith("e = ") for name in names)


def test_history_goes_as_its_shares_say() -> None:
    engine, checklist = Engine(), CHECKLISTS["retail.green-smile@2.0.0"]
    shares = [Fraction(number, 4) for number in (4, 2, 0)]
    visits = history_visits(checklist, shares)
    scores = [engine.audit(visit).score("performance").value for visit in visits]
    assert scores == sorted(scores, key=lambda score: -(score or 0))
    days = [visit.day for visit in visits]
    assert days == sorted(days)
    assert days[-1] < graded_visit(checklist, Fraction(1)).day


def test_episodes_have_a_visit_of_every_step() -> None:
    checklist = CHECKLISTS["hospital.outpatient@2.0.0"]
    for visits in edge_episodes(checklist).values():
        assert {visit.step for visit in visits} == {step.id for step in checklist.steps}
        assert all(check_visit(visit, checklist) == [] for visit in visits)
    assert edge_episodes(CHECKLISTS["retail.green-smile@2.0.0"]) == {}
