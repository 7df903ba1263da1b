"""Characters that reports cannot draw, told before somebody wonders about the boxes."""

from __future__ import annotations

from cemaudit.errors import Problem
from cemaudit.language import message
from cemaudit.model.base import Record
from cemaudit.report.kit.text import missing_glyphs

__all__ = ["glyph_problem"]

_MOST_NAMED = 8


def glyph_problem(record: Record, place: str) -> Problem | None:
    """The problem of a checklist or visit whose words hold characters no font of reports has; ``None`` without any."""
    characters = missing_glyphs(record.model_dump_json())
    if not characters:
        return None
    named = ", ".join(f"{char} (U+{ord(char):04X})" for char in characters[:_MOST_NAMED])
    if len(characters) > _MOST_NAMED:
        named = f"{named}, …"
    text = message("characters that no font of reports has, printed as □: {characters}", characters=named)
    return Problem(text, place, message("write them in Hangul or Latin letters"))
