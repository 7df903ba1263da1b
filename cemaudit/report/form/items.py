"""One item of a form: the question, how to judge it, the answer, a note and its evidence."""

from __future__ import annotations

from collections.abc import Iterator

from cemaudit.exchange.forms.fields import FormField
from cemaudit.language import N_, message, translate
from cemaudit.model import Item
from cemaudit.report.form.answers import SIDE_BY_SIDE, answer_slices
from cemaudit.report.form.boxes import HEIGHT, Blank
from cemaudit.report.form.conditions import condition
from cemaudit.report.form.layout import ANSWER, LABEL, PROSE, Gap, LabelledSlice, SliceRow, Titled, said
from cemaudit.report.form.sheet import PdfForm
from cemaudit.report.kit.pen import Pen
from cemaudit.report.kit.prose import TextLines
from cemaudit.report.kit.stack import Slice, Stack
from cemaudit.report.kit.style import ACCENT, HAIRLINE, INK, QUIET, WIDTH, Colour, TextStyle
from cemaudit.report.kit.text import wrap

__all__ = ["item_stack"]

INSET = 46.0
ID = LABEL.strong._replace(leading=ANSWER.leading)
ROOM = WIDTH - INSET
NOTE_AT = 32.0
SIGNS_A_LINE, MOST_NOTE_LINES = 38, 7
"""How many Hangul are written by hand on one line; a note of more lines goes on elsewhere."""

_EVIDENCE = {
    "optional": N_("Photo or receipt, if you can:"),
    "required": N_("Photo or receipt, required:"),
    "required-if-failed": N_("Photo or receipt, required if this was not met:"),
}


class _Hairline(Slice):
    """A hairline above an item."""

    keeps = True

    def paint(self, pen: Pen) -> None:
        pen.rule(WIDTH, 0, HAIRLINE)


def item_stack(sheet: PdfForm, item: Item, *, first: bool) -> Stack:
    """Everything about one item, below a rule unless it is the first; on one page where it is not too tall."""
    rule = [] if first else [_Hairline(7)]
    return Stack([*rule, *_asked(sheet, item), *_filled_in(sheet, item)], space=(2, 7), whole=True)


def _asked(sheet: PdfForm, item: Item) -> Iterator[Slice]:
    """The question with its id, when it arises, and what helps to answer it."""
    label = said(item.id, ID, INSET - 6, QUIET)
    yield LabelledSlice(_prose(item.ask, ANSWER.strong), INSET, label)
    if item.when:
        only = message("Only where: {condition}", condition=condition(item.when, sheet.checklist))
        yield LabelledSlice(_prose(only, PROSE, ACCENT), INSET)
    for words in (item.help, sheet.field(item.id).expects):
        if words:
            yield LabelledSlice(_prose(words, PROSE, QUIET), INSET)
    yield Gap(2)


def _prose(words: object, type_: TextStyle, colour: Colour = INK) -> TextLines:
    return TextLines(wrap(str(words), type_, ROOM), type_, colour)


def _filled_in(sheet: PdfForm, item: Item) -> Iterator[Slice]:
    for slice_ in answer_slices(sheet, sheet.field(item.id), sheet.field(f"{item.id}__why"), ROOM):
        yield LabelledSlice(slice_, INSET)
    if item.evidence != "none":
        yield LabelledSlice(_files(sheet, item), INSET)
    yield LabelledSlice(_note(sheet, sheet.field(f"{item.id}__note"), item), INSET)


def _files(sheet: PdfForm, item: Item) -> Slice:
    """Where the names of the first photo and the first receipt go; the list at the end has room for more."""
    words = said(translate(_EVIDENCE[item.evidence]), LABEL, SIDE_BY_SIDE - 8, INK, 2)
    half = (ROOM - SIDE_BY_SIDE) / 2
    parts: list[tuple[float, Slice]] = [(0, words)]
    for place, (kind, label) in enumerate((("photo", message("Photo")), ("receipt", message("Receipt")))):
        entry = sheet.entry(f"{item.id}__{kind}_1")
        left = SIDE_BY_SIDE + place * half
        parts.append((left, said(label, LABEL, 34, QUIET, 1)))
        parts.append((left + 34, Blank(entry, (half - 34 - (6 if place == 0 else 0), HEIGHT))))
    return SliceRow(parts, 2.5)


def _note(sheet: PdfForm, field: FormField, item: Item) -> Slice:
    """A line for a note; several, and how much to write, where a narrative is asked for."""
    if item.note is None:
        box = Blank(sheet.entry(field.name), (ROOM - NOTE_AT, HEIGHT), long=True)
        return SliceRow([(0, said(message("Note"), LABEL, NOTE_AT, QUIET, 1)), (NOTE_AT, box)], 2.5)
    lines = min(-(-item.note.at_least * 5 // (SIGNS_A_LINE * 4)) + 1, MOST_NOTE_LINES)
    words = message("Note") if item.note.when == "always" else message("Note, if this was not met")
    box = Blank(sheet.entry(field.name), (ROOM, lines * HEIGHT), long=True)
    return Titled(f"{words}: {field.expects}", box, ROOM)
