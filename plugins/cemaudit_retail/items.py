"""The names this sector's rules go by: items of the Green Smile checklist, and how their answers are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Final

from cemaudit.model import Audit, Checklist, Visit
from cemaudit.model.answers import AnswerValue

__all__ = [
    "CARD_TAKEN",
    "FAREWELL",
    "FIRST",
    "GREETED_AFTER",
    "HELPED_AFTER",
    "ONLINE_STOCK",
    "ROOM",
    "SECTOR",
    "Edition",
    "edition_of",
    "failed",
    "fulfilled",
    "is_green_smile",
    "seconds",
    "whole",
]

SECTOR: Final = "retail"

GREETED_AFTER: Final = "GS02"
ROOM: Final = "GS03"
HELPED_AFTER: Final = "GS04"
FAREWELL: Final = "GS10"
ONLINE_STOCK: Final = "GSX2"
CARD_TAKEN: Final = "GS15"
"""A duty of the second edition; the first does not ask it."""


@dataclass(frozen=True)
class Edition:
    """The items that differ between editions of the checklist.

    ``tried_on`` and ``bought``: the item that says so, and the answers that do (of several options, any of them).
    ``calls``: what a call to the shop was asked for; ``afterwards``: items that can only be answered once the shopper
    has left; ``whole_path``: those that together tell of a visit from looking around to paying.
    """

    tried_on: tuple[str, frozenset[str]]
    bought: tuple[str, frozenset[str]]
    receipt: str
    calls: tuple[str, ...]
    afterwards: tuple[str, ...]
    whole_path: tuple[str, ...]

    def says_tried_on(self, answers: Mapping[str, AnswerValue]) -> bool:
        """Whether something was tried on."""
        return _says(answers, *self.tried_on)

    def says_bought(self, answers: Mapping[str, AnswerValue]) -> bool:
        """Whether something was bought in the shop."""
        return _says(answers, *self.bought)


FIRST = Edition(
    tried_on=("GS07", frozenset({"full", "partly"})),
    bought=("GS08", frozenset({"told", "not-told", "wrong"})),
    receipt="GS08",
    calls=("GS09",),
    afterwards=("GS09", "GSX1"),
    whole_path=("GS03", "GS05", "GS06", "GS07", "GS08"),
)
SECOND = Edition(
    tried_on=("GS14", frozenset({"offered", "clean", "size"})),
    bought=(CARD_TAKEN, frozenset({"any", "card", "kiosk", "refused"})),
    receipt="GS16",
    calls=("GS21", "GS22", "GS23"),
    afterwards=("GS21", "GS22", "GS23", "GSX1"),
    whole_path=("GS03", "GS05", "GS13", "GS14", "GS15"),
)


def edition_of(checklist: Checklist) -> Edition:
    """The edition a Green Smile checklist is, by the items it has."""
    return SECOND if CARD_TAKEN in checklist.items else FIRST


def is_green_smile(checklist: Checklist) -> bool:
    """Whether the checklist is the one whose items the rules know by id."""
    return checklist.id == "retail.green-smile"


def _says(answers: Mapping[str, AnswerValue], item: str, options: frozenset[str]) -> bool:
    answer = answers.get(item)
    return bool(options.intersection(answer)) if isinstance(answer, tuple) else answer in options


def seconds(visit: Visit, item: str) -> Fraction | None:
    """The seconds answered to ``item``; ``None`` where there is no number."""
    value = visit.answers.get(item)
    return Fraction(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else None


def whole(value: Fraction) -> int:
    """``value`` as printed: rounded to a whole number, halves up."""
    return floor(value + Fraction(1, 2))


def failed(audit: Audit, item: str) -> bool:
    """Whether ``item`` was scored and earned nothing."""
    score = audit.items.get(item)
    return score is not None and score.share == 0


def fulfilled(audit: Audit, item: str) -> bool:
    """Whether ``item`` earned all its points."""
    score = audit.items.get(item)
    return score is not None and score.share == 1
