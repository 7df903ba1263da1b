"""The fields of a fillable PDF: each named once, shown in one or more boxes."""

from __future__ import annotations

from enum import IntFlag

from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFObjectReference, PDFStream, PDFString
from reportlab.pdfgen.canvas import Canvas

from cemaudit.exchange.forms.pdf import field_name
from cemaudit.report.form.marks import CHECK, DOT, SIDE
from cemaudit.report.form.objects import annotate, pointed_to, stream
from cemaudit.report.form.typeface import typed_font
from cemaudit.report.kit.pen import Pen
from cemaudit.report.kit.style import INK
from cemaudit.report.kit.text import visible

__all__ = ["FITTED", "LINE", "MARK", "Box", "Fields", "spoken"]

Box = tuple[float, float]
"""Width and height in points."""

_INK = " ".join(f"{part:.3f}" for part in INK)
LINE, FITTED, MARK = (
    PDFString(f"/{font} {size} Tf {_INK} rg") for font, size in (("CEM", 10), ("CEM", 0), ("ZaDb", 0))
)
"""How a line is typed; how long text is, made by the viewer to fit its box; how a mark is set."""

_IN_THE_FACE = {DOT: "l", CHECK: "4"}
"""The character of the viewer's own face of marks that looks like ours."""

LONGEST_SPOKEN = 300


class _Shown(IntFlag):
    """How a box is shown, as PDF counts its bits."""

    HIDDEN = 1 << 1
    PRINTED = 1 << 2


class Fields:
    """The fields of one document. A box stands to the right of its pen and below it."""

    def __init__(self) -> None:
        self._made: dict[tuple[str, ...], PDFDictionary] = {}
        self._marks: dict[str, PDFStream] = {}

    def field(self, canvas: Canvas, names: tuple[str, ...], words: str, kind: dict[str, object]) -> PDFDictionary:
        """The field of that name, of that kind where it is new; ``names`` lead to it from the outside.

        ``words`` say what belongs into it: they are shown beside the mouse and read out to who does not see.
        """
        if names not in self._made:
            entries = {"T": PDFString(field_name(names[-1])), "TU": spoken(words), "Kids": PDFArray([])}
            field = self._made[names] = PDFDictionary({**kind, **entries})
            if names[1:]:
                _join(canvas, self._made[names[:-1]], field)
            else:
                canvas.acroForm.fields.append(pointed_to(canvas, field))
        return self._made[names]

    def box(self, pen: Pen, field: PDFDictionary, size: Box, **more: object) -> None:
        """Shows a field on the page."""
        left, top = pen.canvas.absolutePosition(pen.x, pen.top)
        place = PDFArray([round(edge, 2) for edge in (left, top - size[1], left + size[0], top)])
        entries = {"Type": PDFName("Annot"), "Subtype": PDFName("Widget"), "F": int(_Shown.PRINTED), "Rect": place}
        widget = PDFDictionary({**entries, **more})
        annotate(pen.canvas, widget)
        _join(pen.canvas, field, widget)

    def button(self, pen: Pen, field: PDFDictionary, words: str, state: str, mark: str) -> None:
        """Shows a field as a mark, which is there in that one ``state``."""
        looks = PDFDictionary({state: self._mark(pen.canvas, mark), "Off": self._mark(pen.canvas, "")})
        look = PDFDictionary({"CA": PDFString(_IN_THE_FACE[mark])})
        more = {"AS": PDFName("Off"), "AP": PDFDictionary({"N": looks}), "MK": look, "TU": spoken(words)}
        self.box(pen, field, (SIDE, SIDE), **more)

    def hidden(self, canvas: Canvas, name: str, value: str) -> None:
        """A value that travels with the file, neither seen nor changed."""
        kind = {"FT": PDFName("Tx"), "Ff": 1, "DA": LINE, "V": PDFString(value)}
        self.box(Pen(canvas, 0, 0), self.field(canvas, (name,), name, kind), (0, 0), F=int(_Shown.HIDDEN))

    def finish(self, canvas: Canvas) -> None:
        """Gives the document what its fields share; called once, when all are made."""
        marks = {"Type": PDFName("Font"), "Subtype": PDFName("Type1"), "BaseFont": PDFName("ZapfDingbats")}
        fonts = {"CEM": pointed_to(canvas, typed_font(canvas)), "ZaDb": PDFDictionary(marks)}
        shared = PDFDictionary({"Font": PDFDictionary(fonts)})
        canvas.acroForm.extras = {"DA": LINE, "DR": shared, "NeedAppearances": "true"}

    def _mark(self, canvas: Canvas, operators: str) -> PDFObjectReference:
        if operators not in self._marks:
            head = {"Type": PDFName("XObject"), "Subtype": PDFName("Form"), "BBox": PDFArray([0, 0, SIDE, SIDE])}
            self._marks[operators] = stream(f"{operators}\n".encode(), **head)
        return pointed_to(canvas, self._marks[operators])


def _join(canvas: Canvas, above: PDFDictionary, below: PDFDictionary) -> None:
    above["Kids"].sequence.append(pointed_to(canvas, below))
    below["Parent"] = pointed_to(canvas, above)


def spoken(words: str) -> PDFString:
    """The words in one line, not too long to be listened to."""
    text = " ".join(visible(words).split())
    return PDFString(text if len(text) <= LONGEST_SPOKEN else f"{text[:LONGEST_SPOKEN]}…")
