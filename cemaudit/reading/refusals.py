"""What all readers share: marks as ASCII has them, and the words in which a text is refused."""

from __future__ import annotations

import unicodedata
from functools import cache

from cemaudit.errors import BadInput, Problem, Sayable
from cemaudit.language import message

__all__ = ["LONGEST", "not_read", "plain_marks"]

LONGEST = 120
"""Characters of a number, day, time or word; what is longer is none."""

_DASHES = {"\N{MINUS SIGN}": "-", "\N{EN DASH}": "-"}


def not_read(expected: Sayable, text: str, hint: Sayable | None = None) -> BadInput:
    """Return the refusal of a text: what was expected, what was found, what to do."""
    return BadInput(Problem(message("expected {what}, found {value}", what=expected, value=text), hint=hint))


def plain_marks(text: str) -> str:
    """Return the text with digits and marks of any script and width as ASCII has them, other characters as they are."""
    return (text if text.isascii() else "".join(map(_plain_mark, text))).strip()


@cache
def _plain_mark(sign: str) -> str:
    if sign.isdecimal():
        return str(unicodedata.decimal(sign))
    category = unicodedata.category(sign)
    if category == "Cf":  # a zero-width space before a number is no part of it
        return ""
    if category[0] in "PSZ" or "\uff21" <= sign <= "\uff5a":
        # Of what NFKC would make several characters of (½, ㎏), none is a digit or mark.
        usual = unicodedata.normalize("NFKC", sign)
        return _DASHES.get(usual, usual) if len(usual) == 1 else sign
    return sign
