"""Errors a person can act on: what is wrong, where, what was expected.

Exit codes: 1 the answer is bad, 2 usage (click's own), 3 bad input, 4 environment, 70 a bug.
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, Self

from cemaudit.language import Message, message, printable

__all__ = ["BadEnvironment", "BadInput", "CemauditError", "Expected", "Problem", "Sayable", "folded", "nearest"]

LONGEST_PLACE = 500


class Sayable(Protocol):
    """Anything whose ``str`` is a sentence in the language in force."""

    def __str__(self) -> str: ...


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, and where: ``place: what (hint)``."""

    what: Sayable
    """What is wrong."""
    place: str = ""
    """Where, as ``answers.CF01`` or ``started``."""
    hint: Sayable | None = None
    """What to do about it."""

    def __str__(self) -> str:
        head = f"{printable(self.place, LONGEST_PLACE)}: " if self.place else ""
        return f"{head}{self.what}" + (f" ({self.hint})" if self.hint else "")

    def inside(self, place: object) -> Problem:
        """The same problem, seen from one level further out."""
        return replace(self, place=f"{place}: {self.place}" if self.place else str(place))


class CemauditError(Exception):
    """Base of all errors meant for people; holds one or more problems."""

    exit_code = 1

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))

    def inside(self, place: object) -> Self:
        """The same error, each problem seen from ``place``."""
        return type(self)(problem.inside(place) for problem in self.problems)


class BadInput(CemauditError):
    """A file, table or value that cannot be used as it is."""

    exit_code = 3


class BadEnvironment(CemauditError):
    """Something around the program is missing or broken: an extra, a plugin, the disk."""

    exit_code = 4


class Expected(ValueError):
    """Raised by a validator of the model: what was expected, in both languages."""

    def __init__(self, text: str, **values: object) -> None:
        self.what = Message(text, values)
        super().__init__(text)

    def __str__(self) -> str:
        return str(self.what)


def folded(name: str) -> str:
    """A name without what is easily mistaken in it: case, width, spaces, hyphens, underscores and other marks."""
    letters = unicodedata.normalize("NFKC", name).casefold()
    return "".join(sign for sign in letters if sign.isalnum())


def nearest(word: str, known: Iterable[str], *, listing: bool = True) -> Sayable | None:
    """A hint that names the closest known word, or lists a few (``listing``), or nothing."""
    names: Sequence[str] = sorted(set(known))
    plain = folded(word)
    close = [name for name in names if plain and folded(name) == plain] or difflib.get_close_matches(word, names, n=1)
    if close:
        return message("did you mean {name}?", name=close[0])
    if listing and 0 < len(names) <= 8:
        return message("known here: {names}", names=", ".join(names))
    return None
