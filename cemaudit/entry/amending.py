"""A sealed visit taken up again: a draft of its next revision, with all it holds, or with answers set at once."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cemaudit.entry.desk import Desk
from cemaudit.entry.draft import Draft, DraftState
from cemaudit.entry.evidence import take_in
from cemaudit.entry.journal import DraftHeader, Event
from cemaudit.entry.questionnaire import EntryQuestion, QuestionKind, complaint, note, questions
from cemaudit.entry.replies import read_reply
from cemaudit.errors import BadInput, Problem
from cemaudit.exchange import Sealed
from cemaudit.language import message
from cemaudit.model import Checklist, Visit

__all__ = ["amend"]

_HEAD = (
    "id", "store", "store_name", "shopper", "wave", "scenario", "persona", "place", "occasion", "origin", "date",
    "until", "started", "finished", "briefed", "expected", "episode", "consent",
)  # fmt: skip


def amend(desk: Desk, sealed: Sealed, checklist: Checklist, reason: str, settings: Iterable[str] = ()) -> Draft:
    """A draft of the revision after ``sealed``; ``BadInput`` where one is open already, or a setting does not fit.

    ``settings``: what it changes, each like ``GS04=30``, read as a line typed at that question is; nothing is begun
    where one of them is refused.
    """
    visit = sealed.visit
    for draft in desk.drafts():
        if draft.state is DraftState.OPEN and draft.visit.id == visit.id:
            hint = message("go on with 'cemaudit resume {number}'", number=draft.header.number)
            raise BadInput(Problem(message("this visit is being amended already"), str(sealed.path), hint))
    revision = {"revision": visit.revision + 1, "supersedes": sealed.digest, "amendment": reason}
    before = {"before": visit.model_dump(mode="json", exclude_defaults=True), "signed_before": sealed.statement.name}
    values = _said(visit) | _asked_before(visit, checklist) | revision | before
    changes = _changes(checklist, values | _sealed_evidence(visit), settings)
    return desk.begin(checklist, values | _kept_evidence(sealed, desk) | changes)


def _changes(checklist: Checklist, values: Mapping[str, Any], settings: Iterable[str]) -> dict[str, Any]:
    """What the settings change in a draft of these values, one after the other."""
    now = datetime.now(UTC)
    begun = Draft(DraftHeader(0, values["id"], now), checklist, [Event(0, now, *value) for value in values.items()])
    changes: dict[str, Any] = {}
    for setting in settings:
        draft = begun.with_changes(changes)
        name, equals, text = setting.partition("=")
        question = _question_called(name.strip(), draft)
        if not equals or question is None:
            hint = message("as in GS04=30, GS04.note=TEXT, greeting.emotion=2, day=11-20, started=14:05")
            raise BadInput(Problem(message("nothing to set: {setting}", setting=setting), hint=hint))
        try:
            changes |= read_reply(question, text, draft) | _moved_times(question, text, draft)
        except BadInput as error:
            raise error.inside(name.strip()) from error
    return changes


_FIELDS = {
    "note": "notes", "emotion": "emotions", "expectation": "expectations", "perceived": "perceived",
    "claim": "claims", "blame": "blames",
}  # fmt: skip


def _question_called(name: str, draft: Draft) -> EntryQuestion | None:
    """The question of a name like ``GS04``, ``GS04.note`` or ``greeting.emotion``, in any case."""
    subject, _, field = name.lower().rpartition(".")
    for item in draft.checklist.items.values():
        if field == "note" and item.id.lower() == subject:
            return note(item, draft.checklist.touchpoint_of[item.id])
    for touchpoint in draft.checklist.touchpoints:
        if field in {"claim", "blame"} and touchpoint.id.lower() == subject:
            return complaint(_FIELDS[field], touchpoint)
    names = {f"answers.{name}".lower(), f"{_FIELDS.get(field, field)}.{subject}", name.lower()}
    settable = (question for question in questions(draft) if question.kind not in _NOT_SET)
    return next((question for question in settable if question.name.lower() in names), None)


_NOT_SET = {QuestionKind.BRIEFING, QuestionKind.EVIDENCE, QuestionKind.COMPLAINTS, QuestionKind.STEP}


def _moved_times(question: EntryQuestion, text: str, draft: Draft) -> dict[str, Any]:
    """The times of a visit that is moved to another day, at the same hours."""
    if question.name != "day":
        return {}
    moved = read_reply(question, text, draft)
    for time in (time for time in questions(draft) if time.kind is QuestionKind.TIME and draft.values.get(time.name)):
        hour = datetime.fromisoformat(draft.values[time.name]).strftime("%H:%M")
        moved |= read_reply(time, hour, draft.with_changes(moved))
    return moved


def _said(visit: Visit) -> dict[str, Any]:
    data = visit.model_dump(mode="json", exclude_none=True)
    values = {name: data[name] for name in _HEAD if name in data}
    values |= {"day": visit.day.isoformat()} if visit.day else {}
    values |= {"step": visit.step} if visit.step else {}
    for field in ("answers", "skipped", "notes", "emotions", "expectations", "perceived", "feelings_skipped"):
        values |= {f"{field}.{name}": value for name, value in data[field].items()}
    values |= dict.fromkeys(data["feelings_skipped"])
    for field in ("claims", "blames"):
        for claim_or_blame in data[field]:
            values.setdefault(f"{field}.{claim_or_blame['touchpoint']}", []).append(claim_or_blame["text"])
    for claim in data["claims"]:
        values.setdefault(f"states.{claim['touchpoint']}", []).append(claim.get("state"))
    for override in data["overrides"]:
        name = f"overrides.{override['check']} {override.get('place', '')}"
        while name in values:
            name += " +"
        values[name] = override
    return values


def _asked_before(visit: Visit, checklist: Checklist) -> dict[str, Any]:
    """What may be left empty and was: it is not asked again."""
    wanting = (
        item_id
        for item_id, value in visit.answers.items()
        if item_id in checklist.items and checklist.items[item_id].wants_evidence(value)
    )
    return {"complaints": None} | {f"evidence.{item_id}": None for item_id in wanting}


def _sealed_evidence(visit: Visit) -> dict[str, Any]:
    """The pieces of evidence as the sealed file has them, nothing copied yet: enough to read what is set."""
    return {
        f"evidence.{item}": [
            {"taken": {"file": piece.file, "sha256": piece.sha256}, "kind": piece.kind, "caption": piece.caption}
            for piece in pieces
        ]
        for item, pieces in visit.evidence.items()
    }


def _kept_evidence(sealed: Sealed, desk: Desk) -> dict[str, Any]:
    """The pieces of evidence, copied to the desk."""
    values: dict[str, Any] = {}
    folder = desk.evidence_of(sealed.visit.id)
    with tempfile.TemporaryDirectory() as unpacked:
        sealed.media_to(Path(unpacked))
        for item, pieces in sealed.visit.evidence.items():
            values[f"evidence.{item}"] = [
                {
                    "taken": take_in(Path(unpacked) / piece.file, folder).model_dump(mode="json"),
                    "kind": piece.kind,
                    "caption": piece.caption,
                }
                for piece in pieces
            ]
    return values
