"""One touchpoint of a form: what was expected, its items, what was felt, what is claimed."""

from __future__ import annotations

from collections.abc import Iterator

from cemaudit.exchange.forms.fields import Role
from cemaudit.exchange.forms.making import FEELING_NAMES
from cemaudit.exchange.question_texts import expectation_text, question_text
from cemaudit.language import message
from cemaudit.model import Checklist, Touchpoint
from cemaudit.model.feelings import EMOTIONS, EXPECTATIONS, PERCEPTIONS
from cemaudit.report.form.answers import skip_parts
from cemaudit.report.form.boxes import Blank
from cemaudit.report.form.items import item_stack
from cemaudit.report.form.layout import LABEL, Gap, SliceRow, Titled, said
from cemaudit.report.form.options import option_slices
from cemaudit.report.form.scales import FEELING_WIDTH, FeelingScale
from cemaudit.report.form.sheet import PdfForm
from cemaudit.report.kit.pen import Pen
from cemaudit.report.kit.stack import Slice, Stack
from cemaudit.report.kit.style import ACCENT, PALE, QUIET, TINY, WIDTH, TextStyle
from cemaudit.report.kit.text import shorten, wrap
from cemaudit.scoring.groups import touchpoint_place

__all__ = ["touchpoint_stacks"]

TITLE = TextStyle(11, 15, bold=True)
EDGE, PAD, GAP = 3.5, 11.0, 14.0
COMPLAINT = 36.0
_MARKS = {Role.EXPECTATION: EXPECTATIONS, Role.PERCEPTION: PERCEPTIONS, Role.EMOTION: EMOTIONS}


class _Band(Slice):
    """The touchpoint's title on a ground, and at its right where on the journey it lies."""

    def __init__(self, title: str, where: str) -> None:
        self.title = shorten(wrap(title, TITLE, WIDTH * 0.6), 3)
        self.where = shorten(wrap(where, TINY, WIDTH * 0.33), 4)
        super().__init__(max(len(self.title) * TITLE.leading, len(self.where) * TINY.leading) + 9)

    def paint(self, pen: Pen) -> None:
        pen.box(WIDTH, self.height, PALE)
        pen.box(EDGE, self.height, ACCENT)
        pen.at(PAD, (self.height - len(self.title) * TITLE.leading) / 2).lines(self.title, TITLE)
        down = (self.height - len(self.where) * TINY.leading) / 2
        pen.at(WIDTH * 0.65, down).lines(self.where, TINY, QUIET, "right", WIDTH * 0.35 - PAD)
        self._enter(pen)

    def _enter(self, pen: Pen) -> None:
        height = pen.canvas.absolutePosition(pen.x, pen.top)[1]
        key = f"touchpoint-{pen.canvas.getPageNumber()}-{height:.1f}"
        pen.canvas.bookmarkHorizontal(key, pen.x, pen.top)
        pen.canvas.addOutlineEntry(" ".join(self.title), key, 0)


def touchpoint_stacks(sheet: PdfForm, touchpoint: Touchpoint) -> Iterator[Stack]:
    """The touchpoint from its title to claims and blames."""
    band = _Band(str(touchpoint.title), _where(sheet.checklist, touchpoint))
    yield Stack([band], space=(14, 6), keeps=True)
    if touchpoint.expectation:
        yield Stack([_feeling(sheet, touchpoint, Role.EXPECTATION)], space=(0, 6), keeps=True)
    for number, item in enumerate(touchpoint.items):
        yield item_stack(sheet, item, first=number == 0)
    yield Stack(list(_afterwards(sheet, touchpoint)), space=(2, 8), whole=True)


def _afterwards(sheet: PdfForm, touchpoint: Touchpoint) -> Iterator[Slice]:
    """What was felt and what is claimed; it says where, as it may stand on a page of its own."""
    if touchpoint.perceived:
        yield _feeling(sheet, touchpoint, Role.PERCEPTION)
    if touchpoint.emotion:
        yield _feeling(sheet, touchpoint, Role.EMOTION)
    elif not touchpoint.perceived:
        yield said(touchpoint.title, LABEL.strong, WIDTH, QUIET, 1)
    yield Gap(5)
    yield _complaints(sheet, touchpoint)
    yield Gap(3)
    state = message("{question} (empty: not noted)", question=question_text("claim-state", sheet.checklist.words_at()))
    yield said(state, LABEL, WIDTH, QUIET, 1)
    yield from option_slices(sheet, sheet.field(f"{touchpoint.id}__claim_state"), WIDTH)


def _where(checklist: Checklist, touchpoint: Touchpoint) -> str:
    place = " · ".join(map(str, touchpoint_place(checklist, touchpoint)))
    steps = [str(step.title) for step in checklist.steps if step.id in touchpoint.steps]
    return f"{place}\n{message('Only at: {steps}', steps=', '.join(steps))}" if steps else place


def _feeling(sheet: PdfForm, touchpoint: Touchpoint, role: Role) -> Slice:
    """The question before the visit, or the one after it."""
    name = FEELING_NAMES[role]
    field = sheet.field(f"{touchpoint.id}__{name}")
    if role is Role.EXPECTATION:
        question = expectation_text(touchpoint, sheet.checklist.words_at())
    else:
        question = question_text(role, sheet.checklist.words_at())
    skips = SliceRow(skip_parts(sheet, field, sheet.field(f"{field.name}_why"), FEELING_WIDTH))
    return FeelingScale(sheet, field, (question, touchpoint.title), list(_MARKS[role].values()), skips)


def _complaints(sheet: PdfForm, touchpoint: Touchpoint) -> Slice:
    """A claim and a blame, side by side."""
    half = (WIDTH - GAP) / 2
    parts: list[tuple[float, Slice]] = []
    for name in ("claim", "blame"):
        box = Blank(sheet.entry(f"{touchpoint.id}__{name}"), (half, COMPLAINT), long=True)
        parts.append((len(parts) * (half + GAP), Titled(question_text(name, sheet.checklist.words_at()), box, half)))
    return SliceRow(parts)
