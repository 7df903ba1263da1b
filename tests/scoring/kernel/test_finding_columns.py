"""The core's findings of many visits at once are those of each visit."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from helpers import plan_strategies, samples, strategies
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from cemaudit.errors import BadInput
from cemaudit.model import Audit, Checklist, Complaint, Visit
from cemaudit.scoring import Engine, Plan, make_audit, make_plan
from cemaudit.scoring.findings import FindingPlace
from cemaudit.scoring.kernel import ScoredVisits, columns_of, compile_plan, compiler
from cemaudit.simulate import simulate

ENGINE = Engine()
SHIPPED = sorted(ENGINE.library.all_checklists())
SCHEMES = (None, "cem.experience@1", "cem.experience@2", "cem.performance@1")


def core_of(audit: Audit) -> Counter[FindingPlace]:
    """The core's findings of an audit; only critical items have a place of their own."""
    return Counter(
        FindingPlace(finding.rule, str(finding.touchpoint), finding.item)
        for finding in audit.findings
        if finding.rule.startswith("core.")
    )


def counted(scored: ScoredVisits, row: int) -> Counter[FindingPlace]:
    return +Counter({place: int(times[row]) for place, times in scored.findings.items()})


def compare(plan: Plan, visits: list[Visit]) -> None:
    scored = compile_plan(plan).run(columns_of(visits, plan.checklist), with_findings=True)
    for row, visit in enumerate(visits):
        assert counted(scored, row) == core_of(make_audit(plan, visit)), visit.id


@st.composite
def shipped_visits(draw: st.DrawFn) -> tuple[Plan, list[Visit]]:
    """Simulated visits of a checklist that is shipped, under its scheme or another, some changed by chance."""
    checklist = ENGINE.library.checklist(draw(st.sampled_from(SHIPPED)))
    visits = list(simulate(checklist, draw(st.integers(1, 3)), 3, draw(st.integers(0, 10**6))))
    scheme = draw(st.sampled_from(SCHEMES))
    touchpoints, items = st.sampled_from(sorted(checklist.touchpoint)), st.sampled_from(sorted(checklist.items))
    changed = []
    for visit in visits:
        complaint = touchpoints.map(lambda touchpoint: Complaint(touchpoint=touchpoint, text="x"))
        left_out = draw(st.sets(items, max_size=3))
        update: dict[str, Any] = {
            "claims": tuple(draw(st.lists(complaint, max_size=3))),
            "emotions": {**visit.emotions, **draw(st.dictionaries(touchpoints, st.integers(-3, 3), max_size=4))},
            "expectations": {**visit.expectations, **draw(st.dictionaries(touchpoints, st.integers(1, 7), max_size=4))},
            "answers": {name: answer for name, answer in visit.answers.items() if name not in left_out},
        }
        changed.append(visit.model_copy(update=update))
    try:
        return ENGINE.plan(checklist.ref, visits[0].day, scheme), changed
    except BadInput:  # not every scheme fits every checklist
        reject()


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(shipped_visits())
def test_findings_in_columns_are_those_of_each_visit(given_visits: tuple[Plan, list[Visit]]) -> None:
    compare(*given_visits)


@settings(suppress_health_check=list(HealthCheck))
@given(strategies.checklists_and_visits())
def test_findings_in_columns_of_any_checklist(pair: tuple[Checklist, Visit]) -> None:
    checklist, visit = pair
    for version in (1, 2):
        compare(make_plan(checklist, ENGINE.library.scheme(f"cem.experience@{version}")), [visit, visit])


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_findings_of_facts_and_hand_overs_in_columns(data: st.DataObject) -> None:
    try:
        checklist = data.draw(plan_strategies.checklists())
        plan = make_plan(checklist, ENGINE.library.scheme("cem.experience@2"))
    except (BadInput, ValueError):
        reject()
    visits = data.draw(st.lists(plan_strategies.visits(checklist), min_size=1, max_size=5))
    compare(plan, [visit for visit in visits if visit.step in {None, "V1", "V2"}])


@pytest.mark.parametrize("ref", SHIPPED)
def test_every_shipped_checklist(ref: str) -> None:
    visits = list(simulate(ENGINE.library.checklist(ref), 2, 4, 11))
    compare(ENGINE.plan(ref, visits[0].day), visits)


def test_a_fact_that_none_of_the_visits_was_asked_for() -> None:
    """Of answers too many to list there is no level then, and no number."""
    ref = "hospital.outpatient@2.0.0"
    visits = [visit for visit in simulate(ENGINE.library.checklist(ref), 2, 2, 3) if visit.step == "VB"]
    assert visits
    compare(ENGINE.plan(ref, visits[0].day), visits)


TEN = {"type": "scale", "lowest": 0, "highest": 10}


@pytest.mark.parametrize("policy", ["zero", "exclude"])
def test_a_critical_item_left_out_fails_where_the_scheme_says_so(policy: str) -> None:
    shop = samples.checklist(samples.touchpoint("desk", samples.item("A", TEN, critical={"fails_at": 2}, na="zero")))
    scheme = samples.scheme({"id": "p", "how": "ratio"}).model_copy(update={"unanswered": policy})
    visits = [samples.visit(), samples.visit(answers={"A": 2}), samples.visit(answers={"A": 3})]
    compare(make_plan(shop, scheme), [*visits, samples.visit(skipped={"A": {"state": "not-applicable"}})])


def test_an_heir_of_points_is_judged_by_what_it_earned_with_them() -> None:
    items = (
        samples.item("A", TEN, critical={"fails_at": 6}),
        samples.item("B", TEN, na="give-to:A"),
    )
    plan = make_plan(samples.checklist(samples.touchpoint("desk", *items)), samples.scheme({"id": "p", "how": "ratio"}))
    skipped = {"B": {"state": "not-applicable"}}
    compare(plan, [samples.visit(answers={"A": level}, skipped=skipped) for level in (2, 3, 4, 6)])


def test_a_hand_over_looked_at_by_an_item_without_points_never_fails() -> None:
    counted_item = samples.item("N", {"type": "count", "points": "value"})
    desk = samples.touchpoint("desk", samples.item("A"), carries_to=[{"touchpoint": "till", "items": ["N"]}])
    shop = samples.checklist(desk, samples.touchpoint("till", counted_item))
    compare(make_plan(shop, ENGINE.library.scheme("cem.experience@2")), [samples.visit(answers={"N": 0})])


def test_scores_at_the_very_edge_are_decided_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Experiences of exactly 0 and a hair below; block by block."""
    monkeypatch.setattr(compiler, "BLOCK", 7)
    shop = samples.checklist(
        samples.touchpoint("desk", samples.item("A", TEN), samples.item("B", TEN), emotion=True, expectation=True)
    )
    plan = make_plan(shop, ENGINE.library.scheme("cem.experience@1"))
    visits = [
        samples.visit(
            answers={"A": first, "B": second},
            emotions={"desk": emotion},
            expectations={"desk": 1 + (first + emotion) % 7},
        )
        for first in (0, 3, 8, 10)
        for second in (0, 6, 8)
        for emotion in range(-3, 4)
    ]
    compare(plan, visits)
