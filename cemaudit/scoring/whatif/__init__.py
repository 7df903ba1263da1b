"""What-if: the cheapest answers that would have reached a band or a value, and what each alone would have brought."""

from cemaudit.scoring.whatif.answer import AnswerChange, SingleChange, WhatIf, WhatIfTerms, what_if
from cemaudit.scoring.whatif.goals import Goal, band_goal, measure_goal
from cemaudit.scoring.whatif.levers import names_of_levers
from cemaudit.scoring.whatif.search import SearchBudget

__all__ = [
    "AnswerChange",
    "Goal",
    "SearchBudget",
    "SingleChange",
    "WhatIf",
    "WhatIfTerms",
    "band_goal",
    "measure_goal",
    "names_of_levers",
    "what_if",
]
