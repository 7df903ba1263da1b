"""Putting things into words in both languages at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

from cemaudit.language import LANGUAGES, use
from cemaudit.model import Audit, ItemScore, Reason, Text, Touchpoint, Visit
from cemaudit.model.base import LONGEST_TEXT
from cemaudit.model.blocks import Words

__all__ = ["NOTHING", "asked_items", "both", "exactly", "joined", "touchpoint_name", "visit_name", "visited", "when"]

NOTHING = "–"


def both(say: Callable[[], str]) -> Words:
    """What ``say`` says in each language; plain words where it says the same."""
    said = {}
    for language in LANGUAGES:
        with use(language):
            said[language] = say()[:LONGEST_TEXT]
    korean, english = (said[language] for language in LANGUAGES)
    return Text(ko=korean or None, en=english or None) if korean != english else korean


def joined(parts: Sequence[Words], between: str = "\n") -> Words:
    """The parts one after the other, empty ones left out."""
    return both(lambda: between.join(filter(None, map(str, parts))))


def exactly(value: Fraction | None) -> str:
    """Points as a person writes them: ``2``, ``0.5``, at most two decimals."""
    if value is None:
        return NOTHING
    return str(value.numerator) if value.denominator == 1 else f"{float(value):.2f}".rstrip("0").rstrip(".")


def when(visit: Visit) -> str:
    """The day of the visit and, where known, its hours; the first and the last day where it ran over several."""
    first, last = visit.day, visit.last_day
    if visit.started is None:
        days = dict.fromkeys(day.isoformat() for day in (first, last) if day)
        return "–".join(days) or NOTHING
    text = visit.started.strftime("%Y-%m-%d %H:%M")
    if visit.finished is None:
        return f"{text}–{last}" if last != first else text
    return f"{text}–{visit.finished.strftime('%H:%M' if last == first else '%Y-%m-%d %H:%M')}"


def visit_name(audit: Audit) -> Words:
    """A visit of an episode in a few words: its number and its step, else its day."""
    episode = audit.visit.episode
    if episode is None:
        return audit.visit.day.isoformat() if audit.visit.day else audit.visit.id
    titles = {step.id: step.title for step in audit.checklist.steps}
    return both(lambda: f"{episode.number}. {titles.get(episode.step, episode.step)}")


def visited(audit: Audit) -> list[Touchpoint]:
    """The touchpoints that belong to the visit's step, in order."""
    step = audit.visit.step
    return [one for one in audit.checklist.touchpoints if not one.steps or step in one.steps]


def asked_items(audit: Audit) -> dict[str, ItemScore]:
    """The scores of the items at those touchpoints, without those that were not asked for any other reason."""
    names = [item.id for touchpoint in visited(audit) for item in touchpoint.items]
    return {name: audit.items[name] for name in names if audit.items[name].reason is not Reason.NOT_ASKED}


def touchpoint_name(audit: Audit, touchpoint: str | None) -> Words:
    """The title of a touchpoint; its id where the checklist does not know it."""
    known = audit.checklist.touchpoint
    return known[touchpoint].title if touchpoint in known else touchpoint or NOTHING
