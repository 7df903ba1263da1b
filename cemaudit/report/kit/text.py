"""Plain text made fit for a page: visible, wrapped, shortened. Never markup."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

from cemaudit.model.blocks import Words
from cemaudit.report.kit.fonts import face
from cemaudit.report.kit.style import TINY, TextStyle

__all__ = ["fits", "missing_glyphs", "one_line", "shorten", "visible", "wrap"]

BOX = "\N{WHITE SQUARE}"
LONGEST_LINE = 500
_UNSEEN = {"Cc", "Cf", "Cs", "Mn", "Me", "Zl", "Zp"}
_WIDE = r"\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7a3\uf900-\ufaff"
_PIECES = re.compile(rf"[^\s{_WIDE}]+|\s+|[{_WIDE}][.,!?:;)\]}}」』”’…]*")


def visible(words: Words) -> str:
    """The words in the language in force, of characters the fonts have; others become a box, unseen ones vanish."""
    text = unicodedata.normalize("NFC", str(words)).replace("\r\n", "\n").replace("\r", "\n").replace("\t", "  ")
    changed = {ord(char): other for char in set(text) - {"\n"} if (other := _stand_in(char)) != char}
    return text.translate(changed) if changed else text


def missing_glyphs(text: str) -> list[str]:
    """Return the characters of a text that no font has, each once, in the order of their code points."""
    return sorted(char for char in set(unicodedata.normalize("NFC", text)) if char != BOX and _stand_in(char) == BOX)


@cache
def _stand_in(char: str) -> str:
    """What is printed for ``char``: itself, nothing, a space, a line end, or the box."""
    category = unicodedata.category(char)
    if category in _UNSEEN:
        return "\n" if category in {"Zl", "Zp"} else ""
    if category == "Zs":
        return " "
    return BOX if face().advance(char) is None else char


def wrap(words: Words, type_: TextStyle, width: float, *, anywhere: bool = False) -> list[str]:
    """Lines no wider than ``width`` points.

    Lines break at spaces, or with ``anywhere`` also between any two Hangul; a token wider than a line is split.
    Takes time in proportion to the text, however long its tokens are.
    """
    lines: list[str] = []
    for paragraph in visible(words).split("\n"):
        pieces = _PIECES.findall(paragraph) if anywhere else re.findall(r"\S+|\s+", paragraph)
        lines.extend(list(_filled(pieces, type_, width)) or [""])
    return lines


def _filled(pieces: list[str], type_: TextStyle, width: float) -> Iterator[str]:
    measure = face(bold=type_.bold).width
    line: list[str] = []
    used = 0.0
    for piece in pieces:
        wide = measure(piece, type_.size)
        if used + wide > width and not piece.isspace():
            if line:
                yield "".join(line).rstrip()
            *full, piece = _split(piece, type_, width) if wide > width else [piece]  # noqa: PLW2901 - the rest of it
            yield from full
            line, used = [piece], measure(piece, type_.size)
        elif line or not piece.isspace():
            line.append(piece)
            used += wide
    if line:
        yield "".join(line).rstrip()


def _split(token: str, type_: TextStyle, width: float) -> list[str]:
    advance = face(bold=type_.bold).advance
    room = width * 1000 / type_.size
    parts: list[str] = []
    start, used = 0, 0.0
    for position, char in enumerate(token):
        wide = advance(char) or 0
        if used + wide > room and position > start:
            parts.append(token[start:position])
            start, used = position, 0.0
        used += wide
    return [*parts, token[start:]]


def fits(words: Words, type_: TextStyle, width: float) -> bool:
    """Whether no word of them need be split to stay within ``width`` points."""
    measure = face(bold=type_.bold).width
    return all(measure(word, type_.size) <= width for word in visible(words).split())


def shorten(lines: list[str], most: int) -> list[str]:
    """At most that many lines; where more there were, the last one ends in an ellipsis."""
    return lines if len(lines) <= most else [*lines[: most - 1], f"{lines[most - 1][:-1]}…"]


def one_line(words: Words, width: float, type_: TextStyle = TINY) -> str:
    """The words on one line of at most ``width`` points, with an ellipsis where that is not all of them."""
    line, *more = wrap(str(words)[:LONGEST_LINE], type_, width)
    if not more:
        return line
    measure = face(bold=type_.bold).width
    while line and measure(f"{line}…", type_.size) > width:
        line = line[:-1]
    return f"{line}…"
