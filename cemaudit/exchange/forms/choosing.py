"""The words of options in a drop-down, and which option a text chooses."""

from __future__ import annotations

from cemaudit.exchange.forms.fields import FormField
from cemaudit.exchange.forms.words import in_language
from cemaudit.language import LANGUAGES, Language
from cemaudit.reading import OptionWords

__all__ = ["field_words", "shown"]


def shown(field: FormField, language: Language) -> dict[str, str]:
    """The words of each option and skip of ``field``, by code; a code is added where words alone would mislead."""
    by_words = _by_words(field)
    words = {option.code: in_language(option.label, language) for option in (*field.options, *field.skips)}
    return {code: word if by_words.find(word) == code else f"{word} [{code}]" for code, word in words.items()}


def field_words(field: FormField) -> OptionWords:
    """The finder of a field's options and skips: by code, by words, or as a drop-down shows them."""
    spellings = {
        option.code: [shown(field, language)[option.code] for language in LANGUAGES]
        for option in (*field.options, *field.skips)
    }
    return OptionWords({option.code: option.label for option in (*field.options, *field.skips)}, spellings)


def _by_words(field: FormField) -> OptionWords:
    return OptionWords({option.code: option.label for option in (*field.options, *field.skips)})
