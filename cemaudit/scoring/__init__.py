"""Scoring: scheme + checklist -> plan; plan + visit -> audit, in exact numbers that can be explained."""

from cemaudit.scoring.checks import check_visit
from cemaudit.scoring.coverage import cover
from cemaudit.scoring.engine import Engine, audit_visit, make_audit
from cemaudit.scoring.exact import evaluate
from cemaudit.scoring.explain import explain
from cemaudit.scoring.plan import Plan, make_plan
from cemaudit.scoring.rounding import shown

__all__ = [
    "Engine", "Plan", "audit_visit", "check_visit", "cover", "evaluate", "explain", "make_audit", "make_plan", "shown",
]  # fmt: skip
