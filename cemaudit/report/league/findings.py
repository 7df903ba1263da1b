"""What was found most often, by touchpoint."""

from __future__ import annotations

from cemaudit.compare.report_records import FindingCount, LeagueReportData
from cemaudit.model import Severity, Text
from cemaudit.model.blocks import Cell, Column, Section, Table, Words
from cemaudit.report.league.words import said
from cemaudit.report.sections.findings import NAMES

__all__ = ["findings"]

MOST = 60


def findings(account: LeagueReportData) -> Section | None:
    """A table in groups by touchpoint; ``None`` where nothing was found."""
    order = list(NAMES)
    found = sorted(account.findings, key=lambda one: (order.index(one.severity), -one.times))[:MOST]
    if not found:
        return None
    columns = (
        Column(title=Text(ko="구분", en="Weight"), width=0.9),
        Column(title=Text(ko="사항", en="What"), width=4.4),
        Column(title=Text(ko="건수", en="Times"), width=0.8, align="right"),
        Column(title=Text(ko="매장", en="Stores"), width=0.8, align="right"),
    )
    rows: list[tuple[Cell | Words, ...]] = []
    for touchpoint in dict.fromkeys(str(one.touchpoint) for one in found):
        own = [one for one in found if str(one.touchpoint) == touchpoint]
        rows.append((Cell(text=said(own[0].touchpoint), strong=True), "", "", ""))
        rows += [_row(one) for one in own]
    return Section(
        id="findings",
        title=Text(ko="접점별 발견 사항", en="Findings by touchpoint"),
        blocks=(Table(columns=columns, rows=tuple(rows)),),
        order=600,
    )


def _row(one: FindingCount) -> tuple[Cell | Words, ...]:
    name, tone = NAMES[Severity(one.severity)]
    return Cell(text=name, tone=tone, strong=True), said(one.title), f"{one.times:,}", f"{one.stores:,}"
