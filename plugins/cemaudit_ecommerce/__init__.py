"""The e-commerce sector: the order checklist, what is implausible in an order, and which promises were kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable

from cemaudit.errors import Problem
from cemaudit.hookspecs import Context, hookimpl
from cemaudit.model import Audit, Checklist, Finding, Visit
from cemaudit.model.blocks import Section
from cemaudit_ecommerce.findings import find
from cemaudit_ecommerce.review import review
from cemaudit_ecommerce.sections import promises

__all__ = ["cemaudit_checklists", "cemaudit_findings", "cemaudit_report_sections", "cemaudit_review"]


@hookimpl
def cemaudit_checklists() -> list[Traversable]:
    """The sector's one checklist, in both editions."""
    folder = files("cemaudit_checklists") / "ecommerce"
    return [folder / name for name in ("order.toml", "order-2.toml")]


@hookimpl
def cemaudit_review(visit: Visit, checklist: Checklist) -> Iterator[Problem]:
    """Dates and counts of an order that cannot all be true."""
    return review(visit, checklist)


@hookimpl
def cemaudit_findings(audit: Audit, history: Sequence[Audit]) -> Iterator[Finding]:
    """Duties, promises and broken threads between channels."""
    return find(audit, history)


@hookimpl
def cemaudit_report_sections(audit: Audit, context: Context) -> Iterator[Section]:
    """What was promised, and what happened."""
    return promises(audit, context)
