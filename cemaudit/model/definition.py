"""What every definition file begins with: the format it is written in, and the languages of its texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from cemaudit.errors import BadInput, Expected, Problem
from cemaudit.language import LANGUAGES, message
from cemaudit.model.base import Record
from cemaudit.model.text import LanguageTag, Text, put_in_order, texts_in

__all__ = ["FORMAT", "Definition", "TranslatedDefinition", "refuse_newer"]

FORMAT: Literal[1] = 1
"""The format of definition files that this version writes, and the highest it reads."""


def refuse_newer(data: object) -> None:
    """Raise ``BadInput`` where a file says that its format is a higher one: nothing else of it can be judged."""
    written = data.get("format") if isinstance(data, Mapping) else None
    if isinstance(written, int) and written > FORMAT:
        what = message("made for a newer cemaudit: format {written}, this one reads {format}", written=written,
                       format=FORMAT)  # fmt: skip
        raise BadInput(Problem(what, "format", message("install a newer cemaudit")))


def _not_true(written: Any) -> Any:
    if isinstance(written, bool):  # which Python counts as 1
        raise Expected("a whole number")
    return written


class Definition(Record):
    """A record that stands in a file of its own."""

    format: Annotated[Literal[1], BeforeValidator(_not_true)] = FORMAT
    """The format its file is written in; a higher one than this version knows is refused."""

    @model_validator(mode="before")
    @classmethod
    def _is_not_newer(cls, data: Any) -> Any:
        refuse_newer(data)
        return data


class TranslatedDefinition(Definition):
    """A definition with texts."""

    languages: Annotated[tuple[LanguageTag, ...], Field(min_length=1)] = LANGUAGES
    """The languages every text of it is written in, as BCP 47 tags; the first one stands in for others."""

    def texts(self) -> Iterator[tuple[str, Text]]:
        """Every text with its place in the file."""
        return texts_in(self)

    def complete_languages(self) -> tuple[str, ...]:
        """The languages in which every text exists."""
        return tuple(tag for tag in self.languages if all(tag in text.by_language for _, text in self.texts()))

    @model_validator(mode="after")
    def _languages_differ(self) -> Self:
        repeated = [tag for tag, count in Counter(self.languages).items() if count > 1]
        if repeated:
            raise Expected("each language once; repeated: {languages}", languages=", ".join(repeated))
        # where a text is missing in the language of the reader, the first of the file stands in
        if self.languages != LANGUAGES:
            for _, text in self.texts():
                put_in_order(text, self.languages)
        return self
