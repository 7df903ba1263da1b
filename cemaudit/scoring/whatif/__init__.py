"""What-if: the cheapest answers that would have reached a band or a value, and what each alone would have brought."""

from cemaudit.scoring.whatif.answer import Change, Fix, Terms, WhatIf, what_if
from cemaudit.scoring.whatif.goals import Goal, band_goal, measure_goal
from cemaudit.scoring.whatif.levers import names_of_levers
from cemaudit.scoring.whatif.search import Budget

__all__ = [
    "Budget",
    "Change",
    "Fix",
    "Goal",
    "Terms",
    "WhatIf",
    "band_goal",
    "measure_goal",
    "names_of_levers",
    "what_if",
]
