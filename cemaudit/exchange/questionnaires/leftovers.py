"""What of a form could not be carried over as it is, and what a person must decide: kept word for word."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from cemaudit.errors import Sayable
from cemaudit.language import LANGUAGES, N_, Message, message
from cemaudit.model import Checklist

__all__ = ["Leftover", "LeftoverKind", "Leftovers", "tell_decisions"]


class LeftoverKind(StrEnum):
    """What kind of thing is left; the value is its heading."""

    DECIDE = N_("To be decided by a person")
    LANGUAGE = N_("Languages")
    QUESTION = N_("Questions left out")
    CONDITION = N_("Questions asked without their condition")
    LIMITS = N_("Limits of answers left out")
    EVIDENCE = N_("Files asked for")
    REPEAT = N_("Asked once here, several times in the form")
    TYPE = N_("Answers of another kind than in the form")
    OPTION = N_("Options and lists")
    SCORE = N_("Calculations that look like a score")
    CALCULATION = N_("Calculations")
    DEVICE = N_("Filled in by the device")
    TEXT = N_("Texts shown along the way")
    NAME = N_("Names changed")
    COLUMN = N_("Columns left out")


class HasPlace(Protocol):
    """Anything that can say where in the workbook it is."""

    @property
    def place(self) -> str: ...


@dataclass(frozen=True)
class Leftover:
    """One thing that is left: where, what became of it, and the form's own words (``original``)."""

    sort: LeftoverKind
    place: str
    what: Sayable
    original: str = ""


class Leftovers(list[Leftover]):
    """What is left so far."""

    def add(self, sort: LeftoverKind, where: HasPlace | None, cause: Sayable, original: str = "") -> None:
        """One thing more; ``where`` is ``None`` for what concerns the whole form."""
        self.append(Leftover(sort, where.place if where else "", cause, original))


def tell_decisions(checklist: Checklist, leftovers: Leftovers) -> None:
    """Add what must still be decided about a draft."""
    for cause in _open(checklist):
        leftovers.add(LeftoverKind.DECIDE, None, cause)


def _open(checklist: Checklist) -> Iterator[Message]:
    first = checklist.touchpoints[0]
    facets = f"{first.channel.value}, {first.stage}, {first.element.value}, {first.mode.value}"
    yield message("channel, stage, element and mode of each touchpoint; now all are {facets}", facets=facets)
    scored = sum(item.answer.possible is not None for item in checklist.items.values())
    yield message(
        "the points: {scored} items carry some (yes 1, no 0; a scale its steps), {others} none",
        scored=scored,
        others=len(checklist.items) - scored,
    )
    for language in checklist.languages:
        missing = sum(language not in text.languages for _, text in checklist.texts())
        if missing:
            yield message("{count} texts without words in {language}", count=missing, language=language)
    if set(checklist.languages) != set(LANGUAGES):
        spoken = ", ".join(checklist.languages)
        yield message("further languages: the texts are in {languages} alone, as languages says", languages=spoken)
