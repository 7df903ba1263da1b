"""The groups of a checklist, each with its own total."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cemaudit.hookspecs import Context
from cemaudit.model import Audit, Checklist, Measure, Text
from cemaudit.model.blocks import Cell, Column, Paragraph, Section, Table, Words
from cemaudit.report.sections.values import brief_title, show
from cemaudit.report.sections.words import joined, visit_name
from cemaudit.scoring.groups import group_measures, group_scores, outer_groups

__all__ = ["groups"]

ABOUT = Text(
    ko="묶음은 따로 읽는 목록입니다. 합계는 그 묶음의 항목만으로 구하며 다른 묶음과 섞지 않습니다.",
    en="A group is a list that is read by itself. Its total is made of its own items alone and mixed with no other.",
)
NESTED = Text(
    ko="굵은 글씨는 독립된 목록이고, 나머지는 그 안의 작은 묶음입니다.",
    en="Those in bold are lists of their own; the others are smaller groups within them.",
)


def groups(context: Context) -> Section | None:
    """The table; ``None`` where the checklist has no groups or the scheme gives them no total."""
    measures, checklist = group_measures(context.audits[-1].scheme), context.audits[-1].checklist
    if not measures or not checklist.groups:
        return None
    about = joined([ABOUT, NESTED if _is_nested(checklist) else ""], " ")
    columns = (
        Column(title=Text(ko="묶음", en="Group"), width=4),
        Column(title=Text(ko="점수가 있는 항목", en="Items scored"), width=1.4, align="right"),
        *(Column(title=brief_title(measure), width=1.2, align="right") for measure in measures),
    )
    several = len(context.audits) > 1
    rows = [row for audit in context.audits for row in _rows(audit, measures, several=several)]
    return Section(
        id="groups",
        title=Text(ko="묶음별 점수", en="Groups"),
        blocks=(Paragraph(text=about, quiet=True), Table(columns=columns, rows=tuple(rows))),
        order=120,
    )


def _is_nested(checklist: Checklist) -> bool:
    return len(outer_groups(checklist)) < len(checklist.groups)


def _rows(audit: Audit, measures: Sequence[Measure], *, several: bool) -> Iterator[tuple[Cell | Words, ...]]:
    if several:
        yield (Cell(text=visit_name(audit), strong=True), "", *[""] * len(measures))
    emphasised = outer_groups(audit.checklist) if _is_nested(audit.checklist) else []
    totals = {(total.group.id, total.measure.id): total.score for total in group_scores(audit)}
    for group in audit.checklist.groups:
        scores = [totals[group.id, measure.id] for measure in measures]
        shown = [show(audit.scheme, measure, score) for measure, score in zip(measures, scores, strict=True)]
        yield (
            Cell(text=group.title, strong=group in emphasised),
            f"{scores[0].used} / {scores[0].asked}",
            *(Cell(text=printed.text, tone=printed.tone) for printed in shown),
        )
