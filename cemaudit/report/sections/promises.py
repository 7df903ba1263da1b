"""The value promises of the company's platform: which of them the visit kept, and what broke the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from cemaudit.hookspecs import Context
from cemaudit.model import Audit, Text
from cemaudit.model.blocks import Cell, Column, Paragraph, Section, Table, Words
from cemaudit.model.platform import Platform, ValuePromise
from cemaudit.report.sections.words import NOTHING, joined
from cemaudit.scoring.promises import PromiseAnswers, promise_answers

__all__ = ["promises"]

ABOUT = Text(
    ko="약속마다 이를 입증하는 항목 가운데 응답한 항목과 지킨 항목의 수입니다. 응답하지 않은 항목은 지킨 것으로도 어긴 "
    "것으로도 세지 않습니다.",
    en="For each promise, how many of the items that prove it were answered, and how many of these kept it. Items that "
    "were not answered neither keep nor break it.",
)
KEPT, BROKEN = Text(ko="지킴", en="Kept"), Text(ko="지키지 못함", en="Not kept")
NOT_KNOWN = Text(ko="알 수 없음", en="Not known")
NOT_AUDITED = Text(ko="점검하지 않음", en="Not audited")
MOST_FAILED = 4


def promises(context: Context) -> Section | None:
    """A row for each promise; ``None`` where the platform is not known, or no item of the checklist proves any."""
    platform = context.platform
    if platform is None:
        return None
    answers_by_audit = [(audit, promise_answers(audit.visit, audit.checklist, platform)) for audit in context.audits]
    if not any(by_promise for _, by_promise in answers_by_audit):
        return None
    columns = (
        Column(title=Text(ko="가치 약속", en="Value promise"), width=3),
        Column(title=Text(ko="결과", en="Result"), width=1.1),
        Column(title=Text(ko="지킨 항목", en="Items kept"), width=0.9, align="right"),
        Column(title=Text(ko="지키지 못한 항목", en="What broke it"), width=4),
    )
    rows = tuple(
        _row(
            promise,
            [(audit, by_promise[promise.id]) for audit, by_promise in answers_by_audit if promise.id in by_promise],
        )
        for promise in platform.promises
    )
    return Section(
        id="promises",
        title=Text(ko="가치 약속", en="Value promises"),
        blocks=(
            Paragraph(text=_heading(platform)),
            Paragraph(text=ABOUT, quiet=True),
            Table(columns=columns, rows=rows),
        ),
        order=550,
    )


def _heading(platform: Platform) -> Words:
    return joined([platform.title, joined([Text(ko="포지셔닝:", en="Positioning:"), platform.positioning], " ")])


def _row(promise: ValuePromise, answers_by_audit: Sequence[tuple[Audit, PromiseAnswers]]) -> tuple[Cell | Words, ...]:
    """The promise over all visits of the report; a failed item stands once, with how often it failed."""
    title = Cell(text=promise.title, strong=True)
    answered = sum(len(answers.answered) for _, answers in answers_by_audit)
    if not answered:
        return title, Cell(text=NOT_KNOWN if answers_by_audit else NOT_AUDITED), NOTHING, ""
    failed = Counter(name for _, answers in answers_by_audit for name in answers.failed)
    asks = {name: audit.checklist.items[name].ask for audit, answers in answers_by_audit for name in answers.failed}
    names = [joined([asks[name], f"({count})" if count > 1 else ""], " ") for name, count in failed.items()]
    verdict = Cell(text=BROKEN, tone="poor", strong=True) if failed else Cell(text=KEPT, tone="best")
    return title, verdict, f"{answered - failed.total()} / {answered}", _listed(names)


def _listed(names: Sequence[Words]) -> Words:
    left = len(names) - MOST_FAILED
    more = Text(ko=f"외 {left}건", en=f"and {left} more")
    return joined([*names[:MOST_FAILED], *([more] if left > 0 else [])])
