"""Text in Korean and English."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from cemaudit.errors import Expected
from cemaudit.language import LANGUAGES, Language, current
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

    @property
    def languages(self) -> tuple[Language, ...]:
        """The languages the text exists in."""
        return tuple(language for language in LANGUAGES if getattr(self, language))

    def __str__(self) -> str:
        preferred = self.ko if current() == "ko" else self.en
        return preferred or self.en or self.ko or ""
