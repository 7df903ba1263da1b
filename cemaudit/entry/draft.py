"""A draft: what its events add up to, undone steps left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from cemaudit.entry.evidence import KeptEvidence
from cemaudit.entry.journal import DraftHeader, Event
from cemaudit.exchange.tables.importing import arising
from cemaudit.model import Checklist, Visit
from cemaudit.model.visit_words import WordsInForce
from cemaudit.scoring.items import item_is_relevant

__all__ = ["DISCARDED", "SEALED", "SHORTEST_REASON", "SIGNED", "UNDO", "Draft", "DraftState"]

SHORTEST_REASON = 5
"""Characters of a reason, of an amendment as of what is let stand."""

UNDO, SIGNED, SEALED, DISCARDED = "undo", "signed", "sealed", "discarded"
"""Events that are no part of the visit. ``undo`` names the step it takes back."""

_BY_ID = ("answers", "skipped", "notes", "emotions", "expectations", "perceived", "feelings_skipped")


class DraftState(StrEnum):
    """What became of a draft."""

    OPEN = "open"
    SEALED = "sealed"
    DISCARDED = "discarded"


@dataclass(frozen=True)
class Draft:
    """A visit in the making.

    ``values`` holds what was said last, by name: ``started``, ``answers.GS01``, ``emotions.greeting``,
    ``feelings_skipped.emotions.greeting``, ``evidence.GS01`` (a list), ... ``None`` stands for what was asked and
    deliberately left empty.
    """

    header: DraftHeader
    checklist: Checklist
    events: Sequence[Event]

    @cached_property
    def _standing(self) -> list[Event]:
        """The events whose step was not taken back."""
        undone = {event.value for event in self.events if event.name == UNDO}
        return [event for event in self.events if event.step not in undone and event.name != UNDO]

    @cached_property
    def values(self) -> Mapping[str, Any]:
        """The last value of every name."""
        return {event.name: event.value for event in self._standing}

    @property
    def next_step(self) -> int:
        """The number of the next step."""
        return max((event.step for event in self.events), default=0) + 1

    @property
    def last_step(self) -> int | None:
        """The step that ``undo`` would take back; what was given at the beginning stays."""
        return max((event.step for event in self._standing if event.step), default=None)

    def names_of(self, step: int) -> list[str]:
        """What was said in a step."""
        return [event.name for event in self.events if event.step == step]

    @property
    def state(self) -> DraftState:
        """Open, sealed or in the bin."""
        if self.values.get(DISCARDED):
            return DraftState.DISCARDED
        return DraftState.SEALED if self.values.get(SEALED) else DraftState.OPEN

    @property
    def changed(self) -> datetime:
        """When something was last said."""
        moments = [event.at for event in self.events if event.name not in {SIGNED, SEALED, DISCARDED}]
        return max(moments, default=self.header.made)

    @cached_property
    def taken(self) -> Mapping[str, KeptEvidence]:
        """The evidence files of the visit, by their SHA-256."""
        pieces = (piece for item in self.visit.evidence for piece in self.values[f"evidence.{item}"])
        return {piece["taken"]["sha256"]: KeptEvidence.model_validate(piece["taken"]) for piece in pieces}

    @property
    def words(self) -> WordsInForce:
        """What arriving, leaving, company, customer and statement are called in this visit."""
        return self.checklist.words_at(self.values.get("step"), self.values.get("scenario"))

    @cached_property
    def visit(self) -> Visit:
        """The visit so far, without what does not arise in it."""
        return self.visit_with({})

    def visit_with(self, changes: Mapping[str, Any]) -> Visit:
        """The visit as it would be; ``ValidationError`` where it could not be."""
        values = {name: value for name, value in {**self.values, **changes}.items() if value is not None}
        visit = Visit.model_validate(self._head(values) | _parts(values))
        return _without_strays(arising(visit, self.checklist), self.checklist)

    def with_changes(self, changes: Mapping[str, Any]) -> Draft:
        """The draft as it would be after one more step; nothing is kept."""
        now = datetime.now(UTC)
        events = [Event(self.next_step, now, name, value) for name, value in changes.items()]
        return replace(self, events=[*self.events, *events])

    def _head(self, values: Mapping[str, Any]) -> dict[str, Any]:
        head = {name: values[name] for name in Visit.model_fields if name in values}
        begun = "started" in values or "until" in values
        times = {"entered": self.changed.astimezone().replace(microsecond=0)} if begun else {}
        return {"id": self.header.id, "checklist": self.checklist.ref, **times, **head}


def _parts(values: Mapping[str, Any]) -> dict[str, Any]:
    """The members of a visit that are kept under names of two parts."""
    parts: dict[str, Any] = {field: dict(_of(values, field)) for field in _BY_ID}
    parts["evidence"] = {item: [_evidence(piece) for piece in pieces] for item, pieces in _of(values, "evidence")}
    for field in ("claims", "blames"):
        parts[field] = [
            {"touchpoint": touchpoint, "text": text} for touchpoint, texts in _of(values, field) for text in texts
        ]
    # One reply stands for every claim at a touchpoint; those of an amended visit may each have their own.
    states = {touchpoint: iter(claim_states) for touchpoint, claim_states in _of(values, "states")}
    for claim in parts["claims"]:
        claim["state"] = next(states.get(claim["touchpoint"], iter(())), None)
    parts["overrides"] = [value for _, value in _of(values, "overrides")]
    return parts


def _of(values: Mapping[str, Any], field: str) -> Iterable[tuple[str, Any]]:
    start = f"{field}."
    return ((name.removeprefix(start), value) for name, value in values.items() if name.startswith(start))


def _evidence(piece: Mapping[str, Any]) -> dict[str, Any]:
    kept = piece["taken"]
    return {"file": kept["file"], "sha256": kept["sha256"], "kind": piece["kind"], "caption": piece["caption"]}


def _without_strays(visit: Visit, checklist: Checklist) -> Visit:
    """Notes and evidence only of items that arise, feelings, given or skipped, only of touchpoints that do.

    What was expected before the visit stays, also where it then came to nothing.
    """
    arises = {item.id for item in checklist.items.values() if item_is_relevant(item, visit, checklist)}
    felt = {
        touchpoint.id for touchpoint in checklist.touchpoints if any(item.id in arises for item in touchpoint.items)
    }
    awaited = felt | {
        touchpoint.id
        for touchpoint in checklist.touchpoints
        if touchpoint.perceived and touchpoint.is_in_step(visit.step)
    }
    arises_by_field = {
        "notes": arises, "evidence": arises, "emotions": felt, "perceived": felt, "expectations": awaited,
    }  # fmt: skip
    kept = {field: _only(getattr(visit, field), ids) for field, ids in arises_by_field.items()}
    skips = {
        name: skip
        for name, skip in visit.feelings_skipped.items()
        if name.partition(".")[2] in arises_by_field[name.partition(".")[0]]
    }
    return visit.model_copy(update=kept).with_feelings_skipped(skips)


def _only(members: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if name in names and value != ()}
