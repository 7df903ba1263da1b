"""The two languages of every screen and page.

English texts stand in the code; Korean ones in ``locale/ko/LC_MESSAGES/cemaudit.po``.
The language in force is a context variable, so ``str(message)`` speaks whatever ``use`` last set.
"""

from __future__ import annotations

import gettext
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Literal, get_args

__all__ = [
    "LANGUAGES",
    "N_",
    "Language",
    "Message",
    "current", "current_tag",
    "detect",
    "message",
    "printable",
    "translate",
    "use",
    "writing",
    "written",
]  # fmt: skip

Language = Literal["ko", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
LOCALES = Path(__file__).parent / "locale"

_LONGEST_VALUE = 160
_current: ContextVar[str] = ContextVar("language", default="en")
_written: ContextVar[tuple[str, ...]] = ContextVar("written", default=LANGUAGES)


def detect(environ: Mapping[str, str] = os.environ) -> Language:
    """The language of the locale: Korean where it says so, else English."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if environ.get(name):
            return "ko" if environ[name].lower().startswith("ko") else "en"
    return "en"


def current() -> Language:
    """The language in force, of the two of the program."""
    return "ko" if _current.get() == "ko" else "en"


def current_tag() -> str:
    """The language in force for the texts of files: any that they may be in."""
    return _current.get()


@contextmanager
def use(language: str) -> Iterator[None]:
    """Speak ``language`` inside the ``with`` block; of what the program says itself, English in all but Korean."""
    token = _current.set(language)
    try:
        yield
    finally:
        _current.reset(token)


def written() -> tuple[str, ...]:
    """The languages in which texts are made: those of the program, or of the file that is being written."""
    return _written.get()


@contextmanager
def writing(languages: tuple[str, ...]) -> Iterator[None]:
    """Make texts in ``languages`` inside the ``with`` block."""
    token = _written.set(languages)
    try:
        yield
    finally:
        _written.reset(token)


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation("cemaudit", LOCALES, languages=[language], fallback=True)


def translate(text: str) -> str:
    """``text`` (English, as written in the code) in the language in force."""
    return _catalogue(current()).gettext(text) if text else ""


def N_(text: str) -> str:
    """Marks a text for the catalogue where it is only put into words later, by ``translate`` or ``message``."""
    return text


def printable(value: object, most: int = _LONGEST_VALUE) -> str:
    """A stranger's value made fit for one line of a terminal: no control characters, ``most`` characters."""
    text = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in str(value))
    return text if len(text) <= most else text[: most - 1] + "…"


@dataclass(frozen=True)
class Message:
    """A sentence that is put into words only when it is shown."""

    text: str
    values: Mapping[str, object] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return translate(self.text).format(**{name: printable(value) for name, value in self.values.items()})


def message(text: str, **values: object) -> Message:
    """A message; ``text`` is English with ``{name}`` places for ``values``."""
    return Message(text, values)


_MOST_NAMES = 6


@dataclass(frozen=True, slots=True)
class NameList:
    """Names in one line, in the language in force when it is shown: the first six, and ``...`` for more."""

    names: tuple[object, ...]

    def __str__(self) -> str:
        return ", ".join([*map(str, self.names[:_MOST_NAMES]), *(["..."] if len(self.names) > _MOST_NAMES else [])])
