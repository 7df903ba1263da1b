"""The end of a form: the statement to sign, and the list of all files of evidence."""

from __future__ import annotations

from collections.abc import Iterator

from cemaudit.entry import statement_words
from cemaudit.exchange.forms.making import FILES
from cemaudit.language import N_, message
from cemaudit.model import Item
from cemaudit.report.form.boxes import HEIGHT, Blank
from cemaudit.report.form.layout import ANSWER, LABEL, PROSE, Gap, SliceRow, Titled, said
from cemaudit.report.form.sheet import PdfForm
from cemaudit.report.kit.pen import Pen
from cemaudit.report.kit.prose import TextLines, headline
from cemaudit.report.kit.stack import Slice, Stack
from cemaudit.report.kit.style import INK, QUIET, WIDTH
from cemaudit.report.kit.text import shorten, wrap

__all__ = ["evidence_stacks", "statement_stacks"]

GAP = 14.0
HALF = (WIDTH - GAP) / 2
KIND = 52.0
FILE = 92.0
_KINDS = {
    "photo": N_("Photo {number}"),
    "receipt": N_("Receipt {number}"),
    "audio": N_("Recording"),
    "document": N_("Document"),
}


class _SignatureLine(Slice):
    """A line to sign on, by hand."""

    def __init__(self, width: float) -> None:
        self.width = width
        super().__init__(HEIGHT)

    def paint(self, pen: Pen) -> None:
        pen.at(0, HEIGHT).rule(self.width, 0, INK, 0.6)


def statement_stacks(sheet: PdfForm) -> Iterator[Stack]:
    """What the shopper stands for, by whom and when."""
    yield headline(str(message("Statement")), 1, WIDTH)
    third = (WIDTH - 2 * GAP) / 3
    parts = (
        (message("Your shopper code"), Blank(sheet.setting("shopper"), (third, HEIGHT))),
        (message("Filled in on (day and time)"), Blank(sheet.setting("entered"), (third, HEIGHT))),
        (message("Signature"), _SignatureLine(third)),
    )
    words = statement_words(sheet.checklist.words_at())
    signing = SliceRow([(place * (third + GAP), Titled(*part, third)) for place, part in enumerate(parts)])
    yield Stack([TextLines(wrap(words, ANSWER, WIDTH), ANSWER), Gap(10), signing], space=(0, 8), whole=True)


def evidence_stacks(sheet: PdfForm) -> Iterator[Stack]:
    """Room for every file of every item that takes evidence, and for what each one shows."""
    items = [item for item in sheet.checklist.items.values() if item.evidence != "none"]
    if not items:
        return
    yield headline(str(message("List of evidence")), 1, WIDTH)
    intro = message(
        "For more files, and for what each one shows: the file's name at the left, what it shows at the right. "
        "Names written beside a question stand here too."
    )
    yield Stack([TextLines(wrap(str(intro), PROSE, WIDTH), PROSE, QUIET)], space=(0, 6), keeps=True)
    for item in items:
        yield Stack(list(_files(sheet, item)), space=(4, 6), whole=True)


def _files(sheet: PdfForm, item: Item) -> Iterator[Slice]:
    yield TextLines(shorten(wrap(f"{item.id}  {item.ask}", LABEL.strong, WIDTH), 1), LABEL.strong)
    slots = [(kind, number) for kind, most in FILES.items() for number in range(1, most + 1)]
    for start in range(0, len(slots), 2):
        parts: list[tuple[float, Slice]] = []
        for place, slot in enumerate(slots[start : start + 2]):
            parts += _slot(sheet, item, slot, place * (HALF + GAP))
        yield SliceRow(parts, 1.5)


def _slot(sheet: PdfForm, item: Item, slot: tuple[str, int], left: float) -> list[tuple[float, Slice]]:
    """The kind of file, its name, and what it shows."""
    kind, number = slot
    file, caption = (sheet.entry(f"{item.id}__{kind}_{number}{end}") for end in ("", "_caption"))
    words = said(message(_KINDS[kind], number=number), LABEL, KIND - 4, QUIET, 1)
    name = Blank(file, (FILE, HEIGHT - 2))
    shown = Blank(caption, (HALF - KIND - FILE - 4, HEIGHT - 2))
    return [(left, words), (left + KIND, name), (left + KIND + FILE + 4, shown)]
