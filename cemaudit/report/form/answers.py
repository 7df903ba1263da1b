"""How each kind of answer is given, and the three ways to leave an answer or a feeling out."""

from __future__ import annotations

from cemaudit.exchange.forms.fields import FieldKind, FormField
from cemaudit.language import message
from cemaudit.model.answers import Nps, Quantity
from cemaudit.model.answers import Scale as ScaleAnswer
from cemaudit.report.form.boxes import HEIGHT, QUIETLY, Blank, Tick
from cemaudit.report.form.layout import ANSWER, LABEL, SliceRow, said
from cemaudit.report.form.options import in_line, is_list, line_width, option_slices, ticks_of
from cemaudit.report.form.scales import ScaleRow
from cemaudit.report.form.sheet import PdfField, PdfForm
from cemaudit.report.kit.stack import Slice
from cemaudit.report.kit.style import QUIET

__all__ = ["SIDE_BY_SIDE", "answer_slices", "skip_parts"]

SIDE_BY_SIDE = 134.0
"""Where the right part of a line begins: the ways to leave an answer out, the files."""

BOX = 74.0
PAD = 2.5
TYPED = {FieldKind.NUMBER, FieldKind.DATE, FieldKind.TIME}

Parts = list[tuple[float, Slice]]


def answer_slices(sheet: PdfForm, field: FormField, why: FormField, width: float) -> list[Slice]:
    """The answer to an item, and why there is none; on one line where both fit."""
    narrow, skips = _narrow(sheet, field), skip_parts(sheet, field, why, width, SIDE_BY_SIDE)
    return [SliceRow([*narrow, *skips], PAD)] if narrow else [*_wide(sheet, field, width), SliceRow(skips, PAD)]


def _narrow(sheet: PdfForm, field: FormField) -> Parts:
    """The answer, where it is short enough to stand to the left of the skips."""
    if field.kind in TYPED:
        return _typed(sheet, field)
    if field.kind is not FieldKind.ONE or _is_scale(field) or is_list(field):
        return []
    ticks = ticks_of(sheet, field)
    return in_line(ticks) if line_width(ticks) <= SIDE_BY_SIDE - 8 else []


def _typed(sheet: PdfForm, field: FormField) -> Parts:
    box: Parts = [(0, Blank(sheet.entry(field.name), (BOX, HEIGHT)))]
    answer = field.item.answer if field.item else None
    unit = answer.unit_shown if isinstance(answer, Quantity) else ""
    return [*box, (BOX + 5, said(unit, ANSWER, SIDE_BY_SIDE - BOX - 13, most=1))] if unit else box


def _wide(sheet: PdfForm, field: FormField, width: float) -> list[Slice]:
    """The answer, where it takes lines of its own."""
    if field.kind is FieldKind.TEXT:
        return [SliceRow([(0, Blank(sheet.entry(field.name), (width, 2.4 * HEIGHT), long=True))], PAD)]
    if _is_scale(field):
        return [SliceRow([(0, ScaleRow(sheet, field, width, _ends(field)))], PAD)]
    return option_slices(sheet, field, width)


def _is_scale(field: FormField) -> bool:
    return field.kind is FieldKind.ONE and field.item is not None and isinstance(field.item.answer, ScaleAnswer | Nps)


def _ends(field: FormField) -> tuple[object, object]:
    """The words at both ends of a scale."""
    answer = field.item.answer if field.item else None
    if isinstance(answer, ScaleAnswer):
        return answer.low or "", answer.high or ""
    return message("not at all likely"), message("extremely likely")


def skip_parts(sheet: PdfForm, field: FormField, why: FormField, width: float, left: float = 0) -> Parts:
    """A circle for each way to leave the answer out, in the answer's own group where that has circles; and why."""
    name = field.name if field.kind is FieldKind.ONE and not is_list(field) else f"{field.name}__skip"
    entry = PdfField(sheet.fields, name, str(field.label))
    ticks = [Tick(entry, (option.code, option.label), look=QUIETLY) for option in field.skips]
    parts = in_line(ticks, left)
    asked = said(message("Why?"), LABEL, 40, QUIET, 1)
    after = left + line_width(ticks) + 12
    return [*parts, (after, asked), (after + 24, Blank(sheet.entry(why.name), (width - after - 24, HEIGHT)))]
