"""A doubt about a visit, and whether the shopper let it stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cemaudit.errors import Problem
from cemaudit.language import LANGUAGES, use
from cemaudit.model import Override, Visit
from cemaudit.model.base import clean

__all__ = ["Doubt", "open_doubts"]

_LONGEST = 500


@dataclass(frozen=True)
class Doubt:
    """Something about a visit that should be looked at again.

    ``check`` names what was checked; the problem's place is a field of the visit, its hint says how to mend it. What
    ``must`` be mended cannot be let stand; anything else can, for a reason.
    """

    check: str
    problem: Problem
    must: bool = False

    @property
    def place(self) -> str:
        """The place as an override keeps it."""
        return _line(self.problem.place)

    @property
    def said(self) -> str:
        """What is wrong, in the language in force, as an override keeps it."""
        return _line(str(self.problem.what))

    def let_stand(self, reason: str) -> Override:
        """The override of a shopper who was asked and gave a reason."""
        return Override(check=self.check, place=self.place, said=self.said, reason=reason)

    def is_settled(self, visit: Visit) -> bool:
        """Whether the visit holds an override of this doubt, given in either language."""
        if self.must:
            return False
        let_stand = {(override.check, override.place, override.said) for override in visit.overrides}
        return any((self.check, self.place, cause) in let_stand for cause in self._said_in_both())

    def _said_in_both(self) -> Iterable[str]:
        for language in LANGUAGES:
            with use(language):
                yield self.said


def open_doubts(doubts: Iterable[Doubt], visit: Visit) -> list[Doubt]:
    """The doubts the shopper has not let stand."""
    return [doubt for doubt in doubts if not doubt.is_settled(visit)]


def _line(text: str) -> str:
    return " ".join(clean(text).split())[:_LONGEST].strip()
