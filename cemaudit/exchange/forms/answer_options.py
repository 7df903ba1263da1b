"""What can be put into a field: its kind, options and limits, the words of the options, and which a text chooses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from cemaudit.exchange.forms.fields import (
    SKIP_CODES,
    SKIPS,
    FieldKind,
    FieldOption,
    FormField,
    NumberLimits,
    both,
)
from cemaudit.language import LANGUAGES, N_, message
from cemaudit.model import ClaimState, Item, SkipState, Text, label
from cemaudit.model.answers import AnswerType, Choice, Choices, Date, Nps, Quantity, Scale, TextAnswer, Time, YesNo
from cemaudit.model.base import shown_exactly
from cemaudit.reading import NONE, NONE_LABEL, OptionWords

__all__ = [
    "CLAIM_STATES",
    "SKIPS_OF_FEELINGS",
    "AnswerFormat",
    "field_words",
    "fitting",
    "numbered",
    "shown",
    "skips_of",
]

CLAIM_STATES = tuple(FieldOption(state.value, label(state)) for state in ClaimState)
"""What may have become of a claim."""

SKIPS_OF_FEELINGS = (FieldOption("_no", both(N_("could not be told"))), FieldOption("_de", both(N_("declined"))))
"""The codes that may stand in place of a feeling or an expectation, which is applicable wherever it is asked."""

MOST_STEPS = 11
"""A scale of more steps is a number to type, not a choice."""


class AnswerFormat(NamedTuple):
    """What fits an answer."""

    kind: FieldKind
    options: tuple[FieldOption, ...] = ()
    limits: NumberLimits | None = None
    expects: Text | None = None


def fitting(answer: AnswerType) -> AnswerFormat:
    """What can be put into the field of an answer of this type."""
    return _FITTING[type(answer)](answer)


def numbered(numbers: range, words: Mapping[int, Text]) -> Iterator[FieldOption]:
    """An option for each number, with the words beside it where there are any."""
    for number in numbers:
        text = words.get(number)
        label = both(lambda number=number, text=text: f"{number} {text}" if text else number)  # type: ignore[misc]
        yield FieldOption(str(number), label)


def skips_of(item: Item) -> tuple[FieldOption, ...]:
    """The codes that may stand in place of the item's answer."""
    return tuple(
        FieldOption(code, both(SKIPS[state]))
        for code, state in SKIP_CODES.items()
        if not (item.na == "refuse" and state is SkipState.NOT_APPLICABLE)
    )


def _scale(answer: Scale) -> AnswerFormat:
    if answer.highest - answer.lowest < MOST_STEPS:
        words = {answer.lowest: answer.low, answer.highest: answer.high}
        named = {number: text for number, text in words.items() if text}
        return AnswerFormat(FieldKind.ONE, tuple(numbered(range(answer.lowest, answer.highest + 1), named)))
    limits = NumberLimits(Fraction(answer.lowest), Fraction(answer.highest), whole=True)
    expects = both(lambda: message("a whole number from {low} to {high}", low=answer.lowest, high=answer.highest))
    return AnswerFormat(FieldKind.NUMBER, limits=limits, expects=expects)


def _quantity(answer: Quantity) -> AnswerFormat:
    least = max(answer.min or Fraction(0), Fraction(0)) if answer.type in {"count", "duration"} else answer.min
    limits = NumberLimits(least, answer.max, answer.type == "count", tuple(sorted(set(answer.one_of))))
    return AnswerFormat(FieldKind.NUMBER, limits=limits, expects=both(lambda: ", ".join(_said(answer, limits))))


def _said(answer: Quantity, limits: NumberLimits) -> Iterator[str]:
    yield str(message("a whole number") if limits.whole else message("a number"))
    if answer.unit:
        yield str(message("in {unit}", unit=answer.unit_shown))
    if limits.among:
        yield str(message("one of {names}", names=", ".join(str(shown_exactly(number)) for number in limits.among)))
        return
    if limits.least is not None:
        yield str(message("{least} or more", least=shown_exactly(limits.least)))
    if limits.most is not None:
        yield str(message("{most} or less", most=shown_exactly(limits.most)))


def _choices(answer: Choices) -> AnswerFormat:
    nothing = FieldOption(NONE, NONE_LABEL)
    return AnswerFormat(FieldKind.MANY, (*_options(answer), nothing))


def _options(answer: Choice | Choices) -> tuple[FieldOption, ...]:
    return tuple(FieldOption(option.id, option.label) for option in answer.options)


def _nps() -> AnswerFormat:
    ends = {0: both(N_("not at all likely")), 10: both(N_("extremely likely"))}
    return AnswerFormat(FieldKind.ONE, tuple(numbered(range(11), ends)))


_FITTING: dict[type, Callable[[Any], AnswerFormat]] = {
    YesNo: lambda _: AnswerFormat(
        FieldKind.ONE, (FieldOption("yes", both(N_("Yes"))), FieldOption("no", both(N_("No"))))
    ),
    Choice: lambda answer: AnswerFormat(FieldKind.ONE, _options(answer)),
    Choices: _choices,
    Nps: lambda _: _nps(),
    Scale: _scale,
    Quantity: _quantity,
    Date: lambda _: AnswerFormat(FieldKind.DATE, expects=both(N_("a date like 2026-11-21"))),
    Time: lambda _: AnswerFormat(FieldKind.TIME, expects=both(N_("a time like 14:05"))),
    TextAnswer: lambda _: AnswerFormat(FieldKind.TEXT),
}


def shown(field: FormField, language: str) -> dict[str, str]:
    """The words of each option and skip of ``field``, by code; a code is added where words alone would mislead."""
    labels = {option.code: option.label for option in (*field.options, *field.skips)}
    by_words = OptionWords(labels)
    words = {code: label.in_language(language) for code, label in labels.items()}
    return {code: word if by_words.find(word) == code else f"{word} [{code}]" for code, word in words.items()}


def field_words(field: FormField) -> OptionWords:
    """The finder of a field's options and skips: by code, by words, or as a drop-down shows them."""
    labels = {option.code: option.label for option in (*field.options, *field.skips)}
    languages = dict.fromkeys([*LANGUAGES, *(tag for label in labels.values() for tag in label.languages)])
    words = [shown(field, language) for language in languages]
    return OptionWords(labels, {code: [each[code] for each in words] for code in labels})
