"""What stands on every page of a form around its content, so that a loose page still says whose it is."""

from __future__ import annotations

from reportlab.pdfgen.canvas import Canvas

from cemaudit import __version__
from cemaudit.exchange.forms.making import PREFIX
from cemaudit.language import message
from cemaudit.report.form.boxes import Blank
from cemaudit.report.form.sheet import PdfForm
from cemaudit.report.kit.page import paint_foot
from cemaudit.report.kit.pen import Pen
from cemaudit.report.kit.style import HAIRLINE, LEFT, PAGE, QUIET, TINY, WIDTH
from cemaudit.report.kit.text import shorten, wrap

__all__ = ["paint_surroundings"]

TITLE, LONGEST = 220.0, 200
HEAD, BOX = 42.0, 15.0
BEFORE, BETWEEN = 5.0, 13.0


def paint_surroundings(canvas: Canvas, sheet: PdfForm) -> None:
    """The checklist, the store and the day at the head (the first page has them at large), the number at the foot."""
    pen = Pen(canvas, LEFT, PAGE[1])
    if canvas.getPageNumber() == 1:
        sheet.fields.hidden(canvas, f"{PREFIX}checklist", sheet.checklist.ref)
    else:
        _paint_head(pen, sheet)
    paint_foot(pen.at(0, PAGE[1] - 34), f"cemaudit {__version__} · {sheet.checklist.ref}")


def _paint_head(pen: Pen, sheet: PdfForm) -> None:
    title = shorten(wrap(str(sheet.checklist.title)[:LONGEST], TINY.strong, TITLE), 1)[0]
    pen.at(0, HEAD - 4).line(title, TINY.strong, QUIET)
    boxes = (("store", str(message("Store")), 120.0), ("date", str(message("Day")), 68.0))
    left = WIDTH - sum(pen.width(words, TINY) + BEFORE + width for _, words, width in boxes) - BETWEEN
    for name, words, width in boxes:
        pen.at(left, HEAD - 4).line(words, TINY, QUIET)
        left += pen.width(words, TINY) + BEFORE
        Blank(sheet.setting(name), (width, BOX)).paint(pen.at(left, HEAD - BOX))
        left += width + BETWEEN
    pen.at(0, HEAD + 5).rule(WIDTH, 0, HAIRLINE)
