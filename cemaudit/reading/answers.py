"""What a text answers to an item: by the item's type, the same at the terminal, in tables, forms and on phones."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from cemaudit.errors import BadInput, Problem
from cemaudit.language import N_, message, translate
from cemaudit.model import Text
from cemaudit.model.answers import AnswerType, AnswerValue, Choice, Choices, Date, Nps, Quantity, Scale, Time, YesNo
from cemaudit.model.base import clean
from cemaudit.reading.amounts import read_quantity
from cemaudit.reading.cells import error_problem
from cemaudit.reading.moments import read_day, read_time
from cemaudit.reading.numbers import NumberMarks, read_whole
from cemaudit.reading.refusals import not_read
from cemaudit.reading.words import OptionWords, read_yes_no

__all__ = ["NONE", "NONE_LABEL", "read_answer"]

NONE = "_none"
"""Stands for choosing nothing of several options, on purpose."""

NONE_LABEL = Text.said(lambda: translate(N_("none of these")))


def read_answer(
    kind: AnswerType,
    text: str,
    marks: NumberMarks | None = None,
    today: dt.date | None = None,
    *,
    within_limits: bool = True,
) -> AnswerValue:
    """Return what ``text`` answers to an item of this type; raise ``BadInput`` where it is no answer that fits.

    ``today``: the day on which a person types, who may leave out the year of a day, or say ``yesterday``.
    ``within_limits``: also a number outside the item's limits is refused; without it these are checked later, once it
    is known whether the item arises.
    """
    problem = error_problem(text)
    if problem:
        raise BadInput(problem)
    value: AnswerValue
    match kind:
        case YesNo():
            value = read_yes_no(text)
        case Choice():
            value = _words_of(kind).read(text)
        case Choices():
            value = _read_several(kind, text)
        case Scale() | Nps():
            value = _read_step(kind, text, marks)
        case Quantity():
            value = read_quantity(kind, text, marks)
        case Date():
            value = read_day(text, today).isoformat()
        case Time():
            value = read_time(text).strftime("%H:%M")
        case _:
            value = clean(text)
    problem = kind.problem(value) if within_limits else None
    if problem:
        raise BadInput(problem)
    return value


def _read_step(kind: Scale | Nps, text: str, marks: NumberMarks | None) -> int:
    """The step of a scale: a whole number, or the words that stand at one of its ends."""
    ends = {str(kind.lowest): kind.low, str(kind.highest): kind.high} if isinstance(kind, Scale) else {}
    words = {step: label for step, label in ends.items() if label}
    try:
        return read_whole((OptionWords(words).find(text) if words else None) or text, marks)
    except BadInput as error:
        low, high = (kind.lowest, kind.highest) if isinstance(kind, Scale) else (0, 10)
        raise not_read(message("a whole number from {low} to {high}", low=low, high=high), text) from error


def _read_several(kind: Choices, text: str) -> tuple[str, ...]:
    if not text.strip(" ,;\n"):
        return ()
    codes = _words_of(kind).read_all(text)
    if NONE in codes and len(codes) > 1:
        raise BadInput(Problem(message("several options chosen that cannot stand together: {value}", value=text)))
    return () if codes == (NONE,) else codes


@lru_cache(maxsize=1000)
def _words_of(kind: Choice | Choices) -> OptionWords:
    options = {option.id: option.label for option in kind.options}
    return OptionWords(options | ({NONE: NONE_LABEL} if isinstance(kind, Choices) else {}))
