"""The two faces every page is set in, and the Hanja both borrow."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from itertools import groupby
from pathlib import Path

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

__all__ = ["BOLD", "HANJA", "REGULAR", "Face", "face"]

REGULAR, BOLD, HANJA = "CEMSansKR-Regular", "CEMSansKR-Bold", "CEMSansKR-Hanja"
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

    def advance(self, char: str) -> float | None:
        """How wide a character is, in thousandths of the size; ``None`` where no face has it."""
        code = ord(char)
        return self.widths[code] if code in self.widths else _hanja().widths.get(code)

    def width(self, text: str, size: float) -> float:
        """How wide ``text`` is in points; characters no face has are no width at all."""
        widths = self.widths
        return sum([widths[code] if (code := ord(char)) in widths else self.advance(char) or 0 for char in text]) * (
            size / 1000
        )

    def runs(self, text: str) -> Iterator[tuple[str, str]]:
        """Yield the text in pieces of one face each, with the face's name."""
        for is_own, chars in groupby(text, lambda char: ord(char) in self.widths):
            yield self.name if is_own else _hanja().name, "".join(chars)


@cache
def face(*, bold: bool = False) -> Face:
    """The regular or the bold face, loaded once."""
    return Face(BOLD if bold else REGULAR)


@cache
def _hanja() -> Face:
    """The Hanja of KS X 1001, loaded where a text has a character that the other faces lack."""
    return Face(HANJA)
