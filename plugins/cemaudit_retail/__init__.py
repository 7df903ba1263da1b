"""The retail sector: the Green Smile checklist, what is implausible in a shop visit, and what its audit says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable

from cemaudit.errors import Problem
from cemaudit.hookspecs import Context, hookimpl
from cemaudit.model import Audit, Checklist, Finding, Visit
from cemaudit.model.blocks import Section
from cemaudit_retail.findings import find
from cemaudit_retail.review import review
from cemaudit_retail.sections import emotion_path

__all__ = ["cemaudit_checklists", "cemaudit_findings", "cemaudit_report_sections", "cemaudit_review"]


@hookimpl
def cemaudit_checklists() -> list[Traversable]:
    """The sector's one checklist, in both editions."""
    folder = files("cemaudit_checklists") / "retail"
    return [folder / name for name in ("green-smile.toml", "green-smile-2.toml")]


@hookimpl
def cemaudit_review(visit: Visit, checklist: Checklist) -> Iterator[Problem]:
    """What cannot well have happened in a shop."""
    return review(visit, checklist)


@hookimpl
def cemaudit_findings(audit: Audit, history: Sequence[Audit]) -> Iterator[Finding]:
    """What a shop must look at."""
    return find(audit, history)


@hookimpl
def cemaudit_report_sections(audit: Audit, context: Context) -> Iterator[Section]:
    """The path of emotion along the store path."""
    return emotion_path(audit, context)
