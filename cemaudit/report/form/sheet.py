"""A form on its way to paper, and its entries: what of it can be typed, ticked and picked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntFlag

from reportlab.pdfbase.pdfdoc import PDFArray, PDFName, PDFString

from cemaudit.exchange.forms.fields import Form, FormField
from cemaudit.exchange.forms.making import PREFIX
from cemaudit.exchange.forms.pdf import state_of
from cemaudit.model import Checklist
from cemaudit.report.form.acroform import FITTED, LINE, MARK, Box, Fields
from cemaudit.report.form.marks import CHECK, DOT
from cemaudit.report.kit.pen import Pen
from cemaudit.report.kit.text import visible

__all__ = ["PdfField", "PdfForm"]


class _Is(IntFlag):
    """What a field is, as PDF counts its bits."""

    LONG = 1 << 12
    ONE_OF = 1 << 15
    LIST = 1 << 17


@dataclass(frozen=True)
class PdfField:
    """One field of a form, by its flat name. Wherever it is shown it holds the same value."""

    fields: Fields
    name: str
    words: str

    def text(self, pen: Pen, size: Box, *, long: bool = False) -> None:
        """A box to type into, ``long`` text in several lines."""
        kind = {"FT": PDFName("Tx"), "Ff": int(_Is.LONG) if long else 0, "DA": FITTED if long else LINE}
        self.fields.box(pen, self.fields.field(pen.canvas, (self.name,), self.words, kind), size)

    def pick(self, pen: Pen, size: Box, options: Sequence[tuple[str, str]]) -> None:
        """A list that drops down, of codes and what they mean."""
        pairs = PDFArray([PDFArray([PDFString(code), PDFString(visible(label))]) for code, label in options])
        kind = {"FT": PDFName("Ch"), "Ff": int(_Is.LIST), "DA": LINE, "Opt": pairs}
        self.fields.box(pen, self.fields.field(pen.canvas, (self.name,), self.words, kind), size)

    def tick(self, pen: Pen, code: str, label: str) -> None:
        """A mark for one code; another one put at the same entry takes it away."""
        kind = {"FT": PDFName("Btn"), "Ff": int(_Is.ONE_OF), "V": PDFName("Off"), "DA": MARK}
        field = self.fields.field(pen.canvas, (self.name,), self.words, kind)
        self.fields.button(pen, field, f"{self.words}: {label}", state_of(code), DOT)

    def check(self, pen: Pen, code: str, label: str) -> None:
        """A mark for one code, whatever the others are."""
        words = f"{self.words}: {label}"
        self.fields.field(pen.canvas, (self.name,), self.words, {})
        kind = {"FT": PDFName("Btn"), "V": PDFName("Off"), "DA": MARK}
        field = self.fields.field(pen.canvas, (self.name, code), words, kind)
        self.fields.button(pen, field, words, "Yes", CHECK)


@dataclass(frozen=True)
class PdfForm:
    """A form and the fields that are made of it."""

    form: Form
    fields: Fields

    @property
    def checklist(self) -> Checklist:
        """What the form asks."""
        return self.form.checklist

    def field(self, name: str) -> FormField:
        """The field of that flat name."""
        return self.form.fields[name]

    def entry(self, name: str) -> PdfField:
        """The entry for the field of that flat name."""
        return PdfField(self.fields, name, str(self.field(name).label))

    def setting(self, name: str) -> PdfField:
        """The entry for something about the visit itself."""
        return self.entry(PREFIX + name)
