"""Makes the report fonts from Noto Sans KR: ``python tools/make_fonts.py REGULAR.ttf BOLD.ttf MEDIUM.ttf FOLDER``.

Regular and Bold keep Hangul, Latin, kana and symbols, and get a check mark and a cross. The Hanja of KS X 1001 go into
a file of their own, of medium weight, which both use. Hints and layout features are dropped, the families renamed.
The same sources give the same bytes. See ``cemaudit/report/fonts/README.md`` for where the sources come from.
"""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path

from fontTools import subset
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont

FAMILY = "CEM Sans KR"
KEPT = (
    (0x0020, 0x024F),  # Latin
    (0x2000, 0x206F),  # punctuation
    (0x20A0, 0x20BF),  # currencies
    (0x2100, 0x22FF),  # letter-like signs, numbers, arrows, operators
    (0x2460, 0x25FF),  # circled numbers, boxes, geometric shapes
    (0x2600, 0x26FF),  # signs
    (0x3000, 0x30FF),  # CJK punctuation, kana
    (0x3131, 0x318E),  # Hangul letters
    (0x3200, 0x33FF),  # enclosed and squared CJK
    (0xAC00, 0xD7A3),  # Hangul syllables
    (0xFF00, 0xFFEE),  # full-width forms
)
LEAD, TRAIL = range(0xCA, 0xFE), range(0xA1, 0xFF)
"""Where EUC-KR has the Hanja of KS X 1001: rows and cells."""
DROPPED_TABLES = ["vhea", "vmtx", "BASE", "GSUB", "GPOS", "VORG", "STAT", "DSIG", "GDEF"]
NAME_IDS = (1, 2, 3, 4, 6, 16, 17, 21, 22, 25)

CHECK = ((90, 330), (170, 410), (330, 250), (740, 660), (820, 580), (330, 90))
CROSS = (
    *((130, 130), (370, 370), (130, 610), (210, 690), (450, 450), (690, 690)),
    *((770, 610), (530, 370), (770, 130), (690, 50), (450, 290), (210, 50)),
)
MARKS = {"check": (CHECK, (0x2713, 0x2714)), "cross": (CROSS, (0x2717, 0x2718))}


def main() -> None:
    """Writes the faces into the folder."""
    regular, bold, medium, folder = sys.argv[1:]
    kept = {code for first, last in KEPT for code in range(first, last + 1)}
    for style, source, codes in (("Regular", regular, kept), ("Bold", bold, kept), ("Hanja", medium, hanja())):
        font = TTFont(source, recalcTimestamp=False)
        trim(font, codes)
        if codes is kept:
            add_marks(font)
        rename(font, style)
        target = Path(folder) / f"{FAMILY.replace(' ', '')}-{style}.ttf"
        font.save(target)
        print(f"{target}: {target.stat().st_size:,} bytes")


def hanja() -> set[int]:
    """The Hanja of KS X 1001; those it holds twice are one character in NFC."""
    cells = [bytes([lead, trail]).decode("euc_kr") for lead in LEAD for trail in TRAIL]
    return {ord(unicodedata.normalize("NFC", cell)) for cell in cells}


def trim(font: TTFont, codes: set[int]) -> None:
    """Keeps these characters and what is needed to draw them."""
    options = subset.Options()
    options.layout_features = []
    options.hinting = False
    options.notdef_outline = True
    options.glyph_names = False
    options.name_IDs = ["*"]
    options.drop_tables += DROPPED_TABLES
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=sorted(codes))
    subsetter.subset(font)


def add_marks(font: TTFont) -> None:
    """Draws the marks that Noto Sans KR does not have."""
    for name, (outline, codes) in MARKS.items():
        pen = TTGlyphPen(None)
        pen.moveTo(outline[0])
        for point in outline[1:]:
            pen.lineTo(point)
        pen.closePath()
        font.setGlyphOrder([*font.getGlyphOrder(), name])
        font["glyf"][name] = pen.glyph()
        font["hmtx"][name] = (900, min(x for x, _ in outline))
        for table in font["cmap"].tables:
            if table.isUnicode():
                table.cmap.update(dict.fromkeys(codes, name))


def rename(font: TTFont, style: str) -> None:
    """Gives the face its own family, style and PostScript name, and the flags that go with the style."""
    names = font["name"]
    for name_id in NAME_IDS:
        names.removeNames(nameID=name_id)
    full = f"{FAMILY} {style}"
    for name_id, value in {1: FAMILY, 2: style, 3: full, 4: full, 6: f"{FAMILY.replace(' ', '')}-{style}"}.items():
        names.setName(value, name_id, 3, 1, 0x409)
    bold = style == "Bold"
    font["OS/2"].fsSelection = (font["OS/2"].fsSelection & ~0x61) | (0x20 if bold else 0x40)
    font["head"].macStyle = int(bold)


if __name__ == "__main__":
    main()
