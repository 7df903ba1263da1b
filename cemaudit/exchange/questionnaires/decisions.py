"""What a form does not say and a checklist needs: told, so that a person decides it."""

from __future__ import annotations

from collections.abc import Iterator

from cemaudit.exchange.questionnaires.leftovers import LeftoverKind, Leftovers
from cemaudit.language import LANGUAGES, Message, message
from cemaudit.model import Checklist

__all__ = ["tell_decisions"]


def tell_decisions(checklist: Checklist, leftovers: Leftovers) -> None:
    """Add what must still be decided about a draft."""
    for what in _open(checklist):
        leftovers.add(LeftoverKind.DECIDE, None, what)


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
    for language in LANGUAGES:
        missing = sum(language not in text.languages for _, text in checklist.texts())
        if missing:
            yield message("{count} texts without words in {language}", count=missing, language=language)
