"""Text in the languages its file has, Korean and English unless the file says otherwise."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import ConfigDict, Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from cemaudit.errors import Expected
from cemaudit.language import LANGUAGES, current_tag, use, written
from cemaudit.model.base import LONGEST_TEXT, LongText, Record

__all__ = ["LanguageTag", "Text", "is_language_tag", "put_in_order", "texts_in"]

TAG_PATTERN = r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?(-([a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*$"
LanguageTag = Annotated[str, Field(pattern=TAG_PATTERN)]
"""A language as BCP 47 (RFC 5646) writes it: ``ko``, ``en-GB``, ``zh-Hant``; letters in the case it recommends."""


_OURS = frozenset(LANGUAGES)


def is_language_tag(word: str) -> bool:
    """Whether ``word`` is a language tag as texts have it."""
    return re.fullmatch(TAG_PATTERN, word) is not None


class Text(Record):
    """The same words in one or more languages, by language tag; ``str`` gives those of the language in force.

    Where that is missing, its base (``en`` for ``en-GB``) or a form of it (``en-GB`` for ``en``) stands in, else the
    first language of the file. ``cemaudit lint`` reports what is missing of the languages a file declares.
    """

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, LongText]

    if TYPE_CHECKING:

        def __init__(self, *, ko: str | None = None, en: str | None = None, **others: str | None) -> None: ...

    @model_validator(mode="before")
    @classmethod
    def _leave_out_nothing(cls, data: Any) -> Any:
        if isinstance(data, str):
            raise Expected('a text by language, as {{ ko = "...", en = "..." }}')
        if isinstance(data, dict) and None in data.values():
            return {language: words for language, words in data.items() if words is not None}
        return data

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        words = self.__pydantic_extra__
        for tag in words.keys() - _OURS:
            if not is_language_tag(tag):
                raise Expected("languages by their tags, as ko, en or en-GB; no such tag: {tag}", tag=tag)
        # What is kept of a record is compared as it is written: the same words are always in the same order.
        ours = [tag for tag in LANGUAGES if tag in words]
        if [*words][: len(ours)] != ours:
            put_in_order(self, LANGUAGES)
        if not any(words.values()):
            raise Expected("a text in one language at least, as ko or en")
        return self

    def __hash__(self) -> int:
        return hash(frozenset(self.__pydantic_extra__.items()))

    @property
    def model_extra(self) -> dict[str, Any]:
        """A copy of what it says, by language."""
        return dict(self.__pydantic_extra__)

    @classmethod
    def said(cls, say: Callable[[], object]) -> Self:
        """Make the text of what ``say`` says in each language of the program, or of the file that is being written."""
        words = {}
        for language in written():
            with use(language):
                words[language] = str(say())
        return cls(**words)

    @property
    def ko(self) -> str | None:
        """The words in Korean; ``None`` where there are none."""
        return self.__pydantic_extra__.get("ko")

    @property
    def en(self) -> str | None:
        """The words in English; ``None`` where there are none."""
        return self.__pydantic_extra__.get("en")

    @property
    def by_language(self) -> Mapping[str, str]:
        """The words by language tag, the first language of the file first; empty ones left out."""
        return {tag: words for tag, words in self.__pydantic_extra__.items() if words}

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages the text exists in."""
        return tuple(self.by_language)

    def in_language(self, tag: str) -> str:
        """Return the words in a language: in itself, its base, or a form of it, else in the first there is.

        Of a text in nothing but Korean and English, all others are given the English.
        """
        words = self.by_language
        base = tag.partition("-")[0]
        form = next((form for form in words if form.partition("-")[0] == base), None)
        if form is None:
            form = "en" if words.keys() == _OURS else next(iter(words))
        return words.get(tag) or words.get(base) or words[form]

    def only_in(self, languages: Iterable[str]) -> Text:
        """Return the text in these languages alone, where one is missing with the words that stand in for it."""
        return Text(**{tag: self.in_language(tag) for tag in languages})

    def __str__(self) -> str:
        tag = current_tag()
        return self.__pydantic_extra__.get(tag) or self.in_language(tag)

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """The schema that editors of TOML files complete by."""
        words = {"type": "string", "maxLength": LONGEST_TEXT}
        made = handler.resolve_ref_schema(handler(schema))
        made["properties"] = dict.fromkeys(LANGUAGES, words)
        made["patternProperties"] = {TAG_PATTERN: words}
        made["additionalProperties"] = False
        made["minProperties"] = 1
        return made


def put_in_order(text: Text, languages: Sequence[str]) -> None:
    """Let the languages of a text stand in the order of its file's, for whoever makes the file's record."""
    words = text.model_extra
    first = {tag: words[tag] for tag in languages if tag in words}
    object.__setattr__(text, "__pydantic_extra__", first | words)


def texts_in(value: object, place: str = "") -> Iterator[tuple[str, Text]]:
    """Yield every text of a record, or of a tuple of them, with its place (``touchpoints.door.items.A1.ask``)."""
    if isinstance(value, Text):
        yield place, value
    elif isinstance(value, Record):
        for name in type(value).model_fields:
            yield from texts_in(getattr(value, name), f"{place}.{name}" if place else name)
    elif isinstance(value, tuple):
        for number, member in enumerate(value):
            own = getattr(member, "id", getattr(member, "label", None))
            yield from texts_in(member, f"{place}.{own if isinstance(own, str) else number}")
