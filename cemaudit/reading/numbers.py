"""How people and spreadsheets write numbers.

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
``2,``              refused    something is missing
==================  =========  ==========================================================================

Who knows how a table writes its numbers says so with ``NumberMarks``, and these decide instead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from cemaudit.language import Message, message
from cemaudit.reading.refusals import LONGEST, not_read, plain_marks

__all__ = ["NumberMarks", "read_number", "read_whole"]

MOST_WHOLE = 10**20
_PLAIN = re.compile(r"[+-]?([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40})([eE][+-]?[0-9]{1,2})?")
_THOUSANDS = re.compile(r"[+-]?[1-9][0-9]{0,2}(,[0-9]{3}){1,12}(\.[0-9]{1,40})?")
_DECIMAL_COMMA = re.compile(r"[+-]?([0-9]{0,40}|[1-9][0-9]{0,2}(\.[0-9]{3}){1,12}),[0-9]{1,40}")
_ALIKE = {" ": " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}", "'": "'\N{RIGHT SINGLE QUOTATION MARK}"}
"""Marks that look the same and are written for each other."""


@dataclass(frozen=True)
class NumberMarks:
    """Which marks numbers are written with; ``None`` where nobody says, and the place of a mark decides.

    ``decimal``: the mark before the fraction. ``thousands``: the mark between groups of digits; empty: there is none.
    Where one of the two is given as a point or comma, the other one is the other of these.
    """

    decimal: str | None = None
    thousands: str | None = None


def read_number(text: str, marks: NumberMarks | None = None) -> Decimal:
    """Return the number that ``text`` is; raise ``BadInput`` where it is none, or could be two."""
    plain = plain_marks(text) if len(text) <= LONGEST else ""
    if marks is not None and marks != NumberMarks():
        return _read_marked(text, plain, marks)
    if _PLAIN.fullmatch(plain):
        return Decimal(plain)
    if _THOUSANDS.fullmatch(plain):
        return Decimal(plain.replace(",", ""))
    if _DECIMAL_COMMA.fullmatch(plain):
        return Decimal(plain.replace(".", "").replace(",", "."))
    raise not_read(message("a number"), text, _hint(plain))


def read_whole(text: str, marks: NumberMarks | None = None) -> int:
    """Return the whole number that ``text`` is, as in ``4``, ``4.0`` or ``1,200``; raise ``BadInput`` otherwise."""
    number = read_number(text, marks)
    if abs(number) >= MOST_WHOLE or number != int(number):
        raise not_read(message("a whole number"), text)
    return int(number)


def _hint(plain: str) -> Message | None:
    """What to do about digits and marks that could be two numbers, or none."""
    if re.fullmatch(r"[+-]?[0-9.,]*[0-9][0-9.,]*", plain):
        return message("write it without thousands marks, such as 1234.5")
    return None


def _read_marked(text: str, plain: str, marks: NumberMarks) -> Decimal:
    match = _marked(marks).fullmatch(plain)
    if not match:
        raise not_read(message("a number"), text, message("decimal and thousands of the mapping decide"))
    whole = re.sub("[^0-9]", "", match["whole"] or "0")
    part = match["part"] or match["part_alone"]
    return Decimal(f"{match['sign']}{whole}{f'.{part}' if part else ''}{match['power'] or ''}")


@cache
def _marked(marks: NumberMarks) -> re.Pattern[str]:
    """The pattern of numbers with these marks; groups are of three digits, or of two before the last three (India)."""
    both = {".", ","}
    decimals = {marks.decimal} if marks.decimal else both - {marks.thousands}
    groups = {marks.thousands} if marks.thousands is not None else both - decimals
    point = "[" + "".join(re.escape(mark) for mark in sorted(decimals)) + "]"
    between = "".join(re.escape(_ALIKE.get(mark, mark)) for mark in sorted(groups) if mark)
    whole = r"[0-9]{1,40}"
    if between:
        whole = rf"(?:[1-9][0-9]{{0,2}}(?P<mark>[{between}])[0-9]{{3}}(?:(?P=mark)[0-9]{{3}}){{0,12}}"
        whole += rf"|[1-9][0-9]?(?P<pair>[{between}])[0-9]{{2}}(?:(?P=pair)[0-9]{{2}}){{0,12}}(?P=pair)[0-9]{{3}}"
        whole += r"|[0-9]{1,40})"
    return re.compile(
        rf"(?P<sign>[+-]?)(?:(?P<whole>{whole})(?:{point}(?P<part>[0-9]{{1,40}}))?|{point}(?P<part_alone>[0-9]{{1,40}}))"
        r"(?P<power>[eE][+-]?[0-9]{1,2})?"
    )
