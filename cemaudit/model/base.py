"""What every record of the model shares: frozen, strict about unknown keys, clean text, exact numbers."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    Strict,
    WithJsonSchema,
)

from cemaudit.errors import Expected

__all__ = [
    "ID_PATTERN",
    "Exact",
    "Id",
    "Line",
    "LongText",
    "Record",
    "Version",
    "Whole",
    "clean",
    "shown_exactly",
    "version_order",
]

LONGEST_TEXT = 20_000
MOST_DIGITS = 1_000  # a stranger's 1e999999999 would otherwise fill the memory
_WRITTEN = re.compile(rf"[+-]?[0-9]{{1,{MOST_DIGITS}}}(\.[0-9]{{1,{MOST_DIGITS}}})?(/[0-9]{{1,{MOST_DIGITS}}})?")
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufeff\u202a-\u202e\u2066-\u2069]")


class Record(BaseModel):
    """A frozen record; an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


def version_order(ref: str) -> tuple[str, tuple[int, ...]]:
    """What ``id@version`` is put in order by: the id, and the numbers of the version (1.10.0 after 1.2.0)."""
    name, _, version = ref.partition("@")
    return name, tuple(int(number) for number in version.split(".") if number.isdecimal())


def clean(text: str) -> str:
    """NFC, plain line ends, no control or direction-override characters."""
    plain = _FORBIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return unicodedata.normalize("NFC", plain).strip()


def _one_line(text: str) -> str:
    return " ".join(clean(text).split())


def _to_fraction(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str | Fraction):
        raise Expected("a number")
    if isinstance(value, str) and not _WRITTEN.fullmatch(value):
        raise Expected("a number")
    if isinstance(value, Decimal) and max(abs(value.adjusted()), len(value.as_tuple().digits)) > MOST_DIGITS:
        raise Expected("a number")
    try:
        return Fraction(repr(value)) if isinstance(value, float) else Fraction(value)
    except (ValueError, OverflowError, ZeroDivisionError) as error:
        raise Expected("a number") from error


def shown_exactly(value: Fraction) -> int | float | str:
    """A JSON value that reads back as the same number: an integer, a short decimal, else ``"a/b"``."""
    if value.denominator == 1:
        return value.numerator
    try:
        as_float = float(value)
    except OverflowError:
        return str(value)
    return as_float if Fraction(repr(as_float)) == value else str(value)


Exact = Annotated[
    Fraction,
    BeforeValidator(_to_fraction),
    PlainSerializer(shown_exactly),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "string", "pattern": r"^-?\d+(\.\d+)?(/\d+)?$"}]}),
]
"""An exact rational: ``2``, ``0.5``, or ``"1/3"``."""

Whole = Annotated[int, Strict()]
"""A whole number, written as one: ``2.0`` is refused, and so is a decimal with a boundless exponent."""

Line = Annotated[str, AfterValidator(_one_line), Field(max_length=500)]
"""One line of text, NFC."""

LongText = Annotated[str, AfterValidator(clean), Field(max_length=LONGEST_TEXT)]
"""Text of several lines, NFC."""

ID_PATTERN = r"^[A-Za-z][A-Za-z0-9_.-]{0,79}$"
Id = Annotated[str, Field(pattern=ID_PATTERN)]
"""An id that never changes its meaning: a letter, then letters, digits, ``.``, ``_``, ``-``."""

Version = Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9]+){0,2}$")]
"""A version: ``1``, ``1.2`` or ``1.2.3``."""
