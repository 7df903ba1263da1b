"""What must be looked at, the gravest first; strengths in one row at the end."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from cemaudit.hookspecs import Context
from cemaudit.model import Audit, Finding, Severity, Text
from cemaudit.model.blocks import Cell, Column, Section, Table, Tone, Words
from cemaudit.report.sections.words import joined, touchpoint_name, visit_name
from cemaudit.scoring.findings import CORE_RULES, gravity

__all__ = ["MOST_STRENGTHS", "and_more", "findings"]

MOST_STRENGTHS = 3
"""So many strengths are named: a page of praise hides the faults."""

_STRENGTH = CORE_RULES["core.strength"]

NAMES: dict[Severity, tuple[Text, Tone]] = {
    Severity.CRITICAL: (Text(ko="중대", en="Critical"), "worst"),
    Severity.MAJOR: (Text(ko="주요", en="Major"), "poor"),
    Severity.MINOR: (Text(ko="경미", en="Minor"), "fair"),
    Severity.STRENGTH: (Text(ko="강점", en="Strength"), "best"),
}


def findings(context: Context) -> Section | None:
    """A table of all faults, and one row of strengths; ``None`` where there are neither."""
    several = len(context.audits) > 1
    found = [(finding, audit) for audit in context.audits for finding in audit.findings]
    if not found:
        return None
    strengths = [pair for pair in found if pair[0].severity is Severity.STRENGTH]
    faults = [pair for pair in found if pair[0].severity is not Severity.STRENGTH]
    faults.sort(key=lambda pair: gravity(*pair))
    columns = (
        Column(title=Text(ko="구분", en="Weight"), width=0.8),
        Column(title=Text(ko="사항", en="What"), width=1.6),
        *((Column(title=Text(ko="방문", en="Visit"), width=1.2),) if several else ()),
        Column(title=Text(ko="접점·항목", en="Where"), width=1.4),
        Column(title=Text(ko="내용", en="What was found"), width=3.6),
    )
    rows = [_row(finding, audit, several=several) for finding, audit in faults]
    if strengths:
        rows.append(_strengths(strengths, several=several))
    table = Table(columns=columns, rows=tuple(rows))
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


def _strengths(strengths: Sequence[tuple[Finding, Audit]], *, several: bool) -> tuple[Cell | Words, ...]:
    """The row of strengths: those of sectors by their titles, then touchpoints, the highest experience first."""
    of_sectors = dict.fromkeys(finding.title for finding, _ in strengths if finding.rule != _STRENGTH.rule)
    heights: dict[Words, Fraction] = {}
    for finding, audit in strengths:
        if finding.rule == _STRENGTH.rule:
            name = touchpoint_name(audit, finding.touchpoint)
            height = audit.score("touchpoint.experience", finding.touchpoint or "").value or Fraction(0)
            heights[name] = max(height, heights.get(name, height))
    highest = sorted(heights.items(), key=lambda pair: -pair[1])
    names = [*of_sectors, *(joined([name, f"({float(height):.0f})"], " ") for name, height in highest)]
    word, tone = NAMES[Severity.STRENGTH]
    return (
        Cell(text=word, tone=tone, strong=True),
        Cell(text=Text(ko="나눌 만한 경험", en="Worth sharing"), strong=True),
        *(("",) if several else ()),
        "",
        and_more(names, MOST_STRENGTHS),
    )


def and_more(names: Sequence[Words], most: int) -> Words:
    """The first ``most`` of names, and how many more there are."""
    left = len(names) - most
    more = Text(ko=f"외 {left}건", en=f"and {left} more")
    return joined([*names[:most], *([more] if left > 0 else [])], ", ")
