"""The two faces every page is set in."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

__all__ = ["BOLD", "REGULAR", "Face", "face"]

REGULAR, BOLD = "CEMSansKR-Regular", "CEMSansKR-Bold"
_FOLDER = Path(__file__).parent.parent / "fonts"


class Face:
    """The widths of a face's characters, in thousandths of its size."""

    def __init__(self, name: str) -> None:
        font = TTFont(name, str(_FOLDER / f"{name}.ttf"))
        pdfmetrics.registerFont(font)
        self.name = name
        self.widths: dict[int, float] = font.face.charWidths

    def width(self, text: str, size: float) -> float:
        """How wide ``text`` is in points; characters the face lacks are no width at all."""
        widths = self.widths
        return sum([widths.get(code, 0) for code in map(ord, text)]) * size / 1000


@cache
def face(*, bold: bool = False) -> Face:
    """The regular or the bold face, loaded once."""
    return Face(BOLD if bold else REGULAR)
