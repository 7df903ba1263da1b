"""Conformance: a plugin put to the test on edge visits, and the level it reaches.

``edge_visits`` makes the deck of a checklist, ``Trial`` calls every hook on it, ``check_plugin`` says every fault,
``reached`` the level. ``cemaudit.testing`` makes pytest tests of it.
"""

from cemaudit.conformance.checks import CHECKS, Check, Level, NotApplicable
from cemaudit.conformance.edge_visits import EdgeVisit, edge_episodes, edge_visits, extreme_visit
from cemaudit.conformance.expected_visits import ExpectedVisit
from cemaudit.conformance.levels import CheckResult, check_plugin, reached, run_check
from cemaudit.conformance.trial import Trial

__all__ = [
    "CHECKS",
    "Check",
    "CheckResult",
    "EdgeVisit",
    "ExpectedVisit",
    "Level",
    "NotApplicable",
    "Trial",
    "check_plugin",
    "edge_episodes",
    "edge_visits",
    "extreme_visit",
    "reached",
    "run_check",
]
