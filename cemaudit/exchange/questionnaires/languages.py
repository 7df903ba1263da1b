"""The languages of an XLSForm, and its labels as texts of a checklist."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from cemaudit.exchange.forms.xlsform.rows import LANGUAGE_NAMES
from cemaudit.exchange.questionnaires.leftovers import LeftoverKind, Leftovers
from cemaudit.exchange.questionnaires.workbook import XlsFormSheet
from cemaudit.language import LANGUAGES, message, written
from cemaudit.model import Text
from cemaudit.model.base import LONGEST_TEXT
from cemaudit.model.text import is_language_tag

__all__ = ["Languages", "find_languages", "has_korean", "joined", "loose"]

_HANGUL = re.compile(r"[가-힣]")
_NAMES = {
    **{name.casefold(): tag for tag, name in LANGUAGE_NAMES.items()},
    **dict.fromkeys(("kor", "kr", "korean", "한국말", "국어"), "ko"),
    **dict.fromkeys(("eng", "영어"), "en"),
    "japanese": "ja", "chinese": "zh", "vietnamese": "vi", "thai": "th", "indonesian": "id", "german": "de",
    "french": "fr", "spanish": "es", "portuguese": "pt", "italian": "it", "dutch": "nl",
}  # fmt: skip
_CODED = re.compile(r"(.*?)\s*\(\s*([A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,4})*)\s*\)")
_CODE = re.compile(r"[A-Za-z]{2}(?:[-_][A-Za-z0-9]{2,4})*")


def has_korean(words: str) -> bool:
    """Whether there are Korean letters in ``words``."""
    return bool(_HANGUL.search(words))


def loose(words: str) -> Text:
    """A text of which the form does not say the language."""
    tag = "ko" if has_korean(words) else "en"
    return Text(**{tag if tag in written() else written()[0]: words})


def joined(parts: Sequence[Text], by: str) -> Text:
    """All parts in the languages they share; where they share none, in each language any of them speaks."""
    spoken = [set(part.languages) for part in parts]
    languages = set.intersection(*spoken) or set.union(*spoken)
    words = {
        language: by.join(part.in_language(language) for part in parts)[:LONGEST_TEXT]
        for language in written()
        if language in languages
    }
    return Text(**words)


@dataclass(frozen=True)
class Languages:
    """The language tags of what the form calls its languages; texts in no such language stand in where nothing else is.

    ``tags``: those of the checklist, the one of the form's default first.
    """

    slots: Mapping[str, str]

    @property
    def tags(self) -> tuple[str, ...]:
        found = tuple(dict.fromkeys(self.slots.values())) or ("en",)
        return LANGUAGES if set(found) == set(LANGUAGES) else found

    def text(self, texts: Mapping[str, str]) -> Text | None:
        """The texts of a cell by the form's languages, as ours; ``None`` where there are none."""
        texts_by_language: dict[str, str] = {}
        for language, words in texts.items():
            if slot := self.slots.get(language):
                texts_by_language.setdefault(slot, words)
        if not texts_by_language and texts:
            texts_by_language[self.tags[0]] = next(iter(texts.values()))
        return Text(**texts_by_language) if texts_by_language else None


def find_languages(sheets: Iterable[XlsFormSheet], default: str, leftovers: Leftovers) -> Languages:
    """The languages of a form; ``default`` is what it calls the language of its columns without one.

    A language that does not say which it is is left out; where no other is there, it is taken for English.
    """
    sheets = list(sheets)
    columns = [column for sheet in sheets for column in sheet.columns if column.name in {"label", "hint"}]
    named = list(dict.fromkeys(column.language for column in columns))
    named.sort(key=lambda name: name not in {"", default})
    slots = {name: slot for name in named if (slot := _tag(name))}
    if "" in named and (slot := _tag(default) if default else _guess(sheets)):
        slots = {"": slot, **slots}
    if "" in named and not default and not {"", "en"} & {*slots, *slots.values()}:
        slots = {"": "en", **slots}
        _tell_unknown("", leftovers)
    elif named and not slots:
        slots[named[0]] = "en"
        _tell_unknown(named[0] or default, leftovers)
    spare = [name or default for name in named if (name or default) and name not in slots]
    if spare:
        leftovers.add(LeftoverKind.LANGUAGE, None, message("texts in other languages are left out"), ", ".join(spare))
    return Languages(slots)


def _tell_unknown(name: str, leftovers: Leftovers) -> None:
    cause = (
        message("its texts are in {language}; they are kept where English belongs", language=name)
        if name
        else message("it does not say its language; its texts are kept where English belongs")
    )
    leftovers.add(LeftoverKind.LANGUAGE, None, cause)


def _tag(name: str) -> str | None:
    """The tag of what a form calls a language, like ``English (en)``, ``korean`` or ``pt-BR``; ``None``: unknown.

    Korean and English are themselves, whatever the region.
    """
    coded = _CODED.fullmatch(name.strip())
    code = coded[2] if coded else name.strip() if _CODE.fullmatch(name.strip()) else ""
    first, *rest = code.replace("_", "-").split("-")
    base = _NAMES.get(first.casefold(), first.lower())
    if base in LANGUAGES:
        return base
    forms = {4: str.title, 2: str.upper}
    tag = "-".join([base, *(forms.get(len(part), str)(part) for part in rest)])
    return tag if is_language_tag(tag) else _NAMES.get((coded[1] if coded else name).strip().casefold())


def _guess(sheets: Iterable[XlsFormSheet]) -> str | None:
    """Korean where most texts without a language have Korean letters; else unknown, and taken as neither."""
    texts = [text for sheet in sheets for line in sheet.lines if (text := line.texts("label").get(""))]
    return "ko" if sum(map(has_korean, texts)) * 2 > len(texts) else None
