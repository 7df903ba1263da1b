"""The face typed text is shown in: our regular face whole, since nobody knows what will be typed."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from functools import cache
from itertools import groupby
from typing import NamedTuple

from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFStream, PDFString
from reportlab.pdfgen.canvas import Canvas

from cemaudit.report.form.objects import pointed_to, stream
from cemaudit.report.kit.fonts import REGULAR, face

__all__ = ["typed_font"]

USUAL_WIDTH = 1000
MOST_RANGES = 100
_MAP = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identity-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
{ranges}
endcmap
CMapName currentdict /CMap defineresource pop
end
end
"""


class _Run(NamedTuple):
    """Characters that follow each other as their glyphs do, from the first of each."""

    glyph: int
    char: int
    length: int


def typed_font(canvas: Canvas) -> PDFDictionary:
    """A composite font of every glyph by number, and the way back from glyphs to characters."""
    system = {"Registry": PDFString("Adobe"), "Ordering": PDFString("Identity"), "Supplement": 0}
    glyphs = {
        "Type": PDFName("Font"),
        "Subtype": PDFName("CIDFontType2"),
        "BaseFont": PDFName(REGULAR),
        "CIDSystemInfo": PDFDictionary(system),
        "CIDToGIDMap": PDFName("Identity"),
        "DW": USUAL_WIDTH,
        "W": PDFArray(list(_widths())),
        "FontDescriptor": pointed_to(canvas, _descriptor(canvas)),
    }
    font = {
        "Type": PDFName("Font"),
        "Subtype": PDFName("Type0"),
        "BaseFont": PDFName(REGULAR),
        "Encoding": PDFName("Identity-H"),
        "DescendantFonts": PDFArray([pointed_to(canvas, PDFDictionary(glyphs))]),
        "ToUnicode": pointed_to(canvas, stream(_character_map().encode())),
    }
    return PDFDictionary(font)


def _descriptor(canvas: Canvas) -> PDFDictionary:
    shape = face().shape
    entries = {
        "Type": PDFName("FontDescriptor"),
        "FontName": PDFName(REGULAR),
        "Flags": shape.flags,
        "FontBBox": PDFArray(shape.bbox),
        "ItalicAngle": shape.italicAngle,
        "Ascent": shape.ascent,
        "Descent": shape.descent,
        "CapHeight": shape.capHeight,
        "StemV": shape.stemV,
        "FontFile2": pointed_to(canvas, _program()),
    }
    return PDFDictionary(entries)


def _program() -> PDFStream:
    entries = {"Length1": len(face().program), "Filter": PDFName("FlateDecode")}
    return PDFStream(PDFDictionary(entries), _packed())


@cache
def _packed() -> bytes:
    """The font file, compressed once for all forms of a run."""
    return zlib.compress(face().program)


def _widths() -> Iterator[int]:
    """First glyph, last glyph and width of every run of glyphs that are not of the usual width."""
    glyph = 0
    for width, run in groupby(round(width) for width, _ in face().shape.hmetrics):
        length = len(list(run))
        if width != USUAL_WIDTH:
            yield from (glyph, glyph + length - 1, width)
        glyph += length


def _character_map() -> str:
    lines = [f"<{run.glyph:04X}> <{run.glyph + run.length - 1:04X}> <{_hexadecimal(run.char)}>" for run in _runs()]
    blocks = [lines[start : start + MOST_RANGES] for start in range(0, len(lines), MOST_RANGES)]
    ranges = [line for block in blocks for line in (f"{len(block)} beginbfrange", *block, "endbfrange")]
    return _MAP.format(ranges="\n".join(ranges))


def _runs() -> list[_Run]:
    """The characters by their glyphs; of several characters with one glyph the first stands for it."""
    runs: list[_Run] = []
    for char, glyph in sorted(face().shape.charToGlyph.items(), key=lambda pair: (pair[1], pair[0])):
        last = runs[-1] if runs else _Run(-1, -1, 0)
        end = last.glyph + last.length
        if (glyph, char) == (end, last.char + last.length) and glyph % 256 and char % 256:
            runs[-1] = last._replace(length=last.length + 1)
        elif glyph >= end:
            runs.append(_Run(glyph, char, 1))
    return runs


def _hexadecimal(char: int) -> str:
    return chr(char).encode("utf-16-be").hex().upper()
