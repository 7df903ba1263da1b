"""The head of a form: what it asks about, and which visit it records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cemaudit.exchange.forms.making import PREFIX
from cemaudit.exchange.question_texts import question_text
from cemaudit.language import N_, message, translate
from cemaudit.model import Checklist
from cemaudit.report.form.boxes import HEIGHT, Blank
from cemaudit.report.form.layout import LABEL, PROSE, Gap, SliceRow, Titled, bullets, said
from cemaudit.report.form.options import labelled_options
from cemaudit.report.form.sheet import PdfForm
from cemaudit.report.kit.pen import Pen
from cemaudit.report.kit.prose import TextLines
from cemaudit.report.kit.stack import Slice, Stack
from cemaudit.report.kit.style import ACCENT, HAIRLINE, INK, QUIET, WIDTH, TextStyle
from cemaudit.report.kit.text import wrap

__all__ = ["opening_stacks"]

KICKER = TextStyle(9, 14, bold=True)
TITLE = TextStyle(22, 30, bold=True)
SUBTITLE = TextStyle(11, 17)
GAP = 14.0

_WHO = ("store", "store_name", "shopper")
_TIMES, _DAYS = ("date", "started", "finished"), ("date", "until")
_WHERE = ("wave", "place")
_EPISODE = ("episode", "step_number")
_CONSENT = ("consent_date", "consent_form")
_HOW = (
    N_("Circles: tick one. Squares: tick any."),
    N_(
        "No answer to give? Tick why, and say it in a few words: not applicable (it does not arise here), "
        "not observed (you could not see it), declined (you prefer not to say)."
    ),
    N_("Days like 2026-11-21, times like 14:05 (after midnight: with the day), numbers as digits alone."),
    N_("Photos, receipts and recordings stay files: write their names here, and hand them over with this form."),
)


class _Hairline(Slice):
    """A hairline across the page."""

    def paint(self, pen: Pen) -> None:
        pen.rule(WIDTH, 0, HAIRLINE)


def opening_stacks(sheet: PdfForm) -> Iterator[Stack]:
    """Title, the visit's particulars, and how the form is filled in."""
    yield Stack(list(_masthead(sheet.checklist)), space=(0, 10))
    yield Stack([_Hairline(10), *_particulars(sheet)], space=(0, 8))
    how = [translate(words) for words in _HOW]
    yield Stack(
        [said(message("How to fill this in"), LABEL.strong, WIDTH, ACCENT), *bullets(how, PROSE, WIDTH)], space=(2, 6)
    )


def _masthead(checklist: Checklist) -> Iterator[Slice]:
    yield said(message("Visit form"), KICKER, WIDTH, ACCENT)
    yield Gap(2)
    yield said(checklist.title, TITLE, WIDTH, most=3)
    yield said(checklist.ref, SUBTITLE, WIDTH, QUIET)
    if checklist.about:
        yield Gap(6)
        yield TextLines(wrap(str(checklist.about), PROSE, WIDTH), PROSE, INK)


def _particulars(sheet: PdfForm) -> Iterator[Slice]:
    declared, spans_days = bool(sheet.checklist.occasions), sheet.checklist.spans_days
    # Where the checklist declares occasions, they are ticked below.
    for cells in (_WHO, _DAYS if spans_days else _TIMES, _WHERE if declared else (*_WHERE, "occasion")):
        yield _cells(sheet, cells)
    if declared:
        yield from labelled_options(sheet, f"{PREFIX}occasion")
    if sheet.checklist.steps:
        yield _cells(sheet, _EPISODE)
        yield from labelled_options(sheet, f"{PREFIX}step")
    if sheet.checklist.consent == "required":
        yield _cells(sheet, _CONSENT)


def _cells(sheet: PdfForm, cells: Sequence[str]) -> Slice:
    """Boxes of one width side by side, each with its label."""
    each = (WIDTH - GAP * (len(cells) - 1)) / len(cells)
    parts: list[tuple[float, Slice]] = []
    for name in cells:
        label = sheet.field(PREFIX + name).label
        if name == "date" and not sheet.checklist.spans_days:
            # On paper the day is always written, beside times without theirs.
            label = question_text("day", sheet.checklist.words_at())
        box = Blank(sheet.setting(name), (each, HEIGHT))
        parts.append((len(parts) * (each + GAP), Titled(label, box, each)))
    return SliceRow(parts, 4)
