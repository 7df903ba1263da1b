"""What is asked of a draft, in order: the setting, each touchpoint along the path, at the end claims and blames."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cemaudit.entry.draft import Draft
from cemaudit.model import Item, Touchpoint, Visit
from cemaudit.scoring.items import item_is_relevant, touchpoint_arises

__all__ = ["EntryQuestion", "QuestionKind", "find_question", "first_open", "questions", "went_badly"]


class QuestionKind(StrEnum):
    """What sort of thing is asked."""

    SCENARIO = "scenario"
    PERSONA = "persona"
    OCCASION = "occasion"
    STEP = "step"
    EPISODE = "episode"
    CONSENT = "consent"
    BRIEFING = "briefing"
    DAY = "day"
    TIME = "time"
    EXPECTATION = "expectation"
    ANSWER = "answer"
    NOTE = "note"
    EVIDENCE = "evidence"
    EMOTION = "emotion"
    PERCEPTION = "perception"
    COMPLAINT = "complaint"
    CLAIM_STATE = "claim-state"
    COMPLAINTS = "complaints"


@dataclass(frozen=True)
class EntryQuestion:
    """One thing to ask; ``name`` is where the draft keeps it. ``required`` questions cannot be left empty."""

    name: str
    kind: QuestionKind
    touchpoint: Touchpoint | None = None
    item: Item | None = None
    required: bool = True

    def is_open(self, values: Mapping[str, Any]) -> bool:
        """Whether it still waits to be asked; a persona and an occasion are noted by whoever goes there."""
        if self.kind in {QuestionKind.PERSONA, QuestionKind.OCCASION}:
            return False
        if self.kind is QuestionKind.ANSWER and self.item:
            return values.get(self.name) is None and values.get(f"skipped.{self.item.id}") is None
        if self.kind is QuestionKind.CLAIM_STATE:
            return bool(values.get(self.name, []) == [])
        if self.required and not self.is_feeling:
            return values.get(self.name) is None
        return self.name not in values

    @property
    def is_feeling(self) -> bool:
        """Whether it asks for a feeling: that needs a reply, yet may be left on purpose."""
        return self.kind in {QuestionKind.EXPECTATION, QuestionKind.EMOTION, QuestionKind.PERCEPTION}

    def counts(self) -> bool:
        """Whether it counts in the progress shown."""
        return self.is_feeling or self.kind is QuestionKind.ANSWER


def questions(draft: Draft) -> list[EntryQuestion]:
    """Everything that arises in the draft as it stands; an answer may add or remove what follows."""
    visit = draft.visit
    arising = list(_setting(draft))
    for touchpoint in draft.checklist.touchpoints:
        if not touchpoint.is_in_step(visit.step):
            continue
        arises = touchpoint_arises(touchpoint, visit, draft.checklist)
        if touchpoint.expectation and not touchpoint.perceived and arises:
            arising.append(EntryQuestion(f"expectations.{touchpoint.id}", QuestionKind.EXPECTATION, touchpoint))
        for item in touchpoint.items:
            if item_is_relevant(item, visit, draft.checklist):
                arising += _about(item, touchpoint, visit)
        if touchpoint.perceived and arises:
            arising.append(EntryQuestion(f"perceived.{touchpoint.id}", QuestionKind.PERCEPTION, touchpoint))
        if touchpoint.emotion and arises:
            arising.append(EntryQuestion(f"emotions.{touchpoint.id}", QuestionKind.EMOTION, touchpoint))
    return [*arising, *_complaints(draft)]


def went_badly(draft: Draft) -> list[Touchpoint]:
    """The touchpoints where something felt bad or failed: a claim or a blame is likely there."""
    visit = draft.visit
    return [
        touchpoint
        for touchpoint in draft.checklist.touchpoints
        if visit.emotions.get(touchpoint.id, 0) < 0
        or any(item.fails(visit.answers[item.id]) for item in touchpoint.items if item.id in visit.answers)
    ]


def first_open(asked: list[EntryQuestion], values: Mapping[str, Any], after: int = -1) -> int | None:
    """The place of the first open question after ``after``, else of the first at all, else ``None``."""
    still = [place for place, question in enumerate(asked) if question.is_open(values)]
    return next((place for place in still if place > after), still[0] if still else None)


def find_question(asked: list[EntryQuestion], word: str) -> int | None:
    """The place of the question called ``word``: its number from 1, an item's or touchpoint's id, or its name."""
    if word.isdecimal() and 1 <= int(word) <= len(asked):
        return int(word) - 1
    low = word.lower()
    for place, question in enumerate(asked):
        if low in {question.name.lower(), _id_of(question.item), _id_of(question.touchpoint)}:
            return place
    return None


def complaint(field: str, touchpoint: Touchpoint) -> EntryQuestion:
    """The question for a claim or blame at a touchpoint."""
    return EntryQuestion(f"{field}.{touchpoint.id}", QuestionKind.COMPLAINT, touchpoint, required=False)


def note(item: Item, touchpoint: Touchpoint, *, required: bool = False) -> EntryQuestion:
    """The question for a note on an item."""
    return EntryQuestion(f"notes.{item.id}", QuestionKind.NOTE, touchpoint, item, required)


def evidence(item: Item, touchpoint: Touchpoint) -> EntryQuestion:
    """The question for the evidence of an item; what is required may be left out for a reason, at the end."""
    return EntryQuestion(f"evidence.{item.id}", QuestionKind.EVIDENCE, touchpoint, item, required=False)


def _setting(draft: Draft) -> Iterator[EntryQuestion]:
    checklist = draft.checklist
    if checklist.scenarios:
        yield EntryQuestion("scenario", QuestionKind.SCENARIO)
    if checklist.personas:
        yield EntryQuestion("persona", QuestionKind.PERSONA, required=False)
    if checklist.occasions:
        yield EntryQuestion("occasion", QuestionKind.OCCASION, required=False)
    if checklist.steps:
        yield EntryQuestion("step", QuestionKind.STEP)
        yield EntryQuestion("episode", QuestionKind.EPISODE)
    if checklist.consent == "required":
        yield EntryQuestion("consent", QuestionKind.CONSENT)
    yield EntryQuestion("briefed", QuestionKind.BRIEFING)
    # An expectation that is to be compared with what was met is asked before the visit, while it still is one.
    step = draft.values.get("step")
    for touchpoint in checklist.touchpoints:
        if touchpoint.perceived and touchpoint.is_in_step(step):
            yield EntryQuestion(f"expectations.{touchpoint.id}", QuestionKind.EXPECTATION, touchpoint)
    if checklist.spans_days:
        yield EntryQuestion("date", QuestionKind.DAY)
        yield EntryQuestion("until", QuestionKind.DAY)
        return
    yield EntryQuestion("day", QuestionKind.DAY)
    yield EntryQuestion("started", QuestionKind.TIME)
    yield EntryQuestion("finished", QuestionKind.TIME)


def _about(item: Item, touchpoint: Touchpoint, visit: Visit) -> Iterator[EntryQuestion]:
    yield EntryQuestion(f"answers.{item.id}", QuestionKind.ANSWER, touchpoint, item)
    answer = visit.answers.get(item.id)
    if item.id in visit.notes or (answer is not None and item.least_note(answer)):
        yield note(item, touchpoint, required=answer is not None and bool(item.least_note(answer)))
    if item.id in visit.evidence or (answer is not None and item.wants_evidence(answer)):
        yield evidence(item, touchpoint)


def _complaints(draft: Draft) -> Iterator[EntryQuestion]:
    """Where there were claims and blames, once for the whole visit, and what was said at each of those touchpoints."""
    visit, values = draft.visit, draft.values
    claimed = {claim.touchpoint for claim in visit.claims}
    for touchpoint in draft.checklist.touchpoints:
        chosen = values.get(f"complained.{touchpoint.id}")
        if chosen or touchpoint.id in claimed:
            yield complaint("claims", touchpoint)
        if touchpoint.id in claimed:
            yield EntryQuestion(f"states.{touchpoint.id}", QuestionKind.CLAIM_STATE, touchpoint, required=False)
        if chosen or any(blame.touchpoint == touchpoint.id for blame in visit.blames):
            yield complaint("blames", touchpoint)
    bad = went_badly(draft)
    # Drafts of earlier versions were asked at each touchpoint: what was left empty there is not asked again.
    if "complaints" in values or not all(_was_asked(touchpoint, values) for touchpoint in bad):
        yield EntryQuestion("complaints", QuestionKind.COMPLAINTS, required=False)


def _was_asked(touchpoint: Touchpoint, values: Mapping[str, Any]) -> bool:
    return all(f"{field}.{touchpoint.id}" in values for field in ("claims", "blames"))


def _id_of(record: Item | Touchpoint | None) -> str:
    return record.id.lower() if record else ""
