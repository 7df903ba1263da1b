"""Hotel stays: what this distribution brings to cemaudit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable

from cemaudit.errors import Problem
from cemaudit.hookspecs import hookimpl
from cemaudit.model import Audit, Checklist, Finding, Visit
from cemaudit.model.aggregator import Aggregator
from cemaudit.model.blocks import Section
from cemaudit_hotel.night import night_section, sleepless
from cemaudit_hotel.review import review
from cemaudit_hotel.stars import MEDIAN

__all__ = [
    "cemaudit_aggregators",
    "cemaudit_checklists",
    "cemaudit_findings",
    "cemaudit_report_sections",
    "cemaudit_review",
]


@hookimpl
def cemaudit_checklists() -> list[Traversable]:
    """The stay, and the scheme that gives it stars."""
    return [files(__package__) / "stay.toml", files(__package__) / "stars.toml"]


@hookimpl
def cemaudit_aggregators() -> list[Aggregator]:
    """``hotel.median``."""
    return [MEDIAN]


@hookimpl
def cemaudit_review(visit: Visit, checklist: Checklist) -> Iterator[Problem]:
    """What cannot be true of a stay."""
    return review(visit, checklist)


@hookimpl
def cemaudit_findings(audit: Audit, history: Sequence[Audit]) -> Iterator[Finding]:
    """A night without sleep."""
    return sleepless(audit, history)


@hookimpl
def cemaudit_report_sections(audit: Audit) -> Iterator[Section]:
    """The night."""
    return night_section(audit)
