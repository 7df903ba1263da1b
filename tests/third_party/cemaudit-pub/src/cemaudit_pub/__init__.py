"""Pubs, in English alone: what this distribution brings to cemaudit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable

from cemaudit.errors import Problem
from cemaudit.hookspecs import hookimpl
from cemaudit.model import Audit, Checklist, Finding, Severity, Text, Visit
from cemaudit.model.blocks import Callout, Column, Section, Table

__all__ = ["cemaudit_checklists", "cemaudit_findings", "cemaudit_report_sections", "cemaudit_review"]

FULL, WAIT = "PB3", "PB4"
SHORT = 1


@hookimpl
def cemaudit_checklists() -> list[Traversable]:
    """The round, and how it is scored."""
    return [files(__package__) / "round.toml", files(__package__) / "measure.toml"]


@hookimpl
def cemaudit_review(visit: Visit, checklist: Checklist) -> Iterator[Problem]:
    """A pint that took longer than the evening."""
    wait = visit.answers.get(WAIT)
    if checklist.sector == "pub" and isinstance(wait, int) and wait > 120:
        yield Problem("more than two hours for a pint", f"answers.{WAIT}", "are these seconds?")


@hookimpl
def cemaudit_findings(audit: Audit, history: Sequence[Audit]) -> Iterator[Finding]:
    """A short pint, graver the second time."""
    if audit.checklist.sector != "pub" or not was_short(audit):
        return
    again = any(was_short(past) for past in history)
    yield Finding(
        rule="pub.short-measure",
        severity=Severity.CRITICAL if again else Severity.MAJOR,
        touchpoint="bar",
        item=FULL,
        title=Text(en="A short pint"),
        text=Text(en="Check the lines of the glasses, and show the staff how to pour."),
    )


@hookimpl
def cemaudit_report_sections(audit: Audit) -> Iterator[Section]:
    """The pint."""
    if audit.checklist.sector != "pub":
        return
    poured, wait = (audit.visit.answers.get(item) for item in (FULL, WAIT))
    words = "The pint was short." if was_short(audit) else "The pint was as it should be."
    yield Section(
        id="pub.pint",
        title=Text(en="The pint"),
        blocks=(
            Callout(title=Text(en=words), tone="poor" if was_short(audit) else "good"),
            Table(
                columns=(Column(title=Text(en="What")), Column(title=Text(en="How much"))),
                rows=(
                    (Text(en="Poured, 0 to 4"), "-" if poured is None else str(poured)),
                    (Text(en="Minutes waited"), "-" if wait is None else str(wait)),
                ),
            ),
        ),
        order=450,
    )


def was_short(audit: Audit) -> bool:
    """Whether the pint of a visit was short."""
    poured = audit.visit.answers.get(FULL)
    return isinstance(poured, int) and poured <= SHORT
