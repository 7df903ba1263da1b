"""Text in Korean and English."""

from __future__ import annotations

from collections.abc import Callable
from typing import Self

from pydantic import model_validator

from cemaudit.errors import Expected
from cemaudit.language import LANGUAGES, Language, current, use
from cemaudit.model.base import LongText, Record

__all__ = ["Text"]


class Text(Record):
    """The same words in Korean and English; ``str`` gives those of the language in force.

    One language alone is accepted (``cemaudit lint`` reports it) and stands in for the other.
    """

    ko: LongText | None = None
    en: LongText | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.languages:
            raise Expected("a text in ko or en")
        return self

    @classmethod
    def said(cls, say: Callable[[], object]) -> Self:
        """Make the text of what ``say`` says in each language."""
        words = {}
        for language in LANGUAGES:
            with use(language):
                words[language] = str(say())
        return cls(**words)

    @property
    def languages(self) -> tuple[Language, ...]:
        """The languages the text exists in."""
        return tuple(language for language in LANGUAGES if getattr(self, language))

    def __str__(self) -> str:
        preferred = self.ko if current() == "ko" else self.en
        return preferred or self.en or self.ko or ""
