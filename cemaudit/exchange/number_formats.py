"""What a sheet shows of a number or date, by its number format: leading zeros, percents, the time behind a day.

Spreadsheets keep 15 digits of a number: what a formula leaves behind them (5.000000000000004) is shown nowhere and read
nowhere, and of an id of more digits some are lost. (ECMA-376, part 1, 18.8.31 "numFmts".)
"""

from __future__ import annotations

import re
from datetime import datetime, time
from functools import cache

from cemaudit.reading import CellKind, CellText

__all__ = ["cell_text", "holds_time", "shown_zeros"]

MOST_DIGITS = 15
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')
_ZEROS = re.compile(r'(?:"[^"]*"|\\.|[-/(): ]|0)+')
_EMPTY = CellText("")


def cell_text(value: object, number_format: str, data_type: str = "", *, is_1904: bool = False) -> CellText:
    """Return the text of a cell: numbers and dates as programs write them, with what the sheet shows beside it.

    ``is_1904``: the workbook counts its days from 1904.
    """
    match value:
        case None:
            return _EMPTY
        case bool():
            return CellText("true" if value else "false")
        case int() | float():
            text = _number_text(value, number_format)
            is_serial = is_1904 and text.kind is CellKind.NUMBER
            return CellText(text, CellKind.NUMBER_1904, text.shown) if is_serial else text
        case datetime():
            return _moment_text(value, number_format)
        case str():
            return CellText(value, CellKind.ERROR if data_type == "e" else CellKind.TEXT)
        case _:
            return CellText(str(value))


def _moment_text(value: datetime, number_format: str) -> CellText:
    moment = value.isoformat(timespec="seconds")
    if value.time() != time():
        return CellText(moment, CellKind.DATE)
    return CellText(moment[:10], CellKind.DATE, moment if holds_time(number_format) else None)


def _number_text(value: float, number_format: str) -> CellText:
    if isinstance(value, float) and not value.is_integer():
        text = f"{value:.{MOST_DIGITS}g}"
    elif abs(value) < 10**MOST_DIGITS:
        text = str(int(value))
    else:
        return CellText(repr(value), CellKind.LONG)
    if number_format == "General":
        return CellText(text, CellKind.NUMBER)
    if _is_percent(number_format):
        return CellText(text, CellKind.PERCENT, f"{value * 100:.{MOST_DIGITS}g}%")
    return CellText(text, CellKind.NUMBER, shown_zeros(text, number_format))


def shown_zeros(text: str, number_format: str) -> str | None:
    """Return what the sheet shows of a whole number in a format of zeros, ``007`` of ``000``; ``None`` of any other."""
    section = number_format.partition(";")[0]
    if not text.isdecimal() or "0" not in _LITERAL.sub("", section) or not _ZEROS.fullmatch(section):
        return None
    places = re.findall(r'"[^"]*"|\\.|[-/(): ]|0', section)
    digits = list(text.zfill(places.count("0")))
    extra = digits[: len(digits) - places.count("0")]
    rest = iter(digits[len(extra) :])
    shown = []
    for place in places:
        if place == "0":
            shown.append("".join([*extra, next(rest)]))
            extra = []
        else:
            shown.append(place.strip('"').removeprefix("\\") or place[-1])
    return "".join(shown)


@cache
def _is_percent(number_format: str) -> bool:
    return "%" in _LITERAL.sub("", number_format)


@cache
def holds_time(number_format: str) -> bool:
    """Return whether a format of dates shows hours."""
    return "h" in _LITERAL.sub("", number_format).lower() or re.search(r"\[h+\]", number_format.lower()) is not None
