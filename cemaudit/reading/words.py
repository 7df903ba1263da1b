"""Words that stand for values: yes and no, the options of a question, and ids."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Self

from cemaudit.errors import BadInput, Problem, nearest
from cemaudit.language import message
from cemaudit.model import Text
from cemaudit.model.base import clean
from cemaudit.reading.cells import CellKind, CellText, error_problem, unformatted_problem
from cemaudit.reading.numbers import read_whole
from cemaudit.reading.refusals import LONGEST, not_read, plain_marks

__all__ = ["OptionWords", "read_id", "read_mark", "read_yes_no"]

_YES = frozenset({"1", "1.0", "yes", "y", "true", "예", "네", "참", "o", "ㅇ", "ㅛ"})
"""``ㅛ`` and ``ㅜ`` are what the keys y and n type on a Korean keyboard."""
_NO = frozenset({"0", "0.0", "no", "n", "false", "아니오", "아니요", "거짓", "x", "ㅜ"})

_BETWEEN = re.compile(r"[;,\s]+")
_TEXT_FORMULA = re.compile(r'="([^"]*)"')
_ROUNDED = re.compile(r"[0-9](\.[0-9]+)?[eE]\+[0-9]{2,3}")
_FILLERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0") | set(map(chr, range(0xFE00, 0xFE10)))
"""Characters that show nothing and are no format characters by their category."""


def read_yes_no(text: str) -> bool:
    """Return whether ``text`` says yes; raise ``BadInput`` where it says neither yes nor no."""
    word = plain_marks(text).lower() if len(text) <= LONGEST else ""
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise not_read(message("yes or no"), text, message("write yes or no, 예 or 아니요, 1 or 0"))


_SPACE = re.compile(r" *[^\S\n ][^\S\n]*")
"""Spaces that are not plain, with those beside them. Two plain ones stay two, for they tell ids apart."""


def read_id(text: str) -> str:
    """Return a text as an id: what the sheet shows, without invisible characters and without ``="..."`` around it.

    Raises ``BadInput`` where a spreadsheet has rounded a number that was meant as an id.
    """
    problem = error_problem(text) or unformatted_problem(text)
    if problem:
        raise BadInput(problem)
    if isinstance(text, CellText):
        if text.kind is CellKind.LONG:
            raise _rounded(text)
        text = text if text.kind is CellKind.DATE else text.shown
    match = _TEXT_FORMULA.fullmatch(text.strip())
    visible = "".join(filter(_shows, clean(match[1] if match else text)))
    if _ROUNDED.fullmatch(visible):
        raise _rounded(text)
    # A line break stays, and is refused where ids stand on one line.
    return "\n".join(_SPACE.sub(" ", line).strip() for line in visible.split("\n"))


def read_mark(text: str, low: int, high: int, words: OptionWords | None = None) -> int:
    """Return the whole number from ``low`` to ``high`` that ``text`` is, or the one that has these words beside it.

    ``words``: those of ``OptionWords.of_marks``.
    """
    try:
        mark = read_whole(text)
    except BadInput:
        code = words.find(text) if words else None
        mark = low - 1 if code is None else int(code)
    if low <= mark <= high:
        return mark
    raise not_read(message("a whole number from {low} to {high}", low=low, high=high), text)


def _shows(sign: str) -> bool:
    return unicodedata.category(sign) != "Cf" and sign not in _FILLERS


def _rounded(text: str) -> BadInput:
    hint = message("make the column text in the spreadsheet, and enter the id anew")
    return not_read(message("an id as text"), text, hint)


class OptionWords:
    """Finds the options of one question by id or words: those of any language, in any case, wide or narrow.

    ``spellings``: further ways to write an option, by id. Words that belong to several options find none.
    """

    def __init__(self, options: Mapping[str, Text], spellings: Mapping[str, Iterable[str]] | None = None) -> None:
        owners: dict[str, set[str]] = defaultdict(set)
        for code, label in options.items():
            for word in (code, *label.by_language.values()):
                owners[_folded(word)].add(code)
        self.codes = frozenset(options)
        self._words = {word: next(iter(codes)) for word, codes in owners.items() if len(codes) == 1}
        for code, words in (spellings or {}).items():
            self._words |= {_folded(word): code for word in words}

    @classmethod
    def of_marks(cls, words: Mapping[int, Text]) -> Self:
        """Return the words beside whole numbers as those of options whose ids are the numbers."""
        return cls({str(mark): label for mark, label in words.items()})

    def find(self, text: str) -> str | None:
        """Return the id of the option that ``text`` stands for; ``None`` where there is none."""
        return str(text) if text in self.codes else self._words.get(_folded(text))

    def find_all(self, text: str) -> list[str] | None:
        """Return the ids of the options ``text`` lists, each once; ``None`` where one of them is none.

        Ids stand apart by spaces, ``;`` or ``,``; words by ``;`` or ``,``, and a word may hold a comma itself.
        """
        ways: tuple[tuple[Iterable[str], Callable[[str], str | None]], ...] = (
            (_BETWEEN.split(text), lambda part: part if part in self.codes else None),
            ((text,), self.find),
            (re.split(r"[;\n]", text), self.find),
            (re.split(r"[;,\n]", text), self.find),
            (_BETWEEN.split(text), self.find),
        )
        for parts, find in ways:
            codes = [find(part.strip()) for part in parts if part.strip()]
            if codes and None not in codes:
                return list(dict.fromkeys(filter(None, codes)))
        return None

    def read(self, text: str) -> str:
        """Return the option ``text`` stands for; raise ``BadInput`` where there is none."""
        code = self.find(text)
        if code is None:
            raise self.unknown(text)
        return code

    def read_all(self, text: str) -> tuple[str, ...]:
        """Return the options ``text`` lists; raise ``BadInput`` that names the first that is none."""
        codes = self.find_all(text)
        if codes is None:
            parts = [part.strip() for part in re.split(r"[;,\n]", text) if part.strip()]
            raise self.unknown(next((part for part in parts if self.find_all(part) is None), text))
        return tuple(codes)

    def unknown(self, text: str) -> BadInput:
        """Return the refusal of a word that is no option."""
        offered = [code for code in self.codes if not code.startswith("_")]
        hint = nearest(text, self.codes, listing=False) or nearest(text, offered)
        return BadInput(Problem(message("no such option: {option}", option=text), hint=hint))


def _folded(text: str) -> str:
    return " ".join(plain_marks(clean(text)).split()).casefold()
