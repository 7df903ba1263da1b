"""How people and spreadsheets write days and moments."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable

__all__ = ["read_day", "read_moment", "read_time"]

LONGEST = 120

_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/.년]\s*(\d{1,2})\s*[-/.월]\s*(\d{1,2})\s*[.일]?")
_DAY_FIRST = re.compile(r"(\d{1,2})\.\s*(\d{1,2})\.\s*(\d{4})")
_SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_CLOCK = (
    r"(?P<before>오전|오후)?\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})(:(?P<second>\d{2})([.,]\d+)?)?"
    r"\s*(?P<after>[AaPp]\.?[Mm]\.?)?\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?"
)
_TIME = re.compile(_CLOCK)
_MOMENT = re.compile(rf"(?P<day>.{{8,20}}?)(T|,?\s+){_CLOCK}")


def read_day(text: str) -> dt.date:
    """A day written year first, or in another order that cannot be mistaken; ``ValueError`` otherwise."""
    plain = _plain(text)
    if match := _YEAR_FIRST.fullmatch(plain):
        return dt.date(*map(int, match.groups()))
    if match := _DAY_FIRST.fullmatch(plain):
        day, month, year = map(int, match.groups())
        return dt.date(year, month, day)
    if match := _SLASHES.fullmatch(plain):
        first, second, year = map(int, match.groups())
        if first > 12 or second > 12 or first == second:
            return dt.date(year, min(first, second), max(first, second))
    raise ValueError(text)


def read_time(text: str) -> dt.time:
    """A time of day, of 24 hours or with am, pm, 오전, 오후; a zone is left out. ``ValueError`` where it is none."""
    match = _TIME.fullmatch(_plain(text))
    if not match:
        raise ValueError(text)
    return _clock(match)


def read_moment(text: str, localise: Callable[[dt.datetime], dt.datetime] | None = None) -> dt.datetime:
    """A date with time; one without its zone is given one by ``localise``. ``ValueError`` where it is none."""
    match = _MOMENT.fullmatch(_plain(text))
    if not match:
        raise ValueError(text)
    try:
        moment = dt.datetime.fromisoformat(match[0])
    except ValueError:
        moment = dt.datetime.fromisoformat(f"{read_day(match['day'])}T{_clock(match)}{match['zone'] or ''}")
    if moment.tzinfo is not None:
        return moment
    if localise is None:
        raise ValueError(text)
    return localise(moment)


def _plain(text: str) -> str:
    if len(text) > LONGEST:
        raise ValueError(text)
    return unicodedata.normalize("NFKC", text).strip()


def _clock(match: re.Match[str]) -> dt.time:
    """The time a match of ``_CLOCK`` tells."""
    hour, half = int(match["hour"]), (match["before"] or match["after"] or "").lower()
    if half and not 1 <= hour <= 12:
        raise ValueError(match[0])
    if half:
        hour = hour % 12 + (12 if half == "오후" or half.startswith("p") else 0)
    return dt.time(hour, int(match["minute"]), int(match["second"] or 0))
