"""The hospital sector: outpatient treatments, followed over their visits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable

from cemaudit.errors import Problem
from cemaudit.hookspecs import Context, hookimpl
from cemaudit.model import Audit, Checklist, Finding, Visit
from cemaudit.model.blocks import Section
from cemaudit_hospital.findings import find
from cemaudit_hospital.review import review
from cemaudit_hospital.sections import sections


@hookimpl
def cemaudit_checklists() -> Iterable[Traversable]:
    """Both editions of the outpatient checklist."""
    folder = files("cemaudit_checklists") / "hospital"
    return [folder / "outpatient.toml", folder / "outpatient-2.toml"]


@hookimpl
def cemaudit_review(visit: Visit, checklist: Checklist) -> Iterable[Problem]:
    """Patient identifiers, answers that do not belong to this visit, gaps in the plan."""
    return review(visit, checklist)


@hookimpl
def cemaudit_findings(audit: Audit, history: Sequence[Audit]) -> Iterable[Finding]:
    """What one visit, and the treatment so far, say must be looked at."""
    return find(audit, history)


@hookimpl
def cemaudit_report_sections(audit: Audit, context: Context) -> Iterable[Section]:
    """The treatment as a whole, where the report holds several of its visits."""
    return sections(audit, context)
