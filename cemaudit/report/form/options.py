"""Options to tick, in a line or in columns, or to pick from a list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cemaudit.exchange.forms.fields import FieldKind, FormField
from cemaudit.report.form.boxes import ANY_WIDTH, Drop, Tick
from cemaudit.report.form.layout import LABEL, PROSE, SliceRow, said
from cemaudit.report.form.sheet import PdfForm
from cemaudit.report.kit.prose import TextLines
from cemaudit.report.kit.stack import Slice
from cemaudit.report.kit.style import QUIET, WIDTH
from cemaudit.report.kit.text import wrap

__all__ = ["in_line", "is_list", "labelled_options", "line_width", "option_slices", "ticks_of"]

MOST_TICKS = 24
"""Of more options than these one is picked from a list."""

BETWEEN = 16.0
MOST_COLUMNS = 3
LIST_WIDTH = 200.0


def is_list(field: FormField) -> bool:
    """Whether one of very many options is picked from a list."""
    return field.kind is FieldKind.ONE and len(field.options) > MOST_TICKS


def option_slices(sheet: PdfForm, field: FormField, width: float) -> list[Slice]:
    """The options: in one line where they fit, else in columns; a list also names its codes for those on paper."""
    if is_list(field):
        return list(_list(sheet, field, width))
    ticks = ticks_of(sheet, field)
    if line_width(ticks) <= width:
        return [SliceRow(in_line(ticks), 2.5)]
    columns = max(1, min(MOST_COLUMNS, int(width // (max(tick.width for tick in ticks) + BETWEEN))))
    each = width / columns
    ticks = ticks_of(sheet, field, each - 4)
    rows = [ticks[start : start + columns] for start in range(0, len(ticks), columns)]
    return [SliceRow([(place * each, tick) for place, tick in enumerate(row)], 1.5) for row in rows]


def labelled_options(sheet: PdfForm, name: str) -> Iterator[Slice]:
    """The options of the field of that flat name, below what it is called."""
    field = sheet.field(name)
    yield SliceRow([(0, said(field.label, LABEL, WIDTH, QUIET, 1))], 2)
    yield from option_slices(sheet, field, WIDTH)


def ticks_of(sheet: PdfForm, field: FormField, room: float = ANY_WIDTH) -> list[Tick]:
    """A circle for each option of which one holds, a square where several may."""
    square, entry = field.kind is FieldKind.MANY, sheet.entry(field.name)
    return [Tick(entry, (option.code, option.label), room, square=square) for option in field.options]


def in_line(ticks: Iterable[Tick], x: float = 0) -> list[tuple[float, Slice]]:
    """The ticks one after the other, from ``x`` on."""
    placed: list[tuple[float, Slice]] = []
    for tick in ticks:
        placed.append((x, tick))
        x += tick.width + BETWEEN
    return placed


def line_width(ticks: Sequence[Tick]) -> float:
    """The room the ticks take one after the other."""
    return sum(tick.width for tick in ticks) + BETWEEN * (len(ticks) - 1)


def _list(sheet: PdfForm, field: FormField, width: float) -> Iterable[Slice]:
    pairs = [(option.code, str(option.label)) for option in field.options]
    yield SliceRow([(0, Drop(sheet.entry(field.name), LIST_WIDTH, pairs))], 2.5)
    known = " · ".join(f"{code} {label}" if label != code else code for code, label in pairs)
    yield TextLines(wrap(known, PROSE, width), PROSE, QUIET)
