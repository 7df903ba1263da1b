"""A PDF form as someone who fills it in sees it: its fields, where they stand, and what is put into them."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import pikepdf
import pypdf
import pypdfium2
from pypdfium2 import raw

from cemaudit.exchange.forms.fields import SKIP_CODES, FieldKind, Form
from cemaudit.exchange.forms.making import form_of
from cemaudit.exchange.forms.pdf import field_name, flat_name, state_of
from cemaudit.model import Checklist, Visit
from helpers.filled_forms import flat_record

NOT_ON_PAPER = {"visit__id"}
CALCULATED = {"visit__checklist"}


class Box(NamedTuple):
    """A field's box on a page, and its edges in points from the lower left corner."""

    names: tuple[str, ...]
    page: int
    left: float
    bottom: float
    right: float
    top: float
    states: frozenset[str]

    def meets(self, other: Box) -> bool:
        across = self.left < other.right and other.left < self.right
        return self.page == other.page and across and self.bottom < other.top and other.bottom < self.top


def boxes(data: bytes) -> list[Box]:
    """The boxes of all visible fields, page by page, in the order in which one tabs through them."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return [
            _box(annotation, number)
            for number, page in enumerate(pdf.pages)
            for annotation in page.get("/Annots", [])
            if not int(annotation.F) & 2
        ]


def _box(annotation: Any, page: int) -> Box:
    states = annotation.AP.N.keys() if "/AP" in annotation else ()
    edges = [float(edge) for edge in annotation.Rect]
    return Box(names_of(annotation), page, *edges, frozenset(str(state)[1:] for state in states) - {"Off"})


def names_of(field: Any) -> tuple[str, ...]:
    above = names_of(field.Parent) if "/Parent" in field else ()
    return (*above, flat_name(str(field.T))) if "/T" in field else above


def fields(data: bytes) -> list[tuple[str, ...]]:
    """The names that lead to each field, one for each field object."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        return [names_of(field) for field in _fields(pdf)]


def _fields(pdf: pikepdf.Pdf) -> Iterator[Any]:
    waiting = list(pdf.Root.AcroForm.Fields)
    while waiting:
        field = waiting.pop()
        below = [kid for kid in field.get("/Kids", []) if "/T" in kid]
        yield from [] if below else [field]
        waiting += below


def written(of: Checklist, visit: Visit) -> dict[str, str]:
    """What someone puts into the fields to record the visit, by the names the fields have in the PDF."""
    form, record = form_of(of), flat_record(visit, of)
    put: dict[str, str] = {}
    for name, text in record.items():
        if name not in NOT_ON_PAPER | CALCULATED:
            put |= _put(form, name, text)
    return put


def _put(form: Form, name: str, text: str) -> dict[str, str]:
    kind = form.fields[name].kind if name in form.fields else FieldKind.TEXT
    if kind is FieldKind.ONE:
        return {field_name(name): f"/{state_of(text)}"}
    if text in SKIP_CODES:
        return {f"{field_name(name)}__skip": f"/{text}"}
    if kind is FieldKind.MANY:
        return {f"{field_name(name)}.{field_name(code)}": "/Yes" for code in text.split()}
    return {field_name(name): text}


def filled(data: bytes, put: Mapping[str, str]) -> bytes:
    """The form with those values in its fields, as a viewer leaves it behind."""
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(data))
    writer.update_page_form_field_values(None, put)
    target = io.BytesIO()
    writer.write(target)
    return target.getvalue()


def noted(data: bytes, put: Mapping[str, str]) -> bytes:
    """The form with those values in its fields and nothing drawn: many times faster."""
    target = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for field in _fields(pdf):
            value = put.get(".".join(map(field_name, names_of(field))))
            if value is not None:
                field.V = pikepdf.Name(value) if field.FT == "/Btn" else pikepdf.String(value)
        pdf.save(target)
    return target.getvalue()


class Viewer:
    """A form open in the viewer that browsers have inside: clicks and typing end in its fields as a person's do."""

    def __init__(self, data: bytes) -> None:
        self._document = pypdfium2.PdfDocument(data)
        self._document.init_forms()
        self._pages = list(self._document)
        self._boxes = boxes(data)

    def click(self, *names: str, code: str | None = None, place: int = 0) -> None:
        """Clicks the box for ``code`` (of buttons), or the field's how-maniest box."""
        mine = [box for box in self._boxes if box.names == names and (code is None or code in box.states)]
        box = mine[place]
        at = ((box.left + box.right) / 2, (box.bottom + box.top) / 2)
        for act in (raw.FORM_OnMouseMove, raw.FORM_OnLButtonDown, raw.FORM_OnLButtonUp):
            act(self._document.formenv, self._pages[box.page], 0, *at)

    def type(self, name: str, text: str, place: int = 0) -> None:
        """Types into one of the field's boxes, and leaves it."""
        self.click(name, place=place)
        for sign in text:
            raw.FORM_OnChar(self._document.formenv, self._pages[self._boxes_of(name)[place].page], ord(sign), 0)
        raw.FORM_ForceToKillFocus(self._document.formenv)

    def saved(self) -> bytes:
        """The file as the viewer saves it."""
        target = io.BytesIO()
        self._document.save(target)
        return target.getvalue()

    def _boxes_of(self, name: str) -> list[Box]:
        return [box for box in self._boxes if box.names == (name,)]
