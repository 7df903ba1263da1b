"""The page of a branch's report: whether the duties of advice were kept, and how long customers wait."""

from __future__ import annotations

from collections.abc import Iterator

from cemaudit.hookspecs import Context
from cemaudit.model import Audit, Text
from cemaudit.model.blocks import (
    Axis,
    Block,
    Callout,
    Cell,
    Column,
    Figure,
    Figures,
    Heading,
    Line,
    Lines,
    Paragraph,
    Section,
    Table,
)
from cemaudit_bank.findings import LONG_WAIT
from cemaudit_bank.items import DUTIES, SECTOR, minutes_waited

__all__ = ["advice_and_waiting"]

KEPT = Cell(text=Text(ko="지킴", en="Kept"), tone="good")
FAILED = Cell(text=Text(ko="어김", en="Failed"), tone="worst", strong=True)
NOT_SEEN = Cell(text=Text(ko="확인 못 함", en="Not seen"))


def advice_and_waiting(audit: Audit, context: Context) -> Iterator[Section]:
    """The duties in a table, then the waits of all visits to the branch that are at hand."""
    if audit.checklist.sector != SECTOR:
        return
    yield Section(
        id="bank.advice",
        title=Text(ko="상담과 대기", en="Advice and waiting"),
        blocks=(*_duties(audit), *_waits(audit, context)),
        order=450,
    )


def _duties(audit: Audit) -> Iterator[Block]:
    cells = {item: _kept(audit, item) for item in DUTIES}
    yield Table(
        columns=(
            Column(title=Text(ko="판매 절차", en="Rule of selling"), width=4),
            Column(title=Text(ko="결과", en="Result"), align="center"),
        ),
        rows=tuple((audit.checklist.items[item].ask, cell) for item, cell in cells.items()),
        caption=Text(ko="법률 판단이 아닙니다.", en="This is no legal judgement."),
    )
    if FAILED in cells.values():
        yield Callout(
            title=Text(ko="준법감시 확인 필요", en="For compliance"),
            text=Text(
                ko="어긴 항목이 있어 종합 점수가 50점을 넘지 못합니다.",
                en="As a rule was broken, the overall score is held at 50 or below.",
            ),
            tone="worst",
        )


def _kept(audit: Audit, item: str) -> Cell:
    points = audit.items[item].points
    if points is None:
        return NOT_SEEN
    return KEPT if points > 0 else FAILED


def _waits(audit: Audit, context: Context) -> Iterator[Block]:
    yield Heading(text=Text(ko="대기 시간", en="Waiting"))
    audits = (*context.history, audit)
    waits = tuple(minutes_waited(past.visit) for past in audits)
    known = [wait for wait in waits if wait is not None]
    if not known:
        yield Paragraph(text=Text(ko="대기 시간이 기록되지 않았습니다.", en="No wait was noted."), quiet=True)
        return
    yield Figures(
        figures=(
            Figure(label=Text(ko="가장 긴 대기(분)", en="Longest wait, in minutes"), value=f"{max(known):g}"),
            Figure(label=Text(ko="기록된 방문", en="Visits with a wait"), value=str(len(known))),
        )
    )
    if len(known) > 1:
        yield Lines(
            title=Text(ko="방문별 대기 시간(분)", en="Minutes waited, by visit"),
            categories=tuple(str(past.visit.day or past.visit.id) for past in audits),
            lines=(Line(label=Text(ko="대기", en="waited"), values=waits),),
            axis=Axis(low=0),
            target=LONG_WAIT,
            target_name=Text(ko=f"{LONG_WAIT}분", en=f"{LONG_WAIT} minutes"),
        )
