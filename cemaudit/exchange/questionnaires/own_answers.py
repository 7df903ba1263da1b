"""The answer type behind a field of a form that cemaudit has made: the one whose field looks just like it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cemaudit.exchange.forms.answer_options import fitting
from cemaudit.exchange.forms.fields import FieldOption as Shown
from cemaudit.exchange.questionnaires.answers import Answer
from cemaudit.exchange.questionnaires.lists import ChoiceList
from cemaudit.model import Text
from cemaudit.model.answers import AnswerType, Choice, Nps, Option, Quantity, Scale, YesNo

__all__ = ["of_the_same_field", "without_expectation"]

_UNIT = re.compile(r", in ([^,\n]+)[^\n]*$")
_OF_TIME = {"s", "min", "h", "d"}


def of_the_same_field(answer: Answer, hint: Text | None) -> Answer:
    """``answer``, or what a form shows by the same field: a scale, a duration; ``hint`` ends with what fits."""
    found = answer.type
    if answer.choices and isinstance(found, YesNo | Choice):
        return _of_options(answer, answer.choices.options)
    if isinstance(found, Quantity) and hint:
        same = (one for one in _quantities(found, hint) if _ends_with(hint, fitting(one).expects))
        return Answer(next(same, found), answer.choices)
    return answer


def without_expectation(words: Text | None, answer: AnswerType) -> Text | None:
    """A hint without what a form adds to it by itself: what fits the answer."""
    expects = fitting(answer).expects
    if words is None or expects is None or not _ends_with(words, expects):
        return words
    left = {
        language: getattr(words, language).removesuffix(getattr(expects, language)).rstrip()
        for language in words.languages
    }
    return Text(**left) if any(left.values()) else None


def _ends_with(hint: Text, expects: Text | None) -> bool:
    return expects is not None and all(
        getattr(hint, language).endswith(getattr(expects, language)) for language in hint.languages
    )


def _of_options(answer: Answer, options: tuple[Option, ...]) -> Answer:
    shown = tuple(Shown(option.id, option.label) for option in options)
    if isinstance(answer.type, YesNo) and fitting(answer.type).options == shown:
        return answer
    same = (one for one in _numbered(options) if fitting(one).options == shown)
    choices = ChoiceList(options, {option.id: option.id for option in options})
    return Answer(next(same, Choice(type="choice", options=options)), choices)


def _numbered(options: tuple[Option, ...]) -> Iterator[AnswerType]:
    """The answers of which ``options`` may be the numbers."""
    yield Nps(type="nps")
    first, last = options[0], options[-1]
    if all(re.fullmatch(r"-?\d{1,4}", option.id) for option in (first, last)):
        yield from _scale(int(first.id), int(last.id), _beside(first), _beside(last))


def _quantities(found: Quantity, hint: Text) -> Iterator[AnswerType]:
    """The answers of which ``found`` may be the number; a limit of 0 is a duration's and a count's own."""
    if found.min is not None and found.max is not None:
        yield from _scale(int(found.min), int(found.max))
    unit = _UNIT.search(hint.en or "")
    changes = {"unit": unit[1] if unit else "", "min": None if found.min == 0 and found.type == "count" else found.min}
    if unit and unit[1] in _OF_TIME and found.type == "number" and found.min is not None and found.min >= 0:
        yield found.model_copy(update={**changes, "type": "duration", "min": found.min or None})
    yield found.model_copy(update=changes)


def _scale(lowest: int, highest: int, low: Text | None = None, high: Text | None = None) -> Iterator[Scale]:
    if 1 <= highest - lowest <= 100:
        yield Scale(type="scale", lowest=lowest, highest=highest, low=low, high=high)


def _beside(option: Option) -> Text | None:
    """The words beside the number of an option."""
    words = {
        language: getattr(option.label, language).removeprefix(option.id).strip() for language in option.label.languages
    }
    return Text(**words) if any(words.values()) else None
