"""Constants of XPath, and how its pieces are joined."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

from cemaudit.errors import BadInput, Problem
from cemaudit.language import message

__all__ = ["FALSE", "TRUE", "all_of", "any_of", "negated", "number", "quoted", "ref"]

TRUE, FALSE = "true()", "false()"
_CHANGED = re.compile("[\N{LEFT SINGLE QUOTATION MARK}-\N{DOUBLE HIGH-REVERSED-9 QUOTATION MARK}]|  |\\$\\{|[\t\n]")
"""What a converter of XLSForms would change in a text, or take for a reference."""


def ref(name: str) -> str:
    """A reference to the field called ``name``."""
    return f"${{{name}}}"


def quoted(text: str) -> str:
    """A text constant; ``BadInput`` for one that no XLSForm can hold as it is."""
    if _CHANGED.search(text) or ("'" in text and '"' in text):
        raise BadInput(Problem(message("an XLSForm cannot compare with the text {value}", value=text)))
    return f'"{text}"' if "'" in text else f"'{text}'"


def number(value: Fraction | Decimal | int) -> str:
    """A number constant: plain digits, or a division where decimals do not end."""
    exact = Fraction(value)
    rest = exact.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest != 1:
        return f"({exact.numerator} div {exact.denominator})"
    digits = 0
    while exact.denominator != 1 and (exact * 10**digits).denominator != 1:
        digits += 1
    return f"{exact.numerator}" if digits == 0 else f"{Decimal(int(exact * 10**digits)).scaleb(-digits):f}"


def all_of(parts: Iterable[str]) -> str:
    """Whether all parts hold; empty parts are left out, ``""`` where all are empty."""
    found = [part for part in dict.fromkeys(parts) if part not in {"", TRUE}]
    return FALSE if FALSE in found else _joined(found, "and")


def any_of(parts: Iterable[str]) -> str:
    """Whether one of the parts holds."""
    found = [part for part in dict.fromkeys(parts) if part != FALSE]
    if TRUE in found:
        return TRUE
    return _joined(found, "or") or FALSE


def negated(part: str) -> str:
    """Whether the part does not hold."""
    return {TRUE: FALSE, FALSE: TRUE, "": FALSE}.get(part) or f"not({part})"


def _joined(parts: list[str], word: str) -> str:
    return parts[0] if len(parts) == 1 else f" {word} ".join(f"({part})" for part in parts)
