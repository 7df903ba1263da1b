"""Scoring many audits at once: a plan as operations on columns of numbers, equal to the exact scores.

Needs numpy (extra ``hq``). The exact evaluator remains the definition: what float64 cannot decide is asked of it.
"""

from cemaudit.scoring.kernel.block import Scored
from cemaudit.scoring.kernel.columns import Column, Columns, columns_of
from cemaudit.scoring.kernel.compiler import Kernel, compile_plan

__all__ = ["Column", "Columns", "Kernel", "Scored", "columns_of", "compile_plan"]
