"""How people, phones and spreadsheets write days, times of day and moments.

A day is written year first, or in another order that cannot be mistaken. A time of day has 24 hours, or two halves
(오전, 오후, am, pm) before or behind it. A moment is a day and a time, with or without its zone (``Z``, ``+09:00``,
``+09``, ``GMT+9``). A negative zone right behind hours and minutes is refused: ``11:05-12:00`` may be a span of time.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from calendar import isleap
from collections.abc import Callable, Sequence
from decimal import Decimal

from cemaudit.errors import BadInput, Problem
from cemaudit.language import message
from cemaudit.reading.cells import CellKind, CellText, unformatted_problem
from cemaudit.reading.refusals import LONGEST, not_read, plain_marks

__all__ = [
    "Localise",
    "read_day",
    "read_formatted_day",
    "read_formatted_moment",
    "read_moment",
    "read_time",
    "read_time_or_moment",
]

Localise = Callable[[dt.datetime], dt.datetime]
"""Gives a moment without a zone its zone."""

_SPREADSHEET_EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 a spreadsheet's days have no zone
_SERIALS = range(20_000, 80_000)
"""Days of 1954 to 2119 as spreadsheets number them; other whole numbers are none."""

_DAYS_TO_1904 = 1462

_WEEKDAY_SIGNS = "월화수목금토일"
_WEEKDAY = r"(?:\s*\(?(?P<weekday>[월화수목금토일])(?:요일)?\)?)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})\s*[-/.년]\s*(\d{{1,2}})\s*[-/.월]\s*(\d{{1,2}})\s*[.일]?{_WEEKDAY}")
_SHORT_YEAR = re.compile(
    rf"'?(\d{{2}})(?:\s*년\s*(\d{{1,2}})\s*월\s*(\d{{1,2}})\s*일|\.\s*(\d{{1,2}})\.\s*(\d{{1,2}})\.){_WEEKDAY}"
)
_EIGHT_DIGITS = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
_DAY_FIRST = re.compile(r"(\d{1,2})\.\s*(\d{1,2})\.\s*(\d{4})")
_SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_NO_YEAR = re.compile(r"(\d{1,2})\s*[-./월]\s*(\d{1,2})\s*[.일]?")
_SERIAL = re.compile(r"(\d{5})(?:\.(0+|\d{2,15}))?")
_A_LEAP_YEAR = 2024
_SAID_DAYS = {"today": 0, "오늘": 0, "yesterday": 1, "어제": 1}

_HALF = r"오전|오후|[AaPp]\.?\s?[Mm]\.?"
_ZONE = r"(?P<zone>Z|(?:UTC|GMT)(?:\s*[+-]\d{1,2}(?::?\d{2})?)?|[+-]\d{2}(?::?\d{2})?)"
_CLOCK = (
    rf"(?:(?P<before>{_HALF})\s*)?"
    r"(?:(?P<hour>\d{1,2})(?:(?P<mark>:)(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"|\.(?P<minute_point>\d{2})"
    r"|\s*시(?:\s*(?P<minute_word>\d{1,2})\s*분(?:\s*(?P<second_word>\d{1,2})\s*초)?|\s*(?P<is_half_past>반))?"
    r"|[hH](?P<minute_h>\d{2})?"
    r")?)"
    rf"(?:\s*(?P<after>{_HALF}))?"
)
_TIME = re.compile(rf"{_CLOCK}(?:\s*{_ZONE})?")
_DIGITS = re.compile(r"\d{3,4}")
_MOMENT = re.compile(rf"(?P<day>.{{5,24}}?)(?:(?P<t>T)|,?\s+){_CLOCK}(?:\s*{_ZONE})?")
_SPAN = re.compile(r"(?:.*\s)?\d{1,2}:\d{2}\s*-\s*\d{1,2}(:?\d{2})?")
_MOST_HOURS_OFF = 14

_A_DAY = message("a date like 2026-11-21")
_A_TIME = message("a time like 14:05")
_A_MOMENT = message("a date and time like 2026-11-21 14:05")
_A_ZONED_MOMENT = message("a time with its zone, like 2026-11-21T14:05:00+09:00")


def read_day(text: str, today: dt.date | None = None) -> dt.date:
    """Return the day ``text`` is; raise ``BadInput`` where it is none or could be two.

    With ``today`` the year may be left out (the latest such day not to come is meant), and ``yesterday`` is a day.
    """
    plain = _plain(text)
    try:
        day = _read_day(plain)
        if day is None and today is not None:
            day = _near_day(plain.lower(), today)
    except (ValueError, OverflowError) as error:
        raise not_read(_A_DAY, text, message("there is no such day")) from error
    if day is None:
        raise not_read(_A_DAY, text, message("write the year first") if _is_short(plain) else None)
    return day


def read_time(text: str) -> dt.time:
    """Return the time of day ``text`` is; a zone behind it is left out. Raises ``BadInput`` where it is none."""
    plain = _plain(text)
    if _DIGITS.fullmatch(plain):
        plain = f"{plain[:-2]}:{plain[-2:]}"
    match = _TIME.fullmatch(plain)
    try:
        if match and not _SPAN.fullmatch(plain) and (match["mark"] or not match["zone"]):
            _zone(match)
            return _clock(match).replace(microsecond=0)
    except ValueError as error:
        raise not_read(_A_TIME, text, message("there is no such time")) from error
    raise not_read(_A_TIME, text)


def read_moment(text: str, localise: Localise | None = None) -> dt.datetime:
    """Return the moment ``text`` is; one without its zone is given one by ``localise``, and refused without that."""
    expected = _A_MOMENT if localise else _A_ZONED_MOMENT
    try:
        written = _read_moment(_plain(text))
        moment = _with_zone(written, localise)
    except (ValueError, OverflowError) as error:
        raise not_read(expected, text) from error
    if moment is None:
        hint = message("where all times are of one zone, --zone names it") if written else None
        raise not_read(expected, text, hint)
    return moment


def read_time_or_moment(text: str, day: dt.date, localise: Localise) -> dt.datetime:
    """Return a moment, or a time on ``day``; a day without its year before the time is the one nearest to ``day``."""
    try:
        return localise(dt.datetime.combine(day, read_time(text)))  # the zone is given here
    except (BadInput, ValueError):
        pass
    try:
        return read_moment(text, localise)
    except BadInput as error:
        head, _, tail = _plain(text).replace("T", " ").partition(" ")
        try:
            near = read_day(head, day + dt.timedelta(days=180))
            return localise(dt.datetime.combine(near, read_time(tail)))
        except (BadInput, ValueError):
            raise not_read(message("a time like 14:05 or 2:05 pm"), text) from error


def read_formatted_day(text: str, formats: Sequence[str]) -> dt.date:
    """Return the day ``text`` is in one of ``formats`` (as ``strptime`` has them), else as written year first."""
    moment = _formatted(text, formats)
    if moment is not None:
        return moment.date()
    plain = _plain(text)
    try:
        day = _read_day(plain) if _is_year_first(plain, formats) else None
    except (ValueError, OverflowError):
        day = None
    if day is None:
        raise _misfit(text, formats)
    return day


def read_formatted_moment(text: str, formats: Sequence[str], localise: Localise | None = None) -> dt.datetime:
    """Return the moment ``text`` is in one of ``formats``, else as written year first; zones as of ``read_moment``."""
    try:
        moment = _formatted(text, formats)
        if moment is None:
            plain = _plain(text)
            moment = _read_moment(plain) if _is_year_first(plain, formats) else None
        moment = _with_zone(moment, localise)
    except (ValueError, OverflowError) as error:
        raise _misfit(text, formats) from error
    if moment is None:
        raise _misfit(text, formats)
    return moment


def _with_zone(moment: dt.datetime | None, localise: Localise | None) -> dt.datetime | None:
    """The moment with its zone; ``None`` where nobody can say that."""
    if moment is None or moment.tzinfo is not None:
        return moment
    return localise(moment) if localise else None


def _plain(text: str) -> str:
    """The text as ASCII has its marks; nothing where it is too long to be a moment."""
    if isinstance(text, CellText) and text.kind is CellKind.DATE:
        text = text.shown  # of midnight the text is the day alone
    if problem := unformatted_problem(text):
        raise BadInput(problem)
    if isinstance(text, CellText) and text.kind is CellKind.NUMBER_1904 and _SERIAL.fullmatch(text):
        text = str(Decimal(text) + _DAYS_TO_1904)
    return unicodedata.normalize("NFC", plain_marks(text)) if len(text) <= LONGEST else ""


def _is_short(plain: str) -> bool:
    return re.fullmatch(r"\d{1,4}[-./]\s*\d{1,2}[-./]\s*\d{1,4}\.?", plain) is not None


def _read_day(plain: str) -> dt.date | None:
    """The day; ``None`` where it is not written as one; ``ValueError`` where no calendar has it."""
    plain = re.sub(rf"(T|\s+)(00:00(:00([.,]0+)?)?|오전 12:00(:00)?)(\s*{_ZONE})?$", "", plain)
    match = _YEAR_FIRST.fullmatch(plain) or _SHORT_YEAR.fullmatch(plain)
    if match:
        year, month, day = (int(part) for part in match.groups()[:-1] if part)
        written = dt.date(year + 2000 if match.re is _SHORT_YEAR else year, month, day)
        if match["weekday"] and _WEEKDAY_SIGNS[written.weekday()] != match["weekday"]:
            raise ValueError(plain)
        return written
    if match := _EIGHT_DIGITS.fullmatch(plain) or _DAY_FIRST.fullmatch(plain):
        parts = tuple(map(int, match.groups()))
        return dt.date(*(parts if match.re is _EIGHT_DIGITS else parts[::-1]))
    if match := _SLASHES.fullmatch(plain):
        first, second, year = map(int, match.groups())
        # Who writes 03/04/2026 may mean March or April.
        if first > 12 or second > 12 or first == second:
            return dt.date(year, min(first, second), max(first, second))
        return None
    return _serial_day(plain)


def _serial_day(plain: str) -> dt.date | None:
    """The day a spreadsheet numbers so; ``None`` where it is no such number, or one with a time behind it."""
    match = _SERIAL.fullmatch(plain)
    if not match or int(match[1]) not in _SERIALS or (match[2] or "").strip("0"):
        return None
    return (_SPREADSHEET_EPOCH + dt.timedelta(days=int(match[1]))).date()


def _near_day(word: str, today: dt.date) -> dt.date | None:
    """A day said without its year: the latest one not to come."""
    if word in _SAID_DAYS:
        return today - dt.timedelta(days=_SAID_DAYS[word])
    match = _NO_YEAR.fullmatch(word)
    if not match:
        return None
    month, day = map(int, match.groups())
    dt.date(_A_LEAP_YEAR, month, day)
    for year in range(today.year, 0, -1):
        if (month, day) == (2, 29) and not isleap(year):
            continue
        if (latest := dt.date(year, month, day)) <= today:
            return latest
    raise ValueError(word)


def _read_moment(plain: str) -> dt.datetime | None:
    """The moment, with its zone where one is written; ``None`` or ``ValueError`` where it is none."""
    serial = _SERIAL.fullmatch(plain)
    if serial:
        if int(serial[1]) not in _SERIALS or not serial[2]:
            return None
        days = dt.timedelta(days=int(serial[1]))
        return _SPREADSHEET_EPOCH + days + dt.timedelta(seconds=round(float(f"0.{serial[2]}") * 86_400))
    match = _MOMENT.fullmatch(plain)
    if not match or (not match["t"] and _SPAN.fullmatch(plain)) or not _has_clock(match):
        return None
    day = _read_day(match["day"].rstrip(","))
    if day is None:
        return None
    if _ends_day(match):
        return dt.datetime.combine(day, dt.time(), _zone(match)) + dt.timedelta(days=1)
    return dt.datetime.combine(day, _clock(match), _zone(match))


def _has_clock(match: re.Match[str]) -> bool:
    """Whether the time behind a day has minutes or names its hour; a mere number is none."""
    return any(match[name] for name in ("mark", "minute_word", "before", "after")) or "시" in match[0]


def _ends_day(match: re.Match[str]) -> bool:
    """Whether the time is 24:00, the end of the day before it."""
    rest = (match[name] or "0" for name in ("minute", "second", "fraction", "minute_word", "second_word"))
    return match["hour"] == "24" and not any(map(int, rest)) and not (match["before"] or match["after"])


def _clock(match: re.Match[str]) -> dt.time:
    """The time of day a match of ``_CLOCK`` tells; ``ValueError`` where there is no such time."""
    hour = int(match["hour"])
    if match["before"] and match["after"]:
        raise ValueError(match[0])
    half = (match["before"] or match["after"] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            raise ValueError(match[0])
        hour = hour % 12 + (12 if half == "오후" or half.startswith("p") else 0)
    minute = next((match[name] for name in ("minute", "minute_point", "minute_word", "minute_h") if match[name]), "0")
    second = match["second"] or match["second_word"] or "0"
    micro = int((match["fraction"] or "0").ljust(6, "0")[:6])
    return dt.time(hour, 30 if match["is_half_past"] else int(minute), int(second), micro)


def _zone(match: re.Match[str]) -> dt.timezone | None:
    """The zone a match of ``_ZONE`` names, ``None`` where there is none; ``ValueError`` where no place has it."""
    if not match["zone"]:
        return None
    offset = re.fullmatch(r"(?:Z|UTC|GMT)?\s*(?:([+-])(\d{1,2}):?(\d{2})?)?", match["zone"])
    if not offset or not offset[1]:
        return dt.UTC
    hours, minutes = int(offset[2]), int(offset[3] or 0)
    if minutes > 59 or hours * 60 + minutes > _MOST_HOURS_OFF * 60:
        raise ValueError(match[0])
    span = dt.timedelta(hours=hours, minutes=minutes)
    return dt.timezone(-span if offset[1] == "-" else span) if span else dt.UTC


def _formatted(text: str, formats: Sequence[str]) -> dt.datetime | None:
    if problem := unformatted_problem(text):
        raise BadInput(problem)
    usual = text.replace("오전", "AM").replace("오후", "PM")  # strptime knows the halves of the day in English alone
    for spelling in dict.fromkeys((text, usual)):
        for date_format in formats:
            try:
                return dt.datetime.strptime(spelling, date_format)  # noqa: DTZ007 the zone is the caller's
            except ValueError:
                continue
    return None


def _is_year_first(plain: str, formats: Sequence[str]) -> bool:
    """Whether a text is a day year first, or a serial number, and no format would have its parts in another order."""
    if any(re.search(r"%[Yy].*%d.*%[mbB]", date_format) for date_format in formats):
        return False
    return re.match(r"\d{4}\s*[-/.년]|'?\d{2}\s*년|\d{5}(\.|$)", plain) is not None


def _misfit(text: str, formats: Sequence[str]) -> BadInput:
    what = message("expected a date in the form {formats}, found {value}", formats=", ".join(formats), value=text)
    return BadInput(Problem(what))
