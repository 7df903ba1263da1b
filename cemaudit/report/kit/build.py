"""From stacks on pages to the bytes of a PDF, in the language in force."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO

from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, CondPageBreak, Flowable, PageTemplate

from cemaudit.language import current
from cemaudit.model.blocks import Words
from cemaudit.report.kit.fonts import REGULAR, face
from cemaudit.report.kit.page import write_page_count
from cemaudit.report.kit.stack import Stack
from cemaudit.report.kit.style import BOTTOM, PAGE, TOP
from cemaudit.report.kit.text import visible

__all__ = ["build", "kept"]

AUTHOR = "cemaudit"
SHORT = 64.0


def build(
    story: Sequence[Flowable],
    template: PageTemplate,
    title: Words,
    subject: Words,
    finish: Callable[[Canvas], None] | None = None,
) -> bytes:
    """The PDF; the same story gives the same bytes. ``finish`` has the last word on the canvas."""
    face(), face(bold=True)
    target = BytesIO()
    with _plain_streams():
        document = BaseDocTemplate(
            target,
            pagesize=PAGE,
            pageTemplates=[template],
            title=visible(title),
            author=AUTHOR,
            creator=AUTHOR,
            subject=visible(subject),
            lang={"ko": "ko-KR", "en": "en"}[current()],
            initialFontName=REGULAR,
            invariant=1,
            pageCompression=1,
            displayDocTitle=True,
        )
        document.build(list(story), canvasmaker=_canvas_that(finish))
    return target.getvalue()


def _canvas_that(finish: Callable[[Canvas], None] | None) -> type[Canvas]:
    """A kind of canvas that writes the number of pages when all are known, and then finishes."""

    class Finishing(Canvas):
        def save(self) -> None:
            write_page_count(self)
            if finish:
                finish(self)
            super().save()

    return Finishing


@contextmanager
def _plain_streams() -> Iterator[None]:
    """Streams as bytes, not as text four times slower and a quarter longer."""
    before = rl_config.useA85
    rl_config.useA85 = 0
    try:
        yield
    finally:
        rl_config.useA85 = before


def kept(stacks: Sequence[Stack]) -> list[Flowable]:
    """The stacks, with a page break before those that must stay with the next where both do not fit."""
    flow: list[Flowable] = []
    for number, stack in enumerate(stacks):
        if stack.keeps and not (number and stacks[number - 1].keeps):
            flow.append(CondPageBreak(min(_need(stacks[number:]), PAGE[1] - TOP - BOTTOM)))
        flow.append(stack)
    return flow


def _need(stacks: Sequence[Stack]) -> float:
    """The room for headings, what follows them, and where that is only a short introduction, what follows that."""
    need = 0.0
    for number, stack in enumerate(stacks):
        need += stack.spaceBefore
        introduces = number > 0 and stacks[number - 1].keeps and stack.tall <= SHORT
        if not stack.keeps and (not introduces or number + 1 == len(stacks)):
            return need + stack.least
        need += stack.tall + stack.spaceAfter
    return need
