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
    """A face: its ``shape``, and the widths of its characters in thousandths of its size."""

    def __init__(self, name: str) -> None:
        path = _FOLDER / f"{name}.ttf"
        font = TTFont(name, str(path))
        pdfmetrics.registerFont(font)
        self.name, self.shape, self._path = name, font.face, path
        self.widths: dict[int, float] = font.face.charWidths

    @property
    def program(self) -> bytes:
        """The font file."""
        return self._path.read_bytes()

    def width(self, text: str, size: float) -> float:
        """How wide ``text`` is in points; characters the face lacks are no width at all."""
        widths = self.widths
        return sum([widths.get(code, 0) for code in map(ord, text)]) * size / 1000


@cache
def face(*, bold: bool = False) -> Face:
    """The regular or the bold face, loaded once."""
    return Face(BOLD if bold else REGULAR)
