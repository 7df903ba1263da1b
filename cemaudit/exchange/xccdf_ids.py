"""Ids of ours for ids of theirs: short and safe, each given once."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["Ids", "Numbered", "plain_id"]

LONGEST = 70
_PREFIX = re.compile(r"^(xccdf_[^_]+_(benchmark|profile|group|rule|testresult)_(?=.))+")
_STRANGE = re.compile(r"[^A-Za-z0-9_.-]+")


def plain_id(original: str) -> str:
    """An id of our form: ``xccdf_org.example_rule_no-root`` becomes ``no-root``, ``1.2 a`` becomes ``x-1.2-a``."""
    short = _STRANGE.sub("-", _PREFIX.sub("", original, count=1))[:LONGEST]
    return short if short[:1].isalpha() else f"x-{short}"


class Ids:
    """Gives every original one id of its own; none of those ``taken``."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._names = Numbered(taken)
        self._given: dict[str, str] = {}

    def __contains__(self, original: str) -> bool:
        return original in self._given

    def of(self, original: str) -> str:
        """Our id for ``original``, always the same."""
        if original not in self._given:
            self._given[original] = self._names.take(plain_id(original))
        return self._given[original]


class Numbered:
    """Names given once: a name asked for again gets a number."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._taken = set(taken)
        self._last: dict[str, int] = {}

    def take(self, wished: str) -> str:
        """``wished``, or ``wished-2`` and so on where that is taken."""
        found = wished
        while found in self._taken:
            number = self._last.get(wished, 1) + 1
            self._last[wished] = number
            found = f"{wished}-{number}"
        self._taken.add(found)
        return found
