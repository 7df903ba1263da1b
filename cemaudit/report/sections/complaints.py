"""Claims and blames in the customer's own words."""

from __future__ import annotations

from cemaudit.hookspecs import Context
from cemaudit.model import Text
from cemaudit.model.blocks import Cell, Column, Paragraph, Section, Table, Tone, Words
from cemaudit.report.sections.words import touchpoint_name, visit_name

__all__ = ["complaints"]

CLAIM, BLAME = Text(ko="클레임", en="Claim"), Text(ko="원망", en="Blame")
ABOUT = Text(
    ko="클레임은 고객이 회사에 말로 전한, 바로잡을 수 있는 불만입니다. "
    "원망은 고객이 회사를 탓하며 마음에 담아 둔 감정입니다. "
    "제때 풀지 못한 클레임이 원망으로 남기 쉽다는 것은 이 도구의 관점이며, 이 방문에서 확인한 사실이 아닙니다.",
    en="A claim is a complaint stated to the company that can be put right. A blame is resentment laid on the company, "
    "said aloud or not. That a claim not answered in time tends to become a blame is the view of this tool, not "
    "something this visit has shown.",
)


def complaints(context: Context) -> Section | None:
    """A table of claims and blames; ``None`` where there are none."""
    several = len(context.audits) > 1
    kinds: tuple[tuple[str, Text, Tone], ...] = (("claims", CLAIM, "fair"), ("blames", BLAME, "poor"))
    rows: list[tuple[Cell | Words, ...]] = [
        (
            Cell(text=name, tone=tone, strong=True),
            *((visit_name(audit),) if several else ()),
            touchpoint_name(audit, complaint.touchpoint),
            complaint.text,
        )
        for audit in context.audits
        for field, name, tone in kinds
        for complaint in getattr(audit.visit, field)
    ]
    if not rows:
        return None
    columns = (
        Column(title=Text(ko="구분", en="Kind"), width=0.8),
        *((Column(title=Text(ko="방문", en="Visit"), width=1.3),) if several else ()),
        Column(title=Text(ko="접점", en="Touchpoint"), width=1.6),
        Column(title=Text(ko="고객의 말", en="In the customer's words"), width=4.5),
    )
    blocks = (Paragraph(text=ABOUT, quiet=True), Table(columns=columns, rows=tuple(rows)))
    return Section(id="complaints", title=Text(ko="클레임과 원망", en="Claims and blames"), blocks=blocks, order=600)
