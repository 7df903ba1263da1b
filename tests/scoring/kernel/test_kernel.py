"""What the kernel says is what the exact evaluator says."""

from __future__ import annotations

import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import samples
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from cemaudit.errors import BadInput
from cemaudit.model import Visit
from cemaudit.scoring import Plan, evaluate
from cemaudit.scoring.bands import find_band
from cemaudit.scoring.kernel import Scored, columns_of, compile_plan

sys.path.insert(0, str(Path(__file__).parent))
import random_plans

FEW = settings(max_examples=150, suppress_health_check=list(HealthCheck))


def plans(draw: st.DrawFn) -> Plan:
    try:
        return draw(random_plans.plans())
    except (BadInput, ValueError):
        reject()


@FEW
@given(st.data())
def test_the_kernel_says_what_the_exact_evaluator_says(data: st.DataObject) -> None:
    plan = data.draw(st.composite(plans)())
    visits = data.draw(st.lists(random_plans.visits(plan.checklist), min_size=1, max_size=12))
    scored = compile_plan(plan).run(columns_of(visits, plan.checklist))
    for row, visit in enumerate(visits):
        compare(scored, plan, visit, row)


def compare(scored: Scored, plan: Plan, visit: Visit, row: int) -> None:
    scores = evaluate(plan, visit).scores
    assert list(scored.values) and set(scored.values) == set(scores)
    for name, score in scores.items():
        found = float(scored.values[name][row])
        assert scored.reason(name, row) is score.reason, name
        if score.value is None:
            assert np.isnan(found)
        elif is_rounded(plan, name):
            assert found.hex() == float(score.value).hex(), (name, found, score.value)
        else:
            assert abs(Fraction(found) - score.value) <= Fraction(1, 10**9) * max(1, abs(score.value)), name
    assert scored.band(row) == find_band(plan.scheme, scores)


def is_rounded(plan: Plan, name: str) -> bool:
    rounding = plan.scheme.measure[name.partition("[")[0]].round
    return rounding is not None and rounding.stage == "value"
