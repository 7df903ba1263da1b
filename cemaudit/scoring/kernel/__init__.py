"""Scoring many audits at once: a plan as operations on columns of numbers, equal to the exact scores.

Needs numpy (extra ``hq``). The exact evaluator remains the definition: what float64 cannot decide is asked of it.
"""

from cemaudit.scoring.kernel.block import ScoredVisits
from cemaudit.scoring.kernel.columns import AnswerColumn, VisitColumns, columns_of
from cemaudit.scoring.kernel.compiler import CompiledPlan, compile_plan

__all__ = ["AnswerColumn", "CompiledPlan", "ScoredVisits", "VisitColumns", "columns_of", "compile_plan"]
