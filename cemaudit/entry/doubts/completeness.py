"""Whether a visit is complete: it holds, or leaves out on purpose, all that its checklist asks. Defined here alone.

A visit is incomplete where

- an item that arises in it is neither answered nor skipped,
- a feeling, an expectation or what was met is asked at a touchpoint that arises, and is neither noted nor skipped,
- an answer lacks the evidence it requires, or its note is shorter than required,

unless the shopper let just that stand, for a reason. Times that contradict each other are doubts about a visit, yet
leave nothing out of it. The mark says nothing of whether the visit is right.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cemaudit.entry.doubts.doubt import Doubt
from cemaudit.errors import Problem
from cemaudit.language import N_, message, translate
from cemaudit.model import Checklist, Touchpoint, Visit
from cemaudit.scoring.items import item_is_relevant, touchpoint_arises
from cemaudit.scoring.validation import missing_evidence, short_note

__all__ = [
    "MISSING_TITLES",
    "CompletenessCheck",
    "feelings_asked",
    "is_doubt_of_completeness",
    "missing_by_title",
    "missing_doubts",
    "missing_parts",
    "missing_words",
]

_CHECKS = frozenset({"item.open", "feeling.open", "evidence.missing", "note.short"})

MISSING_TITLES = {
    "answers": N_("not answered"),
    "emotions": N_("feeling not noted"),
    "expectations": N_("expectation not noted"),
    "perceived": N_("what was met not noted"),
    "evidence": N_("evidence missing"),
    "notes": N_("note missing or too short"),
}
"""What is missing, by the field of the visit it would stand in."""


def missing_parts(visit: Visit, checklist: Checklist) -> tuple[str, ...]:
    """Return what ``visit`` lacks of what ``checklist`` asks, as places of it (``answers.GS02``); none: complete.

    What the shopper let stand for a reason is not lacking. For a visit that fits the checklist.
    """
    places = (doubt.problem.place for doubt in missing_doubts(visit, checklist) if not doubt.is_settled(visit))
    return tuple(dict.fromkeys(places))


def missing_doubts(visit: Visit, checklist: Checklist) -> Iterator[Doubt]:
    """Yield a doubt for each part that is missing, let stand or not: items, then feelings, then what answers need."""
    for item in checklist.items.values():
        if item.id in visit.answers or item.id in visit.skipped or not item_is_relevant(item, visit, checklist):
            continue
        problem = Problem(message("not answered"), f"answers.{item.id}", message("answer it, or skip it with a reason"))
        yield Doubt("item.open", problem, must=True)
    for touchpoint in checklist.touchpoints:
        fields = [field for field in feelings_asked(touchpoint) if not _is_noted(visit, field, touchpoint.id)]
        if fields and touchpoint_arises(touchpoint, visit, checklist):
            yield from (_feeling_open(field, touchpoint) for field in fields)
    for item in checklist.items.values():
        value = visit.answers.get(item.id)
        if value is None or item.answer.problem(value):
            continue
        missing, short = missing_evidence(visit, item, value), short_note(visit, item, value)
        if missing:
            yield Doubt("evidence.missing", missing)
        if short:
            yield Doubt("note.short", short)


def is_doubt_of_completeness(doubt: Doubt) -> bool:
    """Whether a doubt makes its visit incomplete, unless it is let stand."""
    return doubt.check in _CHECKS


def feelings_asked(touchpoint: Touchpoint) -> list[str]:
    """Return the fields of a visit that hold what a touchpoint asks to be felt, expected and met."""
    # What was met is noted beside what was expected, on the same scale.
    asked_by_field = {
        "expectations": touchpoint.expectation or touchpoint.perceived,
        "perceived": touchpoint.perceived,
        "emotions": touchpoint.emotion,
    }
    return [field for field, is_asked in asked_by_field.items() if is_asked]


def missing_by_title(places: Iterable[str]) -> dict[str, list[str]]:
    """Return the ids of items and touchpoints among ``places``, by what is missing, in the language in force."""
    ids: dict[str, list[str]] = {}
    for place in places:
        field, _, name = place.partition(".")
        ids.setdefault(translate(MISSING_TITLES.get(field, field)), []).append(name or place)
    return ids


def missing_words(places: Iterable[str]) -> str:
    """Return ``missing_by_title`` in one line: ``not answered: GS02, GS05; evidence missing: GS08``."""
    return "; ".join(f"{title}: {', '.join(names)}" for title, names in missing_by_title(places).items())


class CompletenessCheck:
    """Tells of many visits to ``checklist`` what each lacks; those that lack nothing are told at once."""

    def __init__(self, checklist: Checklist) -> None:
        self._checklist = checklist
        items = checklist.items.values()
        of_steps = {item.id for item in items if checklist.touchpoint_of[item.id].steps}
        self._always = frozenset(item.id for item in items if item.when is None and item.id not in of_steps)
        self._at_times = [item for item in items if item.id not in self._always]
        self._feelings = {
            field: frozenset(
                touchpoint.id for touchpoint in checklist.touchpoints if field in feelings_asked(touchpoint)
            )
            for field in ("expectations", "perceived", "emotions")
        }
        self._to_prove = [item for item in items if item.evidence.startswith("required") or item.note is not None]

    def missing(self, visit: Visit) -> tuple[str, ...]:
        """Return what ``missing_parts`` does."""
        return () if self._is_surely_complete(visit) else missing_parts(visit, self._checklist)

    def _is_surely_complete(self, visit: Visit) -> bool:
        """Whether nothing can be missing; where this says no, the visit may still be complete."""
        answers, skipped = visit.answers, visit.skipped
        return (
            all(name in answers or name in skipped for name in self._always)
            and all(
                item.id in answers or item.id in skipped or not item_is_relevant(item, visit, self._checklist)
                for item in self._at_times
            )
            and all(ids <= getattr(visit, field).keys() for field, ids in self._feelings.items())
            and all(
                item.id not in answers
                or (
                    not (item.wants_evidence(answers[item.id]) and not visit.evidence.get(item.id))
                    and not item.least_note(answers[item.id])
                )
                for item in self._to_prove
            )
        )


def _is_noted(visit: Visit, field: str, touchpoint: str) -> bool:
    return touchpoint in getattr(visit, field) or f"{field}.{touchpoint}" in visit.feelings_skipped


_FEELING_OPEN = {
    "expectations": message("not noted what was expected"),
    "perceived": message("not noted what was met"),
    "emotions": message("not noted what was felt"),
}


def _feeling_open(field: str, touchpoint: Touchpoint) -> Doubt:
    hint = message("note it, or skip it with a reason")
    return Doubt("feeling.open", Problem(_FEELING_OPEN[field], f"{field}.{touchpoint.id}", hint))
