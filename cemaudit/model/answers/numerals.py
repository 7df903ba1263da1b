"""How people and spreadsheets write numbers: the one reader of every answer that is a number.

A mark that could mean two things is read by its place alone, never by the computer's language:

==================  =========  ==========================================================================
written             read       why
==================  =========  ==========================================================================
``2,5`` ``2,50``    2.5        a comma that does not stand before groups of three digits is a decimal one
``0,125``           0.125      no thousands begin with 0
``1234,567``        1234.567   nor with four digits
``1,234``           1234       groups of exactly three digits behind one to three: thousands
``1,234.5``         1234.5     thousands, then a point
``1.234,5``         1234.5     points that part thousands, then a comma
``1.234``           1.234      a point alone is a decimal one, as programs write it
``12,34,567``       refused    neither
``1.234.567``       refused    two points, and no comma to tell what they are
==================  =========  ==========================================================================
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

__all__ = ["read_number", "read_whole"]

LONGEST = 120
MOST_WHOLE = 10**20
_SIGNS = str.maketrans({"\N{MINUS SIGN}": "-", "\N{EN DASH}": "-"})
_PLAIN = re.compile(r"[+-]?([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40})([eE][+-]?[0-9]{1,3})?")
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(,[0-9]{3}){1,12}(\.[0-9]{1,40})?")
_DECIMAL_COMMA = re.compile(r"[+-]?([0-9]{1,40}|[1-9][0-9]{0,2}(\.[0-9]{3}){1,12}),[0-9]{1,40}")


def read_number(text: str) -> Decimal:
    """Return the number that ``text`` is; raise ``ValueError`` where it is none, or could be two."""
    plain = _plain(text)
    if _PLAIN.fullmatch(plain):
        return Decimal(plain)
    if _THOUSANDS.fullmatch(plain):
        return Decimal(plain.replace(",", ""))
    if _DECIMAL_COMMA.fullmatch(plain):
        return Decimal(plain.replace(".", "").replace(",", "."))
    raise ValueError(text)


def read_whole(text: str) -> int:
    """Return the whole number that ``text`` is, as in ``4``, ``4.0`` or ``1,200``; raise ``ValueError`` otherwise."""
    number = read_number(text)
    if abs(number) >= MOST_WHOLE or number != int(number):
        raise ValueError(text)
    return int(number)


def _plain(text: str) -> str:
    """The text with digits and marks of any script and width as ASCII has them."""
    # NFKC would make 52 of 5².
    if len(text) > LONGEST or any(unicodedata.category(char) == "No" for char in text):
        raise ValueError(text)
    usual = unicodedata.normalize("NFKC", text).strip().translate(_SIGNS)
    return "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in usual)
