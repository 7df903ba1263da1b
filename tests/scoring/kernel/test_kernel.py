"""What the kernel says is what the exact evaluator says."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from helpers import plan_strategies, samples
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from cemaudit.errors import BadInput
from cemaudit.model import Visit
from cemaudit.scoring import Engine, Plan, evaluate, make_plan
from cemaudit.scoring.bands import find_band
from cemaudit.scoring.kernel import ScoredVisits, columns_of, compile_plan, compiler

FEW = settings(max_examples=60, suppress_health_check=list(HealthCheck))
OVERALL = {"id": "p", "how": "ratio", "transform": {"times": 100}, "round": {"digits": 1}}
BANDS = [{"label": "A", "where": {"p": ">= 50"}}, {"label": "B"}]
TWO = samples.items_only(samples.item("A", samples.points(0, 3, 5)), samples.item("B", na="refuse"))


def compare(scored: ScoredVisits, plan: Plan, visit: Visit, row: int) -> None:
    scores = evaluate(plan, visit).scores
    assert set(scored.values) == set(scores)
    for name, score in scores.items():
        found = float(scored.values[name][row])
        assert scored.reason(name, row) is score.reason, name
        if score.value is None:
            assert np.isnan(found)
        elif is_rounded(plan, name):
            assert found.hex() == float(score.value).hex(), name
        else:
            assert abs(Fraction(found) - score.value) <= Fraction(1, 10**9) * max(1, abs(score.value)), name
    assert scored.band(row) == find_band(plan.scheme, scores)


def is_rounded(plan: Plan, name: str) -> bool:
    rounding = plan.scheme.measure[name.partition("[")[0]].round
    return rounding is not None and rounding.stage == "value"


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    try:
        return draw(plan_strategies.plans())
    except (BadInput, ValueError):
        reject()


@pytest.mark.slow
@FEW
@given(st.data(), st.sampled_from([3, 65_536]))
def test_the_kernel_says_what_the_exact_evaluator_says(data: st.DataObject, block: int) -> None:
    plan = data.draw(plans())
    visits = data.draw(st.lists(plan_strategies.visits(plan.checklist), min_size=1, max_size=10))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiler, "BLOCK", block)
        scored = compile_plan(plan).run(columns_of(visits, plan.checklist))
    for row, visit in enumerate(visits):
        compare(scored, plan, visit, row)


@pytest.mark.slow
@FEW
@given(st.data())
def test_a_row_is_its_visit_again(data: st.DataObject) -> None:
    plan = data.draw(plans())
    visits = data.draw(st.lists(plan_strategies.visits(plan.checklist), min_size=1, max_size=4))
    columns = columns_of(visits, plan.checklist)
    for row, visit in enumerate(visits):
        assert evaluate(plan, columns.visit(row)).scores == evaluate(plan, visit).scores


def plan_of(*measures: dict[str, Any], **keys: Any) -> Plan:
    return make_plan(TWO, samples.scheme(*measures, **keys), plan_strategies.OTHERS)


def run(plan: Plan, *answers: dict[str, Any]) -> ScoredVisits:
    visits = [samples.visit(answers=one) for one in answers]
    return compile_plan(plan).run(columns_of(visits, TWO))


def test_columns_of_scores_reasons_and_bands() -> None:
    scored = run(plan_of(OVERALL, bands=BANDS), {"A": "p1", "B": True}, {"A": "p0", "B": False}, {})
    assert scored.values["p"].tolist()[:2] == [66.7, 0.0]
    assert [scored.reason("p", row) for row in range(3)] == [None, None, "unanswered"]
    assert [band and band.label for band in map(scored.band, range(3))] == ["A", "B", None]
    assert scored.decided == 0


def test_no_visits_and_one() -> None:
    plan = plan_of(OVERALL, bands=BANDS)
    assert run(plan).values["p"].size == 0
    assert run(plan, {"A": "p2", "B": True}).values["p"].tolist() == [100.0]


def test_what_has_no_columns_is_scored_audit_by_audit() -> None:
    plan = plan_of({"id": "third", "how": "test.third"}, {"id": "twice", "how": "sum", "of": ["third"]}, OVERALL)
    kernel = compile_plan(plan)
    assert {name: str(why) for name, why in kernel.fallbacks.items()} == {
        "third": "test.third has no column form",
        "twice": "it needs third",
    }
    assert run(plan, {"A": "p1", "B": True}).values["twice"].tolist() == [3.0]


def test_a_plugin_may_bring_its_columns() -> None:
    plan = plan_of({"id": "spread", "how": "test.spread"})
    assert not compile_plan(plan).fallbacks
    assert run(plan, {"A": "p2", "B": True}, {"A": "p1"}).values["spread"].tolist() == [4.0, 0.0]


def test_numbers_too_large_are_not_trusted_to_floats() -> None:
    plan = plan_of({"id": "huge", "how": "sum", "transform": {"times": "9999999999999999/7"}})
    assert str(compile_plan(plan).fallbacks["huge"]) == "its numbers are too large"
    exact = Fraction(9999999999999999, 7) * 6
    assert run(plan, {"A": "p2", "B": True}).values["huge"].tolist() == [float(exact)]


def test_what_float_cannot_decide_is_asked_of_the_exact_evaluator() -> None:
    """The mean of 1/3 and 2/3 of different scales is a half, which float64 may just miss."""
    each = {"id": "each", "how": "ratio", "for_each": "item", "transform": {"times": "1/3"}}
    mean = {"id": "mean", "how": "mean", "of": ["each"], "round": {"digits": 0}}
    scored = run(plan_of(each, mean, {"id": "p", "how": "mean", "of": ["each"]}), {"A": "p2", "B": True}, {"B": False})
    assert scored.decided == 0
    half = {**mean, "transform": {"times": "3/2"}}
    assert run(plan_of(each, half), {"A": "p2", "B": True}).decided == 1


@pytest.mark.slow
@pytest.mark.parametrize("name", ["retail.green-smile", "hospital.outpatient", "ecommerce.order"])
@settings(FEW, max_examples=5)
@given(st.data())
def test_shipped_checklists(engine: Engine, name: str, data: st.DataObject) -> None:
    ref = next(ref for ref in engine.library.checklists if ref.startswith(f"{name}@"))
    plan = engine.plan(ref)
    visits = data.draw(st.lists(plan_strategies.visits(plan.checklist), min_size=1, max_size=3))
    kernel = compile_plan(plan)
    assert not kernel.fallbacks
    scored = kernel.run(columns_of(visits, plan.checklist))
    for row, visit in enumerate(visits):
        compare(scored, plan, visit, row)
