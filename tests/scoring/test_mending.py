"""Mended visits on columns score what changed visits, one by one, score exactly."""

from __future__ import annotations

from collections.abc import Collection

import pytest
from helpers import plan_strategies, samples
from helpers.mended import changed
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cemaudit.model import Checklist, Visit, score_name
from cemaudit.model.answers import TextAnswer
from cemaudit.scoring import Plan, make_plan
from cemaudit.scoring.exact import evaluate
from cemaudit.scoring.kernel import columns_of, compile_plan
from cemaudit.scoring.mending import Mending, best_answer, plan_of_columns

FULL = samples.scheme(
    {"id": "each", "how": "ratio", "for_each": "touchpoint", "transform": {"times": 100}},
    {"id": "single", "how": "weighted-mean", "of": ["each"]},
    headline="single",
)


def test_the_best_answer_of_each_type() -> None:
    table = [{"up_to": 30, "points": 2}, {"up_to": 60, "points": 1}, {"points": 0}]
    for answer, best in (
        ("yes-no", True),
        ({"type": "yes-no", "yes": 0, "no": 1}, False),
        (samples.points(0, 3, None, 1), "p1"),
        ({**samples.points(0, 3, -2, 1), "type": "choices"}, ("p1", "p3")),
        ({"type": "scale", "lowest": 1, "highest": 5}, 5),
        ({"type": "duration", "unit": "s", "max": 600, "points": table}, 30),
        ({"type": "count", "min": 0, "max": 3, "points": "value"}, 3),
        ({"type": "count", "points": "value"}, None),
        ("nps", None),
        ("text", None),
    ):
        (item,) = samples.items_only(samples.item("A", answer)).items.values()
        assert best_answer(item) == best
    (item,) = samples.items_only(samples.item("A", samples.points(0, 3, None, 1))).items.values()
    assert best_answer(item, -1) == "p0"


def scored(plan: Plan, visits: list[Visit], touchpoints: Collection[str], *, feelings: bool) -> list[float | None]:
    mending = Mending(columns_of(visits, plan.checklist))
    name = plan.scheme.leading
    part = plan_of_columns(
        plan.checklist, plan.scheme, [name], {planned.aggregator.name: planned.aggregator for planned in plan.measures}
    )
    found = compile_plan(part).run(mending.mend(touchpoints, feelings=feelings))
    (group,) = part.measures[-1].groups
    score = score_name(name, group.key)
    return [
        None if found.reason(score, row) is not None else float(found.values[score][row]) for row in range(len(visits))
    ]


@settings(max_examples=60, deadline=None)
@given(plan_strategies.plans(), st.data())
def test_columns_and_changed_visits_say_the_same(plan: Plan, data: st.DataObject) -> None:
    checklist, name = plan.checklist, plan.scheme.leading
    words = {item.id for item in checklist.items.values() if isinstance(item.answer, TextAnswer)}
    assume(not any(item.when and words & set(item.when.names()) for item in checklist.items.values()))
    drawn = data.draw(st.lists(plan_strategies.visits(checklist), min_size=1, max_size=4))
    kept = columns_of(drawn, checklist).kept
    visits = [visit for row, visit in enumerate(drawn) if row not in kept]
    assume(visits)
    touchpoints = data.draw(st.sets(st.sampled_from(list(checklist.touchpoint))))
    feelings = data.draw(st.booleans())
    exact = [
        evaluate(plan, changed(visit, checklist, touchpoints, feelings=feelings)).scores[name].value for visit in visits
    ]
    found = scored(plan, visits, touchpoints, feelings=feelings)
    assert found == [None if value is None else pytest.approx(float(value), rel=1e-12, abs=1e-9) for value in exact]


def shop(*more: samples.Data) -> Checklist:
    return samples.checklist(
        samples.touchpoint("till", samples.item("A", critical={"fails_at": 0, "caps": "single", "at": 40})),
        samples.touchpoint("after", samples.item("B", when="A == false"), samples.item("C", when="A == true")),
        samples.touchpoint("door", samples.item("D", samples.points(0, 1, None))),
        *more,
    )


def test_caps_and_conditions_follow_what_is_mended() -> None:
    checklist = shop()
    plan = _plan(checklist)
    visit = samples.visit(answers={"A": False, "B": True, "D": "p0"})
    assert scored(plan, [visit], (), feelings=False) == [pytest.approx(100 / 3)]
    # the cap is gone, and so is the remedy, which nobody needs any more; what arises instead nobody observed
    assert scored(plan, [visit], ["till"], feelings=False) == [50]
    assert scored(plan, [visit], ["door"], feelings=False) == [40]
    assert scored(plan, [visit], ["till", "door"], feelings=False) == [100]


def test_what_nobody_answered_stays_so() -> None:
    plan = _plan(shop())
    bought_nothing = samples.visit(answers={"A": True, "D": "p2"}, skipped=samples.skipped("C"))
    assert scored(plan, [bought_nothing], ["till", "after", "door"], feelings=False) == [100]
    nothing = samples.visit()
    assert scored(plan, [nothing], ["till", "after", "door"], feelings=False) == [None]


def _plan(checklist: Checklist) -> Plan:
    return make_plan(checklist, FULL)


@settings(max_examples=60, deadline=None)
@given(plan_strategies.checklists(), st.data())
def test_mending_never_lowers_a_monotone_headline(checklist: Checklist, data: st.DataObject) -> None:
    assume(not any(item.when or item.gives_to for item in checklist.items.values()))
    assume(all(item.possible is None or item.possible >= 0 for item in checklist.items.values()))
    plan = _plan(checklist)
    drawn = data.draw(st.lists(plan_strategies.visits(checklist), min_size=1, max_size=3))
    kept = columns_of(drawn, checklist).kept
    visits = [visit for row, visit in enumerate(drawn) if row not in kept]
    assume(visits)
    touchpoints = data.draw(st.sets(st.sampled_from(list(checklist.touchpoint))))
    before, after = (scored(plan, visits, some, feelings=False) for some in ((), touchpoints))
    for low, high in zip(before, after, strict=True):
        assert (low is None) == (high is None)
        assert low is None or high is None or high >= low - 1e-9
