"""Bank branches: what this distribution brings to cemaudit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable

from cemaudit.errors import Problem
from cemaudit.hookspecs import Context, hookimpl
from cemaudit.model import Audit, Checklist, Finding, Visit
from cemaudit.model.aggregator import Aggregator
from cemaudit.model.blocks import Section
from cemaudit_bank.findings import find
from cemaudit_bank.page import advice_and_waiting
from cemaudit_bank.review import review
from cemaudit_bank.weaker_half import WEAKER_HALF

__all__ = [
    "cemaudit_aggregators",
    "cemaudit_checklists",
    "cemaudit_findings",
    "cemaudit_report_sections",
    "cemaudit_review",
]

FILES = ("branch.toml", "service.toml", "customer.toml", "before-on-after.toml", "acass.toml")


@hookimpl
def cemaudit_checklists() -> list[Traversable]:
    """The checklist, its scheme, its journey, and two lenses to see the journey through."""
    return [files(__package__) / name for name in FILES]


@hookimpl
def cemaudit_aggregators() -> list[Aggregator]:
    """``bank.weaker-half``."""
    return [WEAKER_HALF]


@hookimpl
def cemaudit_review(visit: Visit, checklist: Checklist) -> Iterator[Problem]:
    """What cannot well have happened at a bank."""
    return review(visit, checklist)


@hookimpl
def cemaudit_findings(audit: Audit, history: Sequence[Audit]) -> Iterator[Finding]:
    """What a branch must look at, and what it did well."""
    return find(audit, history)


@hookimpl
def cemaudit_report_sections(audit: Audit, context: Context) -> Iterator[Section]:
    """Advice and waiting."""
    return advice_and_waiting(audit, context)
