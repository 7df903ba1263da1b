"""The one reader of written values: the same text means the same value, or is refused the same way, at every door.

Numbers, percents, money, durations, days, times, moments, yes and no, option words, ids and whole answers. Every
function is pure and either returns the value or raises ``BadInput`` that says what was found, what was expected and,
where it helps, what to do; the caller adds the place.
"""

from __future__ import annotations

from cemaudit.reading.amounts import (
    SECONDS_OF_UNIT,
    is_percent,
    read_duration,
    read_money,
    read_percent,
    read_quantity,
)
from cemaudit.reading.answers import NONE, NONE_LABEL, read_answer
from cemaudit.reading.cells import CellKind, CellText, error_problem, unformatted_problem
from cemaudit.reading.moments import (
    Localise,
    read_day,
    read_formatted_day,
    read_formatted_moment,
    read_moment,
    read_time,
    read_time_or_moment,
)
from cemaudit.reading.numbers import NumberMarks, read_number, read_whole
from cemaudit.reading.words import OptionWords, read_id, read_mark, read_yes_no

__all__ = [
    "NONE",
    "NONE_LABEL",
    "SECONDS_OF_UNIT",
    "CellKind",
    "CellText",
    "Localise",
    "NumberMarks",
    "OptionWords",
    "error_problem",
    "is_percent",
    "read_answer",
    "read_day",
    "read_duration",
    "read_formatted_day",
    "read_formatted_moment",
    "read_id",
    "read_mark",
    "read_moment",
    "read_money",
    "read_number",
    "read_percent",
    "read_quantity",
    "read_time",
    "read_time_or_moment",
    "read_whole",
    "read_yes_no",
    "unformatted_problem",
]
