"""What the store contests in the visits reported, what headquarters decided, and what that changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cemaudit.model import Audit, Text
from cemaudit.model.blocks import Block, Callout, Cell, Column, Heading, Paragraph, Section, Table, Tone, Words
from cemaudit.report.sections.items import shown_answer
from cemaudit.report.sections.values import brief_title, headline, leading
from cemaudit.report.sections.words import NOTHING, both, joined

if TYPE_CHECKING:
    from cemaudit.programme.appeals import AppealEffect, ReportedAppeal

__all__ = ["appeals_section"]

STATES: dict[str, tuple[Text, Tone]] = {
    "open": (Text(ko="미결정", en="Undecided"), "fair"),
    "upheld": (Text(ko="인용", en="Upheld"), "good"),
    "refused": (Text(ko="기각", en="Turned down"), "plain"),
}
CONTESTED = Text(ko="매장이 이의를 제기한 방문입니다", en="The store contests this visit")
UNTIL_DECIDED = Text(
    ko="결정할 때까지 점수는 쇼퍼의 기록대로입니다.",
    en="Until that is decided, scores are as the shopper noted it.",
)
BY_HEADQUARTERS = Text(
    ko="인용한 이의에 따라 본부가 방문의 수정본을 만들었습니다. 쇼퍼가 적은 응답은 원장에 그대로 남아 있습니다.",
    en="On what was upheld, headquarters made a revision of the visit. What the shopper answered stays in the ledger.",
)
PLACE_BY_MEANS = Text(
    ko="순위는 이 차수 방문의 단순 평균으로 매긴 것으로, 대부분 우연입니다.",
    en="Places are by plain means of the wave's visits, and mostly chance.",
)
COLUMNS = (
    Column(title=Text(ko="항목", en="Item"), width=0.9),
    Column(title=Text(ko="질문", en="Question"), width=2.6),
    Column(title=Text(ko="매장의 말", en="What the store says"), width=2.6),
    Column(title=Text(ko="결정", en="Decision"), width=1),
    Column(title=Text(ko="결정 사유", en="Why"), width=2.4),
)
DIFFERENCES = (
    Column(title=Text(ko="달라진 것", en="What changed"), width=3),
    Column(title=Text(ko="결정 전", en="Before"), width=1.6),
    Column(title=Text(ko="결정 후", en="After"), width=1.6),
)


def appeals_section(appeals: Sequence[ReportedAppeal]) -> Section | None:
    """The appeals and what they changed; ``None`` where there are none."""
    if not appeals:
        return None
    return Section(
        id="appeals",
        title=Text(ko="이의 제기", en="Appeals"),
        blocks=tuple(_blocks(appeals)),
        order=110,
    )


def _blocks(appeals: Sequence[ReportedAppeal]) -> Iterator[Block]:
    if any(each.appeal.decision is None for each in appeals):
        yield Callout(title=CONTESTED, text=UNTIL_DECIDED, tone="fair")
    yield Table(columns=COLUMNS, rows=tuple(map(_row, appeals)))
    effects = [each.effect for each in appeals if each.effect]
    if effects:
        yield Paragraph(text=BY_HEADQUARTERS, quiet=True)
    for effect in effects:
        yield Heading(text=joined([effect.appeal.name, effect.appeal.item], " · "), level=3)
        yield Table(columns=DIFFERENCES, rows=tuple(_differences(effect)))
    if any(effect.places for effect in effects):
        yield Paragraph(text=PLACE_BY_MEANS, quiet=True)


def _row(each: ReportedAppeal) -> tuple[Cell | Words, ...]:
    appeal = each.appeal
    state, tone = STATES[appeal.state]
    item = each.checklist.items.get(appeal.item)
    return (
        joined([appeal.item, appeal.name]),
        item.ask if item else NOTHING,
        appeal.reason or NOTHING,
        Cell(text=state, tone=tone, strong=True),
        (appeal.decision.reason if appeal.decision else "") or NOTHING,
    )


def _differences(effect: AppealEffect) -> Iterator[tuple[Cell | Words, ...]]:
    """The answers, the score, the band and the place before and after."""
    audits = (effect.before, effect.after)
    for item_id in dict.fromkeys(change.place.partition(".")[2] for change in effect.changes):
        item = effect.after.checklist.items.get(item_id)
        if item:
            yield (joined([item_id, item.ask], " · "), *(shown_answer(audit, item) for audit in audits))
    yield (brief_title(leading(effect.after.scheme)), *map(headline, audits))
    if any(audit.band for audit in audits):
        yield (Text(ko="등급", en="Grade"), *map(_band, audits))
    if effect.places:
        title = Text(ko=f"매장 {effect.places[1].stores}곳 중 순위", en=f"Place among {effect.places[1].stores} stores")
        yield (title, *(str(place.place) for place in effect.places))


def _band(audit: Audit) -> Words:
    band = audit.band
    return both(lambda: str(band.label)) if band else NOTHING
