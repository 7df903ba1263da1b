"""What must be looked at, the gravest first."""

from __future__ import annotations

from cemaudit.hookspecs import Context
from cemaudit.model import Audit, Finding, Severity, Text
from cemaudit.model.blocks import Cell, Column, Section, Table, Tone, Words
from cemaudit.report.sections.words import joined, touchpoint_name, visit_name
from cemaudit.scoring.findings import gravity

__all__ = ["findings"]

NAMES: dict[Severity, tuple[Text, Tone]] = {
    Severity.CRITICAL: (Text(ko="중대", en="Critical"), "worst"),
    Severity.MAJOR: (Text(ko="주요", en="Major"), "poor"),
    Severity.MINOR: (Text(ko="경미", en="Minor"), "fair"),
    Severity.STRENGTH: (Text(ko="강점", en="Strength"), "best"),
}


def findings(context: Context) -> Section | None:
    """A table of all findings; ``None`` where there are none."""
    several = len(context.audits) > 1
    found = [(finding, audit) for audit in context.audits for finding in audit.findings]
    if not found:
        return None
    found.sort(key=lambda pair: gravity(*pair))
    columns = (
        Column(title=Text(ko="구분", en="Weight"), width=0.8),
        Column(title=Text(ko="사항", en="What"), width=1.6),
        *((Column(title=Text(ko="방문", en="Visit"), width=1.2),) if several else ()),
        Column(title=Text(ko="접점·항목", en="Where"), width=1.4),
        Column(title=Text(ko="내용", en="What was found"), width=3.6),
    )
    rows = tuple(_row(finding, audit, several=several) for finding, audit in found)
    table = Table(columns=columns, rows=rows)
    return Section(id="findings", title=Text(ko="발견 사항", en="Findings"), blocks=(table,), order=500)


def _row(finding: Finding, audit: Audit, *, several: bool) -> tuple[Cell | Words, ...]:
    name, tone = NAMES[finding.severity]
    where = joined([touchpoint_name(audit, finding.touchpoint), finding.item or ""], " · ")
    return (
        Cell(text=name, tone=tone, strong=True),
        Cell(text=finding.title, strong=True),
        *((visit_name(audit),) if several else ()),
        where,
        finding.text,
    )
