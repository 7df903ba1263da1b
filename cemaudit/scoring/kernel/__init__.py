"""Scoring many audits at once: a plan as operations on columns of numbers, equal to the exact scores.

Needs numpy (extra ``hq``). The exact evaluator remains the definition: what float64 cannot decide is asked of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cemaudit.packages import front_door

if TYPE_CHECKING:
    from cemaudit.scoring.kernel.block import ScoredVisits
    from cemaudit.scoring.kernel.columns import AnswerColumn, VisitColumns, columns_of
    from cemaudit.scoring.kernel.compiler import CompiledPlan, compile_plan

__all__ = ["AnswerColumn", "CompiledPlan", "ScoredVisits", "VisitColumns", "columns_of", "compile_plan"]

# Only when asked for: findings as columns are made of parts of this room, and its compiler of them.
_HOMES = {
    "AnswerColumn": "columns",
    "CompiledPlan": "compiler",
    "ScoredVisits": "block",
    "VisitColumns": "columns",
    "columns_of": "columns",
    "compile_plan": "compiler",
}

__getattr__, __dir__ = front_door(__name__, _HOMES)
