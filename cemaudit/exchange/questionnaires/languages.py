"""The languages of an XLSForm, and its labels as texts of a checklist."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cemaudit.exchange.forms.fields import in_language
from cemaudit.exchange.questionnaires.leftovers import LeftoverKind, Leftovers
from cemaudit.exchange.questionnaires.workbook import XlsFormSheet
from cemaudit.language import LANGUAGES, Language, message
from cemaudit.model import Text
from cemaudit.model.base import LONGEST_TEXT

__all__ = ["Languages", "find_languages", "has_korean", "joined", "loose"]

_HANGUL = re.compile(r"[가-힣]")
_NAMES: dict[str, Language] = {
    **dict.fromkeys(("ko", "kor", "kr", "korean", "한국어", "한국말", "국어"), "ko"),
    **dict.fromkeys(("en", "eng", "english", "영어"), "en"),
}
_CODE = re.compile(r"(.*?)\s*\(\s*([A-Za-z]{2,3})(?:[-_][A-Za-z]+)?\s*\)")


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


@dataclass(frozen=True)
class Languages:
    """Where the texts of each of the form's languages go; texts in any other stand in where nothing else is said."""

    slots: Mapping[str, Language]

    def text(self, texts: Mapping[str, str]) -> Text | None:
        """The texts of a cell by the form's languages, as ours; ``None`` where there are none."""
        texts_by_language: dict[str, str] = {}
        for language, words in texts.items():
            if slot := self.slots.get(language):
                texts_by_language.setdefault(slot, words)
        if not texts_by_language and texts:
            texts_by_language["en"] = next(iter(texts.values()))
        return Text(**texts_by_language) if texts_by_language else None


def find_languages(sheets: Iterable[XlsFormSheet], default: str, leftovers: Leftovers) -> Languages:
    """Where texts go; ``default`` is what the form calls the language of its columns without one.

    Korean and English are taken. Where the form has neither, its first language goes where English would.
    """
    sheets = list(sheets)
    columns = [column for sheet in sheets for column in sheet.columns if column.name in {"label", "hint"}]
    named = list(dict.fromkeys(column.language for column in columns))
    slots: dict[str, Language] = {name: slot for name in named if (slot := _slot(name))}
    if "" in named and (slot := _slot(default) if default else _guess(sheets)):
        slots = {"": slot, **slots}
    if foreign := _foreign(named, slots, default):
        slots[foreign[0]] = "en"
        _tell_foreign(foreign[0] or default, leftovers)
    spare = [name for name in named if name and name not in slots]
    if spare:
        leftovers.add(LeftoverKind.LANGUAGE, None, message("texts in other languages are left out"), ", ".join(spare))
    return Languages(slots)


def _foreign(named: list[str], slots: Mapping[str, Language], default: str) -> list[str]:
    """The language (as a list of one) that stands where English would, because nothing else does."""
    if "en" in slots.values():
        return []
    if "" in named and "" not in slots and not default:
        return [""]
    return [] if slots else [name for name in named if name in {"", default}][:1] or named[:1]


def _tell_foreign(name: str, leftovers: Leftovers) -> None:
    cause = (
        message("its texts are in {language}; they are kept where English belongs", language=name)
        if name
        else message("it does not say its language; its texts are kept where English belongs")
    )
    leftovers.add(LeftoverKind.LANGUAGE, None, cause)


def _slot(name: str) -> Language | None:
    """The language a name like ``English (en)``, ``korean`` or ``ko`` stands for, where it is one of ours."""
    coded = _CODE.fullmatch(name.strip())
    language = _NAMES.get(coded[2].lower()) if coded else None
    return language or _NAMES.get((coded[1] if coded else name).strip().lower())


def _guess(sheets: Iterable[XlsFormSheet]) -> Language | None:
    """Korean where most texts without a language have Korean letters; else unknown, and taken as neither."""
    texts = [text for sheet in sheets for line in sheet.lines if (text := line.texts("label").get(""))]
    return "ko" if sum(map(has_korean, texts)) * 2 > len(texts) else None
