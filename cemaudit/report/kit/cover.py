"""The head of the first page: what the report is about and its verdict."""

from __future__ import annotations

from collections.abc import Sequence

from cemaudit.report.document import Particular, Report, Verdict
from cemaudit.report.kit.figures import gauge
from cemaudit.report.kit.numbers import NumberScale, finite
from cemaudit.report.kit.pen import Pen
from cemaudit.report.kit.stack import Slice, Stack
from cemaudit.report.kit.style import (
    ACCENT,
    BODY,
    DEEP,
    HAIRLINE,
    INK,
    QUIET,
    SMALL,
    TINT,
    TINY,
    WHITE,
    WIDTH,
    TextStyle,
)
from cemaudit.report.kit.text import shorten, wrap

__all__ = ["draw_cover"]

KICKER = TextStyle(9, 14, bold=True)
SUBJECT = TextStyle(25, 33, bold=True)
SUBTITLE = TextStyle(11, 17)
GRADE = TextStyle(19, 25, bold=True)
LETTER = TextStyle(34, 42, bold=True)
NUMBER = TextStyle(26, 32, bold=True)
PAD, BADGE, EDGE, SCORE = 16.0, 84.0, 8.0, 136.0


class _Masthead(Slice):
    """The report's kind, its subject and its subtitle."""

    def __init__(self, report: Report) -> None:
        self.kicker = shorten(wrap(report.title, KICKER, WIDTH), 2)
        self.subject = shorten(wrap(report.subject, SUBJECT, WIDTH), 3)
        self.subtitle = shorten(wrap(report.subtitle, SUBTITLE, WIDTH), 3) if str(report.subtitle) else []
        self.name_at = len(self.kicker) * KICKER.leading + 4
        self.below = self.name_at + len(self.subject) * SUBJECT.leading + 2
        super().__init__(self.below + len(self.subtitle) * SUBTITLE.leading)

    def paint(self, pen: Pen) -> None:
        pen.lines(self.kicker, KICKER, ACCENT)
        pen.at(-1, self.name_at).lines(self.subject, SUBJECT)
        pen.at(0, self.below).lines(self.subtitle, SUBTITLE, QUIET)


class _FactRow(Slice):
    """Two particulars beside each other, each a small label over its value."""

    def __init__(self, facts: Sequence[Particular]) -> None:
        self.each = WIDTH / 3
        self.facts = [
            (
                shorten(wrap(fact.label, TINY, self.each - 12), 2),
                shorten(wrap(fact.value, SMALL.strong, self.each - 12), 4),
            )
            for fact in facts
        ]
        super().__init__(max(len(label) * TINY.leading + len(value) * SMALL.leading for label, value in self.facts) + 8)

    def paint(self, pen: Pen) -> None:
        for number, (label, value) in enumerate(self.facts):
            pen.at(number * self.each, 0).lines(label, TINY, QUIET)
            pen.at(number * self.each, len(label) * TINY.leading).lines(value, SMALL.strong)


class _VerdictBand(Slice):
    """The grade on a coloured ground, and the number that earned it."""

    def __init__(self, verdict: Verdict) -> None:
        self.verdict = verdict
        self.letter = verdict.label if len(verdict.label) <= 3 else ""
        self.badge = BADGE if self.letter else EDGE
        score = SCORE if verdict.value else 0
        room = WIDTH - self.badge - score - 2 * PAD
        self.title = shorten(wrap(verdict.title, GRADE, room), 3)
        self.text = shorten(wrap(verdict.text, BODY, room), 6) if str(verdict.text) else []
        self.words = len(self.title) * GRADE.leading + len(self.text) * BODY.leading
        super().__init__(max(self.words + 2 * PAD, 92))

    def paint(self, pen: Pen) -> None:
        deep = DEEP[self.verdict.tone]
        pen.box(WIDTH, self.height, TINT[self.verdict.tone])
        pen.box(self.badge, self.height, deep)
        if self.letter:
            pen.at(0, (self.height - LETTER.leading) / 2).lines([self.letter], LETTER, WHITE, "center", BADGE)
        top = (self.height - self.words) / 2
        left = self.badge + PAD
        pen.at(left, top).lines(self.title, GRADE, INK)
        pen.at(left, top + len(self.title) * GRADE.leading).lines(self.text, BODY, INK)
        if self.verdict.value:
            self._paint_number(pen.at(WIDTH - SCORE, 0))

    def _paint_number(self, pen: Pen) -> None:
        verdict, width = self.verdict, SCORE - PAD
        at = finite(verdict.at)
        caption = shorten(wrap(verdict.caption, TINY, width), 2) if str(verdict.caption) else []
        tall = len(caption) * TINY.leading + NUMBER.leading + (25 if at is not None else 0)
        top = (self.height - tall) / 2
        pen.at(0, top).lines(caption, TINY, QUIET)
        top += len(caption) * TINY.leading
        pen.at(0, top).lines(shorten(wrap(verdict.value, NUMBER, width), 1), NUMBER, DEEP[verdict.tone])
        if at is not None:
            scale = NumberScale(verdict.low, verdict.high)
            gauge(pen.at(0, top + NUMBER.leading + 6), width, at, scale, DEEP[verdict.tone])


class _Hairline(Slice):
    """A hairline across the page."""

    def paint(self, pen: Pen) -> None:
        pen.rule(WIDTH, 0, HAIRLINE)


def draw_cover(report: Report) -> list[Stack]:
    """Masthead, particulars and verdict."""
    stacks = [Stack([_Masthead(report)], space=(0, 14))]
    rows: list[Slice] = [_FactRow(report.facts[start : start + 3]) for start in range(0, len(report.facts), 3)]
    if rows:
        stacks.append(Stack([_Hairline(10), *rows], space=(0, 10)))
    if report.verdict:
        stacks.append(Stack([_VerdictBand(report.verdict)], space=(0, 8)))
    return stacks
