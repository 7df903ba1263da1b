"""Scoring: scheme + checklist -> plan; plan + visit -> audit, in exact numbers that can be explained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cemaudit.packages import front_door
from cemaudit.scoring.engine import Engine, audit_visit, make_audit
from cemaudit.scoring.exact import evaluate
from cemaudit.scoring.explain import explain
from cemaudit.scoring.plan import Plan, make_plan
from cemaudit.scoring.rounding import shown
from cemaudit.scoring.validation import check_visit

if TYPE_CHECKING:
    from cemaudit.scoring.coverage import cover

__all__ = [
    "Engine", "Plan", "audit_visit", "check_visit", "cover", "evaluate", "explain", "make_audit", "make_plan", "shown",
]  # fmt: skip

__getattr__, __dir__ = front_door(__name__, {"cover": "coverage"})
