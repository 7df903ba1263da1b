"""What the text of one field says: answers, feelings, settings."""

from __future__ import annotations

import datetime as dt

from cemaudit.errors import BadInput, Problem, nearest
from cemaudit.exchange.forms.choosing import field_words
from cemaudit.exchange.forms.columns import FieldText
from cemaudit.exchange.forms.fields import FieldKind, Form, FormField
from cemaudit.exchange.forms.words import SKIP_CODES
from cemaudit.language import message
from cemaudit.model import SkipState
from cemaudit.model.answers import AnswerValue
from cemaudit.reading import NONE, Localise, OptionWords, read_answer, read_day, read_mark, read_moment, read_time

__all__ = ["Texts"]


class Texts:
    """Reads the texts of a form's fields; ``BadInput`` where one says nothing that fits."""

    def __init__(self, form: Form, localise: Localise | None = None) -> None:
        self._form = form
        self._localise = localise
        self._words: dict[str, OptionWords] = {}

    def answer(self, field: FormField, text: str) -> AnswerValue | SkipState:
        """The answer to the field's item, or why it was left out."""
        if field.item is None:
            raise TypeError(field.name)
        code = text if text in SKIP_CODES else None
        if code is None and field.kind is not FieldKind.TEXT:
            code = self._words_of(field).find(text)
        if code in SKIP_CODES:
            return SKIP_CODES[code]
        if field.kind is FieldKind.MANY:
            return self._many(field, text)
        return read_answer(field.item.answer, text if code is None else code)

    def skip(self, field: FormField, text: str) -> SkipState:
        """Why the field's item was left out."""
        code = self._words_of(field).find(text)
        if code not in SKIP_CODES:
            raise BadInput(Problem(message("no such option: {option}", option=text), hint=nearest(text, SKIP_CODES)))
        return SKIP_CODES[code]

    def chosen(self, field: FormField, text: str) -> str:
        """The code of the one option chosen."""
        return self._words_of(field).read(text)

    def whole(self, field: FormField, text: str) -> int:
        """The whole number, one of those that fit."""
        low, high = _edges(field)
        return read_mark(self._words_of(field).find(text) or text, low, high)

    def day(self, text: str) -> dt.date:
        """The day."""
        return read_day(text)

    def moment(self, text: str, day: dt.date | None = None) -> dt.datetime:
        """The moment, with its zone; a time alone is one on ``day``, where that is given."""
        if day is not None and self._localise:
            try:
                time = read_time(text)
            except BadInput:
                return read_moment(text, self._localise)
            return read_moment(f"{day} {text if ':' in text else time}", self._localise)
        return read_moment(text, self._localise)

    def day_of(self, cell: FieldText | None) -> dt.date | None:
        """The day a cell holds; ``None`` where it holds none that can be read."""
        try:
            return read_day(cell.text) if cell else None
        except BadInput:
            return None

    def _many(self, field: FormField, text: str) -> tuple[str, ...]:
        codes = self._words_of(field).read_all(text)
        if (NONE in codes and len(codes) > 1) or any(code in SKIP_CODES for code in codes):
            what = message("several options chosen that cannot stand together: {value}", value=text)
            raise BadInput(Problem(what))
        return () if codes == (NONE,) else codes

    def _words_of(self, field: FormField) -> OptionWords:
        if field.name not in self._words:
            self._words[field.name] = field_words(field)
        return self._words[field.name]


def _edges(field: FormField) -> tuple[int, int]:
    """The least and the most of a field of whole numbers."""
    if field.limits:
        return int(field.limits.least or 0), int(field.limits.most or 0)
    numbers = [int(option.code) for option in field.options]
    return numbers[0], numbers[-1]
