"""Which options a text chooses: by their codes first, then by the words a drop-down shows."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable

from cemaudit.exchange.forms.fields import FormField
from cemaudit.exchange.forms.words import in_language
from cemaudit.language import LANGUAGES, Language
from cemaudit.model.base import clean

__all__ = ["Chooser", "shown"]

_BETWEEN = re.compile(r"[;,\s]+")


def shown(field: FormField, language: Language) -> dict[str, str]:
    """The words of each option and skip of ``field``, by code; a code is added where words alone would mislead."""
    owners = _owners(field)
    words = {option.code: in_language(option.label, language) for option in (*field.options, *field.skips)}
    return {code: word if owners[_folded(word)] == {code} else f"{word} [{code}]" for code, word in words.items()}


def _owners(field: FormField) -> dict[str, set[str]]:
    """The codes that each spelling, a code or words in either language, may stand for."""
    owners: dict[str, set[str]] = defaultdict(set)
    for option in (*field.options, *field.skips):
        for word in (option.code, *(in_language(option.label, language) for language in LANGUAGES)):
            owners[_folded(word)].add(option.code)
    return owners


class Chooser:
    """Finds the options of one field by code or words."""

    def __init__(self, field: FormField) -> None:
        self._codes = {option.code for option in (*field.options, *field.skips)}
        self._words = {word: next(iter(codes)) for word, codes in _owners(field).items() if len(codes) == 1}
        for language in LANGUAGES:
            self._words |= {_folded(word): code for code, word in shown(field, language).items()}

    def one(self, text: str) -> str | None:
        """The code ``text`` stands for."""
        return text if text in self._codes else self._words.get(_folded(text))

    def many(self, text: str) -> list[str] | None:
        """The codes ``text`` stands for: codes apart by spaces, ``;`` or ``,``; else words apart by ``;`` or ``,``."""
        ways: tuple[tuple[Iterable[str], Callable[[str], str | None]], ...] = (
            (_BETWEEN.split(text), lambda part: part if part in self._codes else None),
            ((text,), self.one),
            (re.split(r"[;\n]", text), self.one),
            (re.split(r"[;,\n]", text), self.one),
            (_BETWEEN.split(text), self.one),
        )
        for parts, find in ways:
            found = [find(part.strip()) for part in parts if part.strip()]
            if found and None not in found:
                return list(dict.fromkeys(filter(None, found)))
        return None


def _folded(text: str) -> str:
    return " ".join(clean(text).split()).casefold()
