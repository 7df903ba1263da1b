"""Objects of a PDF that others point to."""

from __future__ import annotations

from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFObject, PDFObjectReference, PDFStream, PDFStreamFilterZCompress
from reportlab.pdfgen.canvas import Canvas

__all__ = ["annotate", "pointed_to", "stream"]


def pointed_to(canvas: Canvas, thing: PDFObject) -> PDFObjectReference:
    """A reference to the thing, which stands in the canvas's file once, however many point to it."""
    reference: PDFObjectReference = canvas.acroForm.getRef(thing)  # type: ignore[no-untyped-call]
    return reference


def annotate(canvas: Canvas, annotation: PDFDictionary) -> None:
    """Puts an annotation on the current page."""
    canvas._addAnnotation(annotation)  # type: ignore[attr-defined]  # noqa: SLF001 - there is no other way in


def stream(content: bytes, **entries: object) -> PDFStream:
    """A compressed stream with these entries in its dictionary."""
    return PDFStream(PDFDictionary(entries), content, [PDFStreamFilterZCompress()])
