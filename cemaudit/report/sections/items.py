"""Every item with its answer, its points and the shopper's note."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from cemaudit.exchange.question_texts import expectation_text, question_text
from cemaudit.hookspecs import Context
from cemaudit.model import Audit, Item, ItemScore, Reason, Text, Touchpoint
from cemaudit.model.blocks import Cell, Column, Paragraph, Section, Table, Tone, Words
from cemaudit.report.sections.words import NOTHING, asked_items, both, exactly, joined, visit_name, visited

__all__ = ["items", "shown_answer"]

Row = tuple[Cell | Words, ...]
CRITICAL = Text(ko="중대", en="Critical")
COLUMNS = (
    Column(title=Text(ko="항목", en="Item"), width=1.15),
    Column(title=Text(ko="질문", en="Question"), width=3.2),
    Column(title=Text(ko="응답", en="Answer"), width=1.7),
    Column(title=Text(ko="점수", en="Points"), width=1, align="center"),
    Column(title=Text(ko="메모", en="Note"), width=2.8),
)
ABOUT = Text(
    ko="점수는 ‘얻은 점수 / 만점’입니다. 관찰하지 못했거나 해당하지 않는 항목은 0점이 아니라 점수가 없는 것입니다.",
    en="Points are earned / possible. An item that was not observed or does not apply has no score; that is not 0.",
)


def items(context: Context) -> Section:
    """All items that were asked, under their touchpoints."""
    several = len(context.audits) > 1
    rows = [row for audit in context.audits for row in _rows(audit, several=several)]
    return Section(
        id="items",
        title=Text(ko="항목별 응답", en="Items and answers"),
        blocks=(Paragraph(text=ABOUT, quiet=True), Table(columns=COLUMNS, rows=tuple(rows))),
        order=700,
    )


def _rows(audit: Audit, *, several: bool) -> Iterator[Row]:
    known = asked_items(audit)
    for touchpoint in visited(audit):
        asked = [item for item in touchpoint.items if item.id in known]
        before, *after = (list(_skipped_feeling(audit, touchpoint, field)) for field in _FEELINGS)
        rows = [*before, *(_row(audit, item) for item in asked), *chain.from_iterable(after)]
        if rows:
            yield _group(audit, touchpoint, several=several)
        yield from rows


_FEELINGS = {"expectations": "expectation", "perceived": "perception", "emotions": "emotion"}
"""The fields of a visit in the order they are asked, and their questions."""


def _skipped_feeling(audit: Audit, touchpoint: Touchpoint, field: str) -> Iterator[Row]:
    """The row of a feeling or expectation that was asked for and left out; those given are drawn elsewhere."""
    skip = audit.visit.feelings_skipped.get(f"{field}.{touchpoint.id}")
    if skip is None:
        return
    name = _FEELINGS[field]
    words = audit.checklist.words_at(audit.visit.step, audit.visit.scenario)
    question = expectation_text(touchpoint, words) if name == "expectation" else question_text(name, words)
    yield ("", question, both(lambda: Reason(skip.state.value).words), NOTHING, skip.reason or "")


def _group(audit: Audit, touchpoint: Touchpoint, *, several: bool) -> Row:
    name = joined([visit_name(audit), touchpoint.title], " · ") if several else touchpoint.title
    return (Cell(text=name, strong=True), *[""] * (len(COLUMNS) - 1))


def _row(audit: Audit, item: Item) -> Row:
    score = audit.items[item.id]
    failed = item.id in audit.failed_critical
    return (
        joined([item.id, CRITICAL]) if item.critical else item.id,
        Cell(text=item.ask, tone="worst" if failed else "plain"),
        Cell(text=shown_answer(audit, item), strong=item.id in audit.visit.answers),
        Cell(text=_points(score), tone=_tone(score, failed=failed)),
        _note(audit, item),
    )


def shown_answer(audit: Audit, item: Item) -> Words:
    """The answer as a person reads it, else the state that stands in its place."""
    visit = audit.visit
    if item.id in visit.answers:
        return both(lambda: item.answer.show(visit.answers[item.id]))
    skip = visit.skipped.get(item.id)
    reason = Reason(skip.state) if skip else audit.items[item.id].reason or Reason.UNANSWERED
    return both(lambda: reason.words)


def _points(score: ItemScore) -> str:
    return NOTHING if score.points is None else f"{exactly(score.points)} / {exactly(score.possible)}"


def _tone(score: ItemScore, *, failed: bool) -> Tone:
    if failed:
        return "worst"
    return "poor" if score.share is not None and score.share <= 0 else "plain"


def _note(audit: Audit, item: Item) -> str:
    """The shopper's words, as they are."""
    skip = audit.visit.skipped.get(item.id)
    parts = [skip.reason if skip else None, audit.visit.notes.get(item.id)]
    return "\n".join(part for part in parts if part)
