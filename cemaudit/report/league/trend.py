"""From wave to wave: what moved, and what only seems to."""

from __future__ import annotations

from cemaudit.compare.report_records import LeagueReportData, ScoreHistory
from cemaudit.language import printable
from cemaudit.model import Text
from cemaudit.model.blocks import Axis, Line, Lines, Paragraph, Section, Span, Words
from cemaudit.report.league.words import notes, number, said

__all__ = ["course_lines", "trend"]

MOST_LINES = 6
ABOUT = Text(
    ko="옅은 띠는 구간입니다. 띠가 겹치는 두 차수의 차이는 우연일 수 있습니다.",
    en="The pale band is the interval. A difference between two waves whose bands overlap may be chance.",
)


def trend(account: LeagueReportData) -> Section | None:
    """Lines by wave, and in sentences what changed; ``None`` with fewer than two waves and nothing done."""
    course = account.course
    drawn = course is not None and len(course.waves) > 1
    if not drawn and not account.actions:
        return None
    blocks = (
        [Paragraph(text=ABOUT, quiet=True), course_lines(course, account.league.target)] if course and drawn else []
    )
    said_of = [*(course.notes if course else ()), *account.actions]
    return Section(
        id="trend",
        title=Text(ko="차수별 변화", en="Change from wave to wave"),
        blocks=(*blocks, *notes(said_of, quiet=False)),
        order=400,
    )


def course_lines(course: ScoreHistory, target: float | None, title: Words | None = None) -> Lines:
    """The lines of a course, at most ``MOST_LINES``."""
    lines = tuple(
        Line(
            label=said(line.name),
            values=line.scores,
            bands=tuple(None if one is None else Span(low=one.low, high=one.high) for one in line.intervals),
        )
        for line in course.lines[:MOST_LINES]
    )
    return Lines(
        title=title or Text(ko="차수별 점수", en="Scores by wave"),
        categories=tuple(printable(wave, 40) for wave in course.waves),
        lines=lines,
        axis=Axis(title=Text(ko="점수", en="score")),
        target=target,
        target_name="" if target is None else Text(ko=f"목표 {number(target)}", en=f"target {number(target)}"),
    )
