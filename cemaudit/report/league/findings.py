"""What was found most often, by touchpoint; strengths in one row at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from cemaudit.compare.report_records import FindingCount, LeagueReportData
from cemaudit.language import printable
from cemaudit.model import Severity, Text
from cemaudit.model.blocks import Block, Cell, Column, Paragraph, Section, Table, Words
from cemaudit.report.league.words import LONGEST_NAME, notes, said
from cemaudit.report.sections.findings import MOST_STRENGTHS, NAMES, and_more
from cemaudit.report.sections.words import joined

__all__ = ["findings"]

MOST = 60
MOST_STORES = 20
"""So many of the stores that failed a critical item are named."""
NOT_KNOWN = Text(
    ko="발견 사항을 알 수 없습니다. 이 스냅샷에는 발견 사항이 아직 없으므로 'cemaudit snapshot'으로 스냅샷을 다시 "
    "만드십시오. 다른 채점 체계의 점수라면 'cemaudit rescore'도 다시 실행하십시오.",
    en="Findings are not known: this snapshot was made before findings were kept in it. Make it again with 'cemaudit "
    "snapshot' (and, for scores under another scheme, with 'cemaudit rescore').",
)


def findings(account: LeagueReportData) -> Section | None:
    """A table of faults by touchpoint and one row of strengths, or why it is not there; ``None`` of nothing found."""
    order, counts = list(NAMES), account.findings.counts
    if counts is None:
        return _section(Paragraph(text=NOT_KNOWN))
    faults = [one for one in counts if one.severity is not Severity.STRENGTH]
    strengths = [one for one in counts if one.severity is Severity.STRENGTH]
    found = sorted(faults, key=lambda one: (order.index(one.severity), -one.times))[:MOST]
    if not counts and not account.findings.notes:
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
        rows += [row for one in own for row in _rows(one)]
    if strengths:
        rows.append(_strengths(strengths))
    table = (Table(columns=columns, rows=tuple(rows)),) if rows else ()
    return _section(*table, *notes(account.findings.notes))


def _section(*blocks: Block) -> Section:
    return Section(
        id="findings", title=Text(ko="접점별 발견 사항", en="Findings by touchpoint"), blocks=blocks, order=600
    )


def _rows(one: FindingCount) -> Iterator[tuple[Cell | Words, ...]]:
    """The row of a finding, and below a critical item that failed the stores that failed it."""
    name, tone = NAMES[Severity(one.severity)]
    yield Cell(text=name, tone=tone, strong=True), said(one.title), f"{one.times:,}", f"{one.stores:,}"
    if one.named:
        shown = [printable(store, LONGEST_NAME) for store, _ in one.named[:MOST_STORES]]
        stores = [
            f"{store} ({times:,})" if times > 1 else store for store, (_, times) in zip(shown, one.named, strict=False)
        ]
        left = len(one.named) - len(stores)
        more = [Text(ko=f"외 {left:,}곳", en=f"and {left:,} more")] if left else []
        yield "", joined([*stores, *more], ", "), "", ""


def _strengths(strengths: Sequence[FindingCount]) -> tuple[Cell | Words, ...]:
    """The row of strengths: the touchpoints at which they came most often."""
    times: Counter[Words] = Counter()
    for one in strengths:
        times[said(one.touchpoint)] += one.times
    names = [joined([name, f"({count:,})"], " ") for name, count in times.most_common()]
    word, tone = NAMES[Severity.STRENGTH]
    return Cell(text=word, tone=tone, strong=True), and_more(names, MOST_STRENGTHS), f"{times.total():,}", ""
