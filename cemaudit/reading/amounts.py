"""Amounts with their unit beside them: percents, money, durations. The unit is the item's own, or the text is refused.

A duration may be written in several units, ``1분 30초`` or ``1 h 15 min``, and counts exactly; a mere ``1:30`` is
minutes and seconds in an item in seconds, and refused where it could be hours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from cemaudit.errors import BadInput
from cemaudit.language import LANGUAGES, Message, message, translate, use
from cemaudit.model.answers import Quantity
from cemaudit.reading.cells import CellKind, CellText, unformatted_problem
from cemaudit.reading.numbers import NumberMarks, read_number
from cemaudit.reading.refusals import LONGEST, not_read, plain_marks

__all__ = ["SECONDS_OF_UNIT", "is_percent", "read_duration", "read_money", "read_percent", "read_quantity"]

_PERCENT = ("%", "percent", "퍼센트")
SECONDS_OF_UNIT: Mapping[str, int] = {"s": 1, "min": 60, "h": 3600, "d": 86400}
"""The units of durations."""

_TIME_WORDS: Mapping[str, tuple[str, ...]] = {
    "s": ("s", "sec", "secs", "second", "seconds", "초"),
    "min": ("min", "mins", "minute", "minutes", "m", "분"),
    "h": ("h", "hr", "hrs", "hour", "hours", "시간"),
    "d": ("d", "day", "days", "일"),
}
_MONEY_WORDS: Mapping[str, tuple[str, ...]] = {
    "KRW": ("krw", "₩", "원"),
    "USD": ("usd", "us$", "$", "달러"),
    "EUR": ("eur", "€", "유로"),
    "GBP": ("gbp", "£", "파운드"),
    "JPY": ("jpy", "¥", "円", "엔"),
    "CNY": ("cny", "¥", "元", "위안"),
    "INR": ("inr", "₹", "루피"),
}
_UNIT_OF_WORD = {word: unit for unit, words in _TIME_WORDS.items() for word in words}
_PART = re.compile(r"\s*([0-9][0-9.,]*)\s*([a-z]+|[가-힣]+)\.?")
_MINUTES_SECONDS = re.compile(r"([0-9]{1,3}):([0-5][0-9])")
_MOST_PLACES = 10
_FORMATTED = (CellKind.PERCENT, CellKind.UNFORMATTED)
"""Kinds of numbers that may be another one in per cent."""


def is_percent(unit: str) -> bool:
    """Return whether a unit is per cent."""
    return unit.lower() in _PERCENT


def read_percent(text: str, marks: NumberMarks | None = None) -> Decimal:
    """Return a number of per cent, ``85`` of ``85``, ``85%`` or of a cell that shows ``85 %``."""
    if isinstance(text, CellText) and text.kind is CellKind.PERCENT:
        return read_number(str(text)) * 100
    if problem := unformatted_problem(text):
        raise BadInput(problem)
    return _read_beside(text, _PERCENT, marks)


def read_money(text: str, currency: str, marks: NumberMarks | None = None) -> Decimal:
    """Return an amount of ``currency`` (``KRW``), its sign or name before it, behind it or left out."""
    words = (currency.lower(), *_MONEY_WORDS.get(currency.upper(), ()))
    return _read_beside(text, words, marks, before=True)


def read_duration(text: str, unit: str, marks: NumberMarks | None = None) -> Decimal:
    """Return a duration in ``unit``: a number, or one or several numbers with units (``1분 30초``)."""
    plain = plain_marks(text).lower() if len(text) <= LONGEST else ""
    clock = _MINUTES_SECONDS.fullmatch(plain)
    if clock and unit == "s":
        return Decimal(clock[1]) * 60 + Decimal(clock[2])
    if clock and unit in SECONDS_OF_UNIT:
        raise not_read(_number_in(unit), text, message("write it as in: 1 min 30 s"))
    parts = _PART.findall(plain)
    is_whole_text = parts and not _PART.sub("", plain).strip()
    units = [_UNIT_OF_WORD.get(word) for _, word in parts]
    if unit not in SECONDS_OF_UNIT or not is_whole_text or None in units:
        return _read_beside(text, (unit.lower(), *_TIME_WORDS.get(unit, ())), marks)
    sizes = [SECONDS_OF_UNIT[part_unit] for part_unit in units if part_unit]
    if sizes != sorted(set(sizes), reverse=True):
        raise not_read(_number_in(unit), text, message("write each unit once, the larger one first"))
    numbers = [Fraction(read_number(number, marks)) for number, _ in parts]
    seconds = sum((number * size for number, size in zip(numbers, sizes, strict=True)), Fraction(0))
    total = seconds / SECONDS_OF_UNIT[unit]
    exact = total * 10**_MOST_PLACES
    if exact.denominator != 1:
        raise not_read(_number_in(unit), text, message("that is no exact number there; round it to one"))
    return Decimal(exact.numerator).scaleb(-_MOST_PLACES).normalize()


def read_quantity(kind: Quantity, text: str, marks: NumberMarks | None = None) -> int | Decimal:
    """Return the amount that ``text`` is in the unit of ``kind``; whether it is one of those allowed is not judged."""
    if text.isascii() and text.isdecimal() and len(text) < 16 and getattr(text, "kind", None) not in _FORMATTED:
        return int(text)
    if is_percent(kind.unit):
        number = read_percent(text, marks)
    elif kind.type == "money":
        number = read_money(text, kind.unit, marks)
    elif kind.type == "duration" or kind.unit in SECONDS_OF_UNIT:
        number = read_duration(text, kind.unit, marks)
    else:
        number = _read_beside(text, _spelled(kind.unit), marks) if kind.unit else read_number(text, marks)
    return int(number) if number == number.to_integral_value() and abs(number) < 10**15 else number


@lru_cache(maxsize=1000)
def _spelled(unit: str) -> tuple[str, ...]:
    """The unit as the languages write it."""
    words = [unit.lower()]
    for language in LANGUAGES:
        with use(language):
            words.append(translate(unit).lower())
    return tuple(dict.fromkeys(words))


def _number_in(unit: str) -> Message:
    return message("a number, in {unit}", unit=message(unit))


def _read_beside(text: str, words: tuple[str, ...], marks: NumberMarks | None, *, before: bool = False) -> Decimal:
    """The number beside one of ``words``, or by itself; refused as the whole text."""
    try:
        return read_number(_without(text, words, before=before), marks)
    except BadInput as error:
        raise not_read(message("a number"), text, error.problems[0].hint) from error


def _without(text: str, words: tuple[str, ...], *, before: bool = False) -> str:
    """The text without one of ``words`` behind it (or before it); the text itself where none is there."""
    plain = plain_marks(text)
    low = plain.lower()
    for word in sorted(filter(None, words), key=len, reverse=True):
        if low.endswith(word) and len(low) > len(word):
            return plain[: -len(word)].rstrip()
        if before and low.startswith(word) and len(low) > len(word):
            return plain[len(word) :].lstrip()
    return text
