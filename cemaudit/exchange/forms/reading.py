"""What the text of one field says: answers, feelings, settings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from decimal import Decimal

from cemaudit.errors import BadInput, Problem, nearest
from cemaudit.exchange.forms.answers import NONE
from cemaudit.exchange.forms.choosing import Chooser
from cemaudit.exchange.forms.fields import FieldKind, Form, FormField
from cemaudit.exchange.forms.spellings import read_day, read_moment, read_time
from cemaudit.exchange.forms.words import SKIP_CODES
from cemaudit.language import message
from cemaudit.model import SkipState
from cemaudit.model.answers import AnswerValue, Choice
from cemaudit.model.answers.numerals import read_number

__all__ = ["Localise", "Texts"]

Localise = Callable[[dt.datetime], dt.datetime]
"""Gives a moment without a zone its zone."""


class Texts:
    """Reads the texts of a form's fields; ``BadInput`` where one says nothing that fits."""

    def __init__(self, form: Form, localise: Localise | None = None) -> None:
        self._form = form
        self._localise = localise
        self._choosers: dict[str, Chooser] = {}

    def answer(self, field: FormField, text: str) -> AnswerValue | SkipState:
        """The answer to the field's item, or why it was left out."""
        code = text if text in SKIP_CODES else None
        if code is None and field.kind is not FieldKind.TEXT:
            code = self._chooser(field).one(text)
        if code in SKIP_CODES:
            return SKIP_CODES[code]
        if field.kind is FieldKind.MANY:
            return self._many(field, text)
        return self._one(field, text if code is None else code)

    def skip(self, field: FormField, text: str) -> SkipState:
        """Why the field's item was left out."""
        code = self._chooser(field).one(text)
        if code not in SKIP_CODES:
            raise BadInput(_unknown(text, SKIP_CODES))
        return SKIP_CODES[code]

    def chosen(self, field: FormField, text: str) -> str:
        """The code of the one option chosen."""
        code = self._chooser(field).one(text)
        if code is None:
            raise BadInput(_unknown(text, [option.code for option in field.options]))
        return code

    def whole(self, field: FormField, text: str) -> int:
        """The whole number, one of those that fit."""
        try:
            number = read_number(self._chooser(field).one(text) or text)
        except ValueError:
            number = Decimal("0.5")
        low, high = _edges(field)
        if not low <= number <= high or number != int(number):
            what = message(
                "expected a whole number from {low} to {high}, found {value}", low=low, high=high, value=text
            )
            raise BadInput(Problem(what))
        return int(number)

    def day(self, text: str) -> dt.date:
        """The day."""
        try:
            return read_day(text)
        except ValueError as error:
            raise BadInput(_expected(message("a date like 2026-11-21"), text)) from error

    def moment(self, text: str) -> dt.datetime:
        """The moment, with its zone."""
        try:
            return read_moment(text, self._localise)
        except ValueError as error:
            what = message("a time with its zone, like 2026-11-21T14:05:00+09:00")
            if self._localise:
                what = message("a date and time like 2026-11-21 14:05")
            raise BadInput(_expected(what, text)) from error

    def _many(self, field: FormField, text: str) -> tuple[str, ...]:
        codes = self._chooser(field).many(text)
        if codes is None:
            raise BadInput(_unknown(text, [option.code for option in field.options]))
        if (NONE in codes and len(codes) > 1) or any(code in SKIP_CODES for code in codes):
            what = message("several options chosen that cannot stand together: {value}", value=text)
            raise BadInput(Problem(what))
        return () if codes == [NONE] else tuple(codes)

    def _one(self, field: FormField, text: str) -> AnswerValue:
        if field.item is None:
            raise TypeError(field.name)
        answer = field.item.answer
        try:
            value = text if isinstance(answer, Choice) else answer.read(_usual(field, text))
        except (ValueError, ArithmeticError) as error:
            unread = message("not an answer to item {item}: {value}", item=field.item.id, value=text)
            raise BadInput(answer.problem(text) or Problem(unread)) from error
        problem = answer.problem(value)
        if problem:
            raise BadInput(problem)
        return value

    def _chooser(self, field: FormField) -> Chooser:
        if field.name not in self._choosers:
            self._choosers[field.name] = Chooser(field)
        return self._choosers[field.name]


def _usual(field: FormField, text: str) -> str:
    """The text of a day or time as answer types read it."""
    if field.kind is FieldKind.DATE:
        return read_day(text).isoformat()
    if field.kind is FieldKind.TIME:
        return read_time(text).isoformat()
    return text


def _edges(field: FormField) -> tuple[int, int]:
    """The least and the most of a field of whole numbers."""
    if field.limits:
        return int(field.limits.least or 0), int(field.limits.most or 0)
    numbers = [int(option.code) for option in field.options]
    return numbers[0], numbers[-1]


def _unknown(text: str, known: Iterable[str]) -> Problem:
    return Problem(message("no such option: {option}", option=text), hint=nearest(text, known))


def _expected(what: object, text: str) -> Problem:
    return Problem(message("expected {what}, found {value}", what=what, value=text))
