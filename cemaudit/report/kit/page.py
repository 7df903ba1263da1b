"""What stands on every page around its content: running head, banner, page number."""

from __future__ import annotations

from collections.abc import Callable

from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Frame, PageTemplate

from cemaudit.language import message
from cemaudit.model.blocks import Words
from cemaudit.report.document import Report
from cemaudit.report.kit.pen import Pen
from cemaudit.report.kit.style import (
    BOTTOM,
    DEEP,
    HAIRLINE,
    LEFT,
    PAGE,
    QUIET,
    TINT,
    TINY,
    TOP,
    WIDTH,
)
from cemaudit.report.kit.text import shorten, wrap

__all__ = ["full_page", "page_template", "paint_foot", "write_page_count"]

PAGE_COUNT = "page-count"


def page_template(report: Report) -> PageTemplate:
    """The page with everything around the content of ``report``."""
    return full_page(lambda canvas: _paint_surroundings(canvas, report))


def full_page(paint: Callable[[Canvas], None]) -> PageTemplate:
    """A page of one column; ``paint`` draws what stands around it."""
    frame = Frame(
        LEFT,
        BOTTOM,
        WIDTH,
        PAGE[1] - TOP - BOTTOM,
        leftPadding=0,
        rightPadding=0,
        topPadding=0,
        bottomPadding=0,
    )
    return PageTemplate(id="page", frames=[frame], pagesize=PAGE, onPage=lambda canvas, _: paint(canvas))


def _paint_surroundings(canvas: Canvas, report: Report) -> None:
    pen = Pen(canvas, LEFT, PAGE[1])
    if canvas.getPageNumber() > 1:
        _paint_head(pen, report)
    if report.simulated:
        text = str(message("Simulated data: this is not the report of a real visit."))
        pen.at(-LEFT, 0).box(PAGE[0], 15, TINT["poor"])
        pen.at(WIDTH / 2, 10.2).line(text, TINY.strong, DEEP["worst"], "center")
    paint_foot(pen.at(0, PAGE[1] - 34), report.imprint)


def _paint_head(pen: Pen, report: Report) -> None:
    half = WIDTH / 2 - 10
    pen.at(0, 38).line(shorten(wrap(report.subject, TINY.strong, half), 1)[0], TINY.strong, QUIET)
    pen.at(WIDTH, 38).line(shorten(wrap(report.title, TINY, half), 1)[0], TINY, QUIET, "right")
    pen.at(0, 44).rule(WIDTH, 0, HAIRLINE)


def paint_foot(pen: Pen, imprint: Words) -> None:
    """What made the page, and its number among all pages."""
    pen.line(shorten(wrap(imprint, TINY, WIDTH - 80), 1)[0], TINY, QUIET)
    digits = 3 * pen.width("0", TINY)
    pen.at(WIDTH - digits, 0).line(f"{pen.canvas.getPageNumber()} / ", TINY, QUIET, "right")
    pen.canvas.saveState()
    pen.canvas.translate(pen.x + WIDTH - digits, pen.top)
    pen.canvas.doForm(PAGE_COUNT)
    pen.canvas.restoreState()


def write_page_count(canvas: Canvas) -> None:
    """Fills in, on all pages at once, how many pages there are; called when the last one is done."""
    canvas.beginForm(PAGE_COUNT, 0, -5, 40, 15)
    Pen(canvas, 0, 0).line(str(canvas.getPageNumber() - 1), TINY, QUIET)
    canvas.endForm()
