"""What is left of a visit when its personal data are taken away: all that any score is made of."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from cemaudit.exchange.lines import line_read
from cemaudit.exchange.sealed.parts import MEDIA, largest
from cemaudit.model import Change, Checklist, Visit
from cemaudit.model.answers import AnswerValue, TextAnswer

__all__ = ["Forgetting", "Forgotten", "files_of"]

_GONE = "-"
_MARK, _BYTES = 2, 10  # a pseudonym: whose it is, and a number


class Forgotten(NamedTuple):
    """A visit without personal data: its line, its shopper's new pseudonym, the names of the evidence it had."""

    line: bytes
    shopper: str | None
    files: tuple[str, ...]


class Forgetting:
    """Takes personal data away from visits that answer ``checklists`` (by ``id@version``).

    Whoever has one pseudonym gets another one that leads to nobody: what one person saw stays together.
    """

    def __init__(self, checklists: Mapping[str, Checklist]) -> None:
        self._emptied = {ref: frozenset(_only_words(checklist)) for ref, checklist in checklists.items()}
        self._others: dict[str, str] = {}

    def of(self, visit: Visit) -> Forgotten:
        """What is left of a visit that ``read_line`` gave; it scores as before."""
        words = {
            "answers": self._answers(visit),
            "skipped": {item: skip.model_copy(update={"reason": None}) for item, skip in visit.skipped.items()},
            "claims": tuple(claim.model_copy(update={"text": ""}) for claim in visit.claims),
            "blames": tuple(blame.model_copy(update={"text": ""}) for blame in visit.blames),
            "overrides": tuple(one.model_copy(update={"said": "", "reason": _GONE}) for one in visit.overrides),
            "amendment": visit.amendment and _GONE,
            "changes": tuple(Change(place=change.place) for change in visit.changes),
        }
        left = visit.model_copy(update={**words, "shopper": self.other(visit.shopper), "notes": {}, "evidence": {}})
        return Forgotten(line_read(left), left.shopper, tuple(files_of(visit)))

    def other(self, pseudonym: str | None) -> str | None:
        """The pseudonym that takes the place of one, always the same of the same."""
        if pseudonym is None:
            return None
        return self._others.setdefault(pseudonym, f"{pseudonym[:_MARK]}{secrets.token_hex(_BYTES)}")

    def _answers(self, visit: Visit) -> dict[str, AnswerValue]:
        """The answers; of words only that there were some."""
        emptied = self._emptied[visit.checklist]
        return {item: "" if item in emptied else answer for item, answer in visit.answers.items()}


def files_of(visit: Visit) -> Iterator[str]:
    """The names of the evidence that lies in the ledger's folder."""
    for pieces in visit.evidence.values():
        yield from (piece.file for piece in pieces if piece.file.startswith(MEDIA) and largest(piece.file))


def _only_words(checklist: Checklist) -> Iterator[str]:
    """The items answered with words that decide nothing."""
    items = checklist.items.values()
    deciding = {name for item in items if item.when for name in item.when.names()}
    yield from (item.id for item in items if isinstance(item.answer, TextAnswer) and item.id not in deciding)
