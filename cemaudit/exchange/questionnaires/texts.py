"""Texts of a form put together."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cemaudit.exchange.forms.fields import in_language
from cemaudit.language import LANGUAGES
from cemaudit.model import Text
from cemaudit.model.base import LONGEST_TEXT

__all__ = ["has_korean", "joined", "loose"]

_HANGUL = re.compile(r"[가-힣]")


def has_korean(words: str) -> bool:
    """Whether there are Korean letters in ``words``."""
    return bool(_HANGUL.search(words))


def loose(words: str) -> Text:
    """A text of which the form does not say the language."""
    return Text(**{"ko" if has_korean(words) else "en": words})


def joined(parts: Sequence[Text], by: str) -> Text:
    """All parts in the languages they share; where they share none, in each language any of them speaks."""
    spoken = [set(part.languages) for part in parts]
    languages = set.intersection(*spoken) or set.union(*spoken)
    words = {
        language: by.join(in_language(part, language) for part in parts)[:LONGEST_TEXT]
        for language in LANGUAGES
        if language in languages
    }
    return Text(**words)
